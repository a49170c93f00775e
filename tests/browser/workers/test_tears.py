"""Weights that a worker has pinned stay as they are while another publishes as fast as it can, in real shared memory.

The shipped writer runs in the trainer, shipped readers in two rollout workers, while nobody trains: each version's
parameters all hold its number, and what is read is compared whole.
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Browser

from build.promises.records import tally
from tests.rigs.pages.shared_memory import SEE
from tests.rigs.pages.visitor import Visitor

READS = 3_400_000
LIMIT_S = 150.0
HIDDEN = ("8", "32,32", "64,64")
A_PIN = 16  # reads
COMMON = """
import struct, time
from drillsergeant.memory.weights import WeightsReader, WeightsWriter
_size, _hash = layout.plan.parameter_count, _runtime._shape_hash
def content(version):
    return struct.pack("<I", version & 0x3FFFFFFF) * _size
"""
WRITES = """
writer = WeightsWriter(memory, layout, _hash)
published = 0
def turn():
    global published
    ends_s = time.monotonic() + 0.5
    while time.monotonic() < ends_s:
        memory.write(writer.reserve(), content(writer.version + 1))
        writer.commit(0)
        published += 1
turn
"""
READ = f"""
reader = WeightsReader(memory, layout, "rollout.INDEX", _hash)
reads = torn = 0
target = bytearray(4 * _size)
def turn():
    global reads, torn
    ends_s = time.monotonic() + 0.5
    while time.monotonic() < ends_s:
        with reader.pinned() as weights:
            if weights.version < first:
                continue
            whole = content(weights.version)
            for _ in range({A_PIN}):
                memory.read(weights.offset, target)
                torn += target != whole
            reads += {A_PIN}
first = reader.pin().version + 1
reader.unpin()
turn
"""
# A turn, a look at the messages, the next turn: a worker that never looks at them counts as stuck.
BEGIN = """(code) => {
  const turn = pyodide.runPython(code);
  const next = () => { turn(); setTimeout(next, 0); };
  setTimeout(next, 0);
}"""
COUNTED = "pyodide.runPython('[reads, torn]').toJs()"


@pytest.mark.skipif(not os.environ.get("PROMISES_AT_LENGTH"), reason="ten million reads: make promises")
@pytest.mark.parametrize("hidden", HIDDEN)
def test_no_read_of_pinned_weights_is_torn(browser: Browser, address: str, hidden: str) -> None:
    visitor = Visitor(browser, address)
    visitor.open(f"?workers=2&matches=16&learner=wasm&hidden={hidden}")
    rollouts = [worker for worker in visitor.page.workers if "workers/rollout.js" in worker.url]
    named = {worker.evaluate("self.name"): worker for worker in rollouts}
    readers = [named["rollout.0"], named["rollout.1"]]
    for index, worker in enumerate(readers):
        worker.evaluate(BEGIN, SEE + COMMON + READ.replace("INDEX", str(index)))
    visitor.worker("trainer").evaluate(BEGIN, SEE + COMMON + WRITES)

    def counted() -> tuple[int, int]:
        found = [worker.evaluate(COUNTED) for worker in readers]
        return sum(each[0] for each in found), sum(each[1] for each in found)

    visitor.until("enough was read", lambda: counted()[0] >= READS, LIMIT_S)
    reads, torn = counted()
    assert visitor.worker("trainer").evaluate("pyodide.runPython('published')") > READS / 1000
    tally(1, "reads", reads, bad=torn)
    assert torn == 0
    assert visitor.told()["restarts"] == {}
    visitor.close()

"""The shared memory of a page, looked at from inside one of its workers: by the product's own Python there."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Worker

SEE = """
import json
from drillsergeant.browser.worker import boot as _boot
_runtime = _boot._alive[0]._runtime
memory, layout = _runtime._memory, _runtime._layout
"""
RINGS = """
from drillsergeant.memory.access import unsigned
from drillsergeant.memory.telemetry import Counter, read_telemetry
def _ring(index):
    head = memory.load(layout[f"ring.{index}.producer"].word)
    tail = layout[f"ring.{index}.consumer"].word
    return [unsigned(word) for word in (head, memory.load(tail), memory.load(tail + 1))]
json.dumps({
    "rings": [_ring(index) for index in range(layout.plan.workers)],
    "learned": read_telemetry(memory, layout, "trainer")[Counter.DECISIONS],
    "decisions": layout.plan.agents * layout.plan.horizon,
})
"""


def in_python(worker: Worker, code: str) -> Any:
    """What a piece of Python comes to in a worker; its last line gives JSON. `memory` and `layout` are there."""
    return json.loads(str(worker.evaluate("(code) => pyodide.runPython(code)", SEE + code)))

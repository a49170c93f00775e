"""Nothing that Python takes from JavaScript, or lends to it, is left behind by frames, updates or chunks."""

from playwright.sync_api import Page, Worker

from tests.rigs.pages.visitor import Visitor

COUNT = "[pyodide._module.pyproxy_alloc_map.size, pyodide._module.hiwire.num_keys()]"
IN_FLIGHT = 4  # objects of the frame, message or call that is under way when it is counted
FRAMES, UPDATES = 120, 40
# Pyodide 0.27.7 loses about 350 bytes with every callback where the browser can switch stacks; see workers/boot.js.
STACK_BYTES = 10_000


def stack(worker: Worker) -> int:
    """Where Python's stack begins for the next callback: a place in memory."""
    place: int = worker.evaluate("pyodide._module.stackSave()")
    return place


def test_frames_updates_and_chunks_leak_no_proxies_and_no_stack(visitor: Visitor) -> None:
    visitor.open("?workers=1&matches=16&horizon=8")
    workers = {role: visitor.worker(role) for role in ("show", "trainer", "rollout")}
    places: list[Page | Worker] = [visitor.page, *workers.values()]
    assert [place.evaluate("'Suspending' in WebAssembly") for place in places] == [False] * 4
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 5)
    for worker in workers.values():
        worker.evaluate("pyodide._module.enable_pyproxy_allocation_tracing()")
    before = {role: worker.evaluate(COUNT) for role, worker in workers.items()}
    stacks = {role: stack(worker) for role, worker in workers.items()}
    updates, frames = visitor.trainer("updates"), visitor.show("frames")
    visitor.until("the updates went by", lambda: visitor.trainer("updates") >= updates + UPDATES, 120)
    visitor.page.click("#train")  # the frames that are still missing come by themselves
    visitor.until("the frames went by", lambda: visitor.show("frames") >= frames + FRAMES, 180)
    after = {role: worker.evaluate(COUNT) for role, worker in workers.items()}
    grown = {role: [b - a for a, b in zip(before[role], after[role], strict=True)] for role in workers}
    assert all(max(growth) <= IN_FLIGHT for growth in grown.values()), grown
    moved = {role: stack(worker) - stacks[role] for role, worker in workers.items()}
    assert all(abs(bytes_) < STACK_BYTES for bytes_ in moved.values()), moved

"""Nothing that Python takes from JavaScript, or lends to it, is left behind by frames, updates or chunks."""

from tests.browser.conftest import Visitor

COUNT = "[pyodide._module.pyproxy_alloc_map.size, pyodide._module.hiwire.num_keys()]"
IN_FLIGHT = 4  # objects of the frame, message or call that is under way when it is counted
FRAMES, UPDATES = 1000, 100


def test_frames_updates_and_chunks_leak_no_proxies(visitor: Visitor) -> None:
    visitor.open("?matches=16")
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 5)
    workers = {role: visitor.worker(role) for role in ("show", "trainer", "rollout")}
    for worker in workers.values():
        worker.evaluate("pyodide._module.enable_pyproxy_allocation_tracing()")
    before = {role: worker.evaluate(COUNT) for role, worker in workers.items()}
    updates, frames = visitor.trainer("updates"), visitor.show("frames")
    visitor.until("a hundred updates went by", lambda: visitor.trainer("updates") >= updates + UPDATES, 120)
    visitor.until("a thousand frames went by", lambda: visitor.show("frames") >= frames + FRAMES, 180)
    after = {role: worker.evaluate(COUNT) for role, worker in workers.items()}
    grown = {role: [b - a for a, b in zip(before[role], after[role], strict=True)] for role in workers}
    assert all(max(growth) <= IN_FLIGHT for growth in grown.values()), grown


def test_turns_of_the_event_loop_leave_python_s_stack_where_it_is(visitor: Visitor) -> None:
    """Pyodide 0.27.7 loses some of it with every callback where the browser can switch stacks; see workers/boot.js."""
    visitor.open("?matches=16")
    places = [visitor.page, *(visitor.worker(role) for role in ("show", "trainer", "rollout"))]
    assert [place.evaluate("'Suspending' in WebAssembly") for place in places] == [False] * 4
    trainer = places[2]
    before = trainer.evaluate("pyodide._module.stackSave()")
    visitor.page.wait_for_timeout(3000)  # some hundred turns; each used to cost about 350 bytes of 5 MB
    assert abs(trainer.evaluate("pyodide._module.stackSave()") - before) < 10_000

"""Tasks in Pyodide's own event loop: what their owner ends says nothing on the console, what fails by itself does."""

from typing import Any

from pytest_pyodide import run_in_pyodide


@run_in_pyodide(packages=["drillsergeant"])
async def test_a_task_that_its_owner_ends_is_silent_and_one_that_fails_is_printed(selenium: Any) -> None:
    import asyncio
    import contextlib
    import io

    from drillsergeant.tasks import Tasks

    async def rests(then: str) -> None:
        await asyncio.sleep(0 if then else 60)
        raise LookupError(then)

    async def printed(ends: bool, *works: str) -> str:
        tasks, console = Tasks(), io.StringIO()
        with contextlib.redirect_stderr(console):
            for work in works:
                tasks.begin(rests(work))
            await asyncio.sleep(0)
            if ends:
                tasks.cancel()
            await asyncio.sleep(0.05)
        return console.getvalue()

    assert await printed(True, "", "") == ""
    told = await printed(False, "nobody asked for this")
    assert "rests" in told and "LookupError: nobody asked for this" in told
    assert told.count("Traceback") == 1

"""Work that goes on beside whatever began it: it has an owner, who hears how it ends and may end it.

What the owner ends is silent, and an error is told at once to the event loop's handler, which writes it to the console.
Pyodide 0.27's loop by itself prints a traceback for each task that is cancelled, and says nothing of an error in one
that somebody listens to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Tasks:
    """The tasks of one owner, each held until it has ended: one that nobody holds may be collected before."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let `work` go on by itself."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self) -> None:
        """End whatever is still going on, where it waits."""
        for task in self._running:
            task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            told = {"message": f"{task.get_coro()} failed", "exception": failure, "task": task}
            task.get_loop().call_exception_handler(told)


async def prodded(
    work: Coroutine[Any, Any, Result], prod: Callable[[], object], every_s: float, limit_s: float
) -> Result:
    """What `work` comes to, which goes on when it is prodded, once every `every_s` seconds.

    Raises TimeoutError where it has not ended after `limit_s` seconds; it is cancelled then.
    """
    task = asyncio.ensure_future(work)

    async def until_it_ends() -> Result:
        while not (await asyncio.wait([task], timeout=every_s))[0]:
            prod()
        return task.result()

    try:
        return await asyncio.wait_for(until_it_ends(), limit_s)
    finally:
        task.cancel()

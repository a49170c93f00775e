"""Tasks have an owner: errors are told at once, expected ends are not, and nothing is lost while it goes on."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from drillsergeant.tasks import Tasks, prodded


def told(run: Callable[[Tasks], Coroutine[Any, Any, None]]) -> list[str]:
    """What the event loop's handler is told of while `run` goes on."""
    heard: list[str] = []

    async def main() -> None:
        def hear(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            heard.append(f"{context['message']}: {context.get('exception')!r}")

        asyncio.get_running_loop().set_exception_handler(hear)
        await run(Tasks())

    gc.freeze()  # what other tests have left is not looked through again
    asyncio.run(main())
    gc.collect()  # asyncio tells of an error nobody asked for when its task is collected
    gc.unfreeze()
    return heard


async def fails() -> None:
    raise LookupError("nothing there")


async def rests() -> None:
    await asyncio.sleep(60)


def test_an_error_is_told_at_once_and_once() -> None:
    async def run(tasks: Tasks) -> None:
        tasks.begin(fails())
        await asyncio.sleep(0.01)

    (only,) = told(run)
    assert "fails" in only and "LookupError('nothing there')" in only


def test_what_the_owner_ends_is_silent_even_before_it_began() -> None:
    ended: list[asyncio.Task[None]] = []

    async def run(tasks: Tasks) -> None:
        ended.append(tasks.begin(rests()))
        await asyncio.sleep(0)
        ended.append(tasks.begin(rests()))
        tasks.cancel()
        await asyncio.sleep(0.01)

    assert told(run) == []
    assert all(task.cancelled() for task in ended)


def test_an_owner_that_ended_its_tasks_may_begin_others() -> None:
    done: list[str] = []

    async def ends() -> None:
        await asyncio.sleep(0)
        done.append("it")

    async def run(tasks: Tasks) -> None:
        tasks.begin(rests())
        tasks.cancel()
        tasks.begin(ends())
        await asyncio.sleep(0.01)

    assert told(run) == []
    assert done == ["it"]


def test_work_that_goes_on_when_it_is_prodded_ends_or_is_given_up_in_time() -> None:
    async def main() -> None:
        prods: list[None] = []
        woken = asyncio.Event()

        def prod() -> None:
            prods.append(None)
            if len(prods) == 3:
                woken.set()

        async def answer() -> str:
            await woken.wait()
            return "done"

        assert await prodded(answer(), prod, 0.001, 30.0) == "done"
        assert len(prods) == 3
        with pytest.raises(LookupError):
            await prodded(fails(), prod, 0.001, 30.0)
        ended: list[str] = []

        async def never() -> None:
            try:
                await rests()
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        with pytest.raises(TimeoutError):
            await prodded(never(), prod, 0.001, 0.02)
        await asyncio.sleep(0)
        assert ended == ["cancelled"]

    asyncio.run(main())

"""The drills a page has had: each with its program, its compiled module and a memory of its own.

A drill keeps its memory when another one is chosen, so that what was learned is there when the visitor comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import js

from drillsergeant.browser.shared import BrowserMemory, allocate
from drillsergeant.browser.spawner import own_version
from drillsergeant.learn.program import DrillFacts, Program
from drillsergeant.memory.layout import Layout, initialise
from drillsergeant.runtimes.setup import Setup
from drillsergeant.runtimes.supervisor import Fleet, Hosted


@dataclass(frozen=True)
class Place:
    """A drill as its workers get it. In solo mode ``memory`` is nobody's but the page's, and of no consequence."""

    program: Program
    setup: Setup
    layout: Layout
    memory: BrowserMemory
    hosted: Hosted


class Audience(Protocol):
    """Who waits for a drill: the page."""

    def on_drill(self, drill: DrillFacts) -> None:
        """The workers go over to this drill."""

    def on_no_drill(self, name: str, why: str) -> None:
        """This drill could not be had."""


class Shelf:
    """Makes places for programs, and brings the workers to them. ``choose`` decides the set-up of a program."""

    def __init__(self, choose: Callable[[Program], Setup], mode: str) -> None:
        self._choose, self._mode = choose, mode
        self._places: dict[str, Place] = {}
        self._bringing: asyncio.Task[None] | None = None

    def put(self, text: str, module: Any) -> Place:
        """Keep a program (its manifest) and its module, with a new memory. Raises JsException if there is no room."""
        program = Program.from_json(text)
        setup = self._choose(program)
        layout = Layout(setup.plan)
        shared = self._mode == "shared"
        handle = allocate(layout.pages, shared=shared)
        memory = BrowserMemory(handle)
        initialise(memory, layout)
        hosted = Hosted(text, module, handle if shared else layout.pages)
        place = self._places[program.drill.name] = Place(program, setup, layout, memory, hosted)
        return place

    def bring(self, name: str, fleet: Fleet, audience: Audience) -> None:
        """Fetch a drill where it is not here yet, and let the workers go over to it."""
        self._bringing = asyncio.ensure_future(self._bring(name, fleet, audience))

    async def _bring(self, name: str, fleet: Fleet, audience: Audience) -> None:
        try:
            place = self._places.get(name) or self.put(*await self._fetched(name))
            fleet.replace(place.hosted, place.setup, place.layout, place.memory)
        except Exception as failure:  # the drill there is goes on, whatever is wrong with the other
            audience.on_no_drill(name, str(failure))
            return
        audience.on_drill(place.program.drill)

    async def _fetched(self, name: str) -> tuple[str, Any]:
        kind = "" if self._mode == "shared" else ".solo"
        facts, binary = await asyncio.gather(_answer(f"programs/{name}.json"), _answer(f"programs/{name}{kind}.wasm"))
        return str(await facts.text()), await js.WebAssembly.compileStreaming(binary)


async def _answer(path: str) -> Any:
    response = await js.fetch(js.URL.new(path + own_version(), js.document.baseURI))
    if not response.ok:
        raise RuntimeError(f"{path} was answered with status {response.status}")
    return response

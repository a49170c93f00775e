"""Where Python takes over in the page: shared memory, the workers, then the page's own logic."""

from __future__ import annotations

from functools import partial
from typing import Any

import js

from drillsergeant.browser.dom import DomView
from drillsergeant.browser.shared import BrowserMemory, allocate
from drillsergeant.browser.spawner import BrowserSpawner
from drillsergeant.learn.program import Program
from drillsergeant.memory.layout import Layout, initialise
from drillsergeant.runtimes.page import Page
from drillsergeant.runtimes.page_address import opened
from drillsergeant.runtimes.page_mode import tell_mode
from drillsergeant.runtimes.setup import choose_setup
from drillsergeant.runtimes.supervisor import Fleet, Hosted

_alive: list[object] = []


def start(show_worker: Any, canvas: Any, program_text: str, module: Any, way: Any) -> None:
    """Begin; ``show_worker`` is already loading, ``canvas`` is the match's canvas element.

    ``program_text`` is the drill's manifest, ``module`` its compiled ``WebAssembly.Module`` for a memory of the kind
    that ``way.mode`` has. ``way`` is what ``web/isolation.js`` found out: mode, why, and ownTab.
    """
    mode = str(way.mode)
    program = Program.from_json(program_text)
    choose = partial(choose_setup, program, int(js.navigator.hardwareConcurrency or 2), mode=mode)
    setup, opening = opened(_parameters(), choose)
    layout = Layout(setup.plan)
    handle = allocate(layout.pages, shared=mode == "shared")
    memory = BrowserMemory(handle)  # in solo mode nobody else's, and so of no consequence
    initialise(memory, layout)
    view, spawner = DomView(), BrowserSpawner(canvas)
    hosted = handle if mode == "shared" else layout.pages
    run = str(js.crypto.randomUUID())
    fleet = Fleet(spawner, memory, layout, run, setup, Hosted(program_text, module, hosted))
    page = Page(view, fleet, program.drill, setup.seed, opening)
    tell_mode(view, mode, str(way.why), str(way.ownTab))
    show = spawner.adopt(
        show_worker,
        lambda data: fleet.receive("show", data),
        lambda why: page.on_fleet("show", "dead", why),
    )
    fleet.start(page, show)
    _alive.extend((fleet, page, spawner))


def _parameters() -> dict[str, str]:
    """Return the page address's query parameters: values only, never code."""
    pairs = js.Array.from_(js.URLSearchParams.new(js.location.search).entries())
    return {str(pair[0]): str(pair[1]) for pair in pairs}

"""Where Python takes over in the page: shared memory, the workers, then the page's own logic."""

from __future__ import annotations

from functools import partial
from typing import Any

import js

from drillsergeant.browser.page import address_bar
from drillsergeant.browser.page.dom import DomView
from drillsergeant.browser.page.embed_port import EmbedPort
from drillsergeant.browser.page.files import BrowserFileTransfer
from drillsergeant.browser.page.program_store import BrowserDrillCompiler, ProgramStore
from drillsergeant.browser.page.spawner import BrowserSpawner
from drillsergeant.learn.program import Program
from drillsergeant.runtimes.page.address import first_of_each, opened
from drillsergeant.runtimes.page.embed import Embed
from drillsergeant.runtimes.page.page import Page
from drillsergeant.runtimes.page.solo_notice import tell_mode
from drillsergeant.runtimes.supervisor.compile_client import CompileClient
from drillsergeant.runtimes.supervisor.job_client import JobClient
from drillsergeant.runtimes.supervisor.setup import choose_setup
from drillsergeant.runtimes.supervisor.supervisor import Fleet
from drillsergeant.runtimes.supervisor.trial_crew import TrialCrew, crew_size

_alive: list[object] = []
FRAME_CORES = 4  # what a page in somebody else's takes itself to have at most: two rollout workers


def start(
    show_worker: Any,
    canvas: Any,
    program_text: str,
    module: Any,
    way: Any,
    worker: Any,
    equip: Any,
    load: Any,
    clock: Any,
) -> None:
    """Begin; `show_worker` is already loading, `canvas` is the match's canvas element.

    `program_text` is the drill's manifest, `module` its compiled `WebAssembly.Module` for a memory of the kind
    that `way.mode` has. `way` is what `web/isolation.js` found out: mode, why, and ownTab; and pythonS, the seconds in
    which Python started here. `worker` makes one of a script's address and a name, `equip` hands it what Python runs
    on. `load` promises the bytes of a file of the site, by its name, as they were built. `clock` is a worker that runs
    `workers/clock.js`.
    """
    mode = str(way.mode)
    first = Program.from_json(program_text)
    pairs, cores = _parameters(), int(js.navigator.hardwareConcurrency or 2)
    framed = bool(first_of_each(pairs)[0].get("embed"))
    choose = partial(choose_setup, cores=min(cores, FRAME_CORES) if framed else cores, mode=mode)
    _, opening = opened(pairs, lambda values: choose(first, parameters=values), first.drill.name)
    programs = ProgramStore(lambda program: choose(program, parameters=opening.given), mode, load)
    place = programs.put(first, program_text, module)
    view, spawner = DomView(), BrowserSpawner(canvas, worker, equip, load, clock)
    run = str(js.crypto.randomUUID())
    fleet = Fleet(spawner, place.memory, place.layout, run, place.setup, place.hosted, float(way.pythonS))
    drill, seed = place.program.drill, place.setup.seed
    crew = partial(TrialCrew, spawner, crew_size(min(cores, FRAME_CORES) if framed else cores))
    compiler = BrowserDrillCompiler(programs, fleet, CompileClient(spawner), crew("what-if"), crew("seeds"), mode)
    page = Page(view, fleet, drill, seed, opening, compiler, BrowserFileTransfer())
    compiler.audience = audience = Embed(page, view, fleet.send, mode, str(way.why), drill.name) if framed else page
    tell_mode(view, mode, str(way.why), str(way.ownTab))
    fleet.start(audience, partial(spawner.adopt, show_worker))
    page.files.equip(view, JobClient(spawner), lambda: (fleet.hosted.program, fleet.hosted.module, mode == "shared"))
    page.open_docks()
    page.files.on_link(address_bar.fragment())
    _alive.extend((fleet, page, spawner, compiler))
    if isinstance(audience, Embed):
        if opening.given.get("editor"):
            page.workshop.open()
        _alive.append(EmbedPort(audience))  # which hears what the host has said already


def _parameters() -> list[tuple[str, str]]:
    """Return the page address's query parameters in order: values only. Code stands after its `#`."""
    pairs = js.Array.from_(js.URLSearchParams.new(js.location.search).entries())
    return [(str(pair[0]), str(pair[1])) for pair in pairs]

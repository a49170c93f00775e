"""The drills a page has had: each with its program, its compiled module and a memory of its own.

A drill keeps its memory when another one is chosen, so that what was learned is there when the visitor comes back. Code
that a reader has edited takes the place of the drill's own, over the same memory where everything in it has its shape.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import js
from pyodide.ffi import JsException, to_js

from drillsergeant.browser.memory import BrowserMemory, allocate
from drillsergeant.learn.ppo.hidden import hidden_text
from drillsergeant.learn.program import DrillFacts, Program
from drillsergeant.memory.layout import Layout, initialise
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.supervisor.compile_client import Answer, CheckAnswer, CompileClient
from drillsergeant.runtimes.supervisor.going_on import why_not
from drillsergeant.runtimes.supervisor.setup import Setup
from drillsergeant.runtimes.supervisor.supervisor import Fleet, HostObjects
from drillsergeant.runtimes.supervisor.trial_crew import Heard, TrialCrew
from drillsergeant.tasks import Tasks

PATIENCE_S = 34.0  # with one file, of some ten thousand bytes


@dataclass(frozen=True)
class StoredProgram:
    """A drill as its workers get it. In solo mode `memory` is nobody's but the page's, and of no consequence."""

    program: Program
    setup: Setup
    layout: Layout
    memory: BrowserMemory
    hosted: HostObjects


class ProgramListener(Protocol):
    """Who waits for a drill: the page."""

    def on_drill(self, drill: DrillFacts) -> None:
        """The workers go over to this drill."""

    def on_edit(self, drill: DrillFacts, lost: bool) -> None:
        """The workers go over to other code of this drill, whose players see something else, or which is a whole game
        that may be another in everything. `lost`: what was learned stays behind."""

    def on_no_drill(self, name: str, why: str) -> None:
        """This drill could not be had."""


class ProgramStore:
    """Makes places for programs, and brings the workers to them. `choose` decides the set-up of a program, `load`
    fetches a file of the site (`web/verify.js`)."""

    def __init__(self, choose: Callable[[Program], Setup], mode: str, load: Callable[[str], Any]) -> None:
        self._choose, self._mode, self._load = choose, mode, load
        self._places: dict[str, StoredProgram] = {}
        self._originals: dict[str, Program] = {}
        self._current = ""  # the drill that is played
        self._tasks = Tasks()

    def put(self, program: Program, text: str, module: Any) -> StoredProgram:
        """Keep a program, its manifest and module, with a new memory. Raises JsException if there is no room."""
        self._current = self._current or program.drill.name
        self._originals[program.drill.name] = program
        return self._fill(program, self._choose(program), text, module)

    def _put_fetched(self, text: str, module: Any) -> StoredProgram:
        return self.put(Program.from_json(text), text, module)

    def _fill(self, program: Program, setup: Setup, text: str, module: Any) -> StoredProgram:
        layout = Layout(setup.plan)
        shared = self._mode == "shared"
        handle = allocate(layout.pages, shared=shared)
        memory = BrowserMemory(handle)
        initialise(memory, layout)
        hosted = HostObjects(text, module, handle if shared else layout.pages)
        place = self._places[program.drill.name] = StoredProgram(program, setup, layout, memory, hosted)
        return place

    def bring(self, name: str, fleet: Fleet, audience: ProgramListener) -> None:
        """Fetch a drill where it is not here yet, and let the workers go over to it."""
        self._tasks.begin(self._bring(name, fleet, audience))

    async def _bring(self, name: str, fleet: Fleet, audience: ProgramListener) -> None:
        try:
            place = self._places.get(name) or self._put_fetched(*await self._fetched(name))
            fleet.replace(place.hosted, place.setup, place.layout, place.memory)
        except Exception as failure:  # the drill there is goes on, whatever is wrong with the other
            audience.on_no_drill(name, str(failure))
            return
        self._current = name
        audience.on_drill(place.program.drill)

    def source(self, name: str, then: Callable[[str, str], None]) -> None:
        """Fetch the editable parts of a drill; `then` gets their text, or "" and why not."""

        async def fetch() -> None:
            try:
                text = await self._text(f"programs/{name}.edit.txt")
            except Exception as failure:  # told to the reader
                then("", str(failure))
                return
            then(text, "")

        self._tasks.begin(fetch())

    def words(self, name: str, then: Callable[[str], None]) -> None:
        """Fetch what there is to write in a drill's code; `then` gets "" where that cannot be had: one types it all."""

        async def fetch() -> None:
            try:
                text = await self._text(f"programs/{name}.words.json")
            except Exception:
                text = ""
            then(text)

        self._tasks.begin(fetch())

    def install(
        self,
        name: str,
        made: messages.CompiledProgram | None,
        fleet: Fleet,
        audience: ProgramListener,
        then: Callable[[str, bool], None],
    ) -> None:
        """Let the workers go over to an edited drill, or back to the original (None); see `DrillCompiler`."""

        async def go() -> None:
            old = self._places[name]
            try:
                lost = await self._install(name, made, fleet)
            except Exception as failure:  # told to the reader; the code there is goes on
                then(str(failure), False)
                return
            drill, before = self._places[name].program.drill, old.program.drill
            if lost or drill.observation != before.observation or (drill.called and drill != before):
                audience.on_edit(drill, lost)
            then("", lost)

        self._tasks.begin(go())

    def loses(self, name: str, made: messages.CompiledProgram | None) -> str:
        """Why what was learned would be lost with this program (None: the original); "" where it would go on."""
        now = self._places[name].program
        new = Program.from_json(made.program) if made is not None else self._originals[name]
        if why := why_not(new.drill, now.drill):
            return why
        if made is None:
            return ""  # whatever its network is: the original is compiled for the one there is
        fits = self._fits(new, self._choose(new), self._places[name])
        return "" if fits else "a match has another state now, which takes another memory"

    def _fits(self, program: Program, setup: Setup, place: StoredProgram) -> bool:
        """Whether a program goes on with the memory and the network that there are."""
        if program.network.shape_hash != place.program.network.shape_hash:
            return False
        same_memory = Layout(setup.plan).to_dict() == place.layout.to_dict()
        return same_memory and not why_not(program.drill, place.program.drill)

    def network(self, name: str) -> tuple[str, bool]:
        """The hidden layers of a drill's network ("64,64"), and whether they are those that it was built with."""
        hidden = self._places[name].program.network.hidden
        return hidden_text(hidden), hidden == self._originals[name].network.hidden

    def edit(self, name: str) -> str:
        """The reader's code that a drill is made of; "" for the original."""
        return self._places[name].setup.options.edit

    async def _install(self, name: str, made: messages.CompiledProgram | None, fleet: Fleet) -> bool:
        """Returns whether what was learned is lost, because the memory has another shape."""
        old = self._places[name]
        if made is None:
            text, module = await self._fetched(name)
        else:
            text, module = made.program, await js.WebAssembly.compile(to_js(made.binary))
        if self._current != name:
            raise RuntimeError("another drill was chosen meanwhile")
        program = Program.from_json(text)
        setup, edit = self._choose(program), made.edit if made is not None else ""
        if edit:  # under a reader's own reward, losing to the bot may be right
            setup = replace(setup, options=replace(setup.options, to_win=False, edit=edit))
        if not self._fits(program, setup, old):
            place = self._fill(program, setup, text, module)
            fleet.replace(place.hosted, place.setup, place.layout, place.memory)
            return True
        hosted = replace(old.hosted, program=text, module=module)
        place = self._places[name] = replace(old, program=program, setup=setup, hosted=hosted)
        # The trainer learns from numbers alone: it goes on as it is, unless it plays too.
        roles = ("show", "rollout") if self._mode == "shared" else messages.ROLES
        fleet.replace(place.hosted, place.setup, place.layout, place.memory, roles)
        fleet.send("trainer", messages.SetGame(text, edit))
        fleet.send("trainer", messages.SetObjective(setup.options.to_win))
        return False

    async def _fetched(self, name: str) -> tuple[str, Any]:
        kind = "" if self._mode == "shared" else ".solo"
        names = f"programs/{name}.json", f"programs/{name}{kind}.wasm"
        text, binary = await asyncio.gather(self._text(names[0]), self._bytes(names[1]))
        return text, await js.WebAssembly.compile(binary)

    async def _text(self, name: str) -> str:
        return bytes((await self._bytes(name)).to_py()).decode()

    async def _bytes(self, name: str) -> Any:
        """A file of the site as JavaScript's bytes. Raises RuntimeError where it is not what was built."""

        async def loaded() -> Any:
            return await self._load(name)

        try:
            return await asyncio.wait_for(loaded(), PATIENCE_S)
        except TimeoutError as failure:
            raise RuntimeError(f"{name} has not come for {PATIENCE_S:.0f} s; choose it again to try again") from failure
        except JsException as failure:
            raise RuntimeError(str(failure.message)) from failure


class BrowserDrillCompiler:
    """`drill_compiler.DrillCompiler`: the shelf, the workers and the workshop behind chooser and editor."""

    audience: ProgramListener

    def __init__(
        self,
        programs: ProgramStore,
        fleet: Fleet,
        compile_client: CompileClient,
        crew: TrialCrew,
        seeds: TrialCrew,
        mode: str,
    ) -> None:
        """`crew` trains the players of the dock What if, which go on playing, `seeds` those of a chart."""
        self._programs, self._fleet, self._compile_client, self._mode = programs, fleet, compile_client, mode
        self._crew, self._seeds = crew, seeds
        self.stop_trials, self.end_trials, self.watch_trials = crew.stop, crew.end, crew.watch
        self.end_seeds = seeds.end
        self._reshaping = False  # then the workshop is nobody else's

    def bring(self, drill: str) -> None:
        """Let the workers go over to another drill; the audience hears of it."""
        self._programs.bring(drill, self._fleet, self.audience)

    def source(self, drill: str, then: Callable[[str, str], None]) -> None:
        """Fetch the editable parts of a drill; `then` gets their text, or "" and why not."""
        self._programs.source(drill, then)

    def words(self, drill: str, then: Callable[[str], None]) -> None:
        """Fetch what there is to write in a drill's code; `then` gets "" for nothing."""
        self._programs.words(drill, then)

    def compile(self, drill: str, text: str, answer: Answer) -> None:
        """Make a program of the text in the workshop, for the network that the drill has."""
        hidden, _ = self._programs.network(drill)
        self._compile(drill, text, hidden, answer)

    def try_players(self, drill: str, requests: Sequence[messages.TryPlayer], heard: Heard) -> None:
        """Have players trained from nothing beside the run, for the network that the drill has."""
        self._crew.begin(self._shaped(drill, requests), heard)

    def train_seeds(self, drill: str, requests: Sequence[messages.TryPlayer], heard: Heard) -> None:
        """The same, for players that are seen on a chart alone."""
        self._seeds.begin(self._shaped(drill, requests), heard)

    def _shaped(self, drill: str, requests: Sequence[messages.TryPlayer]) -> list[messages.TryPlayer]:
        hidden, _ = self._programs.network(drill)
        return [replace(each, hidden=hidden) for each in requests]

    def prepare(self) -> None:
        """Have the workshop ready for what is likely to be compiled soon."""
        self._compile_client.prepare()

    def check(self, drill: str, text: str, answer: CheckAnswer) -> None:
        """Have a whole game played and looked at in the workshop."""
        if self._reshaping or self._compile_client.busy:
            answer(messages.Refused("something is being compiled; check it once that is done", 0))
        else:
            self._compile_client.check(messages.Compile(drill, text, self._mode == "shared", check=True), answer)

    def _compile(self, drill: str, text: str, hidden: str, answer: Answer) -> None:
        if self._reshaping:
            answer(messages.Refused("another network is being compiled; try again once it is there", 0))
        else:
            self._compile_client.compile(messages.Compile(drill, text, self._mode == "shared", hidden), answer)

    def reshape(self, drill: str, hidden: str, then: Callable[[str], None]) -> None:
        """Let the workers go over to a network with other hidden layers; the game stays as it is."""
        if self._reshaping or self._compile_client.busy:
            then("the code of a drill is being compiled; try again once that is done")
            return

        def done(why: str, _lost: bool) -> None:
            self._reshaping = False
            then(why)

        self._compile(drill, self._programs.edit(drill), hidden, self._installing(drill, done))
        self._reshaping = True

    def _installing(self, drill: str, then: Callable[[str, bool], None]) -> Answer:
        """What to do with the workshop's answer."""

        def answer(made: messages.CompiledProgram | messages.Refused) -> None:
            if isinstance(made, messages.Refused):
                then(made.message, False)
            else:
                self._programs.install(drill, made, self._fleet, self.audience, then)

        return answer

    def loses(self, drill: str, made: messages.CompiledProgram | None) -> str:
        """Why what was learned would be lost with this program; "" where it would go on."""
        return self._programs.loses(drill, made)

    def install(self, drill: str, made: messages.CompiledProgram | None, then: Callable[[str, bool], None]) -> None:
        """Let the workers go over to a program, or back to the original, which is built for one network alone."""
        hidden, built = self._programs.network(drill)
        if made is None and not built:
            self._compile(drill, "", hidden, self._installing(drill, then))
        else:
            self._programs.install(drill, made, self._fleet, self.audience, then)

"""Trainer and rollout worker as the page sets them up, on kernels in one thread: real training, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TypeVar, cast

from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill, WinRate
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.engine import Learner
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.engine import KernelEngine, KernelLearner
from drillsergeant.learn.webgpu.auto_learner import AutoLearner
from drillsergeant.learn.webgpu.learner import Check, GpuDevice
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.learn.webgpu.playing import played_plans
from drillsergeant.learn.webgpu.watch import Watch
from drillsergeant.memory.layout import Layout, initialise, rollout
from drillsergeant.memory.ring import RingProducer, raise_epoch
from drillsergeant.memory.run_flag import RunFlag
from drillsergeant.memory.snapshots import DuelBook
from drillsergeant.memory.telemetry import TelemetryWriter
from drillsergeant.memory.weights import WeightsReader, WeightsWriter
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.rollout import Counts, Rollout
from drillsergeant.runtimes.supervisor.setup import choose_setup
from drillsergeant.runtimes.trainer.events import Event
from drillsergeant.runtimes.trainer.trainer import Trainer
from drillsergeant.tasks import Tasks

from tests.fakes.host import PlainHost

Result = TypeVar("Result")


def at_once(work: Coroutine[object, None, Result]) -> Result:
    """The result of work that waits for nothing here. Where Playwright's event loop runs, no other one can."""
    try:
        while work.send(None) is None:  # that is only a moment for others
            pass
    except StopIteration as done:
        result: Result = done.value
        return result
    raise AssertionError("it waits for something")


class TasksAtOnce(Tasks):
    """Work that would go on beside something is done before it goes on itself."""

    def begin(self, work: Coroutine[object, None, None]) -> asyncio.Task[None]:
        at_once(work)
        return cast("asyncio.Task[None]", Done())


class Done:
    """A task that has ended."""

    def done(self) -> bool:
        return True

    def __await__(self) -> Iterator[None]:
        return iter(())


@cache
def program_of(drill: str, hidden: tuple[int, ...] = ()) -> Program:
    """The program the page runs, or one for another network, for unshared memory; compiled once per test run."""
    return build_program(make(drill), shared=False, hidden=hidden)


class TrainingRun:
    """A run of one rollout worker: a chunk, an update, a chunk, and so on."""

    def __init__(
        self,
        drill: Drill | str = "ball",
        seed: int = 1,
        matches: int = 256,
        hyper: Hyper | None = None,
        address: Mapping[str, str] | None = None,
        device: Callable[[GpuPlan, NativeMemory], GpuDevice] | None = None,
        hidden: tuple[int, ...] = (),
    ) -> None:
        """`address`: further values of the page's address, such as `horizon` and `lockstep`.

        `device`: learns instead of the kernels from the second update on, as where the address says `learner=webgpu`.
        `hidden`: the network's layers, where they are not the drill's own.
        """
        if isinstance(drill, str):
            program = program_of(drill, hidden)
        else:
            program = build_program(drill, shared=False, hidden=hidden)
        self._seed, self._hidden = seed, program.network.hidden
        setup = choose_setup(program, 2, {"workers": "1", "matches": str(matches), **(address or {})})
        layout = Layout(setup.plan)
        memory = NativeMemory(layout.total_bytes)
        initialise(memory, layout)
        engine = KernelEngine(program, memory.link(program.binary), layout, memory)
        shape = program.network.shape_hash
        self.host, self.learner = PlainHost(memory), engine.learner(seed)
        tables = GpuPlan(program, layout)
        played = played_plans(program, setup.plan, matches) if setup.options.play == "gpu" else []
        chosen = self.learner if device is None else _on_device(self.learner, tables, played, memory, device)
        self.trainer = Trainer(
            self.host,
            memory,
            layout,
            chosen,
            WeightsWriter(memory, layout, shape),
            hyper or setup.options.hyper,
            program.drill,
            setup.options.lockstep,
        )
        self._lane = (memory, layout, engine, shape)
        self.rollout = self._new_rollout(seed)
        self.trainer.handle(messages.StartTraining())

    def _new_rollout(self, seed: int) -> Rollout:
        memory, layout, engine, shape = self._lane
        telemetry = TelemetryWriter(memory, layout, rollout(0))
        return Rollout(
            self.host,
            RunFlag(memory, layout),
            partial(engine.collector, 0),
            seed,
            WeightsReader(memory, layout, rollout(0), shape),
            RingProducer(memory, layout, 0, telemetry),
            DuelBook(memory, layout, 0),
            Counts(telemetry, layout.plan.agents * layout.plan.horizon, Score(WinRate())),
        )

    def another_rollout(self) -> None:
        """The worker is told INIT anew, as when a reader's code takes the place of the drill's."""
        memory, layout, *_ = self._lane
        raise_epoch(memory, layout, 0)
        self.rollout = self._new_rollout(self._seed)

    def edit(self, drill: Drill) -> None:
        """A reader's code of this drill, which the same network plays, takes the place of the drill's."""
        memory, layout, _, shape = self._lane
        program = build_program(drill, shared=False, hidden=self._hidden)
        self._lane = (memory, layout, KernelEngine(program, memory.link(program.binary), layout, memory), shape)
        self.another_rollout()
        self.trainer.handle(messages.SetGame(program.to_json(), "edited"))
        self.trainer.handle(messages.SetObjective(to_win=False))

    def update(self) -> None:
        """One chunk and the update from it."""
        self.rollout.step()
        at_once(self.trainer.step())

    def train(self, updates: int) -> None:
        """So many of them."""
        for _ in range(updates):
            self.update()

    def digest(self, updates: int) -> object:
        """The digest of the weights of a run in lockstep that ends after `updates`."""
        while self.trainer.progress.updates < updates or self.trainer.training:
            self.update()
        return self.values()["weights_sha256"]

    @property
    def win(self) -> float:
        """The moving win rate against the scripted player, 0 before enough is known."""
        return self.trainer._report.win_rate or 0.0

    def events(self, kind: str) -> list[Event]:
        """What happened, of one kind."""
        return [event for event in self.trainer.run_control.events.newest if event.kind == kind]

    def values(self) -> Mapping[str, object]:
        """What the page would be told now."""
        self.trainer.report()
        return cast(Mapping[str, object], self.host.posted.pop()["values"])


def _on_device(
    local: Learner,
    plan: GpuPlan,
    played: Sequence[GpuPlan],
    memory: NativeMemory,
    device: Callable[[GpuPlan, NativeMemory], GpuDevice],
) -> AutoLearner:
    async def opened(plan: GpuPlan, software: bool) -> GpuDevice:
        return device(plan, memory)

    async def nothing() -> Check:
        raise AssertionError("nothing is compared kernel by kernel here")

    assert isinstance(local, KernelLearner)
    learner = AutoLearner(local, plan, opened, Watch(nothing), "webgpu", played, must_play=True, tasks=TasksAtOnce())
    learner.warm(Hyper)
    return learner

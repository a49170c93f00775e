"""Builds the runtime of one worker from its INIT message; the one place that knows all parts."""

from __future__ import annotations

import asyncio
from functools import partial

from drillsergeant.drawing.canvas import Canvas
from drillsergeant.drawing.picture import Painter
from drillsergeant.learn.engine import SHOW_MATCHES, DeviceLearner, Learner
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Kernels
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import Arena, ShowScratch
from drillsergeant.learn.webgpu.auto_learner import AutoLearner
from drillsergeant.learn.webgpu.learner import Check
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.learn.webgpu.playing import played_plans
from drillsergeant.learn.webgpu.watch import Watch
from drillsergeant.memory.access import WORD_BYTES, Memory, SoloMemory
from drillsergeant.memory.layout import SHOW, Layout, attach, initialise, rollout
from drillsergeant.memory.mirror import Mirror, apply
from drillsergeant.memory.ring import RingProducer
from drillsergeant.memory.run_epoch import RunStart
from drillsergeant.memory.run_flag import RunFlag
from drillsergeant.memory.snapshots import DuelBook, SnapshotReader
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.memory.weights import WeightsReader, WeightsWriter
from drillsergeant.runtimes.heartbeat import PULSE_EVERY_S
from drillsergeant.runtimes.host import Host
from drillsergeant.runtimes.kept_code import CodeKeeper
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.rollout import Counts, Rollout
from drillsergeant.runtimes.show.factory import Factory
from drillsergeant.runtimes.show.guests import Guests
from drillsergeant.runtimes.show.renderer import Renderer
from drillsergeant.runtimes.show.show import Show
from drillsergeant.runtimes.show.snapshot_cache import SnapshotCache
from drillsergeant.runtimes.solo_mode import Solo
from drillsergeant.runtimes.storage import CODE, PLAYED, RUNS
from drillsergeant.runtimes.trainer.archive import Archive
from drillsergeant.runtimes.trainer.one_update import UpdateTeller
from drillsergeant.runtimes.trainer.played import PlayedKeeper
from drillsergeant.runtimes.trainer.run_teller import RunTeller
from drillsergeant.runtimes.trainer.saves import Saves
from drillsergeant.runtimes.trainer.trainer import Trainer


class WorkerRuntime:
    """One worker's runtime. The worker's boot code feeds it messages and gives it turns."""

    def __init__(self, host: Host, init: messages.Init, kernels: Kernels, canvas: Canvas | None) -> None:
        self._host, self._init = host, init
        self._options = init.options
        self._layout = Layout.from_dict(init.layout)
        self._memory = self._attach()
        program = Program.from_json(init.program)
        self._program = program
        self._drill, self._shape_hash = program.drill, program.network.shape_hash
        self._engine = KernelEngine(program, kernels, self._layout, self._memory)
        self._fallback: AutoLearner | None = None
        self._local: Learner
        self._show: Show | None = None
        self._trainer: Trainer | None = None
        self._rollout: Rollout | None = None
        self._solo: Solo | None = None
        build = {"show": self._build_show, "trainer": self._build_trainer, "rollout": self._build_rollout}
        self._renderer: Renderer | None = None
        self._guests: Guests | None = None
        if canvas is not None:
            self._renderer = Renderer(
                self._drill.scene, canvas, Factory(program, self._layout, self._memory, host.now_s)
            )
        build[init.role]()

    def _attach(self) -> Memory:
        """The memory of every worker, or in solo mode one of this worker's own, filled as INIT says."""
        memory = self._host.attach(self._init.memory)
        if self._options.mode == "solo":
            memory = SoloMemory(memory)
            initialise(memory, self._layout)
            apply(memory, self._init.contents)
        attach(memory, self._layout)
        return memory

    def _build_show(self) -> None:
        assert self._renderer is not None, "the show needs a canvas"
        seed = self._init.seed
        weights = WeightsReader(self._memory, self._layout, SHOW, self._shape_hash)
        matches = [self._engine.show_match(seed, number) for number in range(SHOW_MATCHES)]
        lesson, cache = RunStart(self._memory, self._layout), self._snapshots()
        self._guests = Guests(Schema.of(self._drill, self._program.network.hidden), cache)
        self._show = Show(
            self._drill, matches, weights, cache.fetch, self._renderer.draw, seed, lambda: lesson.lesson,
            lambda message: self._host.post(codec.encode(message)),
        )  # fmt: skip
        self._frames = TelemetryWriter(self._memory, self._layout, SHOW)
        self._show.replays.edit = self._options.edit
        self._reported_s = self._host.now_s()

    def _snapshots(self) -> SnapshotCache:
        scratch = ShowScratch(self._program, Arena.over(self._layout[f"{SHOW}.scratch"]))
        size_bytes = self._program.network.parameter_count * WORD_BYTES
        return SnapshotCache(SnapshotReader(self._memory, self._layout), self._memory, scratch.snapshot, size_bytes)

    def _build_trainer(self) -> None:
        memory, layout = self._memory, self._layout
        weights = WeightsWriter(memory, layout, self._shape_hash)
        learner = self._learner()
        self._fallback = learner if isinstance(learner, AutoLearner) else None
        if weights.version:
            learner.read_parameters(weights.active_offset)
        hyper, lockstep = self._options.hyper, self._options.lockstep
        self._trainer = Trainer(self._host, memory, layout, learner, weights, hyper, self._drill, lockstep)
        self._trainer.run_control.to_win = self._options.to_win
        self._trainer.run_control.play(self._options.edit)
        if not (self._options.guards or lockstep):
            self._trainer.run_control.switch_safeguards(False)
        locks = self._host.run_locks()
        self._trainer.code = CodeKeeper(
            lambda message: self._host.post(codec.encode(message)), Archive(self._host.storage(CODE)), locks
        )
        self._trainer.played = PlayedKeeper(
            self._host, Archive(self._host.storage(PLAYED)), locks, self._drill, self._trainer,
            lambda: self._local.imitator(), lockstep > 0,
        )  # fmt: skip
        self._trainer.teller = UpdateTeller(self._host, self._trainer, self._drill.name, self._program.network.hidden)
        runs = Archive(self._host.storage(RUNS))
        self._trainer.stories = RunTeller(self._host, runs)
        self._trainer.saves = Saves(
            self._host, runs, locks,
            Schema.of(self._drill, self._program.network.hidden), self._drill.words.title, self._trainer, not lockstep,
        )  # fmt: skip
        self._trainer.saves.play(self._init.program, self._options.edit)
        if isinstance(memory, SoloMemory):
            self._build_rollout()
            assert self._rollout is not None, "just built"
            windows = Factory(self._program, layout, memory, self._host.now_s).windows()
            self._solo = Solo(self._host, memory, self._rollout, Mirror(memory, layout, windows))

    def _learner(self) -> Learner | DeviceLearner:
        seed, wanted = self._init.seed, self._options.learner
        if wanted != "numpy":
            whole = bool(self._drill.called and self._options.edit)  # of which no device has anything
            plays = self._options.play != "cpu" and not whole
            plan, name = GpuPlan(self._program, self._layout), self._drill.name
            self._local = self._engine.learner(seed)
            learner = AutoLearner(
                self._local,
                plan,
                lambda plan, software: self._host.open_gpu(plan, name, software=software),
                Watch(lambda: self._check(plan), on=self._options.validate),
                wanted,
                played_plans(self._program, self._layout.plan, self._options.play_matches) if plays else (),
                must_play=self._options.play == "gpu",
            )
            learner.played_here = not self._options.edit
            return learner
        # The reference needs NumPy, which no other worker loads. Of the drill it needs only sizes, of the one in play:
        # a reader who edits what the players see gives them another number of inputs.
        from drillsergeant.learn.formulas.network import Network
        from drillsergeant.learn.reference.engine import NumpyLearner

        heads = self._drill.heads
        network = Network.for_heads(len(self._drill.observation), heads, self._program.network.hidden)
        self._local = NumpyLearner(network, heads, self._layout, self._memory, seed, self._drill.masks)
        return self._local

    async def _check(self, plan: GpuPlan) -> Check:
        """What compares a device's kernels with the reference, which needs NumPy."""
        await self._host.load_package("numpy")
        from drillsergeant.learn.validation import Validator

        return Validator(plan, self._layout, self._memory)

    def _build_rollout(self) -> None:
        plan, index = self._layout.plan, self._init.index
        telemetry = TelemetryWriter(self._memory, self._layout, rollout(index))
        self._rollout = Rollout(
            self._host,
            RunFlag(self._memory, self._layout),
            partial(self._engine.collector, index),
            self._init.seed,
            WeightsReader(self._memory, self._layout, rollout(index), self._shape_hash),
            RingProducer(self._memory, self._layout, index, telemetry),
            DuelBook(self._memory, self._layout, index),
            Counts(telemetry, plan.agents * plan.horizon, Score(self._drill.objective)),
        )

    def adopt(self, painter: Painter) -> None:
        """Let `painter` draw the show."""
        assert self._renderer is not None, "only the show is drawn"
        self._renderer.adopt(painter)

    async def pulse(self) -> None:
        """Count the heartbeat for as long as this worker's event loop turns."""
        role = rollout(self._init.index) if self._init.role == "rollout" else self._init.role
        telemetry = TelemetryWriter(self._memory, self._layout, role)  # nobody else counts this counter
        while True:
            telemetry.count(Counter.HEARTBEAT)
            await asyncio.sleep(PULSE_EVERY_S)

    def close(self) -> None:
        """Give back what does not vanish with this object; `run` and `heartbeat` are cancelled by whoever runs them."""
        if self._fallback is not None:
            self._fallback.close()
        if self._trainer is not None:
            self._trainer.close()

    async def run(self) -> None:
        """Run the loop of a trainer or rollout worker, for ever."""
        loop = self._trainer or self._rollout
        assert loop is not None, "the show is driven by frames"
        await (asyncio.gather(loop.run(), self._solo.tell()) if self._solo else loop.run())

    def frame(self, now_s: float) -> None:
        """Advance and draw the show; report every so often."""
        assert self._show is not None and self._renderer is not None, "only the show has frames"
        self._show.frame(now_s)
        self._frames.count(Counter.FRAMES)
        self._frames.count(Counter.LATE_FRAMES, int(self._show.late))
        if now_s - self._reported_s >= self._show.report_every_s:
            self._reported_s = now_s
            values = {**self._show.metrics(), **self._renderer.facts()}
            self._host.post(codec.encode(messages.Metrics("show", 0, values)))

    def handle(self, message: messages.Message) -> None:
        """Hand a message to the runtime. Raises ValueError for what it refuses."""
        if isinstance(message, messages.Mirrored):
            apply(self._memory, message.spans)
        elif isinstance(message, messages.Resize) and self._renderer is not None:
            self._renderer.resize(message.width_px, message.height_px, message.dark, message.calm)
            if self._show is not None:
                self._show.calm = message.calm
        elif isinstance(message, messages.WatchMatch) and self._renderer is not None:
            self._renderer.watch(message.match)
        elif isinstance(message, messages.OpenPolicy) and self._guests is not None:
            self._host.post(codec.encode(self._guests.open(message)))
        elif self._show is not None:
            self._show.handle(message)
        elif self._trainer is not None:
            self._trainer.handle(message)

"""Trainer and rollout worker on the NumPy reference over plain memory, step by step."""

from __future__ import annotations

import asyncio
from functools import partial

from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.contract import WinRate
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.reference.engine import NumpyEngine, network_of
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan, initialise, rollout
from drillsergeant.memory.ring import RingProducer
from drillsergeant.memory.run_flag import RunFlag
from drillsergeant.memory.snapshots import DuelBook
from drillsergeant.memory.telemetry import TelemetryWriter
from drillsergeant.memory.weights import WeightsReader, WeightsWriter
from drillsergeant.runtimes.rollout import Counts, Rollout
from drillsergeant.runtimes.trainer.trainer import Trainer

from tests.fakes.host import PlainHost

BALL = BallDrill()


class ReferenceRun:
    """One trainer and one rollout worker on the ball drill."""

    def __init__(self, drill: BallDrill = BALL, duels: int = 0, lockstep: int = 0) -> None:
        network = network_of(drill)
        plan = Plan(
            workers=1,
            matches=64,  # side by side, since NumPy takes as long for a few
            teams=drill.teams,
            horizon=1,
            observation_size=len(drill.observation),
            action_words=len(drill.heads),
            parameter_count=network.size,
            duels=duels,
        )
        layout, shape = Layout(plan), network.shape_hash
        memory = PlainMemory(layout.total_bytes)
        initialise(memory, layout)
        self.host = PlainHost(memory)
        engine = NumpyEngine(drill, layout, memory)
        self.learner = engine.learner(1)

        def trainer() -> Trainer:
            weights = WeightsWriter(memory, layout, shape)
            return Trainer(self.host, memory, layout, self.learner, weights, Hyper(), facts_of(drill), lockstep)

        self._new_trainer = trainer
        self.trainer = trainer()
        telemetry = TelemetryWriter(memory, layout, rollout(0))
        self.rollout = Rollout(
            self.host,
            RunFlag(memory, layout),
            partial(engine.collector, 0),
            1,
            WeightsReader(memory, layout, rollout(0), shape),
            RingProducer(memory, layout, 0, telemetry),
            DuelBook(memory, layout, 0),
            Counts(telemetry, plan.agents * plan.horizon, Score(WinRate())),
        )

    def another_trainer(self) -> None:
        """One that takes over, in the same memory."""
        self.trainer = self._new_trainer()

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.rollout.step()
            asyncio.run(self.trainer.step())

"""A trainer that saves, with a rollout worker, as in one tab of a browser."""

from __future__ import annotations

import asyncio
from typing import Any

from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshq import read_policy
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hidden import HIDDEN
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.trainer.archive import Archive
from drillsergeant.runtimes.trainer.saves import Saves

from tests.fakes.storage import FakeStorage, Tabs
from tests.rigs.reference_run import ReferenceRun

TITLE = "Ball Drill"


class Tab:
    """A trainer with a rollout worker in one tab; several tabs may share storage and locks."""

    def __init__(self, storage: FakeStorage | None = None, tabs: Tabs | None = None, keeps: bool = True) -> None:
        self.storage, self.tabs = storage or FakeStorage(), tabs or Tabs()
        self.factory = ReferenceRun()
        self.trainer, self.host = self.factory.trainer, self.factory.host
        self.schema = Schema.of(facts_of(make("ball")), HIDDEN)
        self.archive = Archive(self.storage)
        locks = self.tabs.of(self)
        self.trainer.saves = Saves(self.host, self.archive, locks, self.schema, TITLE, self.trainer, keeps)

    def train(self, updates: int = 1) -> Tab:
        if not self.trainer.training:
            self.ask(messages.StartTraining())
        self.factory.rounds(updates)
        return self

    def turn(self) -> None:
        assert self.trainer.saves is not None
        asyncio.run(self.trainer.saves.turn())

    def ask(self, message: messages.Message) -> dict[str, Any]:
        """Send it and give the trainer its turn; what it says about runs then."""
        self.trainer.handle(message)
        self.turn()
        return self.told("RUNS")

    def told(self, kind: str) -> dict[str, Any]:
        return next((dict(each) for each in reversed(self.host.posted) if each["type"] == kind), {})

    def state(self) -> tuple[object, ...]:
        """All that makes the run go on as it would have."""
        captured = self.trainer.capture()
        return captured.state, captured.hyper, self.trainer.progress.decisions, self.trainer.progress.updates

    def saved(self, name: str) -> Any:
        return read_policy(asyncio.run(self.archive.load(name)).content, self.schema)

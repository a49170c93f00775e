"""What an update is made from: workers' chunks, or a device's play beside a few of them, and never what is long old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.webgpu.auto_learner import AutoLearner
from drillsergeant.learn.webgpu.matches import NoOpponents, Opponents, PlayedChunk, Setting
from drillsergeant.learn.webgpu.play_plan import PlayPlan
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import SHOW, Layout, Plan, initialise, rollout
from drillsergeant.memory.ring import RingProducer
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.runtimes.updates import EVALUATING, Learned, Updates

from tests.rigs.engines import program_of
from tests.rigs.training_run import at_once

WORKERS, MATCHES, HORIZON, PLAYED = EVALUATING + 2, 4, 3, 1000
LAYOUT = Layout(Plan(WORKERS, MATCHES, (1,), HORIZON, 2, 1, 8, ring_slots=1))


class Learner(AutoLearner):
    """Plays where it is told so, else learns; says which chunks it learned from."""

    plays = checks = False

    def __init__(self) -> None:
        self.learned: list[int] = []
        plan = PlayPlan(program_of("chase"), LAYOUT, evaluates=False)
        self.played = PlayedChunk(plan, Setting((), counts=False), [0.0] * plan.played_words)

    async def play(
        self, hyper: Hyper, lesson: int, opponents: Opponents
    ) -> tuple[Mapping[str, float], PlayedChunk] | None:
        return {"decisions": PLAYED}, self.played

    async def learn(self, chunk_offsets: Sequence[int], hyper: Hyper) -> Mapping[str, float]:
        self.learned = list(chunk_offsets)
        return {}


class Workers:
    """Rings that are filled by hand, and what learns from them."""

    def __init__(self) -> None:
        memory = PlainMemory(LAYOUT.total_bytes)
        initialise(memory, LAYOUT)
        self.show = TelemetryWriter(memory, LAYOUT, SHOW)
        self._rings = [
            RingProducer(memory, LAYOUT, index, TelemetryWriter(memory, LAYOUT, rollout(index)))
            for index in range(WORKERS)
        ]
        self.learner = Learner()
        self.updates = Updates(memory, LAYOUT, self.learner, lockstep=False)

    def play(self) -> int:
        """Fill every ring that has room; of how many."""
        filled = 0
        for ring in self._rings:
            if ring.reserve(0.0) is not None:
                ring.publish()
                filled += 1
        return filled

    def update(self) -> Learned | None:
        learned = at_once(self.updates.update(Hyper(), 0, NoOpponents()))
        if learned is not None:
            self.updates.release()
        return learned


def test_workers_chunks_are_learned_from_all_at_once() -> None:
    workers = Workers()
    assert workers.play() == WORKERS
    learned = workers.update()
    assert learned is not None and learned.decisions == WORKERS * MATCHES * HORIZON and learned.played is None
    assert len(workers.learner.learned) == WORKERS


def test_where_a_device_plays_a_few_workers_are_looked_at_and_the_others_rest() -> None:
    workers = Workers()
    workers.learner.plays = True
    workers.play()
    learned = workers.update()
    assert learned is not None and (learned.decisions, len(learned.chunk_offsets)) == (PLAYED, EVALUATING)
    assert learned.played is workers.learner.played and not workers.learner.learned
    assert workers.play() == EVALUATING, "the others wait for room"


def test_a_device_that_plays_rests_where_the_shows_frames_come_late(monkeypatch: pytest.MonkeyPatch) -> None:
    workers, rests = Workers(), []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr("drillsergeant.runtimes.updates.asyncio.sleep", sleep)
    workers.learner.plays = True
    workers.update()
    assert not rests
    workers.updates._backoff._looked_s = 0.0
    for counter in (Counter.FRAMES, Counter.LATE_FRAMES):
        workers.show.count(counter, 30)
    workers.update()
    assert len(rests) == 1 and rests[0] > 0.0
    workers.learner.plays = False
    workers.play()
    workers.update()
    assert len(rests) == 1, "kernels are on another processor than the show's frames"


def test_what_has_waited_while_a_device_played_is_not_learned_from() -> None:
    workers = Workers()
    workers.learner.plays = True
    workers.play()
    workers.update()
    workers.learner.plays = False
    assert workers.update() is None, "nothing is new"
    assert workers.play() == WORKERS
    learned = workers.update()
    assert learned is not None and len(workers.learner.learned) == WORKERS


def test_an_update_that_checks_a_device_waits_for_one_chunk() -> None:
    workers = Workers()
    workers.learner.checks = True
    workers.play()
    learned = workers.update()
    assert learned is not None and learned.decisions == MATCHES * HORIZON
    workers.learner.checks = False
    workers.play()
    learned = workers.update()
    assert learned is not None and learned.decisions == WORKERS * MATCHES * HORIZON

"""What is learned after a restart or a step back: never from play of the policy that was left behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from drillsergeant.drills.contract import Player
from drillsergeant.learn.engine import EVALUATION_MATCHES
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan, initialise
from drillsergeant.memory.run_epoch import RunEpoch, RunStart
from drillsergeant.runtimes.protocol import messages

from tests.rigs.training_run import TrainingRun

UPDATES = 4
LOCKSTEP = {"lockstep": str(UPDATES)}


def played_meanwhile(run: TrainingRun, then: Callable[[], None]) -> None:
    """A chunk of the policy there is; before the worker publishes it, `then` happens."""
    collector = run.rollout.player.collector
    collect = collector.collect

    def interrupted(weights_offset: int, chunk_offset: int) -> object:
        tally = collect(weights_offset, chunk_offset)
        then()
        return tally

    collector.collect = interrupted  # type: ignore[method-assign, assignment]
    run.rollout.step()
    collector.collect = collect  # type: ignore[method-assign]


def restart(run: TrainingRun, seed: int = 1) -> None:
    run.trainer.handle(messages.ResetTrainer(seed))
    run.trainer.handle(messages.StartTraining())


@pytest.fixture(scope="module")
def fresh() -> object:
    return TrainingRun(matches=32, address=LOCKSTEP).digest(UPDATES)


def test_a_restart_from_nothing_equals_a_fresh_run_whatever_is_being_played(fresh: object) -> None:
    run = TrainingRun(matches=32, seed=7, address=LOCKSTEP)
    run.train(2)
    played_meanwhile(run, lambda: restart(run))
    assert run.digest(UPDATES) == fresh
    run.rollout.step()  # a chunk of the finished run lies in the ring
    restart(run)
    assert run.digest(UPDATES) == fresh


def test_two_restarts_at_once_equal_a_fresh_run(fresh: object) -> None:
    run = TrainingRun(matches=32, seed=7, address=LOCKSTEP)
    run.train(1)
    played_meanwhile(run, lambda: restart(run, 3))
    run.update()  # the chunk goes, and nothing is learned
    restart(run)
    assert run.digest(UPDATES) == fresh


@pytest.mark.parametrize("before_the_reset", [False, True])
def test_a_restart_under_other_code_equals_a_fresh_run(fresh: object, before_the_reset: bool) -> None:
    run = TrainingRun(matches=32, address=LOCKSTEP)
    run.train(2)
    run.another_rollout()
    if before_the_reset:  # the new code plays with the old weights for a moment
        run.rollout.step()
    restart(run)
    assert run.digest(UPDATES) == fresh


def test_a_worker_that_is_replaced_after_a_restart_begins_from_the_seed_of_the_restart(fresh: object) -> None:
    run = TrainingRun(matches=32, seed=7, address=LOCKSTEP)
    run.train(1)
    restart(run)
    run.another_rollout()
    assert run.digest(UPDATES) == fresh


def test_after_a_rewind_the_first_update_learns_from_the_policy_gone_back_to() -> None:
    run = TrainingRun(matches=32)
    run.train(3)
    (first,) = run.trainer.run_control.timeline.entries
    played_meanwhile(run, lambda: run.trainer.handle(messages.Rewind(first.id)))
    before = run.trainer.progress.decisions
    run.update()
    assert run.trainer.progress.decisions == before, "the chunk of the policy that was left is not learned from"
    run.update()
    assert run.trainer.progress.decisions > before
    values = run.values()
    assert values["clip_fraction"] == 0.0, "one epoch of one minibatch: the policy is the one that played"


def test_after_a_rewind_only_matches_that_began_since_say_how_often_it_wins() -> None:
    run = TrainingRun(matches=32)
    rate = run.trainer._report.recent[Player.SCRIPTED]
    run.train(21)
    assert rate.seen > 0
    (first,) = run.trainer.run_control.timeline.entries
    played_meanwhile(run, lambda: run.trainer.handle(messages.Rewind(first.id)))
    assert rate.seen == 0
    run.train(8)
    assert rate.seen == 0, "little more than 100 decisions have been played, and the longest matches go on"
    assert rate.waiting > EVALUATION_MATCHES[Player.SCRIPTED]
    run.train(14)
    assert rate.seen > 0


def test_a_start_waits_until_its_own_epoch_is_read() -> None:
    layout = Layout(
        Plan(workers=1, matches=4, teams=(1,), horizon=1, observation_size=1, action_words=1, parameter_count=1)
    )
    memory = PlainMemory(layout.total_bytes)
    initialise(memory, layout)
    epoch, start = RunEpoch(memory, layout), RunStart(memory, layout)
    assert start.due(0) is None
    epoch.begin(2**32 - 1)
    assert start.due(0) is None, "play of the epoch before is thrown away: it must not use the matches up"
    assert start.due(1) == 2**32 - 1
    assert start.due(1) is None
    epoch.turn()
    assert start.due(2) is None, "the matches go on"
    epoch.set_lesson(3)
    assert epoch.lesson == start.lesson == RunEpoch(memory, layout).lesson == 3

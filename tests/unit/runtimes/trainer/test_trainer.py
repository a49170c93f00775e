"""Trainer and rollout worker over plain memory: chunks become updates and versions, bad values change nothing."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.trainer.numbers.curve import EPISODES_A_POINT, Curve
from drillsergeant.runtimes.trainer.report import METRICS_EVERY_S, pause_s
from drillsergeant.runtimes.trainer.trainer import IDLE_REST_S

from tests.rigs.reference_run import ReferenceRun


def test_each_chunk_becomes_one_update_and_one_version() -> None:
    factory = ReferenceRun()
    factory.trainer.handle(messages.StartTraining())
    factory.rounds(3)
    factory.trainer.report()
    values = factory.host.metrics()
    assert (values["updates"], values["version"]) == (3, 4)  # version 1 is the fresh network
    assert values["decisions"] == 3 * 4 * 32
    assert values["steps"] == factory.trainer.run_control.setting.epochs  # all rows fit one minibatch
    assert values["dropped"] == 0


def test_an_idle_ring_is_no_update() -> None:
    factory = ReferenceRun()
    asyncio.run(factory.trainer.step())
    assert factory.trainer.progress.updates == 0


def test_a_trainer_with_nothing_to_do_rests_and_still_tells_its_numbers() -> None:
    factory = ReferenceRun()
    turns = 500

    async def idle() -> None:
        loop = asyncio.ensure_future(factory.trainer.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        loop.cancel()

    began_s, told = factory.host.time_s, len(factory.host.posted)
    asyncio.run(idle())
    passed_s = factory.host.time_s - began_s
    assert passed_s > turns * IDLE_REST_S / 2, "time that was slept, not spent on looking"
    assert len(factory.host.posted) - told >= int(passed_s / METRICS_EVERY_S) - 1


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": math.nan},
        {"learning_rate": -1.0},
        {"clip_coef": 1e9},
        {"entropy_coef": "lots"},
        {"epochs": 1.5},
        {"epochs": True},
        {"clip_coef": 0.1, "epochs": 0},
        {"charm": 1.0},
    ],
)
def test_bad_hyperparameters_are_refused_with_the_range_and_the_old_ones_stay(changes: dict[str, object]) -> None:
    factory = ReferenceRun()
    before = factory.trainer.run_control.setting
    for message in (messages.SetHyper(changes), messages.StartTraining(changes)):
        with pytest.raises(ValueError, match=r"from|no hyperparameter named"):
            factory.trainer.handle(message)
    assert factory.trainer.run_control.setting == before
    assert not factory.trainer.training


def test_stop_keeps_and_reset_forgets_what_was_learned() -> None:
    factory = ReferenceRun()
    fresh = factory.learner._arithmetic.parameters.copy()
    factory.trainer.handle(messages.StartTraining())
    factory.rounds(2)
    factory.trainer.handle(messages.StopTraining())
    learned = factory.learner._arithmetic.parameters.copy()
    assert (learned != fresh).any()
    factory.trainer.handle(messages.StartTraining())
    assert (factory.learner._arithmetic.parameters == learned).all()
    factory.trainer.handle(messages.ResetTrainer(1))
    assert (factory.learner._arithmetic.parameters == fresh).all()
    assert factory.host.metrics()["decisions"] == 0


def test_duels_against_the_timeline_become_a_win_rate_ratings_and_no_statistics_of_self_play() -> None:
    factory = ReferenceRun(BallDrill(time_limit_s=0.5), duels=4)
    factory.trainer.handle(messages.StartTraining())
    assert factory.trainer.progress.decisions_per_chunk == 2 * 60 + 4
    factory.rounds(32)
    factory.trainer.report()
    values = factory.host.metrics()
    (first,) = factory.trainer.run_control.timeline.entries
    (row,) = values["pool"]
    assert row["id"] == first.id
    assert row["games"] == 3 * 4, "matches of eight decisions, from the second chunk on"
    rates = [float(str(values[f"{name}_rate_pool"])) for name in ("win", "loss", "draw")]
    assert sum(rates) == pytest.approx(1.0)
    assert row["wins"] == rates[0] * row["games"]
    (entry,) = values["timeline"]
    assert entry["rating"] == pytest.approx(row["rating"], abs=1.0)
    factory.trainer.handle(messages.ResetTrainer(1))
    assert factory.host.metrics()["pool"][0]["games"] == 0
    factory.rounds(1)
    assert factory.rollout.player.duels.rival is None, "the opponents of the run before have gone with it"


def test_a_curve_point_needs_its_episodes_and_counts_only_new_ones() -> None:
    curve = Curve()
    assert curve.update(5.0, 10, {"episodes": EPISODES_A_POINT - 1, "wins": 0, "losses": 0}) is None
    first = curve.update(6.0, 20, {"episodes": EPISODES_A_POINT, "wins": 50, "losses": 100})
    assert first is not None
    assert (first.win, first.loss, first.draw) == (0.25, 0.5, 0.25)
    assert curve.update(6.9, 25, {"episodes": 2 * EPISODES_A_POINT, "wins": 250, "losses": 100}) is None
    second = curve.update(8.0, 30, {"episodes": 2 * EPISODES_A_POINT, "wins": 250, "losses": 100})
    assert second is not None
    assert (second.win, second.loss) == (1.0, 0.0)


def test_early_points_of_a_curve_are_close_together() -> None:
    curve = Curve()
    moments = [step / 32 for step in range(1, 257)]
    for number, t_s in enumerate(moments, 1):
        curve.update(t_s, 1, {"episodes": number * EPISODES_A_POINT, "wins": 0, "losses": 0})
    times = [point.t_s for point in curve.points]
    gaps = [after - before for before, after in pairwise(times)]
    assert times[0] == gaps[0] == 4 / 32
    assert all(after >= before for before, after in pairwise(gaps)), gaps
    assert gaps[-1] == 1.0


def test_a_reset_during_an_update_waits_for_it() -> None:
    factory = ReferenceRun()
    fresh = factory.learner._arithmetic.parameters.copy()
    learn = factory.learner.learn

    async def learn_on_a_device(chunk_offsets: Sequence[int], hyper: Hyper) -> Mapping[str, float]:
        factory.trainer.handle(messages.ResetTrainer(1))
        return learn(chunk_offsets, hyper)

    factory.learner.learn = learn_on_a_device  # type: ignore[method-assign, assignment]
    factory.rounds(1)
    assert (factory.learner._arithmetic.parameters == fresh).all()
    assert factory.trainer.progress.decisions == 0


def test_the_first_seconds_of_training_are_told_more_often() -> None:
    assert pause_s(0.0) == pause_s(1.9) < pause_s(2.1) == pause_s(None) == METRICS_EVERY_S

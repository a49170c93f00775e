"""Going back on the timeline: clocks, counters, numbers and curves are those of the version that is gone back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from drillsergeant.drills.contract import Player
from drillsergeant.learn.engine import Tally
from drillsergeant.learn.ppo.hyper import SETTLE_UPDATES, Hyper, annealed
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.trainer.timeline import AUTO, TimelineEntry

from tests.rigs.reference_run import ReferenceRun


def training() -> ReferenceRun:
    factory = ReferenceRun()
    factory.trainer.handle(messages.StartTraining())
    return factory


def learn(factory: ReferenceRun, tally: Tally) -> Mapping[str, Any]:
    """Two updates and ten seconds, in which it is found to play so well; what is told then."""
    factory.trainer._report.recent[Player.SCRIPTED].add(tally)
    factory.rounds(2)
    factory.host.time_s += 10.0
    factory.trainer.report()
    return dict(factory.host.metrics())


def entries(factory: ReferenceRun) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = factory.host.metrics()["timeline"]
    return found


def rewind(factory: ReferenceRun, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    factory.trainer.handle(messages.Rewind(entry["id"]))
    return factory.host.metrics()


def histories(factory: ReferenceRun) -> list[Any]:
    """What the page was told of the way to where it is."""
    return [each for each in factory.host.posted if each["type"] == "RUN_HISTORY"]


def test_clocks_numbers_and_curves_are_those_of_the_version_gone_back_to_and_the_page_is_told() -> None:
    factory = training()
    then = learn(factory, Tally(100, 30, 70))
    factory.trainer.handle(messages.KeepSnapshot())
    kept = entries(factory)[-1]
    factory.trainer.handle(messages.SetHyper({"epochs": 2}))
    now = learn(factory, Tally(4000, 4000, 0))
    assert now["win_rate"] > 0.9 and now["t_s"] > 20.0

    values = rewind(factory, kept)
    assert values["t_s"] == pytest.approx(kept["t_s"], abs=0.1)
    assert (values["decisions"], values["updates"]) == (256, 2)
    for name in ("win_rate", "loss_rate", "entropy", "value_loss"):
        assert values[name] == pytest.approx(then[name]), name
    (told,) = histories(factory)
    assert told["rewound"] is True
    times_s = told["numbers"]["t_s"]
    kept_s = factory.trainer._report.history.times_s
    assert times_s == kept_s[: len(times_s)] and 10.0 < times_s[-1] <= kept["t_s"] + 0.001
    factory.trainer.handle(messages.KeepSnapshot())
    assert [entry["decisions"] for entry in entries(factory)] == [0, 256, 256, 512], "newer versions stay"


def test_what_happened_later_is_not_of_this_way() -> None:
    factory = training()
    learn(factory, Tally(100, 30, 70))
    factory.trainer.handle(messages.SetHyper({"epochs": 2}))
    factory.trainer.handle(messages.KeepSnapshot())
    kept = entries(factory)[-1]
    learn(factory, Tally(100, 30, 70))
    factory.trainer.handle(messages.SetHyper({"epochs": 1}))
    told: Sequence[Mapping[str, Any]] = rewind(factory, kept)["events"]
    assert [event["text"] for event in told] == [
        "epochs 1 → 2", f"Back to version {kept['version']}, as it was after 256 decisions"
    ]  # fmt: skip
    assert told[-1]["t_s"] == pytest.approx(kept["t_s"], abs=0.1)


def test_going_back_can_be_taken_back_and_the_way_to_there_is_known_still() -> None:
    factory = training()
    learn(factory, Tally(100, 30, 70))
    factory.trainer.handle(messages.KeepSnapshot())
    kept = entries(factory)[-1]
    learn(factory, Tally(4000, 4000, 0))
    rewind(factory, kept)
    left = entries(factory)[-1]
    factory.rounds(1)
    factory.host.time_s += 1.0
    values = rewind(factory, left)
    assert (values["decisions"], values["updates"]) == (512, 4)
    assert values["t_s"] == pytest.approx(left["t_s"], abs=0.1)
    assert values["win_rate"] > 0.9
    back, again = (each["numbers"]["t_s"] for each in histories(factory))
    assert again[: len(back)] == back and again[-1] > 20.0


def test_after_going_back_steps_are_as_long_as_they_were_then() -> None:
    factory = training()
    factory.rounds(1)
    factory.trainer.handle(messages.KeepSnapshot())
    kept = entries(factory)[-1]
    factory.trainer.progress.updates = 4 * SETTLE_UPDATES
    rewind(factory, kept)
    assert factory.trainer.run_control.next_hyper(factory.trainer.progress.updates) == annealed(Hyper(), 1)


def test_from_there_snapshots_are_kept_again() -> None:
    factory = training()
    factory.rounds(1)
    timeline = factory.trainer.run_control.timeline
    timeline.add(AUTO, factory.learner.state(), TimelineEntry(50.0, 1_000_000, 99), None)
    assert not timeline.due(900_000)
    factory.trainer.report()
    rewind(factory, entries(factory)[0])
    assert timeline.due(60_000)

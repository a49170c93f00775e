"""The timeline of a run is saved with it and comes back with it, with what is known of how good its versions are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from drillsergeant.learn.engine import Tally
from drillsergeant.learn.files.dshq import write_policy
from drillsergeant.learn.files.safetensors import MOST_BYTES
from drillsergeant.memory.layout import LIBRARY_SLOTS
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ImportRun, LoadRun, SaveRun
from drillsergeant.runtimes.trainer.saved_run import MOST_VERSION_BYTES, kept_versions
from drillsergeant.runtimes.trainer.saves import Saves
from drillsergeant.runtimes.trainer.timeline import AUTO, BEST, FIRST, MANUAL, TimelineEntry

from tests.fakes.storage import Tabs
from tests.rigs.saving_tab import TITLE, Tab


def with_versions() -> Tab:
    """A tab whose timeline has the first version, one that its visitor kept, the best, and one from while it trained.
    All are rated: what it has played is told of."""
    tab = Tab().train(2)
    control, matchmaking = tab.trainer.run_control, tab.trainer._report.matchmaking
    tab.trainer.handle(messages.KeepSnapshot())
    matchmaking.played_scripted(Tally(200, 120, 80))
    for kind in (BEST, AUTO):
        tab.train(1).trainer.report()
        control.timeline.add(kind, tab.trainer.capture().state, tab.trainer.moment(), 0.5)
    control._safeguards.best.best = 0.6
    tab.host.time_s += 5.0
    for _ in range(30):
        tab.trainer.report()
    return tab.train(1)


def timeline(tab: Tab) -> list[Mapping[str, Any]]:
    tab.trainer.report()
    found: list[Mapping[str, Any]] = tab.host.metrics()["timeline"]
    return found


def known(tab: Tab) -> list[tuple[object, ...]]:
    """What a visitor is told of each version, as far as it does not move by itself."""
    names = ("version", "decisions", "updates", "t_s", "win", "kind")
    return [tuple(entry[name] for name in names) for entry in timeline(tab)]


def weights(tab: Tab) -> list[bytes]:
    found = tab.trainer.run_control.timeline
    return [found.find(entry.id)[1].arrays["parameters"] for entry in found.entries]


@pytest.mark.parametrize("way", ["continued", "imported"])
def test_a_run_that_goes_on_has_all_its_versions_and_their_ratings(way: str) -> None:
    first = with_versions()
    first.ask(SaveRun())
    first.ask(messages.ExportRun("dshq"))
    before, ratings = known(first), [entry["rating"] for entry in timeline(first)]
    assert [row[-1] for row in before] == [FIRST, MANUAL, BEST, AUTO]
    rating = first.host.metrics()["rating"]
    assert rating != 1000 and None not in ratings

    second = Tab(first.storage)
    content = first.told("EXPORTED")["content"]
    assert not second.ask(LoadRun(TITLE) if way == "continued" else ImportRun("mine.dshq", content))["refused"]
    assert known(second) == before, "the first one is the first one, and the best the best"
    assert weights(second) == weights(first)
    assert second.trainer.run_control._safeguards.best.best == pytest.approx(0.6)
    for _ in range(3):
        assert [entry["rating"] for entry in timeline(second)] == pytest.approx(ratings, abs=3)
        assert second.host.metrics()["rating"] == pytest.approx(rating, abs=3), "it does not fall before it rises"
    assert second.host.metrics()["version"] > first.host.metrics()["version"], "no number stands for two versions"

    ident = timeline(second)[0]["id"]
    second.trainer.handle(messages.Rewind(ident))
    assert second.trainer.capture().state.arrays["parameters"] == weights(first)[0]
    assert (second.trainer.progress.decisions, second.trainer.capture().state.updates) == (0, 0)
    assert second.train(1).trainer.progress.updates == 1


def test_a_timeline_without_any_room_left_loses_nothing_however_often_a_run_goes_on() -> None:
    tab = with_versions()
    kept = tab.trainer.run_control.timeline
    for number in range(LIBRARY_SLOTS):
        kept.add(AUTO, tab.trainer.capture().state, TimelineEntry(50.0, 50_000 * (number + 1), 100 + number), None)
    tab.ask(SaveRun())
    before = known(tab)
    assert len(before) == LIBRARY_SLOTS
    for _ in range(3):
        tab = Tab(tab.storage)
        tab.ask(LoadRun(TITLE))
        assert known(tab) == before
        tab.train(1).ask(SaveRun())


def test_a_run_without_versions_goes_on_as_the_first_one() -> None:
    tab = with_versions()
    tab.ask(SaveRun())
    old = replace(tab.saved(TITLE), versions=(), games=())
    other = Tab()
    assert not other.ask(ImportRun("old.dshq", write_policy(old)))["refused"]
    assert [row[-1] for row in known(other)] == [FIRST]


def test_in_another_game_how_good_they_are_is_to_be_found_out_again() -> None:
    tab = with_versions()
    tab.ask(SaveRun())
    content = write_policy(replace(tab.saved(TITLE), edit="class Mine(BallDrill): pass"))
    other = Tab()
    assert not other.ask(ImportRun("mine.dshq", content, anyway=True))["refused"]
    assert weights(other) == weights(tab)
    assert other.trainer.run_control._safeguards.best.best is None
    assert [row[-1] for row in known(other)] == [FIRST, MANUAL, MANUAL, AUTO]
    assert [entry["rating"] for entry in timeline(other)] == pytest.approx([1000.0] * 4)


def test_a_trainer_that_took_over_where_nothing_was_left_has_the_versions_of_the_last_save() -> None:
    tab = with_versions()
    tab.ask(SaveRun())
    told = timeline(tab)
    before, other = known(tab), Tab(tab.storage).train(1)  # in a memory of its own, as in solo mode
    other.ask(LoadRun(TITLE, newest=True, timeline=told))
    assert known(other) == before


def test_a_trainer_that_takes_over_what_was_left_has_their_ratings_too() -> None:
    tab = with_versions()
    tab.ask(SaveRun())
    told, before = timeline(tab), tab.host.metrics()["rating"]
    tab.factory.another_trainer()
    tab.trainer = tab.factory.trainer
    tab.trainer.saves = Saves(tab.host, tab.archive, Tabs().of(tab), tab.schema, TITLE, tab.trainer)
    tab.ask(LoadRun(TITLE, newest=True, timeline=told))
    ratings = {entry["id"]: entry["rating"] for entry in timeline(tab)}
    for entry in told:
        assert ratings[entry["id"]] == pytest.approx(entry["rating"], abs=3)
    assert tab.host.metrics()["rating"] == pytest.approx(before, abs=3)


def test_a_file_has_room_for_every_version_of_a_network_as_large_as_ours_and_is_a_file_that_can_be_read() -> None:
    tab = Tab().train(1)
    state = tab.trainer.capture().state
    kept = tab.trainer.run_control.timeline
    for number in range(2 * LIBRARY_SLOTS):
        kept.add(AUTO, state, TimelineEntry(float(number), 50_000 + 1000 * number, number), None)
    versions, _ = kept_versions(kept, tab.trainer._report.matchmaking)
    assert len(versions) == len(kept.entries) == LIBRARY_SLOTS
    size = sum(len(version.parameters) for version in versions)
    assert size <= MOST_VERSION_BYTES
    tab.ask(SaveRun())
    content = write_policy(tab.saved(TITLE))
    assert size < len(content) < size + 200_000 < MOST_BYTES

"""The timeline: early, best and recent policies are always on it, whatever else has to go, and the library follows."""

from itertools import pairwise

import pytest
from drillsergeant.learn.files.kept_versions import KeptVersion
from drillsergeant.learn.league.snapshot_schedule import GROWTH
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import LIBRARY_SLOTS, Layout, Plan, initialise
from drillsergeant.memory.snapshots import SnapshotReader, SnapshotWriter
from drillsergeant.runtimes.trainer.timeline import (
    AUTO,
    BEST,
    FIRST,
    MANUAL,
    MANUAL_KEPT,
    Entry,
    Timeline,
    TimelineEntry,
    least_missed,
    thinned,
)

PARAMETERS = 8
PLAN = Plan(
    workers=2, matches=4, teams=(1, 1), horizon=2, observation_size=3, action_words=1, parameter_count=PARAMETERS
)


def state(number: int) -> LearnerState:
    arrays = {name: bytes([number % 256]) * 4 * PARAMETERS for name in ("parameters", "first_moment", "second_moment")}
    return LearnerState(1, number, number, 0, arrays)


class Run:
    """A timeline over plain memory, and a run whose decisions only grow."""

    def __init__(self) -> None:
        self.layout = Layout(PLAN)
        self.memory = PlainMemory(self.layout.total_bytes)
        initialise(self.memory, self.layout)
        self.library = SnapshotWriter(self.memory, self.layout)
        self.timeline = Timeline(self.library)
        self.number = 0
        self.keep(FIRST, 0)

    def keep(self, kind: str, decisions: int, win: float | None = None) -> Entry:
        self.number += 1
        return self.timeline.add(kind, state(self.number), TimelineEntry(decisions / 1e5, decisions, self.number), win)

    def train(self, until: int, per_update: int = 8192, begin: int = 0) -> None:
        for decisions in range(begin, until, per_update):
            if self.timeline.due(decisions):
                self.keep(AUTO, decisions)

    def decisions(self) -> list[int]:
        return [entry.decisions for entry in self.timeline.entries]

    def check(self) -> None:
        """Each entry has a slot of its own, which holds its parameters under its id; other slots are empty."""
        entries = self.timeline.entries
        assert len(entries) <= LIBRARY_SLOTS
        ids = [0] * LIBRARY_SLOTS
        reader, target = SnapshotReader(self.memory, self.layout), self.layout["weights.0"].offset
        for entry in entries:
            assert ids[entry.slot] == 0
            ids[entry.slot] = entry.id
            assert reader.copy(entry.slot, target) == entry.id
            found = bytearray(4 * PARAMETERS)
            self.memory.read(target, found)
            assert bytes(found) == self.timeline.find(entry.id)[1].arrays["parameters"]
        assert self.library.ids() == ids
        assert self.decisions() == sorted(self.decisions())
        assert max(self.library.ids()) == self.timeline._next_id - 1, "a trainer that takes over knows which are given"


def test_snapshots_come_in_growing_steps_from_the_first_policy_on() -> None:
    run = Run()
    run.train(10_000_000)
    found = run.decisions()
    assert found[0] == 0
    assert 50_000 <= found[1] < 60_000
    assert all(1.1 < b / a < 1.5 for a, b in pairwise(found[1:]))
    assert found[-1] * GROWTH * 1.01 > 10_000_000
    run.check()


@pytest.mark.parametrize("total", [50_000_000, 600_000_000, 40_000_000_000])
def test_a_long_run_keeps_the_first_and_covers_every_age(total: int) -> None:
    run = Run()
    run.train(total, per_update=max(8192, total // 20_000))
    run.check()
    found = run.decisions()
    assert len(found) == LIBRARY_SLOTS
    assert found[0] == 0
    assert found[-1] * GROWTH * 1.1 > total
    steps = [b / a for a, b in pairwise(found[1:])]
    assert max(steps) < GROWTH**4, "no hole in the middle"
    assert found[2] < max(300_000, 10 * total // 20_000), "an early policy is there"


def test_the_best_replaces_the_best_before_and_is_never_thinned() -> None:
    run = Run()
    old = run.keep(BEST, 1000, 0.5)
    best = run.keep(BEST, 2000, 0.9)
    assert run.timeline.best == best
    with pytest.raises(ValueError, match=f"no snapshot {old.id} on the timeline"):
        run.timeline.find(old.id)
    run.train(10_000_000_000, per_update=1_000_000, begin=3000)
    assert run.timeline.best == best
    run.check()
    run.keep(BEST, 10_000_000_001, 0.95)
    run.check()
    assert len(run.timeline.entries) == LIBRARY_SLOTS


def test_a_best_that_was_set_aside_earlier_takes_its_place_in_the_order() -> None:
    run = Run()
    run.keep(AUTO, 9000)
    run.keep(BEST, 8000, 0.7)
    assert run.decisions() == [0, 8000, 9000]
    run.check()


def test_the_visitor_s_snapshots_stay_until_there_are_too_many() -> None:
    run = Run()
    kept = [run.keep(MANUAL, 100 * number) for number in range(1, MANUAL_KEPT + 1)]
    run.train(10_000_000_000, per_update=1_000_000, begin=10_000)
    assert [entry.id for entry in run.timeline.entries if entry.kind == MANUAL] == [entry.id for entry in kept]
    newest = run.keep(MANUAL, 10_000_000_001)
    ids = [entry.id for entry in run.timeline.entries if entry.kind == MANUAL]
    assert ids == [entry.id for entry in kept[1:]] + [newest.id]
    run.check()


def test_a_version_that_is_there_is_kept_as_the_visitor_s_own() -> None:
    run = Run()
    run.train(20_000_000)
    kept = [entry.id for entry in run.timeline.entries if entry.kind == AUTO][: MANUAL_KEPT + 1]
    for ident in kept:
        run.timeline.keep(ident)
    ours = [entry.id for entry in run.timeline.entries if entry.kind == MANUAL]
    assert ours == kept[1:], "one too many: the oldest is an ordinary one again"
    run.train(10_000_000_000, per_update=1_000_000)
    assert [entry.id for entry in run.timeline.entries if entry.kind == MANUAL] == ours
    with pytest.raises(ValueError, match="no snapshot 999"):
        run.timeline.keep(999)


def test_a_snapshot_that_is_being_played_against_is_spared() -> None:
    spared, twin = Run(), Run()
    for each in (spared, twin):
        each.train(20_000_000)
        while len(each.timeline.entries) < LIBRARY_SLOTS:
            each.keep(AUTO, 20_000_000 + each.number)
    before = {entry.id: entry.slot for entry in twin.timeline.entries}
    twin.keep(AUTO, 40_000_000)
    (gone,) = before.keys() - {entry.id for entry in twin.timeline.entries}
    spared.library.choose(1, before[gone])
    spared.keep(AUTO, 40_000_000)
    assert gone in {entry.id for entry in spared.timeline.entries}
    spared.check()


def test_the_same_updates_give_the_same_timeline() -> None:
    one, two = Run(), Run()
    for run in (one, two):
        run.train(300_000_000, per_update=65_536)
    assert one.timeline.plain() == two.timeline.plain()


def test_a_new_run_and_a_new_trainer_begin_with_an_empty_library_and_ids_that_are_new() -> None:
    run = Run()
    run.train(1_000_000)
    last = run.timeline.entries[-1].id
    run.timeline.clear()
    assert run.library.ids() == [0] * LIBRARY_SLOTS
    assert run.keep(FIRST, 0).id == last + 1
    successor = Timeline(SnapshotWriter(run.memory, run.layout))
    assert run.library.ids() == [0] * LIBRARY_SLOTS
    first = successor.add(FIRST, state(1), TimelineEntry(0.0, 0, 9), None)
    assert first.id == last + 2


def test_ratings_are_written_to_those_that_are_still_there() -> None:
    run = Run()
    entry = run.keep(AUTO, 100)
    run.timeline.rate({entry.id: 120.5, 999: 3.0})
    told = run.timeline.plain()
    assert [each["rating"] for each in told] == [None, 120.5]
    assert told[1]["kind"] == "auto"


def test_a_trainer_that_takes_over_finds_what_is_told_of_and_left_and_nothing_else() -> None:
    run = Run()
    run.train(300_000)
    run.keep(BEST, 250_000, 0.9)
    told, kept = run.timeline.plain(), {entry.id: run.timeline.find(entry.id)[1] for entry in run.timeline.entries}
    run.library.drop(run.timeline.entries[2].slot)  # the trainer died while it wrote this one
    lost = run.timeline.entries[2].id
    junk: list[object] = [3, {}, {**told[0], "kind": "worst"}, {**told[1], "t_s": "soon"}, {**told[1], "id": 999}]

    run.timeline = Timeline(SnapshotWriter(run.memory, run.layout))
    now = run.keep(FIRST, 260_000)
    assert not run.timeline.holds(kept[told[0]["id"]])  # type: ignore[index]
    assert run.timeline.restore_timeline([*junk, *told, *told], state(77))
    run.check()
    assert sorted(entry.id for entry in run.timeline.entries) == sorted({*kept, now.id} - {lost})
    assert run.decisions() == sorted(run.decisions())
    assert [entry.kind for entry in run.timeline.entries].count(FIRST) == 1
    assert run.timeline.best is None
    for entry in run.timeline.entries:
        found = run.timeline.find(entry.id)[1]
        if entry.id != now.id:
            assert found.arrays["parameters"] == kept[entry.id].arrays["parameters"]
            moments = set(found.arrays["first_moment"] + found.arrays["second_moment"])
            assert (found.updates, found.steps, moments) == (kept[entry.id].updates, 0, {0})
            assert run.timeline.holds(found)
    run.timeline.restore_timeline(told, state(1))
    run.check()
    run.train(30_000_000, begin=300_000)
    run.check()


def test_no_more_is_recalled_than_there_is_room_for() -> None:
    run = Run()
    run.train(300_000_000, per_update=65_536)
    told = run.timeline.plain()
    assert len(told) == LIBRARY_SLOTS
    run.timeline = Timeline(SnapshotWriter(run.memory, run.layout))
    run.keep(FIRST, 300_000_000)
    run.timeline.restore_timeline(told, state(1))
    assert len(run.timeline.entries) == LIBRARY_SLOTS
    run.check()
    run.timeline = Timeline(SnapshotWriter(run.memory, run.layout))
    assert not run.timeline.restore_timeline("junk", state(1))
    assert run.timeline.entries == []


def test_where_all_that_is_kept_was_the_best_once_there_is_room_for_more_still() -> None:
    run = Run()
    for number in range(2 * LIBRARY_SLOTS):
        run.keep(BEST, 1000 * (number + 1), 0.5)
        run.timeline.demote_best()
        run.check()
    assert run.timeline.entries[0].kind == FIRST


def test_from_where_a_run_went_back_to_snapshots_come_in_growing_steps_again() -> None:
    run = Run()
    run.train(1_000_000)
    before = {entry.id for entry in run.timeline.entries}
    assert not run.timeline.due(1_000_000)
    run.timeline.go_back(200_000)
    run.train(900_000, begin=200_000)
    came = [entry.decisions for entry in run.timeline.entries if entry.id not in before]
    assert len(came) >= 5 and came[0] < 200_000 * GROWTH * 1.1
    assert all(1.1 < b / a < 1.5 for a, b in pairwise(came))
    run.check()


def test_who_goes_is_not_the_newest_which_after_going_back_may_lie_anywhere_nor_where_there_is_another_one_s_own() -> (
    None
):
    run = Run()
    for decisions in (1000, 1001, 1002, 5000, 90_000):
        run.keep(AUTO, decisions)
    entries = run.timeline.entries
    near, far = entries[2], entries[4]
    assert entries[least_missed(entries)] == near
    assert entries[least_missed(entries, newest=near.id)] == entries[3]
    assert entries[least_missed(entries, {entry.id for entry in entries if entry != far})] == far, (
        "all others are played"
    )
    run.timeline.keep(near.id)
    assert run.timeline.entries[least_missed(run.timeline.entries)] == entries[3]


def test_versions_of_a_saved_run_have_new_ids_a_fresh_optimiser_and_are_the_first_and_the_best_still() -> None:
    run = Run()
    last = run.keep(AUTO, 5000).id
    kinds = [FIRST, AUTO, MANUAL, "odd", BEST]
    versions = [
        KeptVersion(state(number).arrays["parameters"], 10 * number, 60_000 * number, 7 * number, 1.5, 0.5, kind, 900.0)
        for number, kind in enumerate(kinds)
    ]
    ids = run.timeline.recall(versions, state(77))
    run.check()
    assert ids == list(range(last + 1, last + 6)), "no id is given twice"
    found = [(entry.version, entry.decisions, entry.t_s, entry.win, entry.rating) for entry in run.timeline.entries]
    assert found == [(each.version, each.decisions, each.t_s, each.win, each.rating) for each in versions]
    assert [entry.kind for entry in run.timeline.entries] == [FIRST, AUTO, MANUAL, AUTO, BEST]
    for ident, version in zip(ids, versions, strict=True):
        entry, kept = run.timeline.find(ident)
        assert (kept.arrays["parameters"], kept.updates, entry.updates) == (
            version.parameters, version.updates, version.updates
        )  # fmt: skip
        assert (kept.steps, set(kept.arrays["first_moment"] + kept.arrays["second_moment"])) == (0, {0})
    assert not run.timeline.due(240_500) and run.timeline.due(250_000)


@pytest.mark.parametrize("most", [23, 12, 5, 0])
def test_where_a_file_has_not_room_for_all_the_first_the_best_and_the_newest_stay_and_the_rest_is_thinned_evenly(
    most: int,
) -> None:
    run = Run()
    run.train(3_000_000)
    best = run.keep(BEST, 3_000_001, 0.9)
    run.train(300_000_000, per_update=65_536, begin=3_010_000)
    entries = run.timeline.entries
    left = thinned(entries, most)
    assert len(left) == max(most, 4)
    assert left[0] == entries[0] and left[-1] == entries[-1] and best in left
    steps = [b.decisions / a.decisions for a, b in pairwise(left[1:])]
    if most >= 12:
        assert max(steps) < GROWTH**9, "no hole"
    assert thinned(entries, 99) == entries

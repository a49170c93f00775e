"""The trainer's end of the duels: every worker gets an opponent in turn, and results become numbers for the page."""

from __future__ import annotations

import pytest
from drillsergeant.learn.engine import Tally, duels_of
from drillsergeant.learn.league.elo import NOW, SCRIPTED
from drillsergeant.learn.league.matchmaking import HOLD_UPDATES, RIVALS, Matchmaking
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan
from drillsergeant.memory.snapshots import DuelBook, SnapshotWriter

WORKERS = 3
LAYOUT = Layout(
    Plan(
        workers=WORKERS,
        matches=8,
        teams=(1, 1),
        horizon=2,
        observation_size=1,
        action_words=1,
        parameter_count=2,
        duels=4,
    )
)


class Ring:
    """A library, workers who count what they are told to, and the trainer's end."""

    def __init__(self) -> None:
        self.memory = PlainMemory(LAYOUT.total_bytes)
        self.library = SnapshotWriter(self.memory, LAYOUT)
        self.books = [DuelBook(self.memory, LAYOUT, worker) for worker in range(WORKERS)]
        self.matchmaking = Matchmaking(self.library, WORKERS)

    def put(self, *idents: int) -> None:
        for slot, ident in enumerate(idents):
            self.library.put(slot, ident, bytes(8))

    def updates(self, count: int) -> None:
        for _ in range(count):
            self.matchmaking.updated()


def test_nobody_has_an_opponent_until_there_is_a_snapshot() -> None:
    ring = Ring()
    assert ring.library.chosen() == set()
    ring.updates(HOLD_UPDATES)
    assert ring.library.chosen() == set()
    ring.put(5)
    ring.updates(HOLD_UPDATES)
    assert [(book.follow(), book.rival is not None) for book in ring.books] == [(True, True)] * WORKERS


def test_a_device_plays_the_scripted_player_as_long_as_there_is_something_to_learn() -> None:
    ring = Ring()
    assert ring.matchmaking.rivals == [SCRIPTED] * RIVALS
    ring.put(5)
    ring.matchmaking.played_scripted(Tally(4000, 4000, 0))
    seen = set()
    for _ in range(8 * RIVALS):
        before = list(ring.matchmaking.rivals)
        ring.updates(HOLD_UPDATES // RIVALS)
        changed = [a != b for a, b in zip(before, ring.matchmaking.rivals, strict=True)]
        assert sum(changed) <= 1, "one after the other"
        seen.update(ring.matchmaking.rivals)
    assert seen == {SCRIPTED, 5}
    assert ring.matchmaking.rivals.count(5) >= RIVALS - 1, "who is beaten every time is played little"


def test_a_devices_duels_count_as_workers_do_and_are_forgotten_with_their_snapshot() -> None:
    ring = Ring()
    ring.put(5, 6)
    for book, slot in zip(ring.books, (0, 0, 1), strict=True):
        ring.library.choose(ring.books.index(book), slot)
        book.follow()
        book.count(10, 4, 1)
    ring.matchmaking.dueled({5: Tally(30, 20, 10), SCRIPTED: Tally(9, 9, 0), NOW: Tally(9, 0, 9)})
    games = {row["id"]: (row["games"], row["wins"], row["losses"]) for row in pool(ring)}
    assert games == {5: (50, 28, 12), 6: (10, 4, 1)}
    assert ring.matchmaking.parameters(6) == bytes(8)
    ring.put(7)
    assert ring.matchmaking.parameters(5) is None
    ring.matchmaking.dueled({5: Tally(30, 20, 10)})
    assert [row["id"] for row in pool(ring)] == [6, 7]
    ring.put(5)
    assert {row["id"]: row["games"] for row in pool(ring)} == {5: 20, 6: 10}, "those that workers count"


def pool(ring: Ring) -> list[dict[str, float]]:
    """Of every snapshot, what the page is told."""
    found = ring.matchmaking.values()["pool"]
    assert isinstance(found, list)
    return found


def test_workers_change_opponents_one_after_the_other() -> None:
    ring = Ring()
    ring.put(*range(1, 21))
    changes = []
    for update in range(4 * HOLD_UPDATES):
        ring.updates(1)
        changed = [worker for worker, book in enumerate(ring.books) if book.follow()]
        changes += [(update, worker) for worker in changed]
    assert all(worker == update // (HOLD_UPDATES // WORKERS) % WORKERS for update, worker in changes)
    assert len(changes) > 8, "one of twenty is hardly ever drawn twice in a row"


def test_the_numbers_for_the_page() -> None:
    ring = Ring()
    assert ring.matchmaking.values() == {"pool": []}
    ring.put(7)
    ring.updates(HOLD_UPDATES)
    for book in ring.books:
        book.follow()
        book.count(40, 30, 6)
    ring.matchmaking.played_scripted(Tally(100, 50, 50))
    for _ in range(50):
        values = ring.matchmaking.values()
    assert values["win_rate_pool"] == 0.75 and values["loss_rate_pool"] == pytest.approx(0.15)
    low, high = values["win_low_pool"], values["win_high_pool"]
    assert isinstance(low, float) and isinstance(high, float) and 0.6 < low < 0.75 < high < 0.85
    rows = values["pool"]
    assert isinstance(rows, list)
    (row,) = rows
    assert (row["id"], row["games"], row["wins"], row["losses"]) == (7, 120, 90, 18)
    # When the snapshot was taken the policy scored half against the scripted player; it has become better since.
    assert 1020 < values["rating"] < 1150  # type: ignore[operator]
    assert row["rating"] == round(ring.matchmaking.ratings[7]) < 980


def test_who_has_won_nothing_yet_has_no_rating_to_fall() -> None:
    ring = Ring()
    ring.matchmaking.played_scripted(Tally(200, 0, 180))
    assert "rating" not in ring.matchmaking.values()
    ring.matchmaking.played_scripted(Tally(200, 20, 160))
    first = ring.matchmaking.values()["rating"]
    assert isinstance(first, int) and 200 < first < 900


def test_a_policy_put_back_has_no_results() -> None:
    ring = Ring()
    ring.put(7)
    ring.updates(HOLD_UPDATES)
    ring.books[0].follow()
    ring.books[0].count(40, 30, 6)
    ring.matchmaking.values()
    ring.matchmaking.go_back(7)
    assert "win_rate_pool" not in ring.matchmaking.values()


def played() -> Ring:
    """One whose policy has beaten the scripted player and snapshot 7, and was kept as snapshot 8 after that."""
    ring = Ring()
    ring.put(7)
    ring.updates(HOLD_UPDATES)
    ring.books[0].follow()
    ring.books[0].count(40, 30, 6)
    ring.matchmaking.played_scripted(Tally(400, 396, 4))
    ring.matchmaking.values()
    ring.put(7, 8)
    for _ in range(60):
        ring.matchmaking.values()
    return ring


def test_a_policy_put_back_has_the_results_that_it_had_when_it_was_taken() -> None:
    ring = played()
    before = ring.matchmaking.values()
    ring.matchmaking.played_scripted(Tally(350, 0, 350))
    ring.books[0].count(200, 0, 200)
    for _ in range(20):
        fallen = ring.matchmaking.values()
    assert fallen["win_rate_pool"] < 0.3 and fallen["rating"] < 900  # type: ignore[operator]
    ring.matchmaking.go_back(8)
    assert ring.matchmaking.values()["rating"] == pytest.approx(before["rating"], abs=100), "at once"
    for _ in range(60):
        again = ring.matchmaking.values()
    assert again["win_rate_pool"] == before["win_rate_pool"] == 0.75
    assert again["rating"] == pytest.approx(before["rating"], abs=15)


def test_what_is_known_of_everybody_goes_on_in_another_library_under_other_ids() -> None:
    first = played()
    before, ratings, results = first.matchmaking.values(), first.matchmaking.ratings, first.matchmaking.results
    names = {7: 3, 8: 4}
    second = Ring()
    second.put(*names.values())
    second.matchmaking.restore(
        {names[ident]: rating for ident, rating in ratings.items()},
        {
            names.get(own, own): {names.get(other, other): record for other, record in theirs.items()}
            for own, theirs in results.items()
        },
    )
    for _ in range(5):
        values = second.matchmaking.values()
        assert values["rating"] == pytest.approx(before["rating"], abs=2), "nor does it fall before it rises"
    assert values["win_rate_pool"] == before["win_rate_pool"]
    for ident, rating in ratings.items():
        assert second.matchmaking.ratings[names[ident]] == pytest.approx(rating, abs=2)


@pytest.mark.parametrize(("matches", "expected"), [(256, 64), (100, 24), (16, 4), (12, 0), (4, 0)])
def test_a_quarter_of_the_matches_are_duels_in_whole_groups_of_four(matches: int, expected: int) -> None:
    assert duels_of((1, 1), matches, 25) == expected
    assert duels_of((1,), matches, 25) == 0
    assert duels_of((1, 1), matches, 100) == matches // 4 * 4

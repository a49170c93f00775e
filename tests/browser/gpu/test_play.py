"""Matches played whole on the compute device are those that the reference plays, from the same seed and weights.

The device is SwiftShader, which fuses nothing: where rounding decides nothing, such as between two choices that the
same random number lies between, every choice is the same.
"""

from __future__ import annotations

import numpy as np
import pytest
from drillsergeant.learn.engine import CHUNK_STATS
from drillsergeant.learn.league.elo import NOW, SCRIPTED

from tests.rigs.graphics.at_length import cases
from tests.rigs.graphics.gpu_play import PlayedOnDevice
from tests.rigs.graphics.gpu_stand import Stand

BOUND = 1e-3  # of 1 + |x|, after some seconds of a match that magnifies every rounding
DIFFERING = 0.02  # of all lanes: those in which rounding has decided
SNAPSHOT = 5
# Drill, matches, decisions: ragged workgroups, one player and six, several heads, masks, matches that are cut.
PLAYED = [
    ("chase", 101, 16),
    ("cartpole", 44, 16),
    ("ball", 40, 16),
    ("mixed", 12, 8),
    ("probe-mask", 9, 4),
]
MORE_PLAYED = [("short-2-1", 20, 16)]
# Drill, matches, duels among them, and against whom.
DUELED = [("ball", 24, 16, SNAPSHOT), ("ball", 24, 16, NOW), ("mixed-1-2", 12, 4, SCRIPTED)]
MORE_DUELED = [("ball", 24, 24, SCRIPTED), ("ball", 16, 8, NOW)]
NETWORKS: list[tuple[tuple[int, ...], int]] = [((32, 48, 16), 8), ((20,), 1)]
MORE_NETWORKS: list[tuple[tuple[int, ...], int]] = [((8,), 8), ((64, 64), 1), ((20,), 4)]


@pytest.mark.parametrize(("name", "matches", "horizon"), cases(PLAYED, MORE_PLAYED))
def test_chunks_are_those_of_the_reference(stand: Stand, name: str, matches: int, horizon: int) -> None:
    """One chunk after the other, with the episodes that end in them, against oneself."""
    assert_same_chunks(PlayedOnDevice(stand, name, matches, horizon))


@pytest.mark.parametrize(("name", "matches", "duels", "rival"), cases(DUELED, MORE_DUELED))
def test_duels_are_those_of_the_reference(stand: Stand, name: str, matches: int, duels: int, rival: int) -> None:
    """Beside self-play, against the drill's own player, a snapshot, and the policy itself, which is recorded once."""
    assert_same_chunks(PlayedOnDevice(stand, name, matches, 16, duels_against=(duels, rival)))


@pytest.mark.parametrize("name", cases(["mixed-1-2", "cartpole"], ["short-1-3"]))
def test_evaluations_are_counted_as_the_reference_counts_them(stand: Stand, name: str) -> None:
    """As either team, where they differ; against random players only by chance, whose numbers are others."""
    played = PlayedOnDevice(stand, name, 512, 16, evaluates=True)
    wanted = played.expected_evaluations(chunks=2)
    for _ in range(2):
        played.play()
        for evaluation, tally in played.evaluations().items():
            want = wanted[evaluation].pop(0)
            assert tally.episodes == pytest.approx(want.episodes, rel=0.05), evaluation
            spread = np.sqrt(want.return_squares / want.episodes)
            bound = 0.05 if "scripted" in evaluation else 4.0 / np.sqrt(want.episodes)
            each = [(tally.wins, tally.losses, tally.returns / spread) for tally in (tally, want)]
            assert np.array(each[0]) / want.episodes == pytest.approx(np.array(each[1]) / want.episodes, abs=bound)


@pytest.mark.parametrize(("hidden", "lanes"), cases(NETWORKS, MORE_NETWORKS), ids=str)
def test_any_network_plays_shared_by_any_number_of_lanes(stand: Stand, hidden: tuple[int, ...], lanes: int) -> None:
    assert_same_chunks(PlayedOnDevice(stand, "mixed", 12, 8, hidden=hidden, lanes_per_player=lanes, subgroups=True))


def assert_same_chunks(played: PlayedOnDevice) -> None:
    for _ in range(2):
        played.play()
        wanted, stats = played.expected()
        differing = played.differing(played.chunk(), wanted, BOUND)
        assert differing.mean() <= DIFFERING, f"{differing.sum()} of {len(differing)} lanes"
        tallied = played.tallied()
        if not differing.any():
            sums = {**{name: getattr(stats, name) for name in CHUNK_STATS}, **stats.reward_terms}
            assert {name: tallied[name] for name in sums} == pytest.approx(sums, rel=1e-4, abs=1e-3)
    assert np.ptp(wanted["action"][:, 0]) > 0, "the policy does not always do the same"


def test_a_chunk_played_in_parts_is_the_same_chunk(stand: Stand) -> None:
    whole = PlayedOnDevice(stand, "probe-mask", 9, 6)
    whole.play()
    chunk, tallied = whole.chunk(), whole.tallied()
    stand.clear()
    parts = PlayedOnDevice(stand, "probe-mask", 9, 6)
    for begins, ends in ((0, 1), (1, 4), (4, 6)):
        parts.play(begins, ends)
    assert tallied["episodes"] == 9 * 6, "one ends in every decision, and all are counted"
    assert parts.tallied() == tallied
    for name, found in parts.chunk().items():
        np.testing.assert_array_equal(found, chunk[name], name)

"""Sumo Drill: fair to both teams, decided in every case, and its scripted player knows how to win."""

import numpy as np
from drillsergeant.drills.contract import State
from drillsergeant.drills.sumo import SumoDrill

from tests.rigs.play import assert_fair, players_exchanged, random_player, start, still, still_player, ticks, winners

DRILL = SumoDrill()


def mirrored(state: State) -> State:
    """The same match seen from the other end: the ring turned by half a turn, the teams exchanged."""
    return {**players_exchanged(state), "won": -state["won"]}


def test_exchanging_the_sides_gives_the_mirrored_match_bit_for_bit() -> None:
    assert_fair(DRILL, mirrored)


def test_whoever_leaves_the_ring_has_lost() -> None:
    state = start(DRILL, 3)
    state["player0_x"] = np.array([-DRILL.ring_m - 0.1, -1.0, -DRILL.ring_m - 0.1], np.float32)
    state["player1_x"] = np.array([1.0, DRILL.ring_m + 0.1, DRILL.ring_m + 0.1], np.float32)
    for player in range(2):
        state[f"player{player}_y"] = np.zeros(3, np.float32)
    after = DRILL.tick(state, [still(DRILL, 3)] * 2)
    terminated, truncated, winner = DRILL.outcome(after)
    assert terminated.all() and not truncated.any()
    assert winner.tolist() == [-1, 1, 0]
    assert DRILL.reward(state, after, 0)[0].tolist() == [-1.0, 1.0, 0.0]


def test_at_the_time_limit_who_is_farther_from_the_middle_has_lost() -> None:
    state = start(DRILL, 200)
    state["clock"] = np.full(200, round(DRILL.time_limit_s * DRILL.tick_hz) - 1, np.uint32)
    after = DRILL.tick(state, [still(DRILL, 200)] * 2)
    one, two = (np.hypot(after[f"player{player}_x"], after[f"player{player}_y"]) for player in range(2))
    terminated, _, winner = DRILL.outcome(after)
    assert terminated.all()
    assert np.array_equal(winner, np.where(two > one, 1, -1))


def test_scripted_player_beats_a_random_and_a_still_one_and_is_its_own_equal() -> None:
    for opponent in (random_player(DRILL), still_player(DRILL)):
        winner, _ = winners(DRILL, [DRILL.scripted, opponent], 300)
        assert np.mean(winner == 1) > 0.95
        winner, _ = winners(DRILL, [opponent, DRILL.scripted], 300)
        assert np.mean(winner == -1) > 0.95
    winner, lasted_s = winners(DRILL, [DRILL.scripted] * 2, 400)
    assert abs(np.mean(winner)) < 0.2
    assert np.mean(lasted_s) < 0.5 * DRILL.time_limit_s


def test_bodies_never_overlap_for_long() -> None:
    worst = 0.0
    for after in ticks(DRILL, start(DRILL, 300), [DRILL.scripted] * 2, 60):
        apart = np.hypot(after["player1_x"] - after["player0_x"], after["player1_y"] - after["player0_y"])
        playing = after["over"] == 0.0
        worst = max(worst, float(np.max(np.where(playing, 2 * DRILL.player_half_m - apart, 0.0))))
    assert worst < 0.25 * DRILL.player_half_m

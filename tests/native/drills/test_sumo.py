"""Sumo Drill: fair to both sides, decided in every case, and its scripted player knows how to win."""

import numpy as np
from drillsergeant.drills.boxes import Box
from drillsergeant.drills.contract import State
from drillsergeant.drills.sumo import SumoDrill

from tests.native.drills.play import random_player, start, still_player, ticks, winners

DRILL = SumoDrill()


def mirrored(state: State) -> State:
    """The same match seen from the other end: the ring turned by half a turn, the sides exchanged."""
    turned = {**state, "won": -state["won"]}
    for side in range(2):
        for name in Box._fields:
            value = state[f"player{1 - side}_{name}"]
            turned[f"player{side}_{name}"] = value if name in ("spin", "cooldown") else -value
    return turned


def test_exchanging_the_sides_gives_the_mirrored_match_bit_for_bit() -> None:
    players = [random_player(DRILL)] * 2
    state = start(DRILL, 300)
    other = mirrored(state)
    for _ in range(80):
        actions = [player(state, side) for side, player in enumerate(players)]
        for _ in range(DRILL.action_repeat):
            before, state = state, DRILL.tick(state, actions)
            other_before, other = other, DRILL.tick(other, actions[::-1])
        for name, value in mirrored(state).items():
            assert np.array_equal(other[name], value), name
        for side in range(2):
            for seen, turned in (
                (DRILL.observe(state, side), DRILL.observe(other, 1 - side)),
                (DRILL.reward(before, state, side), DRILL.reward(other_before, other, 1 - side)),
                ([DRILL.scripted(state, side)], [DRILL.scripted(other, 1 - side)]),
            ):
                assert np.array_equal(np.stack(seen), np.stack(turned))


def test_whoever_leaves_the_ring_has_lost() -> None:
    state = start(DRILL, 3)
    state["player0_x"] = np.array([-DRILL.ring_m - 0.1, -1.0, -DRILL.ring_m - 0.1], np.float32)
    state["player1_x"] = np.array([1.0, DRILL.ring_m + 0.1, DRILL.ring_m + 0.1], np.float32)
    for side in range(2):
        state[f"player{side}_y"] = np.zeros(3, np.float32)
    after = DRILL.tick(state, [np.zeros(3, np.int32)] * 2)
    terminated, truncated, winner = DRILL.outcome(after)
    assert terminated.all() and not truncated.any()
    assert winner.tolist() == [-1, 1, 0]
    assert DRILL.reward(state, after, 0)[0].tolist() == [-1.0, 1.0, 0.0]


def test_at_the_time_limit_who_is_farther_from_the_middle_has_lost() -> None:
    state = start(DRILL, 200)
    state["clock"] = np.full(200, round(DRILL.time_limit_s * DRILL.tick_hz) - 1, np.uint32)
    after = DRILL.tick(state, [np.zeros(200, np.int32)] * 2)
    one, two = (np.hypot(after[f"player{side}_x"], after[f"player{side}_y"]) for side in range(2))
    terminated, _, winner = DRILL.outcome(after)
    assert terminated.all()
    assert np.array_equal(winner, np.where(two > one, 1, -1))


def test_scripted_player_beats_a_random_and_a_still_one_and_is_its_own_equal() -> None:
    for opponent in (random_player(DRILL), still_player):
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

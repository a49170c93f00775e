"""Chase Drill: the physics stays sane, its scripted player shows that it can be won, and time can run out."""

import numpy as np
from drillsergeant.drills.chase import ChaseDrill

from tests.rigs.play import random_player, start, still_player, ticks, winners

DRILL = ChaseDrill()


def test_both_stay_inside_and_the_target_keeps_its_speed() -> None:
    state = start(DRILL, 300)
    speed = np.abs(state["target_vx"])
    limit = np.float32(DRILL.half_m - DRILL.radius_m)
    top_speed = DRILL.push / DRILL.drag_per_s * np.sqrt(2)
    for after in ticks(DRILL, state, [random_player(DRILL)], 100):
        for name in ("chaser_x", "chaser_y", "target_x", "target_y"):
            assert np.max(np.abs(after[name])) <= limit
        assert np.array_equal(np.abs(after["target_vx"]), speed)
        assert np.max(np.hypot(after["chaser_vx"], after["chaser_vy"])) < top_speed


def test_scripted_player_always_catches_and_far_quicker_than_chance() -> None:
    winner, lasted_s = winners(DRILL, [DRILL.scripted], 300)
    assert np.all(winner == 1)
    assert np.max(lasted_s) < 0.8 * DRILL.time_limit_s
    assert np.mean(lasted_s) < 2.5
    chance, _ = winners(DRILL, [still_player(DRILL)], 300)
    assert np.mean(chance) < 0.7


def test_a_target_that_is_not_caught_in_time_got_away() -> None:
    state = start(DRILL, 100)
    state["clock"] = np.full(100, round(DRILL.time_limit_s * DRILL.tick_hz), np.uint32)
    state["caught"] = (np.arange(100) % 2).astype(np.float32)
    terminated, truncated, winner = DRILL.outcome(state)
    assert np.array_equal(terminated, state["caught"] > 0)
    assert np.array_equal(truncated, ~terminated)
    assert np.array_equal(winner, np.where(terminated, 1, -1))
    before_its_end = DRILL.outcome({**state, "clock": state["clock"] - 1})
    assert np.array_equal(before_its_end[2], terminated.astype(np.int32))


def test_the_chaser_looks_to_where_it_runs() -> None:
    right = [lambda state, player: [np.ones_like(state["clock"], dtype=np.int32)]]
    state = start(DRILL, 50)
    state["chaser_hx"], state["chaser_hy"] = np.zeros(50, np.float32), np.ones(50, np.float32)
    state["chaser_x"] = np.full(50, -DRILL.half_m, np.float32)
    after = list(ticks(DRILL, state, right, 15))[-1]
    assert np.allclose(np.hypot(after["chaser_hx"], after["chaser_hy"]), 1.0, atol=1e-4)
    assert np.min(after["chaser_hx"]) > 0.9


def test_rewards_of_a_match_add_up_to_the_catch_and_the_way_to_it() -> None:
    state = start(DRILL, 200)
    first_gap = np.hypot(state["target_x"] - state["chaser_x"], state["target_y"] - state["chaser_y"])
    total = np.zeros(200, np.float32)
    for _ in range(150):
        after, actions = state, [DRILL.scripted(state, 0)]
        for _ in range(DRILL.action_repeat):
            after = DRILL.tick(after, actions)
        total += sum(DRILL.reward(state, after, 0)[1:], start=np.zeros(200, np.float32))
        state = after
    last_gap = np.hypot(state["target_x"] - state["chaser_x"], state["target_y"] - state["chaser_y"])
    assert np.allclose(total, (first_gap - last_gap) / (2 * DRILL.half_m), atol=1e-4)

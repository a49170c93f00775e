"""Chase: the physics stays sane, and its scripted player shows that it can be won."""

import numpy as np
from drillsergeant.drills.chase import ChaseDrill

from tests.native.drills.play import random_player, start, still_player, ticks, winners

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
    assert np.mean(lasted_s) < 2.5
    chance, _ = winners(DRILL, [still_player], 300)
    assert np.mean(chance) < 0.7


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

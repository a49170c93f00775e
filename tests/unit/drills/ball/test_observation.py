"""Ball Drill: what a player sees and earns, worked out by hand."""

import numpy as np
import pytest
from drillsergeant.drills.ball.drill import BallDrill

from tests.rigs.play import start

DRILL = BallDrill()


def test_observation_of_a_known_position() -> None:
    """Side 1 (attacking to the left) at (2, 0), looking left and slightly up, the ball ahead of it and to its right."""
    state = start(DRILL, 1)
    known = {
        "player1_x": 2.0, "player1_y": 0.0, "player1_hx": -0.8, "player1_hy": 0.6, "player1_vx": 0.0, "player1_vy": 2.5,
        "player1_spin": 4.0, "player1_cooldown": 0.75, "player0_x": -2.0, "player0_y": 0.0, "player0_hx": 1.0,
        "player0_hy": 0.0, "ball_x": -1.0, "ball_y": 4.0, "ball_vx": 5.0, "ball_vy": 0.0,
    }  # fmt: skip
    for name, value in known.items():
        state[name] = np.array([value], np.float32)
    state["clock"] = np.full(1, 1200, np.uint32)
    seen = dict(zip(DRILL.observation, (float(v[0]) for v in DRILL.observe(state, 1)), strict=True))
    want = {
        "own_x": -1 / 3, "own_y": 0, "own_heading_x": 0.8, "own_heading_y": -0.6, "own_vx": 0, "own_vy": -0.5,
        "own_spin": 0.5, "own_cooldown": 0.5, "ball_dx": 0.75, "ball_dy": -1, "ball_distance": 1.25,
        "ball_direction_x": 0.6, "ball_direction_y": -0.8, "ball_ahead": 0.96, "ball_aside": -0.28,
        "ball_vx": -1, "ball_vy": 0, "ball_x": 1 / 6, "ball_y": -1, "goal_direction_x": 5 / 41**0.5,
        "goal_direction_y": 4 / 41**0.5, "aim_along": -0.2 / 41**0.5, "aim_across": 6.4 / 41**0.5, "other_dx": 1,
        "other_dy": 0, "other_heading_x": -1, "other_heading_y": 0, "time_passed": 0.5,
    }  # fmt: skip
    assert {name: seen[name] for name in want} == pytest.approx(want, abs=1e-6)


def test_shaping_pays_for_the_way_gone_and_nothing_for_going_back_and_forth() -> None:
    before = start(DRILL, 1)
    after = dict(before)
    for name, old, new in (("ball_x", -6.0, 6.0), ("ball_y", 0.0, 0.0), ("player0_x", -6.0, 0.0), ("player0_y", 0, 0)):
        before[name], after[name] = np.array([old], np.float32), np.array([new], np.float32)
    assert float(DRILL.reward(before, after, 0)[1][0]) == pytest.approx(1.0, abs=1e-3)
    assert float(DRILL.reward(before, after, 1)[1][0]) == pytest.approx(-1.0, abs=1e-3)
    assert float(DRILL.reward(before, after, 0)[2][0]) == pytest.approx(-0.5, abs=1e-3)  # 0 m away before, 6 m now
    for player in range(2):
        there, back = DRILL.reward(before, after, player), DRILL.reward(after, before, player)
        assert [float(a[0] + b[0]) for a, b in zip(there, back, strict=True)] == pytest.approx([0, 0, 0], abs=1e-6)

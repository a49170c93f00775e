"""Ball Drill: what must hold in every match, however it is played."""

import hashlib
from typing import cast

import numpy as np
import pytest
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.ball.rules import ball_of
from drillsergeant.drills.boxes.actions import HEADS, directions
from drillsergeant.drills.boxes.players import Box, player_of
from drillsergeant.drills.contract import State
from drillsergeant.elementary import Array, hash_u32, uniform

from tests.rigs.length import AT_LENGTH
from tests.rigs.play import (
    Player,
    assert_fair,
    players_exchanged,
    random_player,
    start,
    still,
    still_player,
    ticks,
    winners,
)

DRILL = BallDrill()
MATCHES = 1000 if AT_LENGTH else 400
PLAYERS: dict[str, list[Player]] = {
    "random": [random_player(DRILL)] * 2,
    "scripted": [DRILL.scripted] * 2,
}


@pytest.fixture(scope="module", params=list(PLAYERS))
def history(request: pytest.FixtureRequest) -> list[State]:
    """Every tick of 10 s of 300 matches."""
    return list(ticks(DRILL, start(DRILL, 300), PLAYERS[str(request.param)], 150))


def mirrored(state: State) -> State:
    """The same match seen from the other end: the world turned by half a turn, the teams exchanged."""
    turned = players_exchanged(state)
    for name in ("x", "y", "vx", "vy"):
        turned[f"ball_{name}"] = -state[f"ball_{name}"]
    turned["spot_x"], turned["spot_y"] = -state["spot_x"], -state["spot_y"]
    turned["scored"] = -state["scored"]
    return turned


def penetration(state: State, player: int) -> Array:
    """How deep the ball overlaps a square player with sharp corners, m; negative: the gap. f64 [N]."""
    ball, box = ball_of(state), player_of(state, player)
    rx, ry = (ball.x - box.x).astype(np.float64), (ball.y - box.y).astype(np.float64)
    lx, ly = np.abs(rx * box.hx + ry * box.hy), np.abs(ry * box.hx - rx * box.hy)
    outside = np.hypot(np.maximum(lx - DRILL.player_half_m, 0), np.maximum(ly - DRILL.player_half_m, 0))
    inside = np.minimum(np.maximum(lx, ly) - DRILL.player_half_m, 0)
    return cast(Array, DRILL.ball_radius_m - (outside + inside))


def corners(box: Box) -> tuple[Array, Array]:
    """World coordinates of a player's four corners: f32 [4, N] each."""
    half = DRILL.player_half_m
    along, across = np.array([[half], [half], [-half], [-half]]), np.array([[half], [-half], [half], [-half]])
    return box.x + along * box.hx - across * box.hy, box.y + along * box.hy + across * box.hx


def test_speeds_stay_under_their_clamps_and_headings_unit(history: list[State]) -> None:
    for state in history:
        ball = ball_of(state)
        assert np.max(np.hypot(ball.vx, ball.vy)) <= DRILL.ball_speed_max * 1.00001
        for player in range(2):
            box = player_of(state, player)
            assert np.max(np.hypot(box.vx, box.vy)) <= DRILL.player_speed_max * 1.00001
            assert np.max(np.abs(box.spin)) <= DRILL.spin_max
            assert np.max(np.abs(np.hypot(box.hx, box.hy) - 1)) < 1e-4


def test_ball_never_passes_a_wall(history: list[State]) -> None:
    """The ball's disc stays inside field and recesses, but for a hair where two walls meet."""
    radius = DRILL.ball_radius_m
    for state in history:
        ball = ball_of(state)
        x, y = np.abs(ball.x), np.abs(ball.y)
        assert np.max(y) <= DRILL.half_width_m - radius + 1e-5
        assert np.max(x) <= DRILL.half_length_m + DRILL.goal_depth_m - radius + 1e-5
        assert np.max(x[y > DRILL.goal_half_width_m], initial=0) <= DRILL.half_length_m - radius + 1e-3
        assert np.max(y[x > DRILL.half_length_m], initial=0) <= DRILL.goal_half_width_m - radius + 1e-3
        cut = DRILL.half_length_m + DRILL.half_width_m - DRILL.corner_m - radius * np.sqrt(2)
        assert np.max(x + y) <= cut + 1e-5


def test_players_stay_in_the_field(history: list[State]) -> None:
    """The rounded square stays inside; sharp corners may stick out by what the rounding takes off them."""
    rounded_off = DRILL.player_corner_m * (np.sqrt(2) - 1)
    for state in history:
        for player in range(2):
            x, y = corners(player_of(state, player))
            assert np.max(np.abs(x)) <= DRILL.half_length_m + rounded_off + 1e-4
            assert np.max(np.abs(y)) <= DRILL.half_width_m + rounded_off + 1e-4


def test_ball_never_sits_inside_a_player(history: list[State]) -> None:
    """Even squeezed between a player and a wall the ball's centre stays outside; in the mean they hardly overlap.

    A ball that has just been dropped at the centre may fall on somebody and is left out.
    """
    deepest, sum_deep, count = 0.0, 0.0, 0
    for state in history:
        fell = (state["spot_x"] == 0.0) & (state["spot_y"] == 0.0) & (state["held_s"] < 0.25)
        for player in range(2):
            deep = np.where(fell, -1.0, penetration(state, player))
            deepest = max(deepest, float(np.max(deep)))
            sum_deep += float(np.sum(deep[deep > 0]))
            count += int(np.sum(deep > 0))
    assert deepest < DRILL.ball_radius_m
    assert count > 1000
    assert sum_deep / count < 0.05


def test_players_hardly_overlap_each_other(history: list[State]) -> None:
    for state in history:
        one, two = player_of(state, 0), player_of(state, 1)
        for box, other in ((one, two), (two, one)):
            x, y = corners(other)
            along = (x - box.x) * box.hx + (y - box.y) * box.hy
            across = (y - box.y) * box.hx - (x - box.x) * box.hy
            depth = DRILL.player_half_m - np.maximum(np.abs(along), np.abs(across))
            assert np.max(depth) < 0.15


def test_energy_only_falls_when_nobody_acts() -> None:
    """Contacts take energy away: a coasting match never has more than 1 % above what it had before."""
    state = start(DRILL, 500, seed=9)
    rng = np.random.default_rng(4)
    for name in ("ball_vx", "ball_vy", "player0_vx", "player0_vy", "player1_vx", "player1_vy", "player0_spin"):
        state[name] = rng.uniform(-5, 5, 500).astype(np.float32)

    def energy(state: State) -> Array:
        ball, boxes = ball_of(state), [player_of(state, player) for player in range(2)]
        moving = DRILL.ball_mass_kg * (ball.vx**2 + ball.vy**2)
        for box in boxes:
            moving = moving + DRILL.player_mass_kg * (box.vx**2 + box.vy**2) + DRILL.player_inertia * box.spin**2
        return cast(Array, moving * 0.5)

    before = energy(state)
    for after in ticks(DRILL, state, [still_player(DRILL)] * 2, 60):
        now = energy(after)
        assert np.all(now <= before * 1.01 + 1e-6)
        before = now


def test_exchanging_the_teams_gives_the_mirrored_match_bit_for_bit() -> None:
    assert_fair(DRILL, mirrored)


def test_kick_off_is_fair_and_not_always_the_same() -> None:
    state = start(DRILL, 4000)
    turned = mirrored(state)
    for name in ("player0_x", "player0_y", "player0_hx", "ball_y"):
        assert np.std(state[name]) > 0.2
        assert abs(float(np.mean(state[name] - turned[name]))) < 0.1
    assert np.max(state["player0_x"]) < -1 and np.min(state["player1_x"]) > 1
    assert max(float(np.max(penetration(state, player))) for player in range(2)) < 0


def test_scripted_player_beats_a_random_one_in_19_of_20_decided_matches_of_either_team() -> None:
    chance = random_player(DRILL)

    def either(state: State, player: int) -> list[Array]:
        """Scripted is player 0 in matches of even seed, player 1 in the others."""
        both = zip(DRILL.scripted(state, player), chance(state, player), strict=True)
        return [np.where((state["seed"] + player) % 2 == 0, one, other) for one, other in both]

    winner, _ = winners(DRILL, [either, either], MATCHES)
    seed = start(DRILL, MATCHES)["seed"]
    won = winner == np.where(seed % 2 == 0, 1, -1)
    lost = (winner != 0) & ~won
    assert np.mean(won) > 0.85
    assert np.sum(won) > 19 * np.sum(lost)
    assert abs(float(np.mean(won[seed % 2 == 0]) - np.mean(won[seed % 2 == 1]))) < (0.06 if AT_LENGTH else 0.1)


def test_two_scripted_players_usually_decide_a_match_within_seconds() -> None:
    winner, lasted_s = winners(DRILL, PLAYERS["scripted"], 300)
    assert np.mean(winner != 0) > 0.9
    assert 3 < float(np.median(lasted_s)) < 12
    assert 0.4 < np.mean(winner[winner != 0] == 1) < 0.6


def test_every_choice_is_the_direction_that_it_is_called() -> None:
    numbers = [np.arange(5, dtype=np.int32), np.arange(3, dtype=np.int32), np.arange(2, dtype=np.int32)]
    ahead, left, turn, dash = directions(numbers)
    assert list(zip(HEADS[0].choices, ahead, left, strict=True)) == [
        ("stay", 0, 0), ("forward", 1, 0), ("back", -1, 0), ("left", 0, 1), ("right", 0, -1)
    ]  # fmt: skip
    assert list(zip(HEADS[1].choices, turn, strict=True)) == [
        ("straight", 0), ("counter-clockwise", 1), ("clockwise", -1)
    ]  # fmt: skip
    assert list(zip(HEADS[2].choices, dash, strict=True)) == [("no dash", False), ("dash", True)]


def test_keys_mean_directions_on_the_screen() -> None:
    assert DRILL.from_keys(0, 1, 0, 0, False) == (1, 0, 0)
    assert DRILL.from_keys(1, 1, 0, 0, False) == (2, 0, 0)
    assert DRILL.from_keys(1, 0, 1, -1, True) == (4, 2, 1)


def test_dash_gives_its_speed_once_per_cooldown() -> None:
    drill = BallDrill(player_drag_per_s=0.0)
    state = drill.reset(np.zeros(1, np.uint32), np.zeros(1, np.uint32))
    dash = [*still(drill, 1)[:2], np.ones(1, np.int32)]
    state = drill.tick(state, [dash, still(drill, 1)])
    box = player_of(state, 0)
    assert np.hypot(box.vx, box.vy)[0] == pytest.approx(drill.dash_speed, rel=1e-4)
    cooldown = float(box.cooldown[0])
    assert cooldown == pytest.approx(drill.dash_cooldown_s)
    state = drill.tick(state, [dash, still(drill, 1)])
    assert np.hypot(player_of(state, 0).vx, player_of(state, 0).vy)[0] == pytest.approx(drill.dash_speed, rel=1e-4)


def test_too_fast_a_ball_is_braked_without_turning() -> None:
    state = start(DRILL, 1)
    state["ball_vx"], state["ball_vy"] = np.array([30], np.float32), np.array([-40], np.float32)
    ball = ball_of(DRILL.tick(state, [still(DRILL, 1)] * 2))
    assert np.hypot(ball.vx, ball.vy)[0] == pytest.approx(DRILL.ball_speed_max, rel=1e-5)
    assert ball.vx[0] / ball.vy[0] == pytest.approx(-0.75, rel=1e-5)


def test_a_goal_in_the_last_moment_counts_and_is_no_truncation() -> None:
    state = start(DRILL, 3)
    state["clock"] = np.full(3, 5000, np.uint32)
    state["ball_x"] = np.array([1, -1, 0], np.float32) * np.float32(DRILL.half_length_m + 0.3)
    state["ball_y"] = np.zeros(3, np.float32)
    after = DRILL.tick(state, [still(DRILL, 3)] * 2)
    terminated, truncated, winner = DRILL.outcome(after)
    assert terminated.tolist() == [True, True, False]
    assert truncated.tolist() == [False, False, True]
    assert winner.tolist() == [1, -1, 0]
    for player, want in enumerate(([1, -1, 0], [-1, 1, 0])):
        assert DRILL.reward(state, after, player)[0].tolist() == [DRILL.goal_reward * sign for sign in want]
    later = DRILL.tick(after, [still(DRILL, 3)] * 2)
    assert DRILL.reward(after, later, 0)[0].tolist() == [0, 0, 0]  # a goal is paid once


def test_the_scripted_player_is_frozen() -> None:
    """Golden: win rates are only comparable over time if the yardstick stays what it is, to the last action."""
    seed = np.arange(5000, dtype=np.uint32)
    drill = BallDrill(half_length_m=6.0, half_width_m=4.0, goal_depth_m=0.9)
    state = drill.reset(seed, seed)
    for word, (name, dtype) in enumerate(drill.fields.items()):
        if dtype == "f32" and not name.endswith(("_hx", "_hy")):
            reach = 6.0 if name.endswith("_x") else 4.0
            state[name] = (uniform(hash_u32(seed, word)) * 2.0 - 1.0) * np.float32(reach)
    actions = np.stack([drill.scripted(state, player) for player in range(2)])  # [S][HEADS][N]
    assert np.sum(actions[:, 2]) > 10  # it dashes
    actions = actions[:, 0] + 5 * actions[:, 1] + 15 * actions[:, 2]  # as they were numbered when it was frozen
    assert (
        hashlib.sha256(actions.tobytes()).hexdigest()
        == "8d75e6c5088266959f39c82a4b6741739b5a187c994bf100631f7176ed22156c"
    )


def test_a_goal_stays_a_goal_when_the_ball_bounces_out_again() -> None:
    state = start(DRILL, 1)
    known = {"ball_x": DRILL.half_length_m + 0.3, "ball_y": 0.0, "ball_vx": 11.0, "ball_vy": 0.0}
    for name, value in known.items():
        state[name] = np.array([value], np.float32)
    after = list(ticks(DRILL, state, [still_player(DRILL)] * 2, 3))
    assert ball_of(after[-1]).x[0] < DRILL.half_length_m
    assert [float(s["scored"][0]) for s in after] == [1.0] * len(after)


def test_a_ball_held_in_one_place_is_dropped_at_the_centre_in_time() -> None:
    state = start(DRILL, 1)
    state |= {
        "ball_x": np.array([4.0], np.float32),
        "ball_y": np.array([-2.0], np.float32),
        "ball_vx": np.array([0.0], np.float32),
        "ball_vy": np.array([0.0], np.float32),
    }
    state |= {"spot_x": np.array([4.5], np.float32), "spot_y": np.array([-2.5], np.float32)}
    held = [float(after["ball_x"][0]) for after in ticks(DRILL, state, [still_player(DRILL)] * 2, 40)]
    dropped = next(tick for tick, x in enumerate(held) if x == 0.0) + 1
    assert dropped / DRILL.tick_hz == pytest.approx(DRILL.stuck_s, abs=0.02)
    assert held[: dropped - 1] == [4.0] * (dropped - 1)


def test_a_ball_that_gets_about_is_never_dropped() -> None:
    state = start(DRILL, 1) | {"ball_vx": np.array([0.0], np.float32), "ball_vy": np.array([0.0], np.float32)}
    for tick in range(5 * DRILL.tick_hz):
        angle = 2.0 * np.pi * tick / (4.0 * DRILL.tick_hz)  # once round in four seconds, a metre from (2, 0)
        state |= {
            "ball_x": np.array([2.0 + np.cos(angle)], np.float32),
            "ball_y": np.array([np.sin(angle)], np.float32),
        }
        state = DRILL.tick(state, [still(DRILL, 1)] * 2)
        assert abs(float(state["ball_x"][0]) - 2.0) <= 1.1

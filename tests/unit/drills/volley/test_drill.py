"""Volley Drill: the published game's dynamics step by step, fair to both sides, and a scripted player that can play."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from drillsergeant.drills.ball.rules import Disc
from drillsergeant.drills.contract import State
from drillsergeant.drills.shapes import Rectangle, points_of
from drillsergeant.drills.volley.court import LIVES
from drillsergeant.drills.volley.drill import BALL, PLAYERS, VolleyDrill
from drillsergeant.elementary import Array

from tests.rigs.play import Player, random_player, start, still, still_player, ticks, winners

DRILL = VolleyDrill()
# Steps of the package slimevolleygym, see tests/interop/test_slimevolley.py: state before, buttons, state after.
STEPS = json.loads((Path(__file__).parents[3] / "golden" / "volley.json").read_text())
STEP_ERROR = 1e-4


def state_of(rows: np.ndarray) -> State:
    """States whose players and ball are `rows` f64 [N, 12], the rest as at the start."""
    state = start(DRILL, len(rows))
    return state | {name: rows[:, k].astype(np.float32) for k, name in enumerate((*PLAYERS, *BALL))}


def test_every_kind_of_step_is_the_published_games() -> None:
    rows = np.array([step["before"] for step in STEPS])
    state = state_of(rows)
    state["wait"] = np.array([step["wait"] for step in STEPS], np.float32)
    actions = [
        [np.array([step["actions"][player][head] for step in STEPS], np.int32) for head in range(2)]
        for player in range(2)
    ]
    after = DRILL.tick(state, actions)
    lost = np.array([step["lost"] for step in STEPS])
    kinds = {step["kind"] for step in STEPS}
    assert kinds == {"flight", "waiting", "left", "right", "net top", "net", "wall", "point"}
    for k, name in enumerate((*PLAYERS, *BALL)):
        expected = np.array([step["after"][k] for step in STEPS])
        compared = (lost < 0) | (name in PLAYERS)  # the next serve is drawn
        assert np.allclose(after[name][compared], expected[compared], rtol=0, atol=STEP_ERROR), name
    for player in range(2):
        assert np.array_equal(after[f"lives{player}"], LIVES - (lost == player))
    served = lost >= 0
    assert np.all(after["ball_x"][served] == 0.0) and np.all(after["ball_y"][served] == 12.0)
    assert np.all(after["wait"][served] == 30.0)


def mirrored(state: State) -> State:
    """The same match seen from behind the court: sides exchanged, left and right, too."""
    turned = dict(state)
    for player in range(2):
        for name in Disc._fields:
            value = state[f"player{1 - player}_{name}"]
            turned[f"player{player}_{name}"] = -value if name in ("x", "vx") else value
        turned[f"lives{player}"] = state[f"lives{1 - player}"]
    return turned | {"ball_x": -state["ball_x"], "ball_vx": -state["ball_vx"]}


def test_exchanging_the_sides_gives_the_mirrored_step_bit_for_bit() -> None:
    touched = 0
    for state in list(ticks(DRILL, start(DRILL, 200), [DRILL.scripted] * 2, 400))[::7]:
        other = mirrored(state)
        seen = [np.stack(DRILL.observe(state, player)) for player in range(2)]
        assert all(np.array_equal(np.stack(DRILL.observe(other, 1 - player)), seen[player]) for player in range(2))
        actions = [DRILL.scripted(state, player) for player in range(2)]
        assert np.array_equal(np.stack(DRILL.scripted(other, 0)), np.stack(actions[1]))
        after, turned = DRILL.tick(state, actions), DRILL.tick(other, actions[::-1])
        flies = after["wait"] < 30.0  # a serve is drawn, not turned
        for name in (*PLAYERS, *BALL, "lives0", "lives1"):
            assert np.array_equal(mirrored(after)[name][flies], turned[name][flies]), name
        earned = DRILL.reward(state, after, 0)[0]
        assert np.array_equal(earned, -DRILL.reward(state, after, 1)[0])
        touched += int(np.sum(np.abs(after["ball_vx"] - state["ball_vx"]) > 0.1))
    assert touched > 500


def test_a_ball_on_the_floor_costs_a_life_and_the_last_one_the_game() -> None:
    state = start(DRILL, 2)
    state["wait"] = np.zeros(2, np.float32)
    state["ball_x"], state["ball_y"] = np.array([-8.0, 8.0], np.float32), np.full(2, 2.05, np.float32)
    state["ball_vy"] = np.full(2, -5.0, np.float32)
    state["lives0"], state["lives1"] = np.array([1.0, 5.0], np.float32), np.array([2.0, 2.0], np.float32)
    after = DRILL.tick(state, [still(DRILL, 2)] * 2)
    assert after["lives0"].tolist() == [0.0, 5.0] and after["lives1"].tolist() == [2.0, 1.0]
    assert DRILL.reward(state, after, 0)[0].tolist() == [-1.0, 1.0]
    terminated, truncated, winner = DRILL.outcome(after)
    assert terminated.tolist() == [True, False] and not truncated.any() and winner.tolist() == [-1, 1]
    late = {**after, "clock": np.full(2, 3000, np.uint32)}
    assert DRILL.outcome(late)[1].tolist() == [False, True]


def test_serves_are_the_published_ones_and_differ_from_point_to_point() -> None:
    states = list(ticks(DRILL, start(DRILL, 500), [still_player(DRILL)] * 2, 200))
    first, last = states[0], states[-1]
    for vx, vy in ((first["ball_vx"], first["ball_vy"]), (last["ball_vx"], last["ball_vy"])):
        waiting = first["wait"] > 0 if vx is first["ball_vx"] else last["wait"] > 0
        assert waiting.sum() > 50
        assert np.all(np.abs(vx[waiting]) <= 20.0) and np.all((vy[waiting] >= 10.0) & (vy[waiting] < 25.0))
        assert np.ptp(vx[waiting]) > 30.0 and np.ptp(vy[waiting]) > 10.0
    assert np.mean(first["ball_vx"] == last["ball_vx"]) < 0.05


def test_scripted_player_beats_chance_and_who_stands_still_on_either_side() -> None:
    chance = random_player(DRILL)

    def weak(state: State, player: int) -> list[Array]:
        stands = np.arange(len(state["clock"])) % 2 == 0
        return [np.where(stands, np.int32(0), part) for part in chance(state, player)]

    pair: list[Player] = [DRILL.scripted, weak]
    for players, won in ((pair, 1), (pair[::-1], -1)):
        winner, _ = winners(DRILL, players, 60)
        assert np.mean(winner[::2] == won) > 0.95 and np.mean(winner[1::2] == won) > 0.95


def test_what_is_seen_are_the_twelve_numbers_of_the_published_game() -> None:
    state = start(DRILL, 3)
    fields = (*PLAYERS, *BALL)
    state |= {name: np.full(3, k + 1.0, np.float32) for k, name in enumerate(fields)}
    own, other, ball = Disc(5.0, 6.0, 7.0, 8.0), Disc(1.0, 2.0, 3.0, 4.0), Disc(9.0, 10.0, 11.0, 12.0)  # type: ignore[arg-type]
    right = [*own, *ball, -other.x, other.y, -other.vx, other.vy]
    assert np.allclose(np.stack(DRILL.observe(state, 1))[:, 0], np.array(right) / 10.0)
    left = [-other.x, other.y, -other.vx, other.vy, -ball.x, ball.y, -ball.vx, ball.vy, *own]
    assert np.allclose(np.stack(DRILL.observe(state, 0))[:, 0], np.array(left) / 10.0)


@pytest.mark.parametrize("ball", [(-23.5, 2.0), (23.5, 2.0), (-23.5, 20.6), (0.0, 12.0)])
def test_the_picture_has_players_on_the_sand_with_an_eye_on_the_ball(ball: tuple[float, float]) -> None:
    scene = DRILL.scene
    state = {name: float(values[0]) for name, values in start(DRILL, 1).items()}
    state |= {"ball_x": ball[0], "ball_y": ball[1], "player0_x": -22.5}
    places = {name: points_of(shape, state) for shape in scene.shapes for name in [shape.name or shape.colour]}
    eyes, pupils = ([points_of(s, state) for s in scene.shapes if s.colour == colour] for colour in ("eye", "pupil"))
    (sand,) = [max(y for _, y in points_of(each, state)[0]) for each in scene.shapes if isinstance(each, Rectangle)]
    for player, name in enumerate(("orange", "blue")):
        x, (outline, _) = state[f"player{player}_x"], places[name]
        assert [min(at for at, _ in outline), max(at for at, _ in outline)] == pytest.approx([x - 1.5, x + 1.5])
        assert [min(y for _, y in outline), max(y for _, y in outline)] == pytest.approx([sand, sand + 1.5])
        ((eye,), eye_m), ((pupil,), pupil_m) = eyes[player], pupils[player]
        assert abs(eye[0]) < abs(x), "it looks to the net"
        assert math.dist(eye, (x, sand)) + eye_m < DRILL.slime_m
        assert math.dist(pupil, eye) + pupil_m < eye_m
        assert (pupil[0] > eye[0]) == (ball[0] > x)
    (at,), radius_m = places["ball"]
    assert (at[0], at[1] - sand, radius_m) == pytest.approx((ball[0], ball[1] - DRILL.floor_m, DRILL.ball_m))
    assert abs(at[1]) < scene.half_width_m
    assert max(y for _, y in places["net"][0]) == pytest.approx(sand + DRILL.net_m - DRILL.floor_m)

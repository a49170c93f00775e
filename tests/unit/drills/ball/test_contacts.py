"""Contacts of the Ball Drill against conservation laws and known bounces."""

import numpy as np
import pytest
from drillsergeant.drills.ball import contacts
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.ball.rules import Disc
from drillsergeant.drills.boxes.players import Box, Shift
from drillsergeant.elementary import Array

DRILL = BallDrill()
N = 20_000
RNG = np.random.default_rng(12)


def draw(low: float, high: float) -> Array:
    """f32 [N], even over [low, high)."""
    return RNG.uniform(low, high, N).astype(np.float32)


def number(value: float) -> Array:
    """f32 [1]."""
    return np.array([value], np.float32)


def box_at(x: Array, y: Array, speed: float = 5.0) -> Box:
    """A player turned anyhow, moving and spinning anyhow."""
    angle = draw(-np.pi, np.pi)
    motion = (draw(-speed, speed), draw(-speed, speed), draw(-8, 8), np.zeros(N, np.float32))
    return Box(x, y, np.cos(angle), np.sin(angle), *motion)


def players_energy(box: Box, change: Shift | None = None) -> Array:
    """Kinetic energy in J after a change of velocity and spin; f64 [N]."""
    vx, vy, spin = (value.astype(np.float64) for value in (box.vx, box.vy, box.spin))
    if change is not None:
        vx, vy, spin = vx + change.vx, vy + change.vy, spin + change.spin
    energy: Array = 0.5 * (DRILL.player_mass_kg * (vx**2 + vy**2) + DRILL.player_inertia * spin**2)
    return energy


def test_ball_and_player_exchange_momentum_and_lose_energy() -> None:
    """Momentum, and angular momentum about the player's centre, are kept; energy is not gained; many do touch."""
    box = box_at(draw(-1, 1), draw(-1, 1))
    ball = Disc(box.x + draw(-0.9, 0.9), box.y + draw(-0.9, 0.9), draw(-9, 9), draw(-9, 9))
    on_ball, on_box = contacts.ball_and_player(DRILL, ball, box)
    touching = np.abs(on_ball.vx) + np.abs(on_ball.vy) > 0
    assert np.mean(touching) > 0.2
    for axis in ("vx", "vy"):
        gained = DRILL.ball_mass_kg * getattr(on_ball, axis) + DRILL.player_mass_kg * getattr(on_box, axis)
        assert np.max(np.abs(gained)) < 1e-5
    rx, ry = ball.x - box.x, ball.y - box.y
    turned = DRILL.ball_mass_kg * (rx * on_ball.vy - ry * on_ball.vx) + DRILL.player_inertia * on_box.spin
    assert np.max(np.abs(turned)) < 2e-5
    ball_after = (ball.vx + on_ball.vx) ** 2 + (ball.vy + on_ball.vy) ** 2
    ball_gain = 0.5 * DRILL.ball_mass_kg * (ball_after - ball.vx**2 - ball.vy**2)
    assert np.max(ball_gain + players_energy(box, on_box) - players_energy(box)) < 1e-4


def test_a_contact_with_a_player_pushes_the_ball_out_of_it() -> None:
    """Even from deep inside, the ball is moved away from the player's centre, and never the other way."""
    box = box_at(draw(-1, 1), draw(-1, 1))
    ball = Disc(box.x + draw(-0.9, 0.9), box.y + draw(-0.9, 0.9), draw(-9, 9), draw(-9, 9))
    on_ball, on_box = contacts.ball_and_player(DRILL, ball, box)
    rx, ry = ball.x - box.x, ball.y - box.y
    assert np.min(rx * on_ball.x + ry * on_ball.y) >= 0
    assert np.max(rx * on_box.x + ry * on_box.y) <= 0
    assert np.max(np.hypot(on_ball.x, on_ball.y)) < DRILL.ball_radius_m / 2  # two players must not carry it out


def test_two_players_exchange_momentum_and_lose_energy() -> None:
    one = box_at(draw(-1, 1), draw(-1, 1))
    two = box_at(one.x + draw(-1.2, 1.2), one.y + draw(-1.2, 1.2))
    on_one, on_two = contacts.player_and_player(DRILL, one, two)
    assert np.mean(np.abs(on_one.vx) + np.abs(on_one.vy) > 0) > 0.2
    assert np.array_equal(on_one.vx, -on_two.vx) and np.array_equal(on_one.vy, -on_two.vy)
    before = players_energy(one) + players_energy(two)
    after = players_energy(one, on_one) + players_energy(two, on_two)
    assert np.max(after - before) < 1e-4


def test_two_players_overlap_exactly_where_their_corners_and_edges_say_so() -> None:
    """Separating axes through extents against projecting all eight corners on all four axes."""
    one = box_at(draw(-1, 1), draw(-1, 1))
    two = box_at(one.x + draw(-1.2, 1.2), one.y + draw(-1.2, 1.2))
    on_one, on_two = contacts.player_and_player(DRILL, one, two)
    half = DRILL.player_half_m
    overlap = np.full(N, np.inf)
    for axes in (one, two):
        for ax, ay in ((axes.hx, axes.hy), (-axes.hy, axes.hx)):
            spans = []
            for box in (one, two):
                middle = box.x * ax + box.y * ay
                ends = [
                    along * (box.hx * ax + box.hy * ay) + across * (-box.hy * ax + box.hx * ay)
                    for along in (-half, half)
                    for across in (-half, half)
                ]
                spans.append((middle + np.min(ends, axis=0), middle + np.max(ends, axis=0)))
            (low1, high1), (low2, high2) = spans
            overlap = np.minimum(overlap, np.minimum(high1 - low2, high2 - low1))
    shift = np.hypot(on_two.x - on_one.x, on_two.y - on_one.y)
    assert np.allclose(shift, np.maximum(overlap, 0), atol=1e-5)


def test_a_ball_hitting_a_resting_player_head_on_bounces_as_told() -> None:
    zero, reach = number(0), DRILL.player_half_m + DRILL.ball_radius_m
    box = Box(zero, zero, number(1), zero, zero, zero, zero, zero)
    ball = Disc(number(reach - 0.01), zero, number(-3), zero)
    on_ball, on_box = contacts.ball_and_player(DRILL, ball, box)
    apart = (ball.vx + on_ball.vx - on_box.vx)[0]
    assert apart == pytest.approx(3 * DRILL.player_ball_bounce, rel=1e-5)
    assert on_box.spin[0] == 0


def test_a_spinning_player_hits_a_resting_ball() -> None:
    """The face moves at spin times arm where it touches, though the player's centre rests."""
    zero = number(0)
    box = Box(zero, zero, number(1), zero, zero, zero, number(6), zero)
    ball = Disc(number(DRILL.player_half_m + DRILL.ball_radius_m - 0.01), number(0.2), zero, zero)
    away, _ = contacts.ball_and_player(DRILL, ball, box)
    assert away.vx[0] == 0  # counter-clockwise, the face at +x above the centre retreats from a ball there
    below = ball._replace(y=number(-0.2))
    hit, on_box = contacts.ball_and_player(DRILL, below, box)
    assert hit.vx[0] > 0.5
    assert on_box.spin[0] < 0


def test_the_ball_bounces_off_walls_and_enters_the_goal() -> None:
    """Side line, end line beside the goal, a cut corner at 45 degrees, and nothing in the mouth of the goal."""
    e, w, length, goal = DRILL.wall_ball_bounce, DRILL.half_width_m, DRILL.half_length_m, DRILL.goal_half_width_m
    cases = (
        ((1.0, w, 2.0, 3.0), (2.0, -3.0 * e)),
        ((-1.0, -w, 2.0, -3.0), (2.0, 3.0 * e)),
        ((length - 0.2, goal + 0.5, 4.0, 1.0), (-4.0 * e, 1.0)),
        ((length - 0.2, 0.0, 4.0, 1.0), (4.0, 1.0)),
        ((length + DRILL.goal_depth_m, 0.0, 4.0, 1.0), (-4.0 * e, 1.0)),
        ((length + 0.3, 0.1 - goal, 4.0, -1.0), (4.0, 1.0 * e)),
        ((length - 0.6, w - 0.6, 2.0, 2.0), (-2.0 * e, -2.0 * e)),
    )
    for (x, y, vx, vy), want in cases:
        ball = contacts.ball_and_walls(DRILL, Disc(number(x), number(y), number(vx), number(vy)))
        assert (ball.vx[0], ball.vy[0]) == pytest.approx(want, abs=1e-4), (x, y)


def test_a_ball_carried_into_a_wall_comes_back_onto_the_field() -> None:
    """Beside the goal too, where the nearest open space of a ball deep in the end wall could be the goal recess."""
    for x, y in ((DRILL.half_length_m + 0.2, DRILL.goal_half_width_m + 0.3), (0.0, DRILL.half_width_m + 0.5)):
        ball = contacts.ball_and_walls(DRILL, Disc(number(x), number(y), number(1), number(1)))
        assert ball.x[0] <= DRILL.half_length_m - DRILL.ball_radius_m
        assert ball.y[0] <= DRILL.half_width_m - DRILL.ball_radius_m


def test_the_post_deflects_a_ball_that_grazes_it() -> None:
    graze = Disc(number(DRILL.half_length_m - 0.1), number(DRILL.goal_half_width_m - 0.2), number(5), number(0))
    ball = contacts.ball_and_walls(DRILL, graze)
    assert ball.vy[0] < -0.5
    assert np.hypot(ball.vx, ball.vy)[0] < 5


def test_a_player_pressed_flat_against_a_wall_stays_flat() -> None:
    zero, flat = number(0), DRILL.half_width_m - DRILL.player_half_m
    box = Box(number(2), number(flat + 0.01), number(1), zero, number(1), number(4), zero, zero)
    after = contacts.player_and_walls(DRILL, box)
    assert after.y[0] == pytest.approx(flat)
    assert after.vy[0] == pytest.approx(-4 * DRILL.wall_player_bounce, rel=1e-5)
    assert after.spin[0] == 0


def test_a_player_hitting_a_wall_with_a_corner_is_turned_towards_flat() -> None:
    zero, limit = number(0), DRILL.half_width_m
    for angle in (0.2, -0.2):
        heading = (number(np.cos(angle)), number(np.sin(angle)))
        box = Box(zero, number(limit - DRILL.player_half_m), *heading, zero, number(4), zero, zero)
        assert contacts.player_and_walls(DRILL, box).spin[0] * angle < 0

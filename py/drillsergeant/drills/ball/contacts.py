"""Contacts of the Ball Drill: ball and players with walls, ball with player, player with player.

Every function is elementwise over N matches; all arrays are f32 [N]. A contact is resolved by one impulse along its
normal (friction is left out) and a shift that undoes the overlap, both masked to nothing where bodies do not touch.

Turning the world by half a turn and exchanging the teams must give the same match bit for bit. So sums over the
teams are always of the form `value + (from team 0 + from team 1)`: addition commutes, it does not associate.
"""

import numpy as np

from drillsergeant.drills.ball.rules import BallRules, Disc
from drillsergeant.drills.boxes.players import Box, BoxRules, Shift
from drillsergeant.elementary import Array

# How much of an overlap of ball and player is undone in one tick: less than all of it, since the two players'
# shifts add up and must not carry the ball's centre through a wall.
BALL_SHIFT = 0.35


def _sign_bit(x: Array) -> Array:
    return x.view(np.uint32) & 0x80000000


def _flip(x: Array, sign: Array) -> Array:
    """Negate x where the sign bit is set; exact, and one operation."""
    flipped: Array = (x.view(np.uint32) ^ sign).view(np.float32)
    return flipped


def _lever(cosine: Array, sine: Array, half: float) -> Array:
    """Offset along a wall of the corner of a turned square that touches it, m; (cosine, sine) of the turn.

    Exactly it is a saw tooth of the angle which jumps where a face lies flat; this is `sin(4 angle)`, which is 0 there,
    so that a player pressed flat against a wall comes to rest instead of rocking from corner to corner.
    """
    lever: Array = (cosine * sine) * (sine * sine - cosine * cosine) * (3.0 * half)
    return lever


def _cut_corner(
    rules: BallRules, body: tuple[Array, Array, Array, Array], radius: float, bounce: float
) -> tuple[Array, Array, Array, Array]:
    """Keep a round body (x, y, vx, vy, in the quarter with x, y > 0) off the wall x + y = const across the corner."""
    x, y, vx, vy = body
    limit = rules.half_length_m + rules.half_width_m - rules.corner_m - radius * 2.0**0.5
    overlap = np.maximum(x + y - limit, 0.0) * 0.5
    kick = np.where(overlap > 0.0, np.maximum(vx + vy, 0.0) * (0.5 * (1.0 + bounce)), 0.0)
    return x - overlap, y - overlap, vx - kick, vy - kick


def ball_and_walls(rules: BallRules, ball: Disc) -> Disc:
    """Keep the ball inside the field and its two goal recesses.

    Works in the quarter of the field with x, y > 0, where the walls are four: the block beyond the end line and
    beside the goal, whose corner is the post; the end of the recess (the end line, beside the goal); the side line;
    and, last, the wall across the corner of the field.
    """
    radius, bounce = rules.ball_radius_m, rules.wall_ball_bounce
    sign_x, sign_y = _sign_bit(ball.x), _sign_bit(ball.y)
    x, y = np.abs(ball.x), np.abs(ball.y)
    vx, vy = _flip(ball.vx, sign_x), _flip(ball.vy, sign_y)
    beside = y > rules.goal_half_width_m

    dx = np.minimum(x - rules.half_length_m, 0.0)
    dy = np.minimum(y - rules.goal_half_width_m, 0.0)
    distance = np.sqrt(np.maximum(dx * dx + dy * dy, 1e-12))
    per_m = 1.0 / distance  # one division and two products are quicker than two divisions
    nx, ny = dx * per_m, dy * per_m
    overlap = np.maximum(radius - distance, 0.0)
    approach = np.minimum(vx * nx + vy * ny, 0.0)
    kick = np.where(overlap > 0.0, approach * (1.0 + bounce), 0.0)
    x, y = x + nx * overlap, y + ny * overlap
    vx, vy = vx - nx * kick, vy - ny * kick

    limit_x = (rules.half_length_m + rules.goal_depth_m - radius) - beside.astype(np.float32) * rules.goal_depth_m
    limit_y = rules.half_width_m - radius
    vx = np.where(x > limit_x, np.minimum(vx, vx * -bounce), vx)
    vy = np.where(y > limit_y, np.minimum(vy, vy * -bounce), vy)
    x, y = np.minimum(x, limit_x), np.minimum(y, limit_y)
    x, y, vx, vy = _cut_corner(rules, (x, y, vx, vy), radius, bounce)
    return Disc(_flip(x, sign_x), _flip(y, sign_y), _flip(vx, sign_x), _flip(vy, sign_y))


def player_and_walls(rules: BallRules, box: Box) -> Box:
    """Keep a player inside the field; the goal mouths are closed for players.

    Against the straight walls a player is a square, against the walls across the corners a disc just inside it.
    """
    core = rules.player_half_m - rules.player_corner_m
    reach = (np.abs(box.hx) + np.abs(box.hy)) * core + rules.player_corner_m
    lever = _lever(box.hx, box.hy, rules.player_half_m)
    turn = lever * (1.0 / rules.player_inertia)  # spin gained per impulse
    stiffness = (1.0 + rules.wall_player_bounce) / (lever * turn + 1.0 / rules.player_mass_kg)

    def push(position: Array, speed: Array, limit: Array) -> tuple[Array, Array, Array]:
        """Return position, speed and impulse (along one axis, outwards positive) after meeting the wall at limit."""
        closing = np.maximum(speed - box.spin * lever, 0.0)
        impulse = np.where(position > limit, closing * stiffness, 0.0)
        return np.minimum(position, limit), speed - impulse * (1.0 / rules.player_mass_kg), impulse

    sign_x, sign_y = _sign_bit(box.x), _sign_bit(box.y)
    x, vx, impulse_x = push(np.abs(box.x), _flip(box.vx, sign_x), rules.half_length_m - reach)
    y, vy, impulse_y = push(np.abs(box.y), _flip(box.vy, sign_y), rules.half_width_m - reach)
    x, y, vx, vy = _cut_corner(rules, (x, y, vx, vy), rules.player_half_m, rules.wall_player_bounce)
    spin = box.spin + turn * (impulse_x + impulse_y)
    return box._replace(x=_flip(x, sign_x), y=_flip(y, sign_y), vx=_flip(vx, sign_x), vy=_flip(vy, sign_y), spin=spin)


def ball_and_player(rules: BallRules, ball: Disc, box: Box) -> tuple[Disc, Shift]:
    """Return what their contact changes on (ball, player); the ball's own spin is not modelled.

    The player is a square core with a round rim. In the player's own frame the closest point of the core is a clamp.
    That point is then drawn towards the centre, by the share `player_bulge`: the face keeps its place but its normal
    fans out, as if it were slightly round. So a ball pinned between two players slips out; and the direction from
    that point to the ball is outwards even where the ball's centre lies inside the core.
    """
    core = rules.player_half_m - rules.player_corner_m
    keep = 1.0 - rules.player_bulge
    rim = rules.player_half_m - core * keep
    rx, ry = ball.x - box.x, ball.y - box.y
    lx, ly = rx * box.hx + ry * box.hy, ry * box.hx - rx * box.hy
    cx = np.minimum(np.maximum(lx, -core), core) * keep
    cy = np.minimum(np.maximum(ly, -core), core) * keep
    dx, dy = lx - cx, ly - cy
    distance = np.sqrt(np.maximum(dx * dx + dy * dy, 1e-12))
    per_m = 1.0 / distance
    mx, my = dx * per_m, dy * per_m  # normal, in the player's frame
    nx, ny = mx * box.hx - my * box.hy, mx * box.hy + my * box.hx  # normal, in the field's frame
    overlap = np.maximum((rules.ball_radius_m + rim) - distance, 0.0)

    torque = cx * my - cy * mx  # per impulse; the rim adds nothing, its arm is along the normal
    turn = torque * (1.0 / rules.player_inertia)
    closing = np.minimum((ball.vx - box.vx) * nx + (ball.vy - box.vy) * ny - box.spin * torque, 0.0)
    inverse_mass = 1.0 / rules.ball_mass_kg + 1.0 / rules.player_mass_kg
    impulse = closing * (1.0 + rules.player_ball_bounce) / (torque * turn + inverse_mass)  # <= 0
    impulse = np.where(overlap > 0.0, impulse, 0.0)

    ball_share = 1.0 / rules.ball_mass_kg / inverse_mass
    ball_kick, player_kick = impulse * (-1.0 / rules.ball_mass_kg), impulse * (1.0 / rules.player_mass_kg)
    ball_shift, player_shift = overlap * (BALL_SHIFT * ball_share), overlap * (BALL_SHIFT * (ball_share - 1.0))
    on_ball = Disc(nx * ball_shift, ny * ball_shift, nx * ball_kick, ny * ball_kick)
    on_player = Shift(nx * player_shift, ny * player_shift, nx * player_kick, ny * player_kick, turn * impulse)
    return on_ball, on_player


def player_and_player(rules: BoxRules, one: Box, two: Box) -> tuple[Shift, Shift]:
    """Return what their contact changes on (one, two): separating axes of two equal squares.

    Along each of the four face normals the squares reach equally far, since they are equal and square; so the axis of
    least overlap is the one along which the centres are farthest apart.
    """
    half = rules.player_half_m
    rx, ry = two.x - one.x, two.y - one.y
    nx1, ny1, apart1 = _face_towards(one, rx, ry)
    nx2, ny2, apart2 = _face_towards(two, rx, ry)
    face_of_one = apart1 > apart2
    nx, ny = np.where(face_of_one, nx1, nx2), np.where(face_of_one, ny1, ny2)
    cosine, sine = one.hx * two.hx + one.hy * two.hy, one.hx * two.hy - one.hy * two.hx
    reach = (np.abs(cosine) + np.abs(sine)) * half + half
    overlap = np.maximum(reach - np.maximum(apart1, apart2), 0.0)

    # A corner of the other square touches the face: its arm gives `lever` for whoever owns the corner, and the arm
    # of the face's owner is longer by the vector between the centres.
    lever = _lever(cosine, sine, half)
    offset = rx * ny - ry * nx
    torque1 = np.where(face_of_one, lever + offset, lever)
    torque2 = np.where(face_of_one, lever, lever - offset)
    per_inertia, per_mass = 1.0 / rules.player_inertia, 1.0 / rules.player_mass_kg
    closing = (two.vx - one.vx) * nx + (two.vy - one.vy) * ny + (two.spin * torque2 - one.spin * torque1)
    give = (torque1 * torque1 + torque2 * torque2) * per_inertia + 2.0 * per_mass
    impulse = np.minimum(closing, 0.0) * -(1.0 + rules.player_player_bounce) / give  # >= 0
    impulse = np.where(overlap > 0.0, impulse, 0.0)

    shift, kick, turn = overlap * 0.5, impulse * per_mass, impulse * per_inertia
    on_two = Shift(nx * shift, ny * shift, nx * kick, ny * kick, torque2 * turn)
    on_one = Shift(-on_two.x, -on_two.y, -on_two.vx, -on_two.vy, -(torque1 * turn))
    return on_one, on_two


def _face_towards(box: Box, rx: Array, ry: Array) -> tuple[Array, Array, Array]:
    """Return the box's axis (x, y) nearest to the vector (rx, ry), pointing along with it, and its part there."""
    along, across = rx * box.hx + ry * box.hy, ry * box.hx - rx * box.hy
    near, far = np.abs(along), np.abs(across)
    lengthwise = near > far
    sign = _sign_bit(np.where(lengthwise, along, across))
    nx = _flip(np.where(lengthwise, box.hx, -box.hy), sign)
    ny = _flip(np.where(lengthwise, box.hy, box.hx), sign)
    return nx, ny, np.maximum(near, far)

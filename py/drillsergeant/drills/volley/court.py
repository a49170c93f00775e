"""The numbers of Volley Drill and what happens in a step: the dynamics of `SlimeVolley-v0` (package slimevolleygym).

D. Ha's game of 2020, step by step as it is, in f32. All arrays are f32 [N] unless said otherwise; x to the right from
the net, y upwards from the floor, in the game's own units (m and s stand for them). Team 0 plays on the left.
"""

from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.ball.rules import Disc
from drillsergeant.drills.boxes.players import length
from drillsergeant.drills.contract import State
from drillsergeant.elementary import Array, hash_u32, uniform

LIVES = 5
SERVE = 17  # of the random numbers that a serve draws


@dataclass(frozen=True)
class CourtRules:
    """Sizes in m, times in s, speeds in m/s."""

    teams: tuple[int, ...] = (1, 1)
    tick_hz: int = 30
    time_limit_s: float = 100.0
    half_length_m: float = 24.0
    ceiling_m: float = 48.0
    floor_m: float = 1.5
    net_half_m: float = 0.5
    net_m: float = 3.5
    slime_m: float = 1.5
    ball_m: float = 0.5
    run_speed: float = 17.5
    jump_speed: float = 13.5
    ball_speed_max: float = 22.5
    gravity: float = 29.4  # m/s**2
    nudge: float = 0.1  # how far things are put apart at a time that have touched
    wait_s: float = 1.0  # until a served ball falls

    @property
    def tick_s(self) -> float:
        """Length of one tick."""
        return 1.0 / self.tick_hz

    @property
    def wait_ticks(self) -> float:
        """For how many ticks a served ball waits."""
        return float(round(self.wait_s * self.tick_hz))


def slime_of(state: State, player: int) -> Disc:
    """Pick one player, half a disc that stands on the floor or jumps, out of a state."""
    return Disc(*(state[f"player{player}_{name}"] for name in Disc._fields))


def served(rules: CourtRules, seed: Array, episode: Array, clock: Array) -> Disc:
    """A ball above the net, thrown anyhow; u32 [N] all three."""
    draws = [uniform(hash_u32(seed, episode, clock, SERVE + axis)) for axis in range(2)]
    zero = draws[0] * 0.0
    return Disc(zero, zero + rules.half_length_m / 2.0, draws[0] * 40.0 - 20.0, draws[1] * 15.0 + 10.0)


def moved(rules: CourtRules, slime: Disc, side: float, run: Array, jump: Array) -> Disc:
    """A player a tick later who runs (-1, to the net, to 1) and jumps (mask [N]). `side`: its sign of x."""
    dt, least, most = rules.tick_s, rules.net_half_m + rules.slime_m, rules.half_length_m - rules.slime_m
    on_floor = slime.y <= rules.floor_m + rules.nudge * dt
    vy = np.where(on_floor, jump.astype(np.float32) * rules.jump_speed, slime.vy - rules.gravity * dt)
    vx = run * (rules.run_speed * side)
    x, y = slime.x + vx * dt, slime.y + vy * dt
    landed = y <= rules.floor_m
    at = x * side
    stopped = (at <= least) | (at >= most)
    x = np.where(at <= least, least * side, np.where(at >= most, most * side, x))
    return Disc(x, np.maximum(y, rules.floor_m), np.where(stopped, 0.0, vx), np.where(landed, 0.0, vy))


def flown(rules: CourtRules, ball: Disc, waiting: Array) -> Disc:
    """The ball a tick later, before it touches anything; where it waits to be served (mask [N]) it stays."""
    dt, limit = rules.tick_s, rules.ball_speed_max
    vy = ball.vy - rules.gravity * dt
    size = ball.vx * ball.vx + vy * vy
    slower = limit / np.sqrt(np.maximum(size, limit * limit))
    vx, vy = ball.vx * slower, vy * slower
    then = Disc(ball.x + vx * dt, ball.y + vy * dt, vx, vy)
    return Disc(*(np.where(waiting, now, later) for now, later in zip(ball, then, strict=True)))


def bounced(rules: CourtRules, ball: Disc, other: Disc, radius_m: float) -> Disc:
    """The ball after a disc of this radius has thrown it back: as a mirror that moves, outwards or inwards alike."""
    dx, dy, reach = ball.x - other.x, ball.y - other.y, rules.ball_m + radius_m
    touches = dx * dx + dy * dy < reach * reach
    distance = length(dx, dy)
    nx, ny = dx / distance, dy / distance
    apart = np.ceil((reach - distance) * (1.0 / rules.nudge)) * rules.nudge
    ux, uy = ball.vx - other.vx, ball.vy - other.vy
    twice = (ux * nx + uy * ny) * 2.0
    after = Disc(ball.x + nx * apart, ball.y + ny * apart, ux - nx * twice + other.vx, uy - ny * twice + other.vy)
    return Disc(*(np.where(touches, new, old) for new, old in zip(after, ball, strict=True)))


def walled(rules: CourtRules, ball: Disc, before_x: Array) -> tuple[Disc, Array]:
    """The ball after walls, floor, ceiling and net, and where it meets the floor (mask [N]). `before_x`: a tick ago."""
    gap, r = rules.nudge * rules.tick_s, rules.ball_m
    x, y, vx, vy = ball
    wall = rules.half_length_m - r
    out = np.abs(x) >= wall
    x, vx = np.where(out, np.where(x > 0.0, x * 0.0 + (wall - gap), x * 0.0 - (wall - gap)), x), np.where(out, -vx, vx)
    down, up = y <= rules.floor_m + r, y >= rules.ceiling_m - r
    # What has met the floor meets neither ceiling nor net.
    vy = np.where(down | up, -vy, vy)
    y = np.where(down, rules.floor_m + r + gap, np.where(up, rules.ceiling_m - r - gap, y))
    side, low = rules.net_half_m + r, y <= rules.net_m
    from_right = (x <= side) & (before_x > side) & low & ~down
    x, vx = np.where(from_right, side + gap, x), np.where(from_right, -vx, vx)
    from_left = (x >= -side) & (before_x < -side) & low & ~down
    x, vx = np.where(from_left, -side - gap, x), np.where(from_left, -vx, vx)
    return Disc(x, y, vx, vy), down

"""Sumo Drill: two rotating squares push each other out of a ring.

The players, their motion and their actions are those of Ball Drill (`boxes`); there is no ball, and no wall: whose
centre leaves the ring has lost, and at the time limit, who is farther from the middle: without that, two players that
both hold back would never decide anything. Everything is elementwise over N matches (arrays [N], f32 unless said
otherwise), see `contract`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.ball.contacts import player_and_player
from drillsergeant.drills.boxes.players import (
    Box,
    BoxRules,
    bounded,
    length,
    player_of,
    seen_from,
    shifted,
    steer,
    unit,
)
from drillsergeant.drills.boxes.scripted import move_towards, turn_towards
from drillsergeant.drills.contract import COMMON_FIELDS, Dtype, Outcome, Scene, State, Words
from drillsergeant.drills.grounds import ring
from drillsergeant.elementary import Array, hash_u32, sin_cos, uniform

# Typical sizes, so that observations are of magnitude about 1.
SPEED = 5.0  # m/s
SPIN = 8.0  # rad/s
# The scripted player steers for where things will be after this time, attacks a point this far towards the middle from
# the other's centre, turns back to the middle this near to the edge, and dashes from within this distance when it looks
# at the other by at least this cosine and pushes it outwards.
REACTION_S = 0.15
INSIDE_M = 0.35
BRINK_M = 0.7
DASH_REACH_M = 1.7
DASH_HEADING = 0.9


@dataclass(frozen=True)
class SumoDrill(BoxRules):
    """The drill of the contract, for whatever numbers it is made with: `SumoDrill(ring_m=4.0)`."""

    name: str = "sumo"
    time_limit_s: float = 10.0
    ring_m: float = 3.0  # radius
    player_half_m: float = 0.45
    player_push: float = 7.0  # m/s**2
    player_drag_per_s: float = 1.0  # slippery: who is hit hard slides
    player_player_bounce: float = 1.0
    dash_speed: float = 6.0  # m/s
    dash_cooldown_s: float = 1.0
    win_reward: float = 1.0
    push_out_reward: float = 1.0  # for moving the other from the middle to the edge, or oneself the other way
    to_other_reward: float = 0.5  # for closing a gap as wide as the ring

    observation: tuple[str, ...] = (
        "own_x", "own_y", "own_from_middle", "own_vx", "own_vy", "own_heading_x", "own_heading_y", "own_spin",
        "own_cooldown", "other_x", "other_y", "other_from_middle", "other_dx", "other_dy", "other_distance",
        "other_ahead", "other_aside", "push_along", "push_across", "other_vx", "other_vy", "other_heading_x",
        "other_heading_y", "other_spin", "other_cooldown", "time_passed",
    )  # fmt: skip
    reward_terms: tuple[str, ...] = ("win", "push_out", "to_other")

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="Sumo Drill",
            sentence="Two squares learn to push each other out of the ring.",
            counts=("Orange", "Blue"),
            win="rounds won",
            picture="A ring seen from above: an orange and a blue square try to push each other out of it.",
            keys="You are orange. WASD or arrows move, Q and E turn, Space dashes.",
            shout=("Orange!", "Blue!"),
        )

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: two players, and who has won (f32: +1 team 0, -1 team 1, 0 nobody) once it is `over` (f32)."""
        return {**COMMON_FIELDS, **dict.fromkeys((*self.player_fields, "won", "over"), "f32")}

    @property
    def scene(self) -> Scene:
        """A ring."""
        floor, marks = ring(self.ring_m)
        return Scene(self.ring_m, self.ring_m, bodies=self.player_bodies(), round=True, ground=floor, shapes=marks)

    def reset(self, seed: Array, episode: Array) -> State:
        """Each in the middle of its own half, turned anyhow, at rest; `seed` and `episode` u32 [N]."""
        clock = seed & 0
        zero = clock.astype(np.float32)
        values = [seed, episode, clock]
        for player in range(2):
            numbers = [uniform(hash_u32(seed, episode, 8 * player + word)) for word in range(3)]
            sine, cosine = sin_cos(numbers[0] * (2.0 * np.pi) - np.pi)
            x, y = numbers[1] * (-0.4 * self.ring_m) - 0.2 * self.ring_m, numbers[2] * self.ring_m - 0.5 * self.ring_m
            x, y, hx, hy = (seen_from(player, value) for value in (x, y, cosine, sine))
            values += Box(x, y, hx, hy, vx=zero, vy=zero, spin=zero, cooldown=zero)
        return dict(zip(self.fields, (*values, zero, zero), strict=True))

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 1/tick_hz s after two actions, i32 [N] a head: steer, move, resolve the contact, see who is out."""
        one, two = (steer(self, player_of(state, player), actions[player], player) for player in range(2))
        by_two, by_one = player_and_player(self, one, two)
        one, two = bounded(self, shifted(one, by_two)), bounded(self, shifted(two, by_one))
        out = [(length(box.x, box.y) > self.ring_m).astype(np.float32) for box in (one, two)]
        clock = state["clock"] + 1
        gone = np.maximum(out[0], out[1])
        late = (clock >= round(self.time_limit_s * self.tick_hz)).astype(np.float32)
        ahead = length(two.x, two.y) - length(one.x, one.y)
        judged = (ahead > 0.0).astype(np.float32) - (ahead < 0.0).astype(np.float32)
        won = np.where(state["over"] > 0.0, state["won"], np.where(gone > 0.0, out[1] - out[0], judged * late))
        over = np.maximum(state["over"], np.maximum(gone, late))
        common = (state["seed"], state["episode"], clock)
        return dict(zip(self.fields, (*common, *one, *two, won, over), strict=True))

    def observe(self, state: State, player: int) -> list[Array]:
        """The entries named in `observation`, f32 [N] each, the ring turned so that both players see the same.

        "ahead" and "aside": the direction to the other along and across one's own heading; "push": the direction from
        the middle to the other along and across the direction to it: 1 and 0 mean that pushing on sends it out.
        """
        own, other = player_of(state, player), player_of(state, 1 - player)
        x, y, ox, oy = (seen_from(player, value) for value in (own.x, own.y, other.x, other.y))
        hx, hy = seen_from(player, own.hx), seen_from(player, own.hy)
        dx, dy = ox - x, oy - y
        ux, uy = unit(dx, dy)
        mx, my = unit(ox, oy)
        ring, limit_ticks = 1.0 / self.ring_m, self.time_limit_s * self.tick_hz
        return [
            x * ring, y * ring, length(x, y) * ring,
            seen_from(player, own.vx) * (1.0 / SPEED), seen_from(player, own.vy) * (1.0 / SPEED),
            hx, hy, own.spin * (1.0 / SPIN), own.cooldown * (1.0 / self.dash_cooldown_s),
            ox * ring, oy * ring, length(ox, oy) * ring,
            dx * ring, dy * ring, length(dx, dy) * ring,
            ux * hx + uy * hy, uy * hx - ux * hy, ux * mx + uy * my, ux * my - uy * mx,
            seen_from(player, other.vx) * (1.0 / SPEED), seen_from(player, other.vy) * (1.0 / SPEED),
            seen_from(player, other.hx), seen_from(player, other.hy),
            other.spin * (1.0 / SPIN), other.cooldown * (1.0 / self.dash_cooldown_s),
            np.minimum(state["clock"].astype(np.float32) * (1.0 / limit_ticks), 1.0),
        ]  # fmt: skip

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """Win (+-1) and the gains of two potentials, f32 [N]: the other nearer to the edge than oneself, and near."""
        win = seen_from(player, after["won"] - before["won"]) * self.win_reward
        pushed = (_lead(after) - _lead(before)) * (self.push_out_reward / self.ring_m)
        closer = (_gap(before) - _gap(after)) * (self.to_other_reward / (2.0 * self.ring_m))
        return [win, seen_from(player, pushed), closer]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated by leaving the ring, truncated by the time limit; winner i32 [N]."""
        terminated = state["over"] > 0.0
        late = state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(terminated, late & ~terminated, state["won"].astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """The action, i32 [N] a head: get between the other and the middle and push; back from the brink. Never
        changes."""
        own, other = player_of(state, player), player_of(state, 1 - player)
        x, y = seen_from(player, own.x + own.vx * REACTION_S), seen_from(player, own.y + own.vy * REACTION_S)
        ox, oy = seen_from(player, other.x + other.vx * REACTION_S), seen_from(player, other.y + other.vy * REACTION_S)
        mx, my = unit(ox, oy)
        dx, dy = ox - x, oy - y
        ux, uy = unit(dx, dy)
        outwards = ux * mx + uy * my
        brink = (length(x, y) > self.ring_m - BRINK_M) & (outwards < 0.5)
        want_x = np.where(brink, -x, dx - mx * INSIDE_M)
        want_y = np.where(brink, -y, dy - my * INSIDE_M)
        turn, along = turn_towards(own, player, ux, uy)
        near = dx * dx + dy * dy < DASH_REACH_M * DASH_REACH_M
        dash = (near & (along > DASH_HEADING) & (outwards > 0.3)).astype(np.int32)
        return [move_towards(want_x, want_y), turn, dash]


def _lead(state: State) -> Array:
    """How much farther from the middle player 1 is than player 0, m."""
    one, two = player_of(state, 0), player_of(state, 1)
    return length(two.x, two.y) - length(one.x, one.y)


def _gap(state: State) -> Array:
    """Distance between the players, m."""
    one, two = player_of(state, 0), player_of(state, 1)
    return length(two.x - one.x, two.y - one.y)

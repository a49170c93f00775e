"""The numbers of Hide-and-catch, its state, how its players walk and whom they see.

All arrays are f32 [N] unless said otherwise. Player 2 is the runner, players 0 and 1 are the catchers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from drillsergeant.drills.boxes.players import length, unit
from drillsergeant.drills.boxes.rays import in_sight
from drillsergeant.drills.boxes.steps import STEPS, step_of_keys, ways
from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Dtype, Scene, State, team_of
from drillsergeant.elementary import Array

CATCHERS, RUNNER, PLAYERS = (0, 1), 2, 3
CORNERS = ((1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0))  # near each of which a crate stands
LOOK_PER_S = 6.0  # how fast a player turns to where it runs, at 1 m/s; only for the eye, nothing depends on it


class Walker(NamedTuple):
    """A player: position in m, velocity in m/s, where it looks (unit vector)."""

    x: Array
    y: Array
    vx: Array
    vy: Array
    hx: Array
    hy: Array


WALKERS = tuple(f"player{player}_{name}" for player in range(PLAYERS) for name in Walker._fields)
CRATES = tuple(f"crate{crate}_{axis}" for crate in range(len(CORNERS)) for axis in "xy")


@dataclass(frozen=True)
class HideRules:
    """Sizes in m, times in s, pushes in m/s**2."""

    teams: tuple[int, ...] = (2, 1)
    action_repeat: int = 4
    tick_hz: int = 60
    time_limit_s: float = 7.0
    half_m: float = 4.0
    radius_m: float = 0.3
    crate_half_m: float = 0.6
    crate_from_middle_m: float = 1.7  # along each axis, and up to crate_spread_m more or less
    crate_spread_m: float = 0.4
    runner_from_middle_m: float = 0.35  # along each axis at most, at the start: there no crate stands
    catcher_push: float = 9.0
    runner_push: float = 15.0
    drag_per_s: float = 3.0
    caught_reward: float = 1.0
    closer_reward: float = 1.0  # for closing a gap as long as the field, for the runner for opening one

    @property
    def heads(self) -> tuple[Discrete, ...]:
        """An action has one part."""
        return STEPS

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: players, crates, whether each catcher and the runner see each other (f32, 0 or 1), where it was last
        seen, and who has won (f32: +1 the catchers, -1 the runner, 0 nobody yet)."""
        return {
            **COMMON_FIELDS,
            **dict.fromkeys((*WALKERS, *CRATES, "seen0", "seen1", "spot_x", "spot_y", "won"), "f32"),
        }

    @property
    def scene(self) -> Scene:
        """A square without goals, and crates that belong to nobody."""
        crates = [f"crate{crate}" for crate in range(len(CORNERS))]
        walkers = [
            Body(
                "box",
                name,
                f"{name}_x",
                f"{name}_y",
                self.radius_m,
                player,
                team_of(self.teams, player),
                heading=(f"{name}_hx", f"{name}_hy"),
                velocity=(f"{name}_vx", f"{name}_vy"),
            )
            for player, name in enumerate(f"player{player}" for player in range(PLAYERS))
        ]
        bodies = (*(Body("box", name, f"{name}_x", f"{name}_y", self.crate_half_m) for name in crates), *walkers)
        return Scene(self.half_m, self.half_m, 0.0, 0.0, bodies)

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        """Return the move for the arrow keys a human holds; of two directions at once, right and left win."""
        return step_of_keys(right, up)


def walker_of(state: State, player: int) -> Walker:
    """Pick one player out of a state."""
    return Walker(*(state[f"player{player}_{name}"] for name in Walker._fields))


def crates_of(state: State) -> list[tuple[Array, Array]]:
    """The middles of the crates, f32 [N] each."""
    return [(state[f"crate{crate}_x"], state[f"crate{crate}_y"]) for crate in range(len(CORNERS))]


def gap(state: State, catchers: Sequence[int] = CATCHERS) -> Array:
    """Distance between the runner and that one of the catchers which is nearest to it, m, f32 [N]."""
    runner, hunters = walker_of(state, RUNNER), [walker_of(state, catcher) for catcher in catchers]
    nearest: Array = reduce(np.minimum, [length(each.x - runner.x, each.y - runner.y) for each in hunters])
    return nearest


def sight(rules: HideRules, state: State) -> State:
    """The fields that tell which catcher and the runner see each other."""
    runner, crates = walker_of(state, RUNNER), crates_of(state)
    seen = {}
    for catcher in CATCHERS:
        own = walker_of(state, catcher)
        clear = in_sight(own.x, own.y, runner.x, runner.y, rules.crate_half_m, crates)
        seen[f"seen{catcher}"] = clear.astype(np.float32)
    return seen


def walked(rules: HideRules, state: State, player: int, move: Array) -> Walker:
    """A player one tick after a move i32 [N]; at a wall or a crate it slides along."""
    own, dt = walker_of(state, player), 1.0 / rules.tick_hz
    keep, push = 1.0 - rules.drag_per_s * dt, (rules.runner_push if player == RUNNER else rules.catcher_push) * dt
    right, up = ways(move)
    vx, vy = own.vx * keep + right * push, own.vy * keep + up * push
    x, y, reach = own.x + vx * dt, own.y + vy * dt, rules.crate_half_m + rules.radius_m
    for crate_x, crate_y in crates_of(state):
        dx, dy = x - crate_x, y - crate_y
        inside_x, inside_y = reach - np.abs(dx), reach - np.abs(dy)
        touches = np.minimum(inside_x, inside_y) > 0.0
        along_x = touches & (inside_x < inside_y)
        along_y = touches & ~along_x
        x, vx = _pushed_out(x, vx, dx, inside_x, along_x)
        y, vy = _pushed_out(y, vy, dy, inside_y, along_y)
    limit = rules.half_m - rules.radius_m
    vx, vy = np.where(np.abs(x) > limit, 0.0, vx), np.where(np.abs(y) > limit, 0.0, vy)
    hx, hy = unit(own.hx + vx * (LOOK_PER_S * dt), own.hy + vy * (LOOK_PER_S * dt))
    return Walker(np.clip(x, -limit, limit), np.clip(y, -limit, limit), vx, vy, hx, hy)


def _pushed_out(place: Array, speed: Array, way: Array, inside: Array, touches: Array) -> tuple[Array, Array]:
    """One coordinate and its speed where a crate `way` back is touched, mask [N]: moved out by `inside`, stopped."""
    out = np.where(way > 0.0, inside, -inside)
    return place + np.where(touches, out, 0.0), np.where(touches & (speed * out < 0.0), 0.0, speed)

"""Chase Drill: catch a ball that drifts about and bounces off the walls, in time. One player, learned within seconds.

The smallest drill with real motion: it shows within a minute whether a learner learns at all.
Everything is elementwise over N matches (arrays [N], f32 unless said otherwise), see `contract`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.boxes.players import unit
from drillsergeant.drills.boxes.steps import STEPS, step_of_keys, ways
from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Dtype, Outcome, Scene, State, Words
from drillsergeant.elementary import Array, hash_u32, uniform

MOTION: tuple[str, ...] = tuple(f"{body}_{name}" for body in ("chaser", "target") for name in ("x", "y", "vx", "vy"))
LOOK_PER_S = 4.0  # how fast the chaser turns to where it runs, at 1 m/s; only for the eye, nothing depends on it
REACTION_S = 0.25  # the scripted player steers for where things will be after this time


@dataclass(frozen=True)
class ChaseDrill:
    """The drill of the contract. Sizes in m, times in s, speeds in m/s."""

    name: str = "chase"
    teams: tuple[int, ...] = (1,)
    action_repeat: int = 8
    tick_hz: int = 120
    time_limit_s: float = 6.0
    half_m: float = 3.0
    radius_m: float = 0.25
    push: float = 12.0  # m/s**2
    drag_per_s: float = 3.0
    target_speed: float = 1.5  # at most, along each axis
    catch_reward: float = 1.0
    to_target_reward: float = 1.0  # for closing a gap as long as the field
    observation: tuple[str, ...] = ("dx", "dy", "vx", "vy", "target_vx", "target_vy", "x", "y")
    reward_terms: tuple[str, ...] = ("catch", "to_target")

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="Chase Drill",
            sentence="A square learns to catch a ball that drifts about, before time is up.",
            counts=("Caught", "Got away"),
            win="catches",
            picture="A square field seen from above: an orange square chases a ball.",
            keys="You are the orange square. WASD or arrows move.",
            shout=("Caught!", ""),
        )

    @property
    def heads(self) -> tuple[Discrete, ...]:
        """An action has one part."""
        return STEPS

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: chaser and target, where the chaser looks (unit vector), and whether it caught (f32, 0 or 1)."""
        return {**COMMON_FIELDS, **dict.fromkeys((*MOTION, "chaser_hx", "chaser_hy", "caught"), "f32")}

    @property
    def scene(self) -> Scene:
        """A square without goals."""
        speed, heading = ("chaser_vx", "chaser_vy"), ("chaser_hx", "chaser_hy")
        target = Body("disc", "target", "target_x", "target_y", self.radius_m, velocity=("target_vx", "target_vy"))
        chaser = Body("box", "chaser", "chaser_x", "chaser_y", self.radius_m, 0, 0, heading, speed)
        return Scene(self.half_m, self.half_m, bodies=(target, chaser))

    def reset(self, seed: Array, episode: Array) -> State:
        """Both anywhere, the target drifting; `seed` and `episode` u32 [N]."""
        reach = self.half_m - self.radius_m

        def draw(word: int, limit: float) -> Array:
            spread: Array = uniform(hash_u32(seed, episode, word)) * (2.0 * limit) - limit
            return spread

        clock = seed & 0
        zero = clock.astype(np.float32)
        chaser = (draw(0, reach), draw(1, reach), zero, zero)
        target = (draw(2, reach), draw(3, reach), draw(4, self.target_speed), draw(5, self.target_speed))
        return dict(zip(self.fields, (seed, episode, clock, *chaser, *target, zero + 1.0, zero, zero), strict=True))

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 1/tick_hz s after a move i32 [N]; whoever was caught stays caught."""
        move, dt = actions[0][0], 1.0 / self.tick_hz
        keep, push = 1.0 - self.drag_per_s * dt, self.push * dt
        right, up = ways(move)
        x, vx = self._move(state["chaser_x"], state["chaser_vx"] * keep + right * push, 0.0)
        y, vy = self._move(state["chaser_y"], state["chaser_vy"] * keep + up * push, 0.0)
        tx, tvx = self._move(state["target_x"], state["target_vx"], 1.0)
        ty, tvy = self._move(state["target_y"], state["target_vy"], 1.0)
        dx, dy, reach = tx - x, ty - y, 2.0 * self.radius_m
        caught = np.maximum(state["caught"], (dx * dx + dy * dy < reach * reach).astype(np.float32))
        hx, hy = unit(state["chaser_hx"] + vx * (LOOK_PER_S * dt), state["chaser_hy"] + vy * (LOOK_PER_S * dt))
        values = (state["seed"], state["episode"], state["clock"] + 1, x, y, vx, vy, tx, ty, tvx, tvy, hx, hy, caught)
        return dict(zip(self.fields, values, strict=True))

    def observe(self, state: State, player: int) -> list[Array]:
        """The entries named in `observation`, f32 [N] each."""
        return [
            (state["target_x"] - state["chaser_x"]) * (1.0 / self.half_m),
            (state["target_y"] - state["chaser_y"]) * (1.0 / self.half_m),
            state["chaser_vx"] * 0.3,
            state["chaser_vy"] * 0.3,
            state["target_vx"] * 0.5,
            state["target_vy"] * 0.5,
            state["chaser_x"] * (1.0 / self.half_m),
            state["chaser_y"] * (1.0 / self.half_m),
        ]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """The catch, and how much nearer the target has come (a difference of potentials), f32 [N] each."""
        catch = (after["caught"] - before["caught"]) * self.catch_reward
        return [catch, (_gap(before) - _gap(after)) * (self.to_target_reward / (2.0 * self.half_m))]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated by the catch, truncated by the time limit; winner i32 [N], -1 if the target got away."""
        caught = state["caught"] > 0.0
        late = (state["clock"] >= round(self.time_limit_s * self.tick_hz)) & ~caught
        return Outcome(caught, late, caught.astype(np.int32) - late.astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """Run along the longer axis to where the target will be; the move i32 [N]."""
        dx = state["target_x"] - state["chaser_x"] + (state["target_vx"] - state["chaser_vx"]) * REACTION_S
        dy = state["target_y"] - state["chaser_y"] + (state["target_vy"] - state["chaser_vy"]) * REACTION_S
        sideways, upright = 2 - (dx > 0.0).astype(np.int32), 4 - (dy > 0.0).astype(np.int32)
        return [np.where(np.abs(dx) > np.abs(dy), sideways, upright)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        """Return the move for the arrow keys a human holds; of two directions at once, right and left win."""
        return step_of_keys(right, up)

    def _move(self, position: Array, speed: Array, bounce: float) -> tuple[Array, Array]:
        """Move one coordinate by a tick and turn the speed round at a wall, keeping the share `bounce` of it."""
        position = position + speed * (1.0 / self.tick_hz)
        limit = self.half_m - self.radius_m
        speed = np.where(position > limit, np.minimum(speed, speed * -bounce), speed)
        speed = np.where(position < -limit, np.maximum(speed, speed * -bounce), speed)
        return np.minimum(np.maximum(position, -limit), limit), speed


def _gap(state: State) -> Array:
    """Distance between chaser and target, m."""
    dx, dy = state["target_x"] - state["chaser_x"], state["target_y"] - state["chaser_y"]
    gap: Array = np.sqrt(dx * dx + dy * dy)
    return gap

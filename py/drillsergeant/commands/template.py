"""Your drill: a game to learn. It runs as it is: a paddle learns to catch a star that falls.

Everything is written for many matches at once. A field of the state, such as state["star_y"], is an array with one
number per match, so there is no `if` on it: write np.where(condition, a, b), np.minimum, np.clip. The same lines are
run by NumPy and compiled to WebAssembly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Dtype, Outcome, Scene, State, Words
from drillsergeant.elementary import Array, hash_u32, uniform

HEADS = (Discrete("move", ("stay", "left", "right")),)  # what a player decides: one of these


@dataclass(frozen=True)
class YourDrill:
    """The drill: its numbers first. `YourDrill(fall_speed=3.0)` is the same game with another one."""

    name: str = "your-drill"
    teams: tuple[int, ...] = (1,)  # one player, against nobody; (1, 1) or (3, 3): each team as seen from its own end
    action_repeat: int = 4  # ticks for which an action is held
    tick_hz: int = 60  # ticks per second: 60 / 4 = 15 decisions
    time_limit_s: float = 5.0

    half_width_m: float = 2.0
    half_height_m: float = 3.0
    fall_speed: float = 2.0  # m/s
    paddle_speed: float = 3.0  # m/s
    reach_m: float = 0.4  # how far the star may be from the middle of the paddle
    catch_reward: float = 1.0
    closer_reward: float = 0.2  # for a way of one metre

    # A name for each number that a player sees, and for each term of the reward.
    observation: tuple[str, ...] = ("star_dx", "star_height", "paddle_x")
    reward_terms: tuple[str, ...] = ("catch", "closer")

    @property
    def heads(self) -> tuple[Discrete, ...]:
        """The parts of an action."""
        return HEADS

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """The state of a match: begins with seed, episode and clock; caught and missed are 0.0 or 1.0."""
        own = ("paddle_x", "paddle_y", "star_x", "star_y", "caught", "missed")
        return {**COMMON_FIELDS, **dict.fromkeys(own, "f32")}

    @property
    def scene(self) -> Scene:
        """What is drawn: x to the right, y upwards, (0, 0) in the middle; each body by the fields of its place.

        Boxes, rods, lines and text beside them: shapes=(...), see drillsergeant.drills.shapes.
        """
        star = Body("disc", "star", "star_x", "star_y", 0.15)
        paddle = Body("box", "paddle", "paddle_x", "paddle_y", 0.3, player=0, team=0)
        return Scene(self.half_width_m, self.half_height_m, bodies=(star, paddle))

    @property
    def words(self) -> Words:
        """What a page says of it."""
        return Words(
            title="Your drill",
            sentence="A paddle learns to catch a star that falls.",
            counts=("Caught", "Missed"),
            win="catches",
            picture="An orange square on the ground, and a disc that falls.",
            keys="You are the orange square. A and D or arrows move.",
        )

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of a match; what is random in it follows from `seed` and `episode`, u32 [N], and nothing else."""
        clock = seed & 0
        zero = clock.astype(np.float32)
        chance = uniform(hash_u32(seed, episode, 0))  # in [0, 1); another last number gives another draw
        return {
            "seed": seed,
            "episode": episode,
            "clock": clock,
            "paddle_x": zero,
            "paddle_y": zero - self.half_height_m + 0.3,
            "star_x": (chance * 2.0 - 1.0) * (self.half_width_m - 0.2),
            "star_y": zero + self.half_height_m,
            "caught": zero,
            "missed": zero,
        }

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 1 / tick_hz s later; actions[0][0] is the player's move, the number of a choice, i32 [N]."""
        move = actions[0][0]
        way = self.paddle_speed / self.tick_hz
        right = (move == 2).astype(np.float32) - (move == 1).astype(np.float32)
        edge = self.half_width_m - 0.3
        x = np.clip(state["paddle_x"] + right * way, -edge, edge)
        y = state["star_y"] - self.fall_speed / self.tick_hz
        is_down = (y < state["paddle_y"]) & (state["caught"] + state["missed"] == 0.0)
        is_near = np.abs(state["star_x"] - x) < self.reach_m
        return {
            **state,  # what stays as it is
            "clock": state["clock"] + 1,
            "paddle_x": x,
            "star_y": y,
            "caught": state["caught"] + (is_down & is_near).astype(np.float32),
            "missed": state["missed"] + (is_down & ~is_near).astype(np.float32),
        }

    def observe(self, state: State, player: int) -> list[Array]:
        """What the player sees: an f32 [N] for each name in `observation`, of about 1 in size."""
        return [
            (state["star_x"] - state["paddle_x"]) / self.half_width_m,
            state["star_y"] / self.half_height_m,
            state["paddle_x"] / self.half_width_m,
        ]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """What a decision earned: an f32 [N] for each name in `reward_terms`.

        Pay for the goal, and differences on the way to it: what is earned by coming nearer is lost by going away, so
        nobody learns to run to and fro.
        """
        return [
            (after["caught"] - before["caught"]) * self.catch_reward,
            (_gap(before) - _gap(after)) * self.closer_reward,
        ]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Whether a match is decided, or out of time, never both: masks [N]; the winner i32 [N]: 1, -1 or 0."""
        caught, missed = state["caught"] > 0.0, state["missed"] > 0.0
        late = state["clock"] >= round(self.time_limit_s * self.tick_hz)
        decided = caught | missed
        return Outcome(decided, late & ~decided, caught.astype(np.int32) - missed.astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """A player written by hand, the yardstick: i32 [N] for each head. It runs to where the star will come down."""
        dx = state["star_x"] - state["paddle_x"]
        return [np.where(np.abs(dx) < 0.1, 0, np.where(dx > 0.0, 2, 1)).astype(np.int32)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        """The action, a number for each head, for the keys a human holds; right, up and turn are -1, 0 or 1."""
        return ({1: 2, -1: 1}.get(right, 0),)


def _gap(state: State) -> Array:
    """How far the star is to the side of the paddle, m."""
    gap: Array = np.abs(state["star_x"] - state["paddle_x"])
    return gap

"""Ball Drill: two rotating squares, one ball, two goals.

Read in this order: `boxes.players`, `rules` (the numbers), this file (what happens in a tick), `contacts` (how bodies
meet), `observation` (what a player sees and earns), `bot` (the hand-written opponent).

Everything is elementwise over N matches (arrays [N], f32 unless said otherwise), see `contract`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.ball import contacts, observation, scripted
from drillsergeant.drills.ball.rules import BallRules, Disc, Spot, ball_of
from drillsergeant.drills.boxes.actions import ACTION_COUNT
from drillsergeant.drills.boxes.players import (
    PLAYER_FIELDS,
    Box,
    Shift,
    bounded,
    brake,
    player_of,
    seen_from,
    shifted,
    steer,
)
from drillsergeant.drills.contract import COMMON_FIELDS, Body, Dtype, Outcome, Scene, State, Words
from drillsergeant.elementary import Array, hash_u32, sin_cos, uniform


@dataclass(frozen=True)
class BallDrill(BallRules):
    """The drill of the contract, for whatever rules it is made with: `BallDrill(dash_speed=9.0)`."""

    name: str = "ball"
    sides: int = 2
    action_count: int = ACTION_COUNT

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="Ball Drill",
            sentence="Two squares learn to play soccer while you watch.",
            sides=("Orange", "Blue"),
            win="goals",
            picture="A soccer field seen from above: an orange and a blue square chase a ball.",
            keys="You are orange, attacking right. WASD or arrows move, Q and E turn, Space dashes.",
        )

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: the ball, two players, the ball's spot, and who has scored (+1 side 0, -1 side 1, 0 nobody yet)."""
        ball = [f"ball_{name}" for name in Disc._fields]
        return {**COMMON_FIELDS, **dict.fromkeys([*ball, *PLAYER_FIELDS, *Spot._fields, "scored"], "f32")}

    @property
    def observation(self) -> tuple[str, ...]:
        """Names of the OBS entries, see `observation`."""
        return observation.OBSERVATION

    @property
    def reward_terms(self) -> tuple[str, ...]:
        """Names of the reward terms, see `observation`."""
        return observation.REWARD_TERMS

    @property
    def scene(self) -> Scene:
        """How to draw it."""
        ball = Body("disc", "ball", "ball_x", "ball_y", self.ball_radius_m, velocity=("ball_vx", "ball_vy"))
        return Scene(
            half_length_m=self.half_length_m,
            half_width_m=self.half_width_m,
            goal_half_width_m=self.goal_half_width_m,
            goal_depth_m=self.goal_depth_m,
            bodies=(*self.player_bodies(), ball),
            corner_m=self.corner_m,
        )

    def reset(self, seed: Array, episode: Array) -> State:
        """Kick-off, `seed` and `episode` u32 [N]: ball near the centre and rolling slowly, each player in its own half.

        Players stand anywhere there, turned anyhow. Both sides draw from the same distribution, each from its own end.
        """

        def draw(word: int, low: float, high: float) -> Array:
            spread: Array = uniform(hash_u32(seed, episode, word)) * (high - low) + low
            return spread

        clock = seed & 0
        zero = clock.astype(np.float32)
        ball = Disc(draw(1, -0.5, 0.5), draw(2, -1.5, 1.5), draw(3, -1.0, 1.0), draw(4, -1.0, 1.0))
        players = []
        for side in range(2):
            word = 8 * (side + 1)
            sine, cosine = sin_cos(draw(word, -np.pi, np.pi))
            x = draw(word + 1, -0.75 * self.half_length_m, -0.3 * self.half_length_m)
            y = draw(word + 2, -0.7 * self.half_width_m, 0.7 * self.half_width_m)
            x, y, hx, hy = (seen_from(side, value) for value in (x, y, cosine, sine))
            players.append(Box(x, y, hx, hy, vx=zero, vy=zero, spin=zero, cooldown=zero))
        return self._state(seed, episode, clock, ball, players, Spot(ball.x, ball.y, zero), zero)

    def tick(self, state: State, actions: Sequence[Array]) -> State:
        """The state 1/tick_hz s after S actions i32 [N]: steer, move (semi-implicit Euler), contacts, stuck ball."""
        ball = ball_of(state)
        one, two = (steer(self, player_of(state, side), actions[side], side) for side in range(2))
        ball = self._roll(ball)

        on_ball1, on_one = contacts.ball_and_player(self, ball, one)
        on_ball2, on_two = contacts.ball_and_player(self, ball, two)
        by_two, by_one = contacts.player_and_player(self, one, two)
        ball = Disc(*(value + (a + b) for value, a, b in zip(ball, on_ball1, on_ball2, strict=True)))
        players = [self._settle(one, on_one, by_two), self._settle(two, on_two, by_one)]
        ball = contacts.ball_and_walls(self, self._slow(ball))
        ball, spot = self._drop(ball, Spot(*(state[name] for name in Spot._fields)))

        line = self.half_length_m + self.goal_line_m
        in_goal = (ball.x > line).astype(np.float32) - (ball.x < -line).astype(np.float32)
        scored = np.where(state["scored"] == 0.0, in_goal, state["scored"])
        return self._state(state["seed"], state["episode"], state["clock"] + 1, ball, players, spot, scored)

    def observe(self, state: State, side: int) -> list[Array]:
        """The OBS entries f32 [N] as `side` sees them."""
        return observation.observe(self, state, side)

    def reward(self, before: State, after: State, side: int) -> list[Array]:
        """The terms goal, ball_to_goal and to_ball, f32 [N] each, earned by `side` between two states."""
        return observation.reward(self, before, after, side)

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated by a goal and truncated by the time limit; winner i32 [N]."""
        terminated = state["scored"] != 0.0
        late = state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(terminated, late & ~terminated, state["scored"].astype(np.int32))

    def scripted(self, state: State, side: int) -> Array:
        """The action i32 [N] of the hand-written player."""
        return scripted.action(self, state, side)

    def _roll(self, ball: Disc) -> Disc:
        """Move the ball by one tick."""
        keep = 1.0 - self.ball_drag_per_s * self.tick_s
        vx, vy = ball.vx * keep, ball.vy * keep
        return Disc(ball.x + vx * self.tick_s, ball.y + vy * self.tick_s, vx, vy)

    def _slow(self, ball: Disc) -> Disc:
        """Bound the ball's speed, so that it moves less than its radius per tick and passes through nothing."""
        factor = brake(ball.vx, ball.vy, self.ball_speed_max)
        return ball._replace(vx=ball.vx * factor, vy=ball.vy * factor)

    def _drop(self, ball: Disc, spot: Spot) -> tuple[Disc, Spot]:
        """Drop a ball that has not got away from its spot for `stuck_s` at the centre, as a referee would.

        Without this, two good players pin the ball between them at a wall, and half of their matches end so.
        """
        away_x, away_y = ball.x - spot.spot_x, ball.y - spot.spot_y
        away = away_x * away_x + away_y * away_y > self.stuck_m**2
        held = np.where(away, 0.0, spot.held_s + self.tick_s)
        dropped = held >= self.stuck_s
        ball = Disc(*(np.where(dropped, 0.0, value) for value in ball))
        anew = away | dropped
        x, y = np.where(anew, ball.x, spot.spot_x), np.where(anew, ball.y, spot.spot_y)
        return ball, Spot(x, y, np.where(dropped, 0.0, held))

    def _settle(self, box: Box, by_ball: Shift, by_player: Shift) -> Box:
        """Apply contacts with the ball, the other player and the walls, then bound speed and spin."""
        shift = Shift(*(a + b for a, b in zip(by_ball, by_player, strict=True)))
        return bounded(self, contacts.player_and_walls(self, shifted(box, shift)))

    def _state(
        self, seed: Array, episode: Array, clock: Array, ball: Disc, players: Sequence[Box], spot: Spot, scored: Array
    ) -> State:
        """Put bodies into a state, in the order of `fields`."""
        values = (seed, episode, clock, *ball, *players[0], *players[1], *spot, scored)
        return dict(zip(self.fields, values, strict=True))

"""A match with a ball and two goals, for teams of any size: the field, the kick-off, and what happens in a tick.

Ball Drill (one against one) and Squad Drill add what a player sees, earns and is told by hand.
Everything is elementwise over N matches (arrays [N], f32 unless said otherwise), see `contract`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import add

import numpy as np

from drillsergeant.drills.ball import contacts
from drillsergeant.drills.ball.rules import BallRules, Disc, Spot, ball_of
from drillsergeant.drills.boxes.players import Box, Shift, bounded, brake, player_of, seen_from, shifted, steer
from drillsergeant.drills.contract import COMMON_FIELDS, Body, Dtype, Outcome, Scene, State, team_of
from drillsergeant.drills.grounds import soccer_field
from drillsergeant.elementary import Array, hash_u32, sin_cos, uniform


@dataclass(frozen=True)
class BallMatch(BallRules):
    """What the drills with a ball have in common."""

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: the ball, the players, the ball's spot, and who has scored (+1 team 0, -1 team 1, 0 nobody yet)."""
        ball = [f"ball_{name}" for name in Disc._fields]
        return {**COMMON_FIELDS, **dict.fromkeys([*ball, *self.player_fields, *Spot._fields, "scored"], "f32")}

    @property
    def scene(self) -> Scene:
        """How to draw it."""
        ball = Body("disc", "ball", "ball_x", "ball_y", self.ball_radius_m, velocity=("ball_vx", "ball_vy"))
        field = soccer_field(
            self.half_length_m, self.half_width_m, self.goal_half_width_m, self.goal_depth_m, self.corner_m
        )
        return Scene(
            half_length_m=self.half_length_m,
            half_width_m=self.half_width_m,
            goal_half_width_m=self.goal_half_width_m,
            goal_depth_m=self.goal_depth_m,
            bodies=(*self.player_bodies(), ball),
            corner_m=self.corner_m,
            ground=field.floor,
            shapes=field.marks,
        )

    def reset(self, seed: Array, episode: Array) -> State:
        """Kick-off, `seed` and `episode` u32 [N]: ball near the centre and rolling slowly, each team in its own half.

        Players stand anywhere there, each in a lane of its own along the field, turned anyhow. Both teams draw from the
        same distribution, each from its own end.
        """

        def draw(word: int, low: float, high: float) -> Array:
            spread: Array = uniform(hash_u32(seed, episode, word)) * (high - low) + low
            return spread

        clock = seed & 0
        zero = clock.astype(np.float32)
        ball = Disc(draw(1, -0.5, 0.5), draw(2, -1.5, 1.5), draw(3, -1.0, 1.0), draw(4, -1.0, 1.0))
        players = []
        for player in range(sum(self.teams)):
            word, team = 8 * (player + 1), team_of(self.teams, player)
            lane, lanes, reach = player - team * self.teams[0], self.teams[team], 0.7 * self.half_width_m
            sine, cosine = sin_cos(draw(word, -np.pi, np.pi))
            x = draw(word + 1, -0.75 * self.half_length_m, -0.3 * self.half_length_m)
            y = draw(word + 2, reach * (2 * lane / lanes - 1), reach * (2 * (lane + 1) / lanes - 1))
            x, y, hx, hy = (seen_from(team, value) for value in (x, y, cosine, sine))
            players.append(Box(x, y, hx, hy, vx=zero, vy=zero, spin=zero, cooldown=zero))
        return self._state(seed, episode, clock, ball, players, Spot(ball.x, ball.y, zero), zero)

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 1/tick_hz s after S actions, i32 [N] a head: steer, move (by semi-implicit Euler), contacts,
        stuck ball."""
        numbers = range(sum(self.teams))
        players = [steer(self, player_of(state, p), actions[p], team_of(self.teams, p)) for p in numbers]
        ball = self._roll(ball_of(state))

        touched = [contacts.ball_and_player(self, ball, player) for player in players]
        by_players: list[dict[int, Shift]] = [{} for _ in numbers]
        for one, two in combinations(numbers, 2):
            by_players[one][two], by_players[two][one] = contacts.player_and_player(self, players[one], players[two])
        pushes = self._team_by_team({p: on_ball for p, (on_ball, _) in enumerate(touched)})
        ball = Disc(*(value + push for value, push in zip(ball, pushes, strict=True)))
        players = [self._settle(players[p], touched[p][1], by_players[p]) for p in numbers]
        ball = contacts.ball_and_walls(self, self._slow(ball))
        ball, spot = self._drop(ball, Spot(*(state[name] for name in Spot._fields)))

        line = self.half_length_m + self.goal_line_m
        in_goal = (ball.x > line).astype(np.float32) - (ball.x < -line).astype(np.float32)
        scored = np.where(state["scored"] == 0.0, in_goal, state["scored"])
        return self._state(state["seed"], state["episode"], state["clock"] + 1, ball, players, spot, scored)

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated by a goal and truncated by the time limit; winner i32 [N]."""
        terminated = state["scored"] != 0.0
        late = state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(terminated, late & ~terminated, state["scored"].astype(np.int32))

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

    def _settle(self, box: Box, by_ball: Shift, by_players: Mapping[int, Shift]) -> Box:
        """Apply contacts with the ball, other players (by their numbers) and the walls, then bound speed and spin."""
        shift = Shift(*(a + b for a, b in zip(by_ball, self._team_by_team(by_players), strict=True)))
        return bounded(self, contacts.player_and_walls(self, shifted(box, shift)))

    def _team_by_team(self, pushes: Mapping[int, Sequence[Array]]) -> list[Array]:
        """What players (by their numbers) push, added up within each team and then over both.

        So exchanging the teams changes no bit: addition commutes, it does not associate.
        """
        sums = []
        for team in range(len(self.teams)):
            own = [push for player, push in pushes.items() if team_of(self.teams, player) == team]
            if own:
                sums.append([reduce(add, parts) for parts in zip(*own, strict=True)])
        return [reduce(add, parts) for parts in zip(*sums, strict=True)]

    def _state(
        self, seed: Array, episode: Array, clock: Array, ball: Disc, players: Sequence[Box], spot: Spot, scored: Array
    ) -> State:
        """Put bodies into a state, in the order of `fields`."""
        values = (seed, episode, clock, *ball, *(value for player in players for value in player), *spot, scored)
        return dict(zip(self.fields, values, strict=True))

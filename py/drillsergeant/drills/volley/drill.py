"""Volley Drill: slime volleyball, one against one, as `SlimeVolley-v0` has it.

Whoever lets the ball fall on its own side of the net loses one of five lives; the game is over with the last, or after
3000 steps, then for who has more. What a player sees are the twelve numbers of that game, seen from its own side.
After a point that game shows once more what was seen before it; here the ball that is served next is seen at once.
Everything is elementwise over N matches (arrays [N], f32 unless said otherwise), see `contract`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.ball.rules import Disc, ball_of
from drillsergeant.drills.contract import COMMON_FIELDS, Discrete, Dtype, Outcome, Recommended, Scene, State, Words
from drillsergeant.drills.volley import scripted
from drillsergeant.drills.volley.court import (
    LIVES,
    CourtRules,
    bounced,
    flown,
    moved,
    served,
    slime_of,
    walled,
)
from drillsergeant.drills.volley.side_view import court_from_the_side
from drillsergeant.elementary import Array

HEADS = (Discrete("run", ("stay", "forward", "back")), Discrete("jump", ("no jump", "jump")))
SIDES = (-1.0, 1.0)  # the sign of x of each player
SEEN = 0.1  # of m and m/s
PLAYERS = tuple(f"player{player}_{name}" for player in range(2) for name in Disc._fields)
BALL = tuple(f"ball_{name}" for name in Disc._fields)
RECOMMENDED = Recommended(
    "A rally is over in 30 decisions, so it need not look as far ahead as a game is long, and matches tell little of "
    "attacks: each is studied three times, in steps that are smaller for it, and odd moves go on being tried.",
    hyper={"gamma": 0.98, "epochs": 3, "learning_rate": 0.0025, "entropy_coef": 0.01},
)


@dataclass(frozen=True)
class VolleyDrill(CourtRules):
    """The drill of the contract, for whatever numbers it is made with: `VolleyDrill(gravity=20.0)`."""

    name: str = "volley"
    # Ten decisions a second: fewer make a rally, and it is learned from more of them. What is learned so plays better
    # still when it is asked at every tick, as the published game asks.
    action_repeat: int = 3
    point_reward: float = 1.0
    to_ball_reward: float = 1.0  # for running below a ball from half the court away
    observation: tuple[str, ...] = tuple(f"{who}_{what}" for who in ("own", "ball", "other") for what in Disc._fields)
    reward_terms: tuple[str, ...] = ("point", "to_ball")

    @property
    def recommended(self) -> Recommended:
        """What it is learned with."""
        return RECOMMENDED

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="Volley Drill",
            sentence="Two slimes learn to play volleyball.",
            counts=("Orange", "Blue"),
            win="games won",
            picture="A court seen from the side: an orange and a blue player, a net between them, a ball in the air.",
            keys="You are orange, on the left. A and D or arrows run; W, the up arrow or Space jumps.",
            shout=("Orange!", "Blue!"),
        )

    @property
    def heads(self) -> tuple[Discrete, ...]:
        """The parts of an action: run and jump."""
        return HEADS

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: players, ball, how many ticks it still waits to be served, the lives of both."""
        return {**COMMON_FIELDS, **dict.fromkeys((*PLAYERS, *BALL, "wait", "lives0", "lives1"), "f32")}

    @property
    def scene(self) -> Scene:
        """The court from the side; who stands on the floor is half below it."""
        return court_from_the_side(self)

    def reset(self, seed: Array, episode: Array) -> State:
        """Both in the middle of their halves, a ball to be served; `seed` and `episode` u32 [N]."""
        clock = seed & 0
        zero = clock.astype(np.float32)
        players = [Disc(zero + side * (self.half_length_m / 2.0), zero + self.floor_m, zero, zero) for side in SIDES]
        waits, lives = zero + self.wait_ticks, zero + LIVES
        common = {"seed": seed, "episode": episode, "clock": clock}
        return self._state(common, players, served(self, seed, episode, clock), (waits, lives, lives))

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 1/tick_hz s after two actions, i32 [N] a head."""
        players = []
        for player, (run, jump) in enumerate(actions):
            way = (run == 2).astype(np.float32) - (run == 1).astype(np.float32)
            players.append(moved(self, slime_of(state, player), SIDES[player], way, jump == 1))
        before, waiting = ball_of(state), state["wait"] > 0.0
        ball, zero = flown(self, before, waiting), before.x * 0.0
        for disc, radius_m in (
            *((player, self.slime_m) for player in players),
            (Disc(zero, zero + self.net_m, zero, zero), self.net_half_m),
        ):
            ball = bounced(self, ball, disc, radius_m)
        ball, down = walled(self, ball, before.x)
        on_left = down & (ball.x <= 0.0)
        clock = state["clock"] + 1
        new = served(self, state["seed"], state["episode"], clock)
        ball = Disc(*(np.where(down, fresh, old) for fresh, old in zip(new, ball, strict=True)))
        waits = np.where(down, self.wait_ticks, np.maximum(state["wait"] - 1.0, 0.0))
        lives = (
            state["lives0"] - on_left.astype(np.float32),
            state["lives1"] - (down & ~on_left).astype(np.float32),
        )
        common = {"seed": state["seed"], "episode": state["episode"], "clock": clock}
        return self._state(common, players, ball, (waits, *lives))

    def observe(self, state: State, player: int) -> list[Array]:
        """The entries named in `observation`, f32 [N] each: x grows away from the net, "forward" is towards it."""
        side = SIDES[player]
        own, ball, other = slime_of(state, player), ball_of(state), slime_of(state, 1 - player)
        seen = [(own, side), (ball, side), (other, -side)]
        scales = {sign: (SEEN * sign, SEEN, SEEN * sign, SEEN) for sign in SIDES}
        return [value * scale for what, sign in seen for value, scale in zip(what, scales[sign], strict=True)]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """1 for the other's life, -1 for one's own, and how much nearer one is to below a ball on one's own side (a
        difference of potentials), f32 [N] each."""
        point = (_ahead(after) - _ahead(before)) * (-SIDES[player] * self.point_reward)
        closed = _astray(before, player) - _astray(after, player)
        return [point, closed * (self.to_ball_reward / self.half_length_m)]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated with the last life, truncated by the time limit; winner i32 [N]."""
        over = np.minimum(state["lives0"], state["lives1"]) <= 0.0
        late = (state["clock"] >= round(self.time_limit_s * self.tick_hz)) & ~over
        ahead = _ahead(state)
        return Outcome(over, late, (ahead > 0.0).astype(np.int32) - (ahead < 0.0).astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """The action, i32 [N] a head, of the hand-written player."""
        return scripted.action(self, state, player, SIDES[player])

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        """Return the action for the keys a human holds."""
        forward = right if SIDES[player] < 0.0 else -right
        return {1: 1, -1: 2}.get(forward, 0), int(up > 0 or dash)

    def _state(self, common: State, players: Sequence[Disc], ball: Disc, rest: Sequence[Array]) -> State:
        """The state of these parts; `rest`: wait and lives."""
        values = (*(value for player in players for value in player), *ball, *rest)
        names = (name for name in self.fields if name not in COMMON_FIELDS)
        return {**common, **dict(zip(names, values, strict=True))}


def _astray(state: State, player: int) -> Array:
    """How far to the side of the ball a player is, m; 0 while the ball is on the other side of the net."""
    ball, own = ball_of(state), slime_of(state, player)
    astray: Array = np.where(ball.x * SIDES[player] > 0.0, np.abs(own.x - ball.x), 0.0)
    return astray


def _ahead(state: State) -> Array:
    """How many lives more team 0 has."""
    ahead: Array = state["lives0"] - state["lives1"]
    return ahead

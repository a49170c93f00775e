"""Hide-and-catch: two catchers and one runner among crates, who see each other only where no crate stands between.

The two teams play different games by one policy, which is told its role. Catchers tell each other where the runner was
last seen; it is faster than they are, and has won once time is up.
Everything is elementwise over N matches (arrays [N], f32 unless said otherwise), see `contract`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.boxes.rays import COMPASS, ray, to_wall
from drillsergeant.drills.contract import Outcome, State, Words
from drillsergeant.drills.hide import scripted
from drillsergeant.drills.hide.rules import (
    CATCHERS,
    CORNERS,
    PLAYERS,
    RUNNER,
    HideRules,
    Walker,
    crates_of,
    gap,
    sight,
    walked,
    walker_of,
)
from drillsergeant.elementary import Array, hash_u32, uniform

SPEED = 4.0  # m/s, a typical one, so that observations are of magnitude about 1
SEEN_OF_OTHERS = ("dx", "dy", "seen")
OTHERS = ("mate", "quarry", "hunter0", "hunter1")  # the first two for a catcher, the others for the runner


@dataclass(frozen=True)
class HideDrill(HideRules):
    """The drill of the contract, for whatever numbers it is made with: `HideDrill(runner_push=11.0)`."""

    name: str = "hide"
    observation: tuple[str, ...] = (
        *("role", "own_x", "own_y", "own_vx", "own_vy"),
        *(f"ray_{k}" for k in range(len(COMPASS))),
        *(f"{which}_{what}" for which in OTHERS for what in SEEN_OF_OTHERS),
        "time_passed",
    )
    reward_terms: tuple[str, ...] = ("caught", "closer")

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="Hide-and-catch",
            sentence="Two squares learn to catch a third, which learns to slip away behind crates.",
            counts=("Catchers", "Runner"),
            win="matches won",
            picture="A square field seen from above: two orange squares hunt a blue one among grey crates.",
            keys="You are the ringed orange one, who catches. WASD or arrows move.",
            shout=("Caught!", "Escaped!"),
        )

    def reset(self, seed: Array, episode: Array) -> State:
        """The runner in the middle, each catcher at a wall of its own, a crate near each corner; u32 [N] both.

        Walls are drawn: where catchers always came from one side, fleeing to the other was all a runner learned.
        """
        reach = self.half_m - self.radius_m

        def draw(word: int, low: float, high: float) -> Array:
            drawn: Array = uniform(hash_u32(seed, episode, word)) * (high - low) + low
            return drawn

        clock = seed & 0
        zero = clock.astype(np.float32)
        values = [seed, episode, clock]
        for catcher in CATCHERS:
            wall = hash_u32(seed, episode, 16 + catcher)
            upright, side = (wall & 2) == 0, (wall & 1).astype(np.float32) * 2.0 - 1.0
            out, along = draw(2 * catcher, 0.85 * reach, reach) * side, draw(2 * catcher + 1, -reach, reach)
            x, y = np.where(upright, out, along), np.where(upright, along, out)
            looks = np.where(upright, -side, zero), np.where(upright, zero, -side)
            values += Walker(x, y, zero, zero, *looks)
        middle = self.runner_from_middle_m
        values += Walker(draw(4, -middle, middle), draw(5, -middle, middle), zero, zero, zero + 1.0, zero)
        low, high = self.crate_from_middle_m - self.crate_spread_m, self.crate_from_middle_m + self.crate_spread_m
        for crate, (x_sign, y_sign) in enumerate(CORNERS):
            values += [draw(2 * crate + 8, low, high) * x_sign, draw(2 * crate + 9, low, high) * y_sign]
        state = dict(zip(self.fields, (*values, zero, zero, zero, zero, zero), strict=True))
        return {**state, **sight(self, state), "spot_x": state["player2_x"], "spot_y": state["player2_y"]}

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 1/tick_hz s after a move i32 [N] of each; who has won has won."""
        after = {name: state[name] for name in self.fields}
        after["clock"] = state["clock"] + 1
        for player in range(PLAYERS):
            for name, value in walked(self, state, player, actions[player][0])._asdict().items():
                after[f"player{player}_{name}"] = value
        after |= sight(self, after)
        seen = np.maximum(after["seen0"], after["seen1"]) > 0.0
        for axis in "xy":
            after[f"spot_{axis}"] = np.where(seen, after[f"player2_{axis}"], state[f"spot_{axis}"])
        caught = (gap(after) < 2.0 * self.radius_m).astype(np.float32)
        late = (after["clock"] >= round(self.time_limit_s * self.tick_hz)).astype(np.float32)
        after["won"] = np.where(state["won"] == 0.0, caught - late * (1.0 - caught), state["won"])
        return after

    def observe(self, state: State, player: int) -> list[Array]:
        """The entries named in `observation`, f32 [N] each.

        A catcher's mate is "seen" while it sees the runner; its quarry is where the runner was last seen, "seen" while
        anyone sees it. The runner's hunters are at (0, 0) while it does not see them. What the other role sees is 0.
        """
        own, crates, near = walker_of(state, player), crates_of(state), 1.0 / self.half_m
        role = own.x * 0.0 + (-1.0 if player == RUNNER else 1.0)
        rays = [
            np.minimum(ray(own.x, own.y, way, self.crate_half_m, crates), to_wall(own.x, own.y, way, self.half_m))
            for way in COMPASS
        ]
        nothing = [(own.x * 0.0,) * len(SEEN_OF_OTHERS)] * 2
        if player == RUNNER:
            hunters = [(walker_of(state, catcher), state[f"seen{catcher}"]) for catcher in CATCHERS]
            seen = [*nothing, *(((each.x - own.x) * known, (each.y - own.y) * known, known) for each, known in hunters)]
        else:
            mate, known = walker_of(state, 1 - player), np.maximum(state["seen0"], state["seen1"])
            quarry = state["spot_x"] - own.x, state["spot_y"] - own.y, known
            seen = [(mate.x - own.x, mate.y - own.y, state[f"seen{1 - player}"]), quarry, *nothing]
        return [
            *(role, own.x * near, own.y * near, own.vx * (1.0 / SPEED), own.vy * (1.0 / SPEED)),
            *(distance * near for distance in rays),
            *(entry for dx, dy, known in seen for entry in (dx * near, dy * near, known)),
            state["clock"].astype(np.float32) * (1.0 / (self.time_limit_s * self.tick_hz)),
        ]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """The catch or the escape, and how much nearer the catcher has come, f32 [N] each.

        For the runner both have the other sign, and the nearer catcher counts.
        """
        caught = (after["won"] - before["won"]) * self.caught_reward
        near = self.closer_reward * 0.5 / self.half_m
        if player == RUNNER:
            return [-caught, (gap(after) - gap(before)) * near]
        return [caught, (gap(before, (player,)) - gap(after, (player,))) * near]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated by the catch or the escape, truncated by the time limit; winner i32 [N]."""
        over = state["won"] != 0.0
        late = (state["clock"] >= round(self.time_limit_s * self.tick_hz)) & ~over
        return Outcome(over, late, state["won"].astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """The move, i32 [N], of the hand-written player."""
        return [scripted.flee(state) if player == RUNNER else scripted.hunt(self, state, player)]

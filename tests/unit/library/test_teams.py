"""One against three: all of team 1 is the opponent's when a policy is looked at, in both engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Dtype, Scene, State, Words
from drillsergeant.elementary import Array
from drillsergeant.gym import win_share
from drillsergeant.library.policy import Policy, schema_of
from drillsergeant.library.training import train

from tests.fakes.policies import some_policy

WORDS = Words("Four", "Four players.", ("Won", "Lost"), "wins", "A field.", "No keys.")
SCENE = Scene(1.0, 1.0, 0.0, 0.0, (Body("disc", "ball", "x", "x", 0.1, 0, 0),))


@dataclass(frozen=True)
class Four:
    """One decision a match: team 0 wins where player `which` has chosen action 3, as the scripted one always does."""

    which: int = 1
    name: str = "four"
    teams: tuple[int, ...] = (1, 3)
    action_repeat: int = 1
    tick_hz: int = 10
    time_limit_s: float = 100.0
    observation: tuple[str, ...] = ("zero",)
    reward_terms: tuple[str, ...] = ("zero",)
    heads: tuple[Discrete, ...] = (Discrete("number", tuple("01234")),)
    words: Words = WORDS
    scene: Scene = SCENE

    @property
    def chosen(self) -> list[str]:
        return [f"chosen_{player}" for player in range(sum(self.teams))]

    @property
    def fields(self) -> Mapping[str, Dtype]:
        return {**COMMON_FIELDS, **dict.fromkeys(("x", *self.chosen), "f32")}

    def reset(self, seed: Array, episode: Array) -> State:
        zero = (seed & 0).astype(np.float32)
        return {"seed": seed, "episode": episode, "clock": seed & 0, "x": zero, **dict.fromkeys(self.chosen, zero)}

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        chosen = {name: number.astype(np.float32) for name, (number,) in zip(self.chosen, actions, strict=True)}
        return {**state, "clock": state["clock"] + 1, **chosen}

    def observe(self, state: State, player: int) -> list[Array]:
        return [state["x"]]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        return [after["x"]]

    def outcome(self, state: State) -> tuple[Array, Array, Array]:
        over = state["clock"] >= 1
        return over, over & ~over, (state[self.chosen[self.which]] == 3.0).astype(np.int32) * 2 - 1

    def scripted(self, state: State, player: int) -> list[Array]:
        return [state["x"].astype(np.int32) + 3]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        return (0,)


CASES = [((1, 3), 1, "wasm"), ((1, 3), 2, "wasm"), ((1, 3), 3, "wasm"), ((1, 3), 3, "numpy"), ((11, 11), 21, "wasm")]


@pytest.mark.parametrize(("teams", "which", "engine"), CASES)
def test_all_of_team_1_is_the_opponents_when_a_policy_is_looked_at(
    teams: tuple[int, ...], which: int, engine: str
) -> None:
    metrics = list(train(Four(which, teams=teams), decisions=16 * 16 * sum(teams) * 8, matches=16, engine=engine))[-1]
    home = "win_rate" if teams[0] == teams[1] else "win_rate_team_0"
    assert metrics[home] > 0.99  # the scripted player there has chosen action 3
    assert 0.1 < metrics["win_rate_random"] < 0.3  # a random one does in a fifth


def test_a_share_of_wins_is_team_0s_against_team_1() -> None:
    policy = Policy(some_policy(schema_of(Four(2))))
    assert win_share(policy, "scripted", 64, drill=Four(2)) == 1.0
    assert 0.0 < win_share(policy, "random", 64, drill=Four(2)) < 0.5
    assert win_share(policy, "scripted", 64, drill=Four(0), team=1) == 0.0, "team 0 has chosen action 3, and has won"

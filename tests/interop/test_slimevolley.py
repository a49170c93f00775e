"""Volley Drill beside the game it is, the package `slimevolleygym`: every step, and what is learned here against the
player that comes with it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from drillsergeant.drills.contract import State
from drillsergeant.drills.volley.drill import BALL, PLAYERS, VolleyDrill
from drillsergeant.elementary import Array
from drillsergeant.library.policy import Policy
from drillsergeant.library.training import train
from slimevolleygym import slimevolley

from tests.rigs.play import start

DRILL = VolleyDrill()
BUTTONS = ((0, 0), (1, 0), (0, 1))  # forward and backward, of each choice of `run`
STEP_ERROR = 3e-4  # of m and m/s: places rounded to f32 turn the direction in which a ball is thrown back
DECISIONS, GAMES = 2_000_000, 120
# Where the ways of players end: there f32 and f64 may differ in whether one has arrived, and so stands.
ENDS_M = (DRILL.net_half_m + DRILL.slime_m, DRILL.half_length_m - DRILL.slime_m)


def theirs(env: Any) -> dict[str, float]:
    """Both players and the ball, as PLAYERS and BALL name them."""
    game = env.game
    parts = [(one, name) for one in (game.agent_left, game.agent_right, game.ball) for name in ("x", "y", "vx", "vy")]
    return {name: getattr(*part) for name, part in zip((*PLAYERS, *BALL), parts, strict=True)}


def as_ours(env: Any) -> State:
    """The package's state as ours, rounded to f32."""
    game = env.game
    values = theirs(env) | {"wait": game.delayScreen.life}
    values |= {"lives0": game.agent_left.life, "lives1": game.agent_right.life}
    return start(DRILL, 1) | {name: np.array([value], np.float32) for name, value in values.items()}


def pressed(action: Sequence[Any]) -> list[int]:
    """The buttons forward, backward and jump of an action of the drill."""
    run, jump = (int(part) for part in action)
    return [*BUTTONS[run], jump]


def arrives(env: Any, player: int) -> bool:
    """Whether a player is so near to an end of its way that rounding decides about its speed."""
    at = abs(theirs(env)[f"player{player}_x"])
    return any(abs(at - end) < STEP_ERROR for end in ENDS_M)


@pytest.mark.parametrize("seed", range(3))
def test_every_step_of_whole_games_is_the_packages(seed: int) -> None:
    """Each begins from the package's state, rounded to f32; the next serve is drawn otherwise."""
    env, random = slimevolley.SlimeVolleyEnv(), np.random.default_rng(seed)
    env.seed(seed)
    env.reset()
    steps = points = compared = 0
    done = False
    while not done:
        state, clever = as_ours(env), random.random() < 0.8
        actions = [
            DRILL.scripted(state, player) if clever else [np.array([random.integers(n)], np.int32) for n in (3, 2)]
            for player in range(2)
        ]
        after = DRILL.tick(state, actions)
        left, right = (pressed([part[0] for part in action]) for action in actions)
        seen, reward, done, info = env.step(right, left)
        steps += 1
        assert DRILL.reward(state, after, 1)[0][0] == reward
        assert (after["lives0"][0], after["lives1"][0]) == (env.game.agent_left.life, env.game.agent_right.life)
        ended = DRILL.outcome({**after, "clock": np.array([steps], np.uint32)})
        assert bool(ended.over[0]) == done
        found, unsure = theirs(env), {f"player{player}_vx" for player in range(2) if arrives(env, player)}
        for name in PLAYERS if reward or unsure else (*PLAYERS, *BALL):
            assert abs(after[name][0] - found[name]) < STEP_ERROR or name in unsure, (steps, name)
        points += reward != 0
        if reward == 0 and not unsure:
            compared += 1
            for player, own in ((0, info["otherObs"]), (1, seen)):
                assert np.allclose(np.concatenate(DRILL.observe(after, player)), own, rtol=0, atol=STEP_ERROR)
    assert points >= 1 and compared > 300


def points_ahead(policy: Policy, games: int) -> Array:
    """By how many points a policy, taking the likeliest action at every step as the package's player does, wins each
    of so many whole games against that player, f64 [GAMES]."""
    envs = [slimevolley.SlimeVolleyEnv() for _ in range(games)]
    for number, env in enumerate(envs):
        env.seed(number)
    seen, ahead, playing = np.array([env.reset() for env in envs]), np.zeros(games), np.ones(games, np.bool_)
    while playing.any():
        actions = policy.act(seen.astype(np.float32))
        for number in np.flatnonzero(playing).tolist():
            seen[number], reward, done, _ = envs[number].step(pressed(actions[number]))
            ahead[number] += reward
            playing[number] = not done
    return ahead


@pytest.mark.parametrize("seed", range(3))
def test_two_million_decisions_beat_the_packages_player_in_its_own_game(seed: int) -> None:
    run = train("volley", decisions=DECISIONS, seed=seed)
    for _ in run:
        pass
    ahead = points_ahead(run.policy, GAMES)
    error = np.std(ahead) / np.sqrt(GAMES)
    shares = f"{np.mean(ahead > 0):.0%} won, {np.mean(ahead < 0):.0%} lost"
    print(f"volley, seed {seed}: {np.mean(ahead):+.2f} ± {error:.2f} points a game after {run.decisions}, {shares}")
    assert np.mean(ahead) > 0.0

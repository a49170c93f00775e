"""The adapters: what their frameworks' own checks say, and the same matches as everywhere else."""

import copy
import warnings
from typing import Any

import drillsergeant
import gymnasium
import numpy as np
import pytest
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.squad.drill import SquadDrill
from drillsergeant.gym import Batch, DrillEnv, DrillParallelEnv, DrillVectorEnv, env_id, win_share
from drillsergeant.learn.heads import choices_of
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.library import compiler
from drillsergeant.library.actions import dealt, split
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from pettingzoo.test.parallel_test import parallel_api_test
from pettingzoo.test.seed_test import parallel_seed_test

from tests.rigs.engines import drill_named
from tests.rigs.mixed_drill import MixedDrill

SHORT = BallDrill(time_limit_s=1.0)  # 15 decisions
STILL = [0, 0, 0]
# Observations have no bounds, and there is no other warning.
UNBOUNDED = ("ignore:.*infinity.*", "ignore:.*np.inf.*")


@pytest.mark.parametrize("drill", ["ball", "sumo", "chase"])
@pytest.mark.filterwarnings("error", *UNBOUNDED)
def test_gymnasiums_own_check_passes(drill: str) -> None:
    check_env(gymnasium.make(env_id(drill)).unwrapped, skip_render_check=True)


def test_actions_are_a_number_where_there_is_one_head_and_else_a_number_for_each() -> None:
    assert DrillEnv("chase").action_space == gymnasium.spaces.Discrete(5)
    assert DrillEnv("ball").action_space == gymnasium.spaces.MultiDiscrete([5, 3, 2])
    assert DrillVectorEnv(4, "ball").action_space.shape == (4, 3)
    assert DrillParallelEnv("sumo").action_space("player_1") == gymnasium.spaces.MultiDiscrete([5, 3, 2])


@pytest.mark.parametrize("drill", ["ball", "chase"])
def test_pettingzoos_own_checks_pass(drill: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel_api_test(DrillParallelEnv(SHORT if drill == "ball" else ChaseDrill(time_limit_s=1.0)), num_cycles=60)
    parallel_seed_test(lambda: DrillParallelEnv(SHORT), num_cycles=30)  # type: ignore[no-untyped-call]


def test_copies_of_an_environment_go_on_alike_but_were_it_never_started() -> None:
    for env, alike in ((DrillParallelEnv(SHORT), False), (DrillParallelEnv(SHORT), True)):
        if alike:
            env.reset(seed=3)
        one, other = (copied.reset()[0]["player_0"] for copied in (copy.deepcopy(env), copy.deepcopy(env)))
        assert (one == other).all() == alike


def chosen(random: np.random.Generator, count: int) -> np.ndarray:
    """Actions by chance, i32 [N][HEADS]."""
    return random.integers(0, [len(head.choices) for head in SHORT.heads], (count, len(SHORT.heads)), np.int32)


def test_a_batch_plays_the_matches_of_the_reference() -> None:
    batch, matches = Batch(SHORT, 12), MatchBatch(SHORT, 12, seed=9)
    batch.reset(9)
    random = np.random.default_rng(0)
    ended = 0
    for _ in range(40):
        for player in range(2):
            np.testing.assert_array_equal(batch.observe(player), matches.observe(player).T)
        actions = [list(chosen(random, 12).T), SHORT.scripted(matches.state, 1)]
        np.testing.assert_array_equal(batch.choose("scripted", 1), np.stack(actions[1], -1))
        (reward, outcome), judged = batch.step([np.stack(each, -1) for each in actions]), matches.step(actions)
        np.testing.assert_array_equal(reward[1], np.sum(judged.reward[1], axis=0, dtype=np.float32))
        np.testing.assert_array_equal(outcome.terminated, judged.outcome.terminated)
        np.testing.assert_array_equal(outcome.truncated, judged.outcome.truncated)
        batch.restart(outcome.over)
        matches.restart(judged.outcome.over)
        ended += int(outcome.over.sum())
    assert ended >= 24, "every match was over twice"
    for name, values in matches.state.items():
        np.testing.assert_array_equal(batch.state[name], values)


def test_the_time_limit_truncates_and_a_goal_terminates() -> None:
    env = DrillEnv(SHORT, "random")
    env.reset(seed=1)
    steps = [env.step(STILL) for _ in range(15)]
    assert [step[2:4] for step in steps] == [(False, False)] * 14 + [(False, True)]
    assert steps[-1][4] == {"winner": 0}
    env = DrillEnv("ball", "scripted")
    env.reset(seed=1)
    _, reward, terminated, truncated, info = until_over(env)
    assert (terminated, truncated) == (True, False), "the hand-written player leaves no match open"
    assert abs(reward) > 0.5
    assert info == {"winner": round(np.sign(reward))}


def until_over(env: DrillEnv) -> tuple[Any, ...]:
    while True:
        row = env.step(STILL)
        if row[2] or row[3]:
            return row


def played(env: DrillVectorEnv, seed: int, steps: int) -> list[tuple[Any, ...]]:
    random = np.random.default_rng(3)
    first, _ = env.reset(seed=seed)
    return [(first,), *(env.step(chosen(random, env.num_envs)) for _ in range(steps))]


def test_the_vector_env_hands_out_the_last_observation_before_it_restarts() -> None:
    env = DrillVectorEnv(6, SHORT, autoreset=AutoresetMode.SAME_STEP)
    rows = played(env, 5, 15)
    seen, _, terminated, truncated, info = rows[-1]
    over = terminated | truncated
    assert over.all(), "nobody scores within a second, so all end with the time limit"
    np.testing.assert_array_equal(info["_final_obs"], over)
    assert (info["final_obs"] != seen).any(axis=1).all()
    # Another kick-off than the first.
    assert (rows[0][0] != seen).any(axis=1).all()
    assert env.observation_space.contains(seen)


def test_with_next_step_a_match_rests_for_a_step_and_then_goes_on_as_with_same_step() -> None:
    late = DrillVectorEnv(4, SHORT)
    same = played(DrillVectorEnv(4, SHORT, autoreset=AutoresetMode.SAME_STEP), 5, 15)
    rows = played(late, 5, 15)
    last, fresh = rows[-1], late.step(np.zeros((4, 3), int))
    assert (last[2] | last[3]).all() and "final_obs" not in last[4]
    np.testing.assert_array_equal(last[0], same[-1][4]["final_obs"])
    np.testing.assert_array_equal(fresh[0], same[-1][0])
    assert not fresh[1].any() and not fresh[2].any() and not fresh[3].any() and fresh[4] == {}


def test_the_same_seed_plays_the_same_with_and_without_webassembly(monkeypatch: pytest.MonkeyPatch) -> None:
    first, again, other = (played(DrillVectorEnv(4, SHORT), seed, 20) for seed in (5, 5, 6))
    monkeypatch.setattr(compiler, "has_webassembly", lambda: False)
    numpy = played(DrillVectorEnv(4, SHORT), 5, 20)
    for one, two, three in zip(first, again, numpy, strict=True):
        for a, b, c in zip(one[:4], two[:4], three[:4], strict=True):
            np.testing.assert_array_equal(a, b)
            np.testing.assert_array_equal(a, c)
    assert (first[0][0] != other[0][0]).any()


def test_a_policy_can_be_the_opponent() -> None:
    run = drillsergeant.train(SHORT, decisions=1, matches=8)
    env = DrillEnv(SHORT, run.policy)
    env.reset(seed=2)
    assert env.step([3, 0, 0])[4] == {}


def test_the_share_of_wins_is_that_of_whole_matches() -> None:
    policy = drillsergeant.train(SHORT, decisions=1, matches=8).policy
    assert win_share(policy, "random", matches=16, drill=SHORT) == 0.0, "nobody scores within a second"
    share = win_share(policy, "scripted", matches=32)
    assert share < 0.3, "the hand-written player beats who has learned nothing"
    assert share == win_share(policy, "scripted", matches=32), "the same matches for the same seed"


def test_one_number_stands_for_a_combination_of_choices() -> None:
    env, other = DrillVectorEnv(30, SHORT), DrillVectorEnv(30, SHORT)
    for each in (env, other):
        each.reset(seed=1)
    numbers = np.arange(30)
    apart = np.stack([numbers % 5, numbers // 5 % 3, numbers // 15], -1)
    np.testing.assert_array_equal(env.step(numbers)[0], other.step(apart)[0])


def test_what_cannot_be_done_is_said() -> None:
    env = DrillEnv(SHORT)
    env.reset(seed=0)
    with pytest.raises(ValueError, match="turn of ball is a whole number from 0 to 2"):
        env.step([0, 3, 0])
    with pytest.raises(ValueError, match="actions of ball are move, turn, dash, a number each, or one from 0 to 29"):
        env.step(30)
    with pytest.raises(ValueError, match="actions of ball are move, turn, dash, a number each: expected 1 of them"):
        env.step([0, 0])
    for make in (DrillEnv, lambda drill, opponent: DrillVectorEnv(2, drill, opponent)):
        with pytest.raises(ValueError, match='opponent is \'bot\', expected "scripted", "random" or a Policy'):
            make(SHORT, opponent="bot")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="mates is None"):
        DrillEnv(SHORT, mates=None)  # type: ignore[arg-type]
    with pytest.raises(ResetNeeded, match=r"no match of ball has been started: call reset\(\) first"):
        DrillEnv(SHORT).step(STILL)
    with pytest.raises(ValueError, match='render_mode is \'ansi\', expected "human" or "rgb_array"'):
        DrillParallelEnv(SHORT, render_mode="ansi")
    with pytest.raises(ValueError, match="render_mode is 'human', expected \"rgb_array\", or None"):
        DrillVectorEnv(2, SHORT, render_mode="human")


def test_every_player_of_team_0_is_an_environment() -> None:
    drill = SquadDrill(teams=(2, 1), time_limit_s=1.0)
    env = DrillVectorEnv(8, drill)
    seen, _ = env.reset(seed=5)
    batch = Batch(drill, 4)
    batch.reset(int(np.random.Generator(np.random.PCG64(5)).integers(2**32)))
    np.testing.assert_array_equal(seen, np.concatenate([batch.observe(0), batch.observe(1)]))
    actions = np.arange(8)[:, None] % np.array([len(head.choices) for head in drill.heads])
    for _ in range(15):
        reward, outcome = batch.step([actions[:4], actions[4:], batch.choose("scripted", 2)])
        rows = env.step(actions)
        np.testing.assert_array_equal(rows[1], np.concatenate(reward[:2]))
        np.testing.assert_array_equal(rows[3], np.tile(outcome.truncated, 2))
    assert rows[3].all() and rows[4]["_winner"].all() and "final_obs" not in rows[4], "gymnasium's default"
    with pytest.raises(ValueError, match="num_envs is 7, team 0 of squad has 2 players"):
        DrillVectorEnv(7, drill)


@pytest.mark.filterwarnings(*UNBOUNDED)
def test_one_player_has_mates_and_each_is_told_how_its_own_team_did() -> None:
    drill = SquadDrill(teams=(2, 1), time_limit_s=1.0)
    check_env(DrillEnv(drill, mates="random"), skip_render_check=True)
    env = DrillParallelEnv(drill)
    env.reset(seed=1)
    assert env.agents == ["player_0", "player_1", "player_2"]
    parallel_api_test(env, num_cycles=20)


@pytest.mark.parametrize("drill", ["pendulum", "probe-mask", "mixed"])
@pytest.mark.filterwarnings("error", *UNBOUNDED, "ignore:.*symmetric and normalized.*")
def test_numbers_and_masks_pass_gymnasiums_own_check_and_play_the_matches_of_the_reference(drill: str) -> None:
    game = drill_named(drill)
    check_env(DrillEnv(game), skip_render_check=True)
    parallel_api_test(DrillParallelEnv(game), num_cycles=20)
    env = DrillVectorEnv(4 * game.teams[0], game, autoreset=AutoresetMode.SAME_STEP)
    matches = MatchBatch(game, 4, 0)
    env.reset(seed=3)
    matches.state = env._batch.state
    env.action_space.seed(1)
    for _ in range(6):
        masks = np.concatenate([allowed_in(matches, player) for player in range(game.teams[0])])
        np.testing.assert_array_equal(env.action_masks(), masks)
        actions = env.action_space.sample()
        own = [split(game.name, game.heads, each, 4) for each in dealt(game.heads, actions, game.teams[0])]
        others = [game.scripted(matches.state, player) for player in range(game.teams[0], sum(game.teams))]
        judged = matches.step([*own, *others])
        seen, reward, *_ = env.step(actions)
        np.testing.assert_array_equal(reward[:4], np.sum(judged.reward[0], axis=0, dtype=np.float32))
        matches.restart(judged.outcome.over)
        np.testing.assert_array_equal(seen[:4], matches.observe(0).T)


def allowed_in(matches: MatchBatch, player: int) -> np.ndarray:
    """Masks bool [N][K]; every choice where there are none."""
    masks = matches.allowed(player)
    choices = sum(map(len, choices_of(matches.drill.heads)))
    return np.stack(masks, -1) if masks else np.ones((matches.count, choices), np.bool_)


def test_actions_are_boxes_and_tuples_where_there_are_numbers() -> None:
    spaces = gymnasium.spaces
    assert DrillEnv("pendulum").action_space == spaces.Box(-2.0, 2.0, (1,), np.float32)
    mixed = spaces.Tuple(
        [
            spaces.Discrete(3),
            spaces.Box(-1.0, 3.0, (1,), np.float32),
            spaces.Discrete(40),
            spaces.Box(0.0, 0.5, (1,), np.float32),
        ]
    )
    assert DrillEnv(MixedDrill()).action_space == mixed
    env = DrillEnv("probe-mask")
    seen, _ = env.reset(seed=1)
    assert env.action_masks().tolist() == ([False, True, True] if seen[0] > 0 else [True, True, False])
    policy = drillsergeant.train(MixedDrill(), decisions=1, matches=8).policy
    assert isinstance(DrillEnv(MixedDrill(), policy).reset(seed=0)[0], np.ndarray)
    assert 0.0 <= win_share(policy, policy, matches=16, drill=MixedDrill()) <= 1.0
    with pytest.raises(ValueError, match=r"torque of pendulum is a number from -2\.0 to 2\.0, got"):
        pendulum = DrillEnv("pendulum")
        pendulum.reset(seed=0)
        pendulum.step(np.array([np.nan]))

"""What gymnasium asks of a vector environment, with its own wrappers: seeds, masks, three ways to restart."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.squad.drill import SquadDrill
from drillsergeant.gym import DrillEnv, DrillVectorEnv, env_id
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import DictInfoToList, NormalizeObservation, NormalizeReward, RecordEpisodeStatistics

SHORT = BallDrill(time_limit_s=0.4)  # 6 decisions
STEPS = 14  # two matches and the beginning of a third
SEEDS: list[int | None] = [7, 1, 40]


def actions(step: int, count: int = 3) -> np.ndarray:
    """i64 [N][HEADS], others at each step."""
    return np.random.default_rng(step).integers(0, [5, 3, 2], (count, 3))


def test_each_environment_of_a_list_of_seeds_plays_the_match_of_its_own() -> None:
    env = DrillVectorEnv(3, SHORT)
    seen, _ = env.reset(seed=SEEDS)
    singles = [DrillEnv(SHORT) for _ in SEEDS]
    for row, single, seed in zip(seen, singles, SEEDS, strict=True):
        np.testing.assert_array_equal(row, single.reset(seed=seed)[0])
    for step in range(6):
        chosen = actions(step)
        rows = env.step(chosen)
        for at, single in enumerate(singles):
            alone = single.step(chosen[at])
            np.testing.assert_array_equal(rows[0][at], alone[0])
            assert (rows[1][at], rows[2][at], rows[3][at]) == alone[1:4]
    first = env.reset(seed=SEEDS)[0], env.reset()[0]
    again = env.reset(seed=SEEDS)[0], env.reset()[0]
    np.testing.assert_array_equal(first, again, err_msg="what comes after the seeds follows from them, too")
    np.testing.assert_array_equal(env.reset(seed=[7, None, 40])[0][[0, 2]], seen[[0, 2]])
    with pytest.raises(ValueError, match="seed is a list of 2, there are 3 environments"):
        env.reset(seed=[1, 2])


def test_it_is_the_environment_that_gymnasium_makes_of_single_ones() -> None:
    """By hand, mode by mode: the first match, its end and the step after, next to SyncVectorEnv."""
    for mode in AutoresetMode:
        ours, theirs = DrillVectorEnv(3, SHORT, autoreset=mode), synchronous(mode)
        np.testing.assert_array_equal(ours.reset(seed=SEEDS)[0], theirs.reset(seed=SEEDS)[0])
        for step in range(7 if mode is AutoresetMode.NEXT_STEP else 6):
            one, other = ours.step(actions(step)), theirs.step(actions(step))
            over = other[2] | other[3]
            if not (over.any() and mode is AutoresetMode.SAME_STEP) and step < 6:
                np.testing.assert_array_equal(one[0], other[0])
            for mine, its in zip(one[1:4], other[1:4], strict=True):
                np.testing.assert_array_equal(mine, its)
            assert set(one[4]) >= set(other[4]), (mode, step)
            if "final_obs" in other[4]:
                np.testing.assert_array_equal(one[4]["final_obs"], np.stack(other[4]["final_obs"]))
                np.testing.assert_array_equal(one[4]["final_info"]["winner"], other[4]["final_info"]["winner"])


def synchronous(mode: AutoresetMode) -> SyncVectorEnv:
    return SyncVectorEnv([lambda: DrillEnv(SHORT)] * 3, autoreset_mode=mode)


def test_the_matches_of_a_mask_start_anew_and_the_others_go_on() -> None:
    by_itself = DrillVectorEnv(4, SHORT, autoreset="SameStep")
    by_hand = DrillVectorEnv(4, SHORT, autoreset=AutoresetMode.DISABLED)
    by_itself.reset(seed=[1, 2, 3, 4])
    by_hand.reset(seed=[1, 2, 3, 4])
    np.testing.assert_array_equal(
        by_hand.reset(options={"reset_mask": np.array([True, False, False, True])}, seed=[1, 9, 9, 4])[0],
        by_itself.reset(seed=[1, 2, 3, 4])[0],
        err_msg="those of the mask by their seeds, the others as they were",
    )
    for step in range(STEPS):
        one, other = by_itself.step(actions(step, 4)), by_hand.step(actions(step, 4))
        over = other[2] | other[3]
        seen = by_hand.reset(options={"reset_mask": over})[0] if over.any() else other[0]
        np.testing.assert_array_equal(one[0], seen)
        np.testing.assert_array_equal(one[2] | one[3], over)


def test_how_it_restarts_is_found_where_gymnasiums_own_have_it() -> None:
    env = DrillVectorEnv(4, SHORT, autoreset="Disabled")
    own = synchronous(AutoresetMode.DISABLED)
    assert env.autoreset_mode is own.autoreset_mode is env.metadata["autoreset_mode"]
    env.autoreset = AutoresetMode.SAME_STEP
    assert env.autoreset_mode is AutoresetMode.SAME_STEP
    with pytest.raises(ValueError, match="autoreset is 'sometimes', expected one of NextStep, SameStep, Disabled"):
        env.autoreset = "sometimes"


def test_what_a_reset_cannot_do_is_refused() -> None:
    env = DrillVectorEnv(4, SHORT, autoreset=AutoresetMode.DISABLED)
    with pytest.raises(ResetNeeded, match="no match of ball has been started"):
        env.reset(options={"reset_mask": np.array([True, False, False, False])})
    env.reset(seed=1)
    for _ in range(6):
        env.step(actions(0, 4))
    with pytest.raises(ResetNeeded, match=r"autoreset is DISABLED and matches \[0 1 2 3\] are over: reset\(options="):
        env.step(actions(0, 4))
    for wrong, said in (
        ([True] * 4, r"reset_mask is \[True, True, True, True\], expected an array bool \[4\]"),
        (np.ones(3, np.bool_), r"reset_mask is bool \[3\]"),
        (np.zeros(4, np.bool_), "False everywhere"),
    ):
        with pytest.raises(ValueError, match=said):
            env.reset(options={"reset_mask": wrong})
    pair = DrillVectorEnv(4, SquadDrill(teams=(2, 1)))
    pair.reset()
    with pytest.raises(ValueError, match="each match is 2 environments, its number, that plus 2, and so on"):
        pair.reset(options={"reset_mask": np.array([True, False, False, False])})


def test_gymnasiums_own_wrappers_go_around_it() -> None:
    many: Any = gymnasium.make_vec(env_id("ball"), num_envs=3, drill=SHORT, opponent="random")
    assert isinstance(many, DrillVectorEnv) and many.drill is SHORT
    env: Any = NormalizeReward(RecordEpisodeStatistics(NormalizeObservation(many)))
    env.reset(seed=SEEDS)
    rows = [env.step(actions(step)) for step in range(20)]
    (ended,) = {tuple(np.flatnonzero(row[3])) for row in rows if row[3].any()}
    lengths = [row[4]["episode"]["l"].tolist() for row in rows if "episode" in row[4]]
    assert ended == (0, 1, 2) and lengths == [[6, 6, 6]] * 2 + [[6, 6, 6]] * (len(lengths) - 2)
    assert np.abs(np.mean([row[0] for row in rows])) < 1.0 and np.isfinite([row[1] for row in rows]).all()
    listed = DictInfoToList(DrillVectorEnv(3, SHORT, "random", AutoresetMode.SAME_STEP))
    listed.reset(seed=1)
    *_, infos = [listed.step(actions(step))[4] for step in range(6)]
    assert [info["winner"] for info in infos] == [0, 0, 0] and infos[0]["final_obs"].shape == (len(SHORT.observation),)

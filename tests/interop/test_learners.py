"""RLlib, Tianshou and TorchRL learn in our vector environment, and their policies come back as the page's files."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import drillsergeant
import numpy as np
import onnxruntime
import pytest
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.gym import DrillEnv, DrillParallelEnv, DrillVectorEnv
from pettingzoo.utils.conversions import parallel_to_aec
from tianshou.env import PettingZooEnv, SubprocVectorEnv
from torchrl.envs import GymWrapper, PettingZooWrapper
from torchrl.envs.utils import check_env_specs

EXAMPLES = Path(__file__).parents[2] / "examples"
# What each learns from, and by how much its share of wins must have grown.
BARS = {"rllib": (200_000, 0.3), "tianshou": (150_000, 0.5), "torchrl": (150_000, 0.5)}
SHORT = ChaseDrill(time_limit_s=1.0)


@pytest.mark.parametrize("learner", BARS)
def test_it_learns_to_win_and_the_files_hold_what_it_learned(learner: str, tmp_path: Path) -> None:
    spec = spec_from_file_location(learner, EXAMPLES / f"train_with_{learner}.py")
    assert spec is not None and spec.loader is not None
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    out = tmp_path / "policy.dshq"
    decisions, gain = BARS[learner]
    shares = example.main(["--decisions", str(decisions), "--out", str(out)])
    assert shares["before"]["random"] < 0.2
    assert shares["after"]["random"] > shares["before"]["random"] + gain

    policy = drillsergeant.Policy.load(out)
    assert policy.content.progress.decisions >= decisions
    seen = np.random.default_rng(0).normal(size=(50, len(drillsergeant.make("ball").observation))).astype(np.float32)
    session = onnxruntime.InferenceSession(out.with_suffix(".onnx"))
    found = session.run([f"probabilities.{part}" for part in ("move", "turn", "dash")], {"observation": seen})
    np.testing.assert_allclose(np.concatenate(found, 1), policy.probabilities(seen), atol=1e-5)


@pytest.mark.parametrize("drill", drillsergeant.DRILLS)
def test_torchrl_finds_in_every_drill_what_was_declared(drill: str) -> None:
    check_env_specs(GymWrapper(DrillEnv(drill), categorical_action_encoding=True))
    if sum(drillsergeant.make(drill).teams) > 1:
        check_env_specs(PettingZooWrapper(DrillParallelEnv(drill), categorical_actions=True))


@pytest.mark.parametrize("mode", ["SameStep", "Disabled"])
def test_torchrl_sees_how_matches_of_a_batch_end(mode: str) -> None:
    env = GymWrapper(DrillVectorEnv(4, SHORT, "random", autoreset=mode), categorical_action_encoding=True)
    played = env.rollout(40, break_when_any_done=False)
    over = played["next", "done"][..., 0]
    assert over.sum() >= 4 * 2, "of 15 decisions at most"
    later, seen = played["observation"][:, 1:], played["next", "observation"][:, :-1]
    assert ((later == seen).all(-1) == ~over[:, :-1]).all(), "the last of a match and the first of the next are two"


def test_torchrl_says_which_way_of_starting_anew_it_does_not_know() -> None:
    with pytest.raises(RuntimeError, match="SAME_STEP or DISABLED"):
        GymWrapper(DrillVectorEnv(4, SHORT), categorical_action_encoding=True)


def test_tianshous_processes_play_after_this_one_has_compiled() -> None:
    DrillEnv("chase").reset()
    env = SubprocVectorEnv([lambda: DrillEnv(SHORT, "random")] * 2, share_memory=True, context="fork")
    alone = DrillEnv(SHORT, "random")
    seen, _ = env.reset(seed=3)
    np.testing.assert_array_equal(seen, [alone.reset(seed=3)[0]] * 2)
    seen = env.step(np.array([1, 1]))[0]
    np.testing.assert_array_equal(seen, [alone.step(1)[0]] * 2)
    env.close()
    both = PettingZooEnv(parallel_to_aec(DrillParallelEnv("sumo")))
    both.reset(seed=3)
    assert both.step([1, 1, 1])[0]["agent_id"] == "player_1"

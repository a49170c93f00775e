"""Several looks: what was observed at the decisions before, newest first, for whoever plays and in exports."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from drillsergeant.check.check_drill import check_drill
from drillsergeant.drills import resolve
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.contract import State
from drillsergeant.drills.sumo import SumoDrill
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch
from drillsergeant.library.training import train

from tests.rigs.play import random_player, start

N, LOOKS = 50, 4


@dataclass(frozen=True)
class Remembering(SumoDrill):
    """Sumo Drill with four looks."""

    look_back: int = LOOKS


DRILL = resolve(Remembering())


def looks(state: State, player: int) -> list[Array]:
    """What a player sees, look by look, f32 [OBS][N]."""
    return np.split(np.stack(DRILL.observe(state, player)), LOOKS)


def test_the_looks_are_the_observations_of_the_decisions_before_and_nothing_before_the_first() -> None:
    state, plain = start(DRILL, N), SumoDrill()
    assert len(DRILL.observation) == LOOKS * len(plain.observation) == len(set(DRILL.observation))
    assert DRILL.observation[len(plain.observation)] == "own_x_1_ago"
    seen: list[list[Array]] = [[], []]
    act = random_player(DRILL)
    for _ in range(8):
        for player in range(2):
            seen[player].insert(0, np.stack(plain.observe(state, player)))
            for ago, look in enumerate(looks(state, player)):
                expected = seen[player][ago] if ago < len(seen[player]) else np.zeros_like(look)
                assert np.array_equal(look, expected), ago
        actions = [act(state, player) for player in range(2)]
        for _ in range(DRILL.action_repeat):
            state = DRILL.tick(state, actions)


def test_a_match_that_starts_anew_remembers_nothing_of_the_one_before_and_kernels_see_the_same() -> None:
    batch = Batch(Remembering(time_limit_s=0.4), N)
    batch.reset(1)
    size = len(SumoDrill().observation)
    anew = 0
    for _ in range(12):
        assert np.array_equal(batch.observe(0), np.stack(batch.drill.observe(batch.state, 0), -1))
        begins = batch.state["clock"] == 0
        assert np.array_equal(np.any(batch.observe(0)[:, size:] != 0.0, 1), ~begins)
        anew += int(np.sum(begins & (batch.state["episode"] > 0)))
        outcome = batch.step([batch.choose("random", player) for player in range(2)]).outcome
        batch.restart(outcome.over)
    assert anew >= N


@dataclass(frozen=True)
class Blink(ChaseDrill):
    """A chaser that sees no speeds, but twice where things are."""

    name: str = "blink"
    look_back: int = 2
    observation: tuple[str, ...] = ("dx", "dy", "x", "y")

    def observe(self, state: State, player: int) -> list[Array]:
        dx, dy, _, _, _, _, x, y = super().observe(state, player)
        return [dx, dy, x, y]


def test_it_trains_checks_and_exports_with_all_looks_as_its_input(tmp_path: Path) -> None:
    report = check_drill(Blink())
    assert len(report) == 0, str(report)
    run = train(Blink(), decisions=4096, matches=64)
    assert list(run)[-1]["decisions"] == 4096
    run.policy.export_onnx(tmp_path / "policy.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "policy.onnx")
    seen = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    (found,) = session.run(["probabilities"], {"observation": seen})
    np.testing.assert_allclose(found, run.policy.probabilities(seen), atol=1e-5)


@pytest.mark.parametrize("count", [0, -1, 2.0])
def test_a_number_of_looks_that_is_none_is_refused(count: object) -> None:
    with pytest.raises(ValueError, match=r"look_back of sumo is .* a whole number from 1"):
        resolve(Remembering(look_back=count))  # type: ignore[arg-type]

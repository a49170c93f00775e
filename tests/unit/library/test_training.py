"""The library's runs: the same weights as the terminal's trainer, both kinds of loop, both engines."""

import asyncio
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import drillsergeant
import numpy as np
import pytest
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.train import Settings, native_rig
from drillsergeant.learn.train import train as terminal
from drillsergeant.library import webassembly

DRILL = BallDrill(time_limit_s=1.0)
SMALL: dict[str, Any] = {"seed": 5, "matches": 16, "hyper": {"minibatch_size": 64}}
ROUND = 28 * 16  # 12 matches of self-play, 4 duels, 16 decisions


def weights(run: drillsergeant.Training) -> bytes:
    return run.policy.content.state.arrays["parameters"]


def test_a_run_comes_to_the_weights_of_the_terminals_trainer() -> None:
    run = drillsergeant.train(DRILL, decisions=4 * ROUND, **SMALL)
    rows = list(run)
    settings = Settings(matches=16, decisions=4 * ROUND, evaluate_every=4 * ROUND, evaluation_episodes=1, seed=5)
    *_, last = terminal(native_rig(DRILL, settings), settings, Hyper(minibatch_size=64))
    assert weights(run) == last.parameters.tobytes()
    assert [row["decisions"] for row in rows] == [ROUND, 2 * ROUND, 3 * ROUND, 4 * ROUND]


def test_async_for_takes_turns_with_others_and_comes_to_the_same() -> None:
    async def both() -> tuple[bytes, int]:
        run, turns = drillsergeant.train(DRILL, decisions=3 * ROUND, **SMALL), 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        async for _ in run:
            pass
        task.cancel()
        return weights(run), turns

    found, turns = asyncio.run(both())
    assert found == weights(finished(drillsergeant.train(DRILL, decisions=3 * ROUND, **SMALL)))
    assert turns >= 3


@pytest.mark.parametrize("seed", [-1, 2**32, True, np.bool_(False), 1.0, "7", None])
def test_a_seed_that_no_file_may_have_is_refused_before_anything_is_compiled(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"seed must be a whole number from 0 to 4294967295, got .*: leave it out"):
        drillsergeant.train("chase", seed=seed)


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(7)])
def test_a_seed_that_is_taken_comes_back_from_a_file(seed: Any) -> None:
    run = drillsergeant.train("chase", seed=seed, matches=8)
    run.step()
    again = drillsergeant.Policy.load(run.policy.to_bytes())
    assert again.content.state == run.policy.content.state and again.content.state.seed == seed


@pytest.mark.parametrize(("field", "value"), [("dash_speed", math.nan), ("goal_reward", math.inf)])
def test_rules_that_make_no_numbers_end_a_run_with_an_error(field: str, value: float) -> None:
    with pytest.raises(FloatingPointError, match="drill ball: 1 of its last 1 updates had nothing to learn from"):
        list(drillsergeant.train(replace(BallDrill(), **{field: value}), matches=8, decisions=9000))  # type: ignore[arg-type]


def test_a_run_that_learns_only_where_nothing_is_scored_ends_with_an_error() -> None:
    """A catch is worth more than any number that is learned from, so what is left teaches never to catch."""
    drill = replace(ChaseDrill(), catch_reward=1e30)
    with pytest.raises(FloatingPointError, match=r"drill chase: 16 of its last .* had nothing to learn from"):
        list(drillsergeant.train(drill, seed=1, matches=16, decisions=20_000))


def finished(run: drillsergeant.Training) -> drillsergeant.Training:
    for _ in run:
        pass
    return run


def test_numpy_follows_the_kernels() -> None:
    kernels, numpy = (
        np.frombuffer(weights(finished(drillsergeant.train(DRILL, decisions=2 * ROUND, engine=engine, **SMALL))), "f4")
        for engine in ("wasm", "numpy")
    )
    np.testing.assert_allclose(kernels, numpy, atol=1e-3)


@pytest.mark.parametrize("engine", ["wasm", "numpy"])
def test_a_network_of_another_shape_learns_is_saved_and_loaded(engine: str, tmp_path: Path) -> None:
    run = finished(drillsergeant.train(DRILL, decisions=2 * ROUND, engine=engine, hidden=(32, 48, 16), **SMALL))
    policy = run.policy
    policy.save(tmp_path / "deep.dshq")
    again = drillsergeant.Policy.load(tmp_path / "deep.dshq")
    assert again.content.schema.hidden == (32, 48, 16)
    seen = np.random.default_rng(0).normal(size=(20, len(DRILL.observation))).astype(np.float32)
    np.testing.assert_array_equal(again.probabilities(seen), policy.probabilities(seen))
    first = drillsergeant.train(DRILL, engine=engine, hidden=[8], **SMALL)
    assert first.policy.content.schema.hidden == (8,)


def test_metrics_are_numbers_and_say_how_matches_go() -> None:
    rows = list(drillsergeant.train(replace(DRILL, time_limit_s=2.0), decisions=12 * ROUND, **SMALL))
    assert math.isnan(rows[0]["win_rate"]), "nobody knows before matches have ended"
    last = rows[-1]
    assert 0.0 <= last["win_rate"] <= 1.0
    assert 0.0 <= last["win_rate_random"] <= 1.0
    assert {f"reward_{name}" for name in DRILL.reward_terms} <= set(last)
    assert last["seconds"] > rows[0]["seconds"] > 0.0
    assert all(isinstance(value, int | float) for value in last.values())


def test_a_drill_goes_by_its_name_or_with_rules_of_its_own() -> None:
    assert drillsergeant.train("chase", matches=8).drill == drillsergeant.make("chase")
    own = replace(DRILL, dash_speed=9.0)
    assert drillsergeant.train(own, matches=8).drill == own != DRILL


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"drill": "golf"}, "golf"),
        ({"engine": "cuda"}, "cuda"),
        ({"hyper": {"clip": -1}}, "clip_coef must be a number"),
        ({"hidden": (4,)}, r"hidden is \(4,\); a network has 1 to 3 hidden layers of 8 to 256 units each: write"),
        ({"hidden": (512,)}, r"hidden is \(512,\); a network has"),
        ({"hidden": (64, 64, 64, 64)}, r"hidden is \(64, 64, 64, 64\); a network has"),
        ({"hidden": ()}, r"hidden is \(\); a network has"),
        ({"hidden": 64}, "hidden is 64; a network has"),
        ({"hidden": "64,64"}, "hidden is .*; a network has"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        drillsergeant.train(**{"drill": DRILL, "matches": 8, **wrong})  # type: ignore[arg-type]


def test_without_wasmtime_it_is_numpy_and_says_what_kernels_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webassembly, "find_spec", lambda name: None)
    run = drillsergeant.train(DRILL, decisions=1, matches=8)
    assert run.engine == "numpy"
    assert [row["updates"] for row in run] == [1]
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'drillsergeant\[wasm\]'"):
        drillsergeant.train(DRILL, matches=8, engine="wasm")


def test_importing_costs_nothing_until_something_is_asked_for() -> None:
    script = (
        "import sys, drillsergeant; loaded = [name for name in sys.modules if name.startswith('drillsergeant.')]; "
        "assert loaded == ['drillsergeant._version'] and 'numpy' not in sys.modules, loaded; "
        "assert set(drillsergeant.__all__) <= set(dir(drillsergeant)); "
        "assert all(getattr(drillsergeant, name) for name in drillsergeant.__all__)"
    )
    home = Path(drillsergeant.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(home)}
    done = subprocess.run([sys.executable, "-c", script], check=False, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(AttributeError, match="there are DRILLS"):
        drillsergeant.trian  # noqa: B018

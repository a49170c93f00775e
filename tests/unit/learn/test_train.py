"""The terminal trainer: what it yields, prints and saves, and that both engines train alike."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.learn import train as train_module
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.train import Settings, TrainPoint, header, line, main, native_rig, train

DRILL = BallDrill(time_limit_s=1.0)
SMALL = Settings(workers=2, matches=8, horizon=4, decisions=512, evaluate_every=256, evaluation_episodes=10)


def curve(engine: str, settings: Settings = SMALL) -> list[TrainPoint]:
    return list(train(native_rig(DRILL, settings, engine), settings, Hyper(minibatch_size=64)))


def test_the_curve_starts_untrained_and_ends_at_the_planned_decisions() -> None:
    points = curve("wasm")
    assert [point.decisions for point in points] == [0, 256, 512]
    network = Network(len(DRILL.observation), policy_rows(DRILL.heads))
    np.testing.assert_array_equal(points[0].parameters, network.initial(SMALL.seed))
    assert (points[1].parameters != points[2].parameters).mean() > 0.9
    assert points[2].seconds > points[1].seconds > 0.0
    for point in points:
        assert all(tally.episodes >= 10 for tally in point.tallies.values())
    # Half of a match of one second ends in each half of the run: 16 matches, 8 or 16 decisions.
    assert points[1].self_play["episodes"] + points[2].self_play["episodes"] == pytest.approx(16, abs=8)
    assert line(DRILL, points[2]).split()[1] == "512"
    assert " - " in line(DRILL, replace(points[0], league={})), "nothing is known of its rating yet"


def test_both_engines_follow_the_same_curve_within_1e_3() -> None:
    compiled, reference = (curve(engine)[-1] for engine in ("wasm", "numpy"))
    np.testing.assert_allclose(compiled.parameters, reference.parameters, atol=1e-3)
    for name, value in reference.metrics.items():
        assert compiled.metrics[name] == pytest.approx(value, abs=1e-3)


def test_the_same_seed_gives_the_same_bits() -> None:
    first, second = (curve("wasm")[-1].parameters for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_command_saves_a_policy_that_says_what_it_is_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "policy.npz"
    flags = [f"--{name}={value}" for name, value in (("matches", 8), ("horizon", 4), ("decisions", 64))]
    monkeypatch.setattr(train_module, "make", lambda name: DRILL)
    monkeypatch.setattr(sys, "argv", ["train", *flags, "--evaluation-episodes=2", f"--out={out}"])
    main()
    saved = np.load(out)
    assert saved["parameters"].shape == (Network(len(DRILL.observation), policy_rows(DRILL.heads)).size,)
    assert (str(saved["drill"]), int(saved["decisions"])) == ("ball", 64)
    assert tuple(saved["observation"]) == tuple(DRILL.observation)
    assert capsys.readouterr().out.startswith(header(DRILL))


def test_the_command_trains_a_network_of_the_shape_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "policy.npz"
    flags = ["--matches=8", "--horizon=4", "--decisions=64", "--evaluation-episodes=2", f"--out={out}"]
    monkeypatch.setattr(train_module, "make", lambda name: DRILL)
    monkeypatch.setattr(sys, "argv", ["train", *flags, "--hidden=8,16,24"])
    main()
    saved, network = np.load(out), Network(len(DRILL.observation), policy_rows(DRILL.heads), (8, 16, 24))
    assert saved["parameters"].shape == (network.size,) and saved["hidden"].tolist() == [8, 16, 24]
    monkeypatch.setattr(sys, "argv", ["train", *flags, "--hidden=64,x"])
    with pytest.raises(SystemExit):
        main()
    assert "hidden is '64,x'; a network has 1 to 3 hidden layers of 8 to 256 units" in capsys.readouterr().err


def test_a_bad_hyperparameter_on_the_command_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["train", "--clip-coef=-1"])
    with pytest.raises(ValueError, match=r"clip_coef must be a number from 0\.01 to 1"):
        main()

"""The terminal trainer: what it yields, prints and saves."""

import sys
from pathlib import Path

import numpy as np
import pytest
from drillsergeant.drills.ball import BallDrill
from drillsergeant.learn import train as train_module
from drillsergeant.learn.hyper import Hyper
from drillsergeant.learn.network import Network
from drillsergeant.learn.train import HEADER, Plan, line, main, train

DRILL = BallDrill(time_limit_s=1.0)
SMALL = Plan(matches=8, horizon=4, decisions=256, evaluate_every=128, evaluation_matches=4)


def test_the_curve_starts_untrained_and_ends_at_the_planned_decisions() -> None:
    points = list(train(DRILL, SMALL, Hyper(minibatch=64)))
    assert [point.decisions for point in points] == [0, 128, 256]
    assert [point.against_scripted.episodes for point in points] == [4, 4, 4]
    network = Network(len(DRILL.observation), DRILL.action_count)
    np.testing.assert_array_equal(points[0].parameters, network.initial(SMALL.seed))
    assert (points[1].parameters != points[2].parameters).mean() > 0.9
    assert points[2].seconds > points[1].seconds > 0.0
    assert line(DRILL, points[2]).split()[1] == "256"


def test_the_command_saves_a_policy_that_says_what_it_is_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "policy.npz"
    flags = [f"--{name}={value}" for name, value in (("matches", 8), ("horizon", 4), ("decisions", 64))]
    monkeypatch.setattr(train_module, "make", lambda name: DRILL)
    monkeypatch.setattr(sys, "argv", ["train", *flags, "--evaluation-matches=2", f"--out={out}"])
    main()
    saved = np.load(out)
    assert saved["parameters"].shape == (Network(len(DRILL.observation), DRILL.action_count).size,)
    assert (str(saved["drill"]), int(saved["decisions"])) == ("ball", 64)
    assert tuple(saved["observation"]) == tuple(DRILL.observation)
    assert capsys.readouterr().out.startswith(HEADER)


def test_a_bad_hyperparameter_on_the_command_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["train", "--clip=-1"])
    with pytest.raises(ValueError, match=r"clip must be a number from 0\.01 to 1"):
        main()

"""Training, playing, judging and exporting from the command line, as it is typed."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import drillsergeant
import numpy as np
import onnxruntime
import pytest
from drillsergeant.commands.command_line import COMMANDS, main
from drillsergeant.drills import OWN_GAMES

SMALL = ["--matches", "16", "--hidden", "8", "--decisions", "2e3", "-s", "minibatch_size=64"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with everything that is written on the way."""
    folder = tmp_path_factory.mktemp("typed")
    files = ["--csv", "a.csv", "--jsonl", "a.jsonl", "--plot", "a.svg", "--checkpoints", "way", "--every", "1000"]
    done = typed(folder, "train", "chase", *SMALL, *files)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert re.fullmatch(r"chase: 2\.\d+k of 2k decisions(, \d+% wins)? in [\d.]+ s: chase\.dshq\n", done.stdout), (
        done.stdout
    )
    return folder


def typed(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the command line prints and exits with, in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(Path(drillsergeant.__file__).parents[1]), **environment}
    command = [sys.executable, "-m", "drillsergeant", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_run_leaves_its_policy_its_curve_and_its_logs(trained: Path) -> None:
    policy = drillsergeant.Policy.load(trained / "chase.dshq")
    assert policy.content.schema.hidden == (8,) and policy.content.hyper.minibatch_size == 64
    rows = (trained / "a.csv").read_text().splitlines()
    lines = [json.loads(line) for line in (trained / "a.jsonl").read_text().splitlines()]
    assert len(rows) - 1 == len(lines) == lines[-1]["updates"] >= 4
    assert (trained / "a.svg").read_text().startswith("<svg") and len(list((trained / "way").glob("chase-*.dshq"))) == 2
    same = drillsergeant.train("chase", matches=16, hidden=(8,), decisions=2000, hyper={"minibatch_size": 64}).finish()
    for name, array in same.tensors().items():
        np.testing.assert_array_equal(array, policy.tensors()[name])


def test_a_terminal_sees_a_bar(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(drillsergeant.__file__).parents[1]), "COLUMNS": "100"}
    command = [sys.executable, "-m", "drillsergeant", "train", "chase", *SMALL, "--out", str(tmp_path / "a.dshq")]
    program = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    told, _ = program.communicate()
    assert program.returncode == 0 and told.startswith(b"chase: 2.")
    assert "chase 100% |████" in os.read(ours, 65536).decode()
    os.close(ours)


def test_a_policy_is_played_judged_and_exported(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(trained / "chase.dshq")
    shown = ["--gif", str(trained / "a.gif"), "--picture", str(trained / "a.png")]
    assert main(["play", "chase", "--against", file, "--seed", "3", *shown]) == 0
    assert re.match(r"chase: team 0 wins, see .*a\.gif, .*a\.png", capsys.readouterr().out)
    assert (trained / "a.gif").read_bytes()[:6] == b"GIF89a" and (trained / "a.png").read_bytes()[1:4] == b"PNG"
    assert main(["play", file, "--against", "random"]) == 0
    assert re.fullmatch(r"chase: (team 0|team 1|nobody) wins\n", capsys.readouterr().out)
    assert main(["eval", file, "--against", "random", "--matches", "16", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told.pop("wins") == pytest.approx(0.5, abs=0.5)
    assert told == {"drill": "chase", "against": "random", "matches": 16, "team": 0}
    assert main(["eval", "chase", "--against", "random", "--matches", "8"]) == 0
    assert capsys.readouterr().out == "chase: 100.0% of 8 matches won\n", "the hand-written player against chance"
    for name in ("a.onnx", "a.npz"):
        assert main(["export", file, str(trained / name)]) == 0
    policy = drillsergeant.Policy.load(file)
    seen = np.ones((2, len(policy.content.schema.observation)), np.float32)
    (chances,) = onnxruntime.InferenceSession(trained / "a.onnx").run(["probabilities"], {"observation": seen})
    np.testing.assert_allclose(chances, policy.probabilities(seen), atol=1e-5)
    again = drillsergeant.Policy.from_tensors("chase", np.load(trained / "a.npz"))
    np.testing.assert_array_equal(again.probabilities(seen), policy.probabilities(seen))


def test_what_is_wrong_is_said_in_a_line(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(trained / "chase.dshq")
    for arguments, said in (
        (["train", "bal"], "no drill is called 'bal': did you mean 'ball'?"),
        (["train", "ball", "--out", str(trained / "nowhere" / "a.dshq")], "there is no folder"),
        (["train", "ball", "-s", "lr=1"], "lr"),
        (["train", "chase", "--until", "wins=1", *SMALL], "EarlyStop waits for 'wins'"),
        (["play", str(trained / "none.dshq")], "none.dshq"),
        (["eval", file, "--against", "ball"], "'ball'"),
        (["export", file, "a.txt"], "a.txt ends in '.txt', expected one of .onnx, .npz"),
    ):
        assert main(arguments) == 2, arguments
        told = capsys.readouterr().err
        assert said in told and told.startswith(f"drillsergeant {arguments[0]}: ") and told.count("\n") == 1, told
    for arguments in (["train", "ball", "-s", "lr"], ["train", "ball", "--decisions", "1.5"]):
        with pytest.raises(SystemExit):
            main(arguments)
    assert "'lr' is not NAME=NUMBER, such as win_rate=0.9" in capsys.readouterr().err


def test_help_needs_nothing_and_what_is_missing_is_said_as_pip_gets_it(tmp_path: Path, trained: Path) -> None:
    for name in ("numpy", "gymnasium", "tensorboardX"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise ModuleNotFoundError('none here', name={name!r})\n")
    for command in COMMANDS:
        ran = typed(tmp_path, command.name, "--help")
        said = " ".join(ran.stdout.split())
        assert ran.returncode == 0 and command.about in said, ran.stderr
        assert command.name not in ("train", "play", "eval", "check") or f"a drill: {', '.join(OWN_GAMES)}" in said
    (tmp_path / "numpy" / "__init__.py").unlink()
    (tmp_path / "numpy").rmdir()
    for extra, arguments in (
        ("gym", ["eval", str(trained / "chase.dshq")]),
        ("gym", ["play", "chase"]),
        ("tensorboard", ["train", "chase", "--tensorboard", "board"]),
    ):
        ran = typed(tmp_path, *arguments)
        assert ran.returncode == 2 and "Traceback" not in ran.stderr, ran.stderr
        assert f'which is not installed: pip install "drillsergeant[{extra}]"' in ran.stderr

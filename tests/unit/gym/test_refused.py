"""What cannot be used is refused at once, where it is given, with its value and what to give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import drillsergeant
import numpy as np
import pytest
from drillsergeant.callbacks import Checkpoints, CsvLogger, EarlyStop, JsonLinesLogger
from drillsergeant.commands.command_line import main
from drillsergeant.gym import DrillEnv, DrillParallelEnv, DrillVectorEnv, film, win_share
from gymnasium.error import ResetNeeded

SMALL: dict[str, Any] = {"matches": 8, "hidden": (8,)}
CHASE_RUN = drillsergeant.train("chase", **SMALL)
CHASE, SUMO = CHASE_RUN.policy, drillsergeant.train("sumo", **SMALL).policy
SEEN = np.zeros(len(CHASE.content.schema.observation), np.float32)
NOT_A_NUMBER = np.where(np.arange(len(SEEN)) == 2, np.nan, SEEN)


def train(**given: Any) -> None:
    drillsergeant.train(**{"drill": "chase", **SMALL, **given})


def started(env: Any) -> Any:
    env.reset(seed=1)
    return env


REFUSED: dict[str, tuple[Callable[[Any], object], Any, str]] = {
    "no drill": (lambda drill: train(drill=drill), None, r"the drill is None \(NoneType\): give a drill, or its name"),
    "a number": (
        lambda drill: DrillEnv(drill),
        3,
        r"the drill is 3 \(int\): give a drill, or its name, such as 'ball'",
    ),
    "seeds": (lambda seed: train(seed=seed), np.array([3]), r"seed must be a whole number .*, got array\(\[3\]\)"),
    "text": (lambda hidden: train(hidden=hidden), "64,64", "hidden is '64,64'; a network has 1 to 3"),
    "unnamed": (lambda hyper: train(hyper=hyper), {3: 0.5}, r"hyper is \{3: 0\.5\}; give hyperparameters by name"),
    "one callback": (lambda one: train(callbacks=one), print, r"callbacks is <built-in function print>; give a list"),
    "no callback": (lambda each: train(callbacks=[each]), 3, "a callback is 3; give functions of the run"),
    "unknown": (
        lambda seen: CHASE.act(seen),
        NOT_A_NUMBER,
        "the observation holds NaN or infinity, as vx: give finite numbers",
    ),
    "masks": (lambda masks: CHASE.act(SEEN, allowed=masks), [True] * 3, r"allowed has the shape \[3\], .* take \[5\]"),
    "another's": (
        lambda who: DrillEnv("ball", who),
        SUMO,
        "opponent is a policy of sumo, which sees 26 numbers .* ball",
    ),
    "mates": (lambda who: DrillEnv("squad", mates=who), SUMO, "mates is a policy of sumo"),
    "a vector's": (lambda who: DrillVectorEnv(2, "ball", who), SUMO, "opponent is a policy of sumo"),
    "judged": (lambda who: win_share(who, drill="ball"), SUMO, "policy is a policy of sumo"),
    "filmed": (lambda who: film(SUMO, "a.gif", who), CHASE, "opponent is a policy of chase"),
    "an array": (lambda who: DrillEnv("ball", who), np.zeros(2), r"opponent is array\(\[0\., 0\.\]\), expected"),
    "one action": (
        lambda action: started(DrillVectorEnv(2)).step(action),
        0,
        "actions are 0; give an array, of move, turn",
    ),
    "no action": (lambda action: started(DrillVectorEnv(2)).step(action), None, "actions are None; give an array"),
    "uneven": (
        lambda action: started(DrillVectorEnv(3, "squad")).step(action),
        [0, 0],
        r"actions are \[0, 0\]; give an",
    ),
    "of one": (
        lambda one: started(DrillParallelEnv("sumo")).step(one),
        {"player_0": 3},
        "one for each of player_0, player_1",
    ),
    "no dict": (
        lambda all_: started(DrillParallelEnv("sumo")).step(all_),
        [3, 3],
        r"actions are \[3, 3\]; give a dict",
    ),
    "a way": (
        lambda way: DrillVectorEnv(2, autoreset=way),
        "same_step",
        "autoreset is 'same_step', expected one of NextStep",
    ),
    "a path": (
        lambda who: DrillEnv("chase", who),
        "a.dshq",
        r"opponent is 'a\.dshq', expected .* Policy\.load\(path\)",
    ),
    "a path's": (lambda who: win_share(who), "a.dshq", r"policy is 'a\.dshq', expected .* Policy\.load\(path\)"),
    "mapped": (lambda who: drillsergeant.value_map(who), "a.dshq", r"policy is 'a\.dshq'; give a Policy"),
    "cloned": (lambda shown: CHASE_RUN.clone(shown), [1], r"demonstrations is \[1\]; give those of"),
    "shown": (
        lambda file: drillsergeant.Demonstrations.from_bytes(file),
        CHASE.to_bytes(),
        "no file of demonstrations",
    ),
    "draws": (lambda draws: CHASE.act(SEEN, draws=draws), 2.0, r"draws is 2\.0; give numbers in \[0, 1\)"),
    "too many": (lambda draws: CHASE.act(SEEN, draws=draws), [0.1], r"draws is \[0\.1\]; give .* the shape \[\]"),
    "no tensors": (lambda given: drillsergeant.Policy.from_tensors("chase", given), 5, "tensors is 5; give arrays by"),
    "no tensor": (
        lambda given: drillsergeant.Policy.from_tensors("chase", {**CHASE.tensors(), "value.bias": given}),
        "x",
        "tensor 'value.bias' is 'x'; give numbers f32",
    ),
    "a model": (lambda path: CHASE.save(path), "a.onnx", "a.onnx would hold a .dshq file: end it in .dshq"),
    "no model": (lambda path: CHASE.export_onnx(path), "a.dshq", "a.dshq would hold ONNX"),
    "a table": (lambda path: CsvLogger(path), "nowhere/a.csv", "there is no folder nowhere for a.csv: make it"),
    "lines": (lambda path: JsonLinesLogger(path), "nowhere/a.jsonl", "there is no folder nowhere for a.jsonl"),
    "an end": (lambda value: EarlyStop(win_rate=value), "x", "win_rate is 'x' .str.; give a number"),
    "patience": (
        lambda value: EarlyStop("win_rate", patience=value),
        "x",
        "patience is 'x' .str.; give a whole number",
    ),
    "moments": (lambda value: Checkpoints("on the way", value), None, "every is None .NoneType.; give a whole number"),
    "a video": (lambda path: film(SUMO, path), "a.mp4", "a.mp4 would hold GIF, the only kind there is: end it in .gif"),
    "a picture": (
        lambda path: drillsergeant.train("chase", **SMALL).plot().save(path),
        "a.png",
        "a.png would hold SVG",
    ),
}


@pytest.mark.parametrize(("call", "value", "said"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_its_value_and_what_to_give(
    call: Callable[[Any], object], value: Any, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, TypeError), match=said):
        call(value)
    assert list(tmp_path.iterdir()) == []


def test_players_are_told_that_no_match_was_started() -> None:
    with pytest.raises(ResetNeeded, match="no match of sumo has been started"):
        DrillParallelEnv("sumo").step({"player_0": 0, "player_1": 0})


@pytest.mark.parametrize(
    "given", ["--plot nowhere/curve.svg", "--plot curve.png", "--csv nowhere/a.csv", "--out a.onnx", "--out nowhere/a"]
)
def test_the_command_line_refuses_a_file_before_it_trains(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "chase", "--decisions", "1e3", "--matches", "8", *given.split()]) == 2
    assert Path(given.split()[1]).name in capsys.readouterr().err and list(tmp_path.iterdir()) == []

"""What is generated for shaders/play.wgsl: every drill's kernels, once each, and loops that stay loops. It runs in
tests/browser/gpu/test_play.py."""

from __future__ import annotations

import re

import pytest
from drillsergeant.drills import OWN
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.learn.compile.shaders.play_kernels import play_kernels

from tests.rigs.engines import SHORT, drill_named

CALLED = ("observed", "sampled", "scripted", "ticked", "reward_of", "keep_observation", "head_of")
ROWS = [f"{way}_{rows}" for way in ("load", "store") for rows in ("state", "running", "ended")]


@pytest.mark.parametrize("name", [*OWN, *SHORT])
def test_every_drill_has_what_the_shader_calls(name: str) -> None:
    drill, text = drill_named(name), play_kernels(drill_named(name))
    players = range(sum(drill.teams))
    functions = re.findall(r"^fn (\w+)\(", text, re.MULTILINE)
    assert len(functions) == len(set(functions))
    kernels = {name.removeprefix("kernel_") for name in functions if name.startswith("kernel_")}
    shared = {"tanh", "reset", "tick", "judge", "truncate", "sample"}
    # Of team 1; of both where they differ and the policy is looked at as either.
    first = 0 if len(set(drill.teams)) > 1 else drill.teams[0]
    scripted = {f"scripted_{player}" for player in players if player >= first}
    assert kernels == shared | scripted | {f"observe_{player}" for player in players}
    assert {*CALLED, *ROWS} <= set(functions)
    assert text.count("for (") == int(drill.action_repeat > 1), "what repeats is a loop, and nothing else is one"
    calls = set(re.findall(r"\bkernel_\w+(?=\()", text))
    assert calls <= {function for function in functions if function.startswith("kernel_")}


def test_a_longer_decision_is_no_longer_text() -> None:
    short, long = (play_kernels(BallDrill(action_repeat=repeat)) for repeat in (2, 99))
    assert len(long) == len(short) + 1

"""Links that docs/teaching.md gives to teachers: every value is in it, and every example is taken as it stands."""

from __future__ import annotations

import inspect
import re
from urllib.parse import parse_qsl

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.ppo.hyper import FORMER_NAMES, RANGES
from drillsergeant.learn.program import Program
from drillsergeant.runtimes.page.address import CHOICES, opened
from drillsergeant.runtimes.page.panels.code_link import MARK, MOST_CODE, code_in
from drillsergeant.runtimes.page.panels.drill import GAMES
from drillsergeant.runtimes.page.what_if.form import LINK as WHAT_IF
from drillsergeant.runtimes.page.what_if.grid import parsed_link
from drillsergeant.runtimes.protocol import init_options
from drillsergeant.runtimes.supervisor import setup
from drillsergeant.runtimes.supervisor.setup import choose_setup

from build.pins import ROOT

TEXT = (ROOT / "docs" / "teaching.md").read_text()
EXAMPLES = sorted(set(re.findall(r"\| `(\?[^`]+)` \|$", TEXT, re.MULTILINE)))
# Of each value: its name, what may stand for it, and an example of it.
ROWS = re.findall(r"^\| `([#\w=]+)` \| .* \| ([^|]*) \| `(\?[^`]+)` \|$", TEXT, re.MULTILINE)
# What the set-up looks for in an address, beside the hyperparameters.
ASKED = re.findall(r'parameters(?:, |\[)"(\w+)"', inspect.getsource(setup))


@pytest.fixture(scope="module")
def program() -> Program:
    return build_program(make("ball"), shared=False, hidden=(8,))


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_opens_as_it_stands(example: str, program: Program) -> None:
    query, mark, packed = example.removeprefix("?").partition("#")
    pairs = parse_qsl(query, keep_blank_values=True)
    given = dict(pairs)
    _, opening = opened(pairs, lambda values: choose_setup(program, 4, values), given.get("drill", "ball"))
    assert opening.complaints == () and opening.given == given
    assert given.get("drill", "ball") in GAMES
    assert WHAT_IF not in given or parsed_link(given[WHAT_IF])
    if mark:
        assert "target_speed: float = 4.0" in code_in(mark + packed)


def test_every_value_of_an_address_is_told_with_an_example_of_it() -> None:
    assert {name for name, *_ in ROWS} == {"drill", MARK, WHAT_IF, *ASKED, *RANGES, *CHOICES}
    assert {"seed", "hidden", "learner", "mode", "matches"} <= set(ASKED)
    assert all(f"{name}=" in example or (name == MARK and MARK in example) for name, _, example in ROWS)


def test_what_may_stand_for_a_value_is_what_is_taken() -> None:
    told = {name: re.sub("`", "", values) for name, values, _ in ROWS}
    for name, allowed in {**CHOICES, **init_options.CHOICES}.items():
        assert set(filter(None, told[name].split(", "))) <= set(allowed), name
    assert set(told["dock"].split(", ")) == set(filter(None, CHOICES["dock"]))
    for name, within in RANGES.items():
        low, high = map(float, told[name].split(" to "))
        assert (low, high) == (within.low, within.high), name
    assert str(MOST_CODE) in told[MARK]
    assert set(told["drill"].replace("; where a game of one's own begins:", ",").split(", ")) == set(GAMES)
    assert all(f"`{former}`" in TEXT for former in FORMER_NAMES)

"""What a check says of sound drills, and the report as text and as data."""

from __future__ import annotations

import linecache
from dataclasses import dataclass

import numpy as np
import pytest
from drillsergeant import drills
from drillsergeant.check.check_drill import check_drill
from drillsergeant.check.findings import CheckReport, DrillFinding, Kind, Severity, SourceLine
from drillsergeant.check.source_lines import line_of
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.chase import ChaseDrill

from tests.rigs.length import AT_LENGTH

TEXT = """
class Mine(ChaseDrill):
    def observe(self, state, player):
        return [
            np.log(state["chaser_x"]),
            *super(Mine, self).observe(state, player)[1:],
        ]
"""


# No squads, which take long in NumPy: at length the smaller one, as the larger is the same code.
@pytest.mark.parametrize(
    "name", [name for name in drills.OWN if not name.startswith("squad") or (AT_LENGTH and name == "squad-pair")]
)
def test_nothing_is_found_in_our_own(name: str) -> None:
    report = check_drill(name)
    assert str(report) == f"{name}: nothing wrong was found ({report.played})"
    assert report.ok and len(report) == 0 and report.played.startswith("512 matches of ")


def test_a_report_is_text_and_data() -> None:
    where = SourceLine("game.py", 12, "tick")
    fault = DrillFinding(Kind.FIELD, "the state that tick returned lacks x", "add x " * 30, where)
    hint = DrillFinding(Kind.SCALE, "x is large", "divide it", severity=Severity.WARNING)
    report = CheckReport("game", (fault, hint), "played")
    said = str(report)
    assert said.startswith("game: 1 error and 1 warning (played)\n\ngame.py:12: error in tick, field\n  the state that")
    assert "\n\nwarning, scale\n  x is large.\n  divide it." in said
    assert max(map(len, said.splitlines())) <= 110
    assert not report.ok and report.kinds == {"field", "scale"} and list(report) == [fault, hint]


def test_code_that_is_in_no_file_is_found_in_its_text_or_by_its_functions() -> None:
    namespace = {"ChaseDrill": ChaseDrill, "np": np, "__name__": "workshop"}
    exec(compile(TEXT, "workshop", "exec"), namespace)
    mine = namespace["Mine"]
    assert isinstance(mine, type)
    linecache.cache["workshop"] = (len(TEXT), None, TEXT.splitlines(keepends=True), "workshop")
    try:
        finding = next(iter(check_drill(mine())))
        assert str(finding.where) == "workshop:5" and "dx of observe is nan" in finding.sentence
    finally:
        del linecache.cache["workshop"]
    assert str(line_of(mine(), "observe", 0)) == "workshop:3", "without the text, the function's own line"


@dataclass(frozen=True)
class Widened(BallDrill):
    pass


def test_a_function_that_hands_over_is_followed_to_where_the_entry_stands() -> None:
    found = line_of(Widened(), "observe", 3)
    assert found is not None and found.file.endswith("ball/observation.py") and found.function == "observe"
    assert linecache.getline(found.file, found.line).strip() == "hy,"
    assert Widened().observation[3] == "own_heading_y"
    assert line_of(Widened(), "nothing") is None
    named = line_of(ChaseDrill(), "reward_terms")
    assert named is not None and "reward_terms" in linecache.getline(named.file, named.line)

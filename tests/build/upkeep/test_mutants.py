"""Mutants: each kind of change is made and no text is touched; what tests notice and what they do not is told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from drillsergeant.memory import layout, ring, run_epoch, snapshots, weights, work_queue

from build.console import BuildError
from build.pins import ROOT
from build.upkeep.equivalents import EQUIVALENT, FIRST_WORDS, reason
from build.upkeep.mutants import AREAS, PACKAGE, Mutant, mutants, sample, told, unnoticed
from build.upkeep.mutations import mutations

SOURCE = '''"""A text with 1 < 2 in it."""
def line(a: "1 + 2", b=True):
    if a < 3 and not b:
        tell(a, "é 4", strict=True)
        a -= 5.5
    assert a == 6
    return -a * f"{7}"
'''
CHANGES = [
    "True -> (False)",
    "a < 3 and not b -> (a < 3 or not b)",
    "a < 3 -> (a <= 3)",
    "3 -> (4)",
    "not b -> (b)",
    'tell(a, "é 4", strict=True) -> pass',
    "a -= 5.5 -> a += 5.5",
    "5.5 -> (6.5)",
    'return -a * f"{7}" -> return None',
    "-a * f\"{7}\" -> (-a + f'{7}')",
    "-a -> (a)",
]
TYPED = "learn/ppo/typed_number.py"


def test_each_kind_of_change_is_made_once_and_texts_stay() -> None:
    found = list(mutations(SOURCE))
    assert [each.change for each in found] == CHANGES
    for each in found:
        compile(each.text, "changed", "exec")
        differ = [a for a, b in zip(SOURCE.splitlines(), each.text.splitlines(), strict=True) if a != b]
        assert [line.strip() for line in differ] == [each.words] == [SOURCE.splitlines()[each.line - 1].strip()]


def test_a_sample_is_the_same_again_and_as_large_of_each_area() -> None:
    chosen = sample(list(AREAS), 18, seed=4)
    assert chosen == sample(list(AREAS), 18, seed=4) != sample(list(AREAS), 18, seed=5)
    assert [sum(each.area == area for each in chosen) for area in AREAS] == [5, 5, 4, 4]


def test_what_is_changed_and_what_should_notice_is_there() -> None:
    for place, tests in (pair for area in AREAS.values() for pair in area.items()):
        assert (ROOT / PACKAGE / place).exists() and all((ROOT / "tests/unit" / each).exists() for each in tests)


def test_each_equivalent_mutant_is_still_one_that_could_be_made() -> None:
    made = {(each.file, each.mutation.words, each.mutation.change) for area in AREAS for each in mutants(area)}
    assert set(EQUIVALENT) <= made and all(EQUIVALENT.values())
    file, words, change = next(iter(EQUIVALENT))
    known = next(each for area in AREAS for each in mutants(area) if each.mutation.words == words)
    assert reason(file, replace(known.mutation, before=change.partition(" -> ")[0], after=change.partition(" -> ")[2]))


def test_what_tests_notice_and_what_they_do_not_is_told_apart() -> None:
    source = (ROOT / PACKAGE / TYPED).read_text()
    noticed = next(each for each in mutations(source) if each.after == "return None")
    nothing = replace(noticed, after="the same", text=source + "\n")
    tests = ("learn/ppo/test_typed_number.py",)
    elsewhere = ("learn/ppo/test_limits.py",)
    both = [Mutant("learner", TYPED, tests, each) for each in (noticed, nothing)]
    far = replace(both[0], tests=elsewhere)  # which all other tests notice
    assert unnoticed([*both, far], jobs=1, limit_s=60.0, others=tests) == [both[1]]
    assert (ROOT / PACKAGE / TYPED).read_text() == source, "the product itself is left alone"
    with pytest.raises(BuildError, match="fail without any change"):
        unnoticed([replace(both[0], tests=("nowhere.py",))], jobs=1, limit_s=60.0)


def test_what_earlier_runs_printed_is_judged_by_the_reasons_of_now(tmp_path: Path) -> None:
    known = next(each.line() for area in AREAS for each in mutants(area) if reason(each.file, each.mutation))
    other = next(each.line() for each in mutants("learner") if not reason(each.file, each.mutation))
    rows = [f"  failed         1 s  {other}", "  never ended  170 s  x", f"  SURVIVED       2 s  {known}"]
    rows += [f"  SURVIVED       3 s  {other}", "all other tests with the 2 that are left:", f"  SURVIVED  9 s  {known}"]
    logs = [tmp_path / "a.log", tmp_path / "b.log"]
    logs[0].write_text(
        "\n".join(
            [*rows, "", f"no test notices {known}", f"no test notices {other}", "1 of 3, 33%, seed 2 were noticed", ""]
        )
    )
    logs[1].write_text("\n".join([*rows[:2], "2 of 2, 100%, seed 1 were noticed", ""]))
    assert told(logs) == (5, [other])
    logs[1].write_text("\n".join(rows))
    with pytest.raises(BuildError, match="does not end with how many were noticed: give what a whole run printed"):
        told(logs)


def test_only_the_sign_before_a_first_word_changes_nothing() -> None:
    modules = (layout, ring, run_epoch, snapshots, weights, work_queue)
    for name in FIRST_WORDS:
        kind, _, member = name.partition(".")
        words = next(getattr(module, kind) for module in modules if hasattr(module, kind))
        assert words[member] == 0, name
        found = list(mutations(f"def place(base):\n    return base + {name}\n"))
        assert [reason("memory/x.py", each) for each in found] == ["", "it is word 0"], found

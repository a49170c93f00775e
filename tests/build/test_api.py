"""What callers may count on is what was written down, every public name is told of, and a change is noticed."""

from __future__ import annotations

from dataclasses import dataclass
from types import FunctionType

import pytest

from build.api.surface import MODULES, SECTIONS, class_entry, module_section, signature
from build.api.untold import unsaid_errors, untold, untold_of
from build.api.written_down import DOCUMENT, LIST, REMEDY, differences, fresh, there

# The others are looked at where PyTorch is.
HERE = [title for title in SECTIONS if not title.endswith((".sb3", ".pytorch"))]


@pytest.mark.parametrize("title", HERE)
def test_what_is_public_is_what_was_written_down(title: str) -> None:
    found = differences(title, fresh(title))
    assert found == "", f"\n{found}"


def test_every_section_stands_in_both_texts_in_order() -> None:
    assert list(there(LIST)) == list(there(DOCUMENT)) == list(SECTIONS)


@pytest.mark.parametrize("module", [module for module in MODULES if module in HERE])
def test_every_public_name_is_told_of_with_the_errors_it_raises(module: str) -> None:
    assert untold_of(module, module_section(module).entries) == []


def test_every_command_and_argument_is_told_of() -> None:
    (*_, commands) = SECTIONS.values()
    assert [line for entry in commands().entries for line in untold(entry)] == []


def changed(step: int, *, late: bool = True) -> None:
    """Without its error."""
    if step and late:
        raise KeyError(step)


@dataclass
class Changed:
    """With a field too few told of."""

    first_m: float = 0.5
    second: int = 1  # so many
    third: float = 1.0

    def run(self) -> None:
        return


def test_a_change_is_noticed() -> None:
    section = {path: there(path)["drillsergeant"] for path in (LIST, DOCUMENT)}
    section[LIST] = [line.replace("decisions: int = 4000000", "decisions: int = 5") for line in section[LIST]]
    found = differences("drillsergeant", section)
    assert "\n-train(" in found and "\n+train(" in found and "decisions: int = 5" in found
    assert found.count("\n-") == 1 and found.endswith(REMEDY) and "make api" in REMEDY
    section[DOCUMENT] = section[DOCUMENT][:-4]
    assert "--- docs/api.md" in differences("drillsergeant", section)


def test_defaults_types_comments_and_what_is_missing_are_read_from_the_source() -> None:
    assert signature(changed) == "(step: int, *, late: bool = True) -> None"
    assert isinstance(changed, FunctionType)
    assert list(unsaid_errors(changed)) == ["changed, changed: say when it raises KeyError"]
    entry = class_entry(Changed, "Changed")
    assert [each.says for each in entry.members][:2] == ["first_m: float = 0.5", "second: int = 1"]
    assert len(list(untold(entry))) == 3

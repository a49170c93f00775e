"""Where exactly something is wrong: the expression, the entry, the number; not the line alone."""

from __future__ import annotations

import pytest
from drillsergeant.learn.compile.edit_errors import EditRefused, Place
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.compile.edited_drill import checked_drill

CHASE = source_of("chase")
RETURN = next(line.strip() for line in CHASE.splitlines() if line.strip().startswith("return [catch"))


def place_of(text: str) -> Place:
    with pytest.raises(EditRefused) as refused:
        checked_drill("chase", text)
    return refused.value.place


def marked(text: str) -> str:
    """What is marked, as an editor counts columns."""
    line, start, end = place_of(text)
    units = text.splitlines()[line - 1].encode("utf-16-le")
    return units[2 * start : 2 * end or None].decode("utf-16-le")


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("return [gaol]", "gaol"),
        ("return [catch, self.cach_reward * catch]", "self.cach_reward"),
        ("near = np.hypot(catch, catch) + 1.0", "np.hypot(catch, catch)"),
        ("if catch > 0: catch = catch * 2.0", "catch > 0"),
        ("far = after['chaser_z'] * 2.0", "after['chaser_z']"),
        ("word, far = '\U0001f600é', gaol", "gaol"),
        ("catch = catch +* 2.0", "*"),
        ("return [catch, catch * 1e9]", "catch * 1e9"),
        ("return [catch,\n            catch * 1e9,\n        ]", "catch * 1e9"),
        ("return catch", "catch"),
        ("return [each * 1e9 for each in (catch, catch)]", "[each * 1e9 for each in (catch, catch)]"),
    ],
)
def test_what_is_wrong_is_what_is_marked(code: str, wrong: str) -> None:
    assert marked(CHASE.replace(RETURN, f"{code}\n        {RETURN}" if "return" not in code else code)) == wrong


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("    half_m = -3.0\n", "half_m = -3.0"),
        ("    half_metres = 3.0\n", "half_metres = 3.0"),
        ("    teams = (1, 1)\n", "teams = (1, 1)"),
    ],
)
def test_a_number_is_marked_with_its_name(line: str, wrong: str) -> None:
    assert marked(CHASE + line) == wrong


def test_of_an_entry_of_many_lines_the_first_is_marked_to_its_end() -> None:
    entry = '(state["target_x"] - state["chaser_x"]) * (1.0 / self.half_m),'
    text = CHASE.replace(entry, "np.sum(\n                [state['target_x'] * 1e9, state['chaser_x']], axis=0),")
    line, start, end = place_of(text)
    assert text.splitlines()[line - 1][start:] == "np.sum(" and end == 0


def test_what_is_nowhere_is_marked_nowhere() -> None:
    assert place_of("\0") == Place()
    assert place_of(CHASE + "#" * 100_000) == Place()


def test_of_numpy_a_name_is_guessed_and_no_hundreds_are_listed() -> None:
    for name, said in (("minimun", "'minimun'; did you mean minimum?"), ("zzz", "'zzz'")):
        with pytest.raises(EditRefused) as refused:
            checked_drill("chase", CHASE.replace(RETURN, f"return [np.{name}(catch, 1.0)]"))
        assert str(refused.value).endswith(f"has no attribute {said}")

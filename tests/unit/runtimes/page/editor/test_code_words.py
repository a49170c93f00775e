"""What there is to write: looked through by parts of names and notes, put at the cursor as it fits there."""

from __future__ import annotations

import json

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.vocabulary import CodeWord, WordGroup, to_json
from drillsergeant.runtimes.page.editor.words import FIND, FOUND, LIST, WORDS, fitted, matching
from drillsergeant.runtimes.page.panels.code_run import EDITOR

from tests.fakes.page import Sitting

FIELDS = (CodeWord("x", 'state["x"]', "f32, m"), CodeWord("vx", 'state["vx"]', "m/s"))
STATE = WordGroup("State", "property", r"\w\[[\"']", FIELDS)
NUMPY = WordGroup("NumPy", "function", r"\bnp\.", (CodeWord("sqrt", "np.sqrt(x)", "(x)", "The square-root."),))
GROUPS = (STATE, NUMPY)
REWARD = "class Mine(BallDrill):\n    def reward(self, before: State, after: State, player: int) -> list[Array]:\n"
OBSERVE = REWARD + "return []\n\n    def observe(self, state: State, player: int) -> list[Array]:\n        "


def opened() -> Sitting:
    sitting = Sitting().boot()
    sitting.compiler.vocabularies["ball"] = to_json(GROUPS)
    sitting.page.on_click("dock-code")
    return sitting


def listed(sitting: Sitting) -> list[tuple[str, list[str]]]:
    return [(title, [choice.text for choice in choices]) for title, choices in sitting.view.choices[LIST]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", ["x", "vx", "sqrt"]),
        ("SQ", ["sqrt"]),
        ("m/s", ["vx"]),
        ("square root", ["sqrt"]),
        ("state x", ["x", "vx"]),
        ("numpy", ["sqrt"]),
        ("hypot", []),
    ],
)
def test_a_word_is_found_by_parts_of_what_is_said_of_it(wanted: str, found: list[str]) -> None:
    groups = matching(GROUPS, wanted)
    assert [word.name for _, words in groups for _, word in words] == found
    assert all(words for _, words in groups), "no heading without a word"
    assert {word.name: number for _, words in matching(GROUPS, "sqrt") for number, word in words} == {"sqrt": 2}


@pytest.mark.parametrize(
    ("text", "before", "inserted"),
    [
        ('state["x"]', OBSERVE, 'state["x"]'),
        ('state["x"]', REWARD, 'after["x"]'),
        ("_gap(state, player)", REWARD, "_gap(after, player)"),
        ("self.restate", REWARD, "self.restate"),
        ('state["x"]', "", 'state["x"]'),
        ('state["x"]', "def _helper(self, x):\n    ", 'state["x"]'),
    ],
)
def test_in_a_function_of_two_states_the_later_one_is_meant(text: str, before: str, inserted: str) -> None:
    assert fitted(text, before) == inserted


def test_the_list_opens_is_looked_through_and_a_press_puts_a_word_at_the_cursor() -> None:
    sitting = opened()
    assert json.loads(sitting.view.attributes[(EDITOR, "data-words")] or "")[0]["title"] == "State"
    assert sitting.view.attributes[(WORDS, "hidden")] is None
    assert LIST not in sitting.view.choices, "nobody has asked for it"
    sitting.page.on_click(WORDS)
    assert sitting.view.attributes[(WORDS, "aria-expanded")] == "true"
    assert listed(sitting) == [("State", ["x", "vx"]), ("NumPy", ["sqrt"])]
    sitting.page.on_change(FIND, "vx")
    assert listed(sitting) == [("State", ["vx"])] and sitting.view.texts[FOUND] == "1 of 3"
    sitting.view.before = REWARD
    sitting.page.on_click(sitting.view.choices[LIST][0][1][0].name)
    assert sitting.view.inserted == 'after["vx"]'
    sitting.page.on_change(FIND, "hypot")
    assert sitting.view.texts[FOUND] == "Nothing here is called so."
    sitting.page.on_click("word-99")
    assert sitting.view.inserted == 'after["vx"]'
    assert sitting.compiler.attempts == [], "nothing is run by it"


def test_a_drill_without_a_list_has_none_and_the_next_one_has_its_own() -> None:
    sitting = opened()
    sitting.page.on_click(WORDS)
    sitting.compiler.texts["chase"] = "class Mine(ChaseDrill): pass"
    sitting.page.on_drill(facts_of(make("chase")))
    assert sitting.view.attributes[(EDITOR, "data-words")] is None
    assert sitting.view.attributes[(WORDS, "hidden")] == sitting.view.attributes[(f"{LIST}-box", "hidden")] == ""
    sitting.page.on_drill(facts_of(make("ball")))
    assert sitting.view.attributes[(f"{LIST}-box", "hidden")] is None and len(listed(sitting)) == 2

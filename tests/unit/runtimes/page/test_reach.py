"""Reach: one name for what has two states, numbers a voice can read, nothing that speaks by itself, less motion."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from drillsergeant.runtimes.page.teaching.one_update import NUMBERS
from drillsergeant.runtimes.page.training.sliders import SLIDES
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import TIMELINE, Sitting

ROOT = Path(__file__).parents[4]
STATES = ("aria-pressed", "aria-checked", "aria-expanded")
TWICE = (
    "train", "play", "factory", "compare", "theme", "shortcuts", "safeguards", "validate", "sound", "full-screen",
    "workshop-words", "workshop-changes", "map-arrows",
)  # fmt: skip
CHOICES = tuple(f"update-{name}" for name in NUMBERS)  # of which one is pressed


class Names(HTMLParser):
    """Attributes of every element that has an id, and the text of those that say a state of theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.outputs: list[dict[str, str | None]] = []
        self.texts: dict[str, str] = {}
        self._in = ""
        self.feed((ROOT / "web/index.html").read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes[given.get("id") or ""] = given
        self._in = (given.get("id") or "") if set(STATES) & set(given) else ""
        if self._in:
            self.texts[self._in] = ""
        if tag == "output":
            self.outputs.append(given)

    def handle_data(self, data: str) -> None:
        if self._in:
            self.texts[self._in] = self.texts.get(self._in, "") + data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._in = ""


PAGE = Names()


def test_every_control_with_two_states_is_pressed_below() -> None:
    assert set(PAGE.texts) == {*TWICE, *CHOICES}


@pytest.mark.parametrize("name", TWICE)
def test_a_control_with_two_states_keeps_its_name_which_holds_every_word_it_shows(name: str) -> None:
    sitting, given = Sitting().boot(), PAGE.attributes[name]
    sitting.metrics("trainer", safeguards=True, timeline=TIMELINE)
    sitting.page.on_change("timeline", "1")
    (state,) = set(STATES) & set(given)
    label, shown, said = given.get("aria-label"), {PAGE.texts[name]}, {given[state]}
    for _ in range(2):
        sitting.page.on_click(name)
        shown.add(sitting.view.texts.get(name, PAGE.texts[name]))
        said.add(sitting.view.attributes[(name, state)])
    assert said == {"true", "false"}
    assert sitting.view.attributes.get((name, "aria-label"), label) == label
    if label is None:
        assert len(shown) == 1, f"its name changes: {shown}"
    else:
        words = {text for text in shown if text.isascii()}  # the others are pictures
        assert all(text.lower() in label.lower() for text in words), f"{label!r} leaves out what is seen: {words}"


def test_a_score_does_not_speak_at_each_goal() -> None:
    assert PAGE.outputs
    assert {given.get("aria-live") for given in PAGE.outputs} == {"off"}


@pytest.mark.parametrize("name", SLIDES)
def test_what_is_refused_has_the_name_that_stands_beside_its_field(name: str) -> None:
    assert f'<label for="hyper-{name}">{SLIDES[name].label} <' in (ROOT / "web/index.html").read_text()


@pytest.mark.parametrize("name", SLIDES)
def test_a_slider_says_its_value_and_unit_whoever_moves_it(name: str) -> None:
    sitting, slider = Sitting().boot(), SLIDES[name]

    def said() -> str:
        return sitting.view.attributes[(f"slide-{name}", "aria-valuetext")] or ""

    low, high = slider.value(0.0), slider.value(100.0)
    sitting.page.on_change(f"slide-{name}", "0")
    assert said() == slider.spoken(low)
    sitting.page.on_change(f"hyper-{name}", f"{high:g}")
    assert said() == slider.spoken(high)
    digits, _, unit = said().partition(" ")
    assert float(digits) == high
    assert unit.replace(" ", "").replace(",", "").isalpha()


def test_small_numbers_are_read_as_digits_and_one_is_one() -> None:
    assert SLIDES["learning_rate"].spoken(1e-5) == "0.00001 per step"
    assert [SLIDES["epochs"].spoken(count) for count in (1.0, 16.0)] == ["1 epoch", "16 epochs"]


def test_who_wants_less_motion_gets_a_calm_canvas_from_then_on() -> None:
    sitting = Sitting().boot()
    sitting.view.is_calm = True
    sitting.page.on_layout()
    ((role, message),) = sitting.fleet.take()
    assert role == "show" and isinstance(message, messages.Resize)
    assert message.calm

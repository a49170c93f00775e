"""Whatever the tutorial tells its reader to paste compiles and does what the text beside it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import drillsergeant
import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.drills.contract import State
from drillsergeant.drills.new_game import PLACES, file_of
from drillsergeant.learn.compile.edited_drill import build_edited, checked_drill
from drillsergeant.learn.compile.editing.whole_game import checked_game
from drillsergeant.learn.defaults import default_hyper
from drillsergeant.learn.heads import choices_of
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.runtimes.page.panels.code_link import code_in

from build.pins import ROOT
from tests.rigs.tutorial_text import SEEDS

PAGE = ROOT / "web" / "tutorial" / "index.html"
WORDS = ("agent", "observation", "action", "reward", "policy", "rollout", "advantage", "PPO", "clipping", "self-play")
PLACE = next(iter(PLACES))  # of a game of one's own, where the last chapter's link puts it
# Of a box of code: what it is, so how it is tested.
PURPOSES = ("data-drill", "data-python", "data-tag", "data-game", "data-own")
TAGS = ("pre", "dfn", "drill-sergeant", "script", "link", "a", "img", "button", "summary")


@dataclass
class Element:
    """A tag with its attributes, the text in it, and the number of its chapter."""

    tag: str
    attributes: dict[str, str]
    chapter: int
    text: str = ""


@dataclass
class Tutorial(HTMLParser):
    """The page's boxes of code, drills, and words that are explained."""

    found: list[Element] = field(default_factory=list)
    chapter: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.chapter += tag == "section"
        if tag in TAGS:
            element = Element(tag, {name: value or "" for name, value in attrs}, self.chapter)
            self.found.append(element)
            if tag in ("pre", "dfn", "summary", "button"):
                self._open.append(element)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            self._open.pop()

    def all(self, tag: str, attribute: str = "") -> list[Element]:
        """The elements with this tag, and attribute."""
        return [each for each in self.found if each.tag == tag and (not attribute or attribute in each.attributes)]


def read() -> Tutorial:
    tutorial = Tutorial()
    tutorial.feed(PAGE.read_text())
    return tutorial


TUTORIAL = read()
SNIPPETS = TUTORIAL.all("pre", "data-drill")


def snippet(name: str) -> Element:
    (found,) = [each for each in SNIPPETS if each.attributes.get("data-name") == name]
    return found


@pytest.mark.parametrize("box", SNIPPETS, ids=lambda box: f"chapter {box.chapter} {box.attributes['aria-label']}")
def test_what_is_to_be_pasted_compiles_and_changes_what_it_says(box: Element) -> None:
    name, part = box.attributes["data-drill"], box.attributes["data-part"]
    program = build_edited(checked_drill(name, box.text), shared=False)
    assert program.binary != build_edited(make(name), shared=False).binary
    assert {"reward": "def reward", "observation": "def observe", "numbers": ": float = "}[part] in box.text
    button = TUTORIAL.found[TUTORIAL.found.index(box) + 1]
    assert (button.tag, button.attributes.get("class"), button.text) == ("button", "put", "Put this in and run")
    label = box.attributes["aria-label"].removeprefix("Python to paste: ")
    assert button.attributes["aria-label"] == f"Put this in and run: {label}"
    drills = [each.attributes for each in TUTORIAL.all("drill-sergeant") if each.chapter == box.chapter]
    assert [(drill["drill"], drill["editor"]) for drill in drills] == [(name, part)], "the chapter's editor is for it"
    assert max(map(len, box.text.splitlines())) <= 76, "it fits in its box"


def test_every_box_of_code_is_one_that_is_tested() -> None:
    boxes = TUTORIAL.all("pre")
    assert len(SNIPPETS) >= 7
    assert all(sum(purpose in box.attributes for purpose in PURPOSES) == 1 for box in boxes)


def test_every_chapter_has_a_drill_and_a_question_and_the_words_come_in_order() -> None:
    chapters = [1, 2, 3, 4, 5, 6, 7, 8]
    assert [drill.chapter for drill in TUTORIAL.all("drill-sergeant")] == chapters
    questions = TUTORIAL.all("summary")
    assert sorted({question.chapter for question in questions}) == chapters
    assert all(question.text.endswith("?") for question in questions)
    assert tuple(word.text for word in TUTORIAL.all("dfn")) == WORDS


def test_nothing_on_the_page_is_absolute_and_every_file_it_names_is_there() -> None:
    named = [each.attributes.get("src") or each.attributes.get("href", "") for each in TUTORIAL.found]
    for path in filter(None, named):
        assert not re.match(r"/|\w+:", path), f"{path} works only where the site lies at a root"
        file = re.split("[?#]", path)[0]
        assert not file or (PAGE.parent / file).resolve().is_file(), path
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", PAGE.read_text()), "the page's policy forbids it"


def played(name: str, text: str) -> tuple[State, State]:
    """Two states, a decision apart, with an upward push."""
    drill = checked_drill(name, text)
    matches = MatchBatch(drill, 64, 5)
    before = matches.state
    after, still = before, [np.zeros(64, np.int32)] * (len(drill.heads) - 1)
    for _ in range(drill.action_repeat):
        after = drill.tick(after, [[np.full(64, 3, np.int32), *rest] for rest in [still] * sum(drill.teams)])
    return before, after


def test_the_runaway_is_paid_for_every_step_away() -> None:
    drill, (before, after) = checked_drill("chase", snippet("away").text), played("chase", snippet("away").text)
    original = make("chase")
    away, towards = drill.reward(before, after, 0)[1], original.reward(before, after, 0)[1]
    assert np.all(np.sign(away) == -np.sign(towards))
    assert np.all(drill.reward(before, {**after, "caught": before["caught"] + 1}, 0)[0] == -1)


def test_a_goal_pleases_both_where_it_should() -> None:
    drill, (before, after) = checked_drill("ball", snippet("both").text), played("ball", snippet("both").text)
    for scored in (-1.0, 1.0):
        goal = {**after, "scored": before["scored"] + np.float32(scored)}
        assert all(np.all(drill.reward(before, goal, player)[0] == 1) for player in (0, 1))


def test_numbers_named_in_the_text_are_the_drills_own() -> None:
    chase = make("chase")
    assert (len(chase.observation), len(choices_of(chase.heads)[0]), chase.tick_hz / chase.action_repeat) == (8, 5, 15)
    assert "target_speed" in PAGE.read_text()


def test_what_is_said_of_the_first_drill_is_how_it_is_set_up() -> None:
    drill = TUTORIAL.all("drill-sergeant")[0].attributes
    given = dict(pair.split("=") for pair in drill["settings"].split("&"))
    text = re.sub(r"\s+", " ", PAGE.read_text())
    assert "sixteen others are played" in text and (given["matches"], drill["workers"]) == ("16", "1")
    assert "steps a thirtieth as large as usual" in text
    assert default_hyper(make("chase")).learning_rate == pytest.approx(30 * float(given["learning_rate"]))


def test_the_lines_for_a_notebook_run(capsys: pytest.CaptureFixture[str]) -> None:
    (box,) = TUTORIAL.all("pre", "data-python")
    assert "200_000" in box.text
    exec(box.text.replace("200_000", "20_000"), {})
    assert capsys.readouterr().out.count("\n") >= 2


def game() -> str:
    """The whole game that the last chapter is about."""
    return "\n\n".join(box.text for box in TUTORIAL.all("pre", "data-game")) + "\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The game as a file, where Python is started."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / file_of(PLACE)  # as the page calls it
    path.write_text(game())
    return path


def test_the_game_is_as_long_as_it_says_has_nothing_wrong_and_fits(own: Path) -> None:
    lines = [line for line in game().splitlines() if line.strip()]
    assert len(lines) == 46 and "it is forty-six lines of Python" in PAGE.read_text()
    assert max(map(len, lines)) <= 78, "it fits in its boxes"
    report = drillsergeant.check_drill(drillsergeant.make(str(own)))
    assert len(report) == 0, str(report)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_game_is_learned_as_it_says(own: Path, seed: int) -> None:
    text = re.sub(r"\s+", " ", PAGE.read_text())
    assert "After six hundred thousand decisions it gets through more than nine matches of ten" in text
    metrics = list(drillsergeant.train(str(own), seed=seed, decisions=600_000))
    print(f"chapter 8, seed {seed}: wins {metrics[-1]['win_rate']:.3f}")
    assert metrics[-1]["win_rate"] > 0.9


def test_the_link_carries_the_game_of_the_boxes_and_a_page_takes_it() -> None:
    (link,) = [each for each in TUTORIAL.all("a") if "data-link" in each.attributes]
    address, mark, packed = link.attributes["href"].partition("#")
    assert address == f"../index.html?drill={PLACE}&dock=code"
    assert code_in(mark + packed) == game()
    (drill,) = [each.attributes for each in TUTORIAL.all("drill-sergeant") if each.chapter == 8]
    assert (drill["drill"], drill["editor"]) == (PLACE, "all")
    (button,) = TUTORIAL.all("button", "data-boxes")
    assert button.attributes["data-boxes"] == "[data-game]"
    assert checked_game(game()).reward_terms == ("hit",)


def test_the_lines_that_train_the_file_do(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (box,) = TUTORIAL.all("pre", "data-own")
    assert "600_000" in box.text and own.name in box.text
    exec(box.text.replace("600_000", "20_000"), {})
    assert capsys.readouterr().out.count("\n") >= 2

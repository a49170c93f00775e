"""Links, files, messages and runs with code, thousands of them mutated: none runs anything before the reader does."""

from __future__ import annotations

import json
import random

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.embed import Embed
from drillsergeant.runtimes.page.panels.code_link import code_in, with_code
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import FetchCode, ImportRun, KeepCode, KeptCode

from build.promises.records import tally
from tests.fakes.page import Sitting

MUTANTS = 1200  # of each kind
HOSTILE = "import js\njs.fetch('https://evil.example/')\nwhile True: pass\n"
TEXTS = (source_of("chase"), HOSTILE, "class Mine(BallDrill):\n    name = '\u202e\u2066<img onerror=alert(1)>'\n")
LINKS = tuple("#" + with_code("", text).partition("#")[2] for text in TEXTS)
SAID = tuple(json.dumps({"type": "code", "text": text, **run}) for run in ({"run": True}, {}) for text in TEXTS)
STRANGE = ("#", "=", "%00", "\x00", "&run=1", "javascript:", "-", "_", '"', "{", "\u202e", "\ud800", "A" * 50_000)


def mutated(text: str, chance: random.Random) -> str:
    """The text with up to four changes: letters changed, cut out, doubled, swapped, or something strange put in."""
    for _ in range(chance.randint(1, 4)):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        middle = text[at:to]
        other = chance.choice((chance.choice(STRANGE), middle[::-1], middle * 2, "", chr(chance.randrange(33, 0x250))))
        text = text[:at] + other + text[at + 1 if chance.random() < 0.5 else to :]
    return text


def mutated_bytes(content: bytes, chance: random.Random) -> bytes:
    """The bytes with up to four of them changed, and an end cut off now and then."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found[: chance.choice((len(found), chance.randrange(len(found))))])


class Victim:
    """A page that sees no press of Run."""

    def __init__(self) -> None:
        self.sitting = Sitting().boot()
        self.sitting.view.values["workshop-weights"] = "keep"
        self.sitting.page.on_message("trainer", 0, KeptCode("ball"))

    def ran(self) -> list[object]:
        """What ran or was asked of the workers, beside keeping a text and reading a file."""
        sitting = self.sitting
        for _ in range(2):
            sitting.view.time_s += 0.5
            sitting.page.on_tick()
        asked = [each for _, each in sitting.fleet.take() if not isinstance(each, FetchCode | KeepCode | ImportRun)]
        return [*asked, *sitting.compiler.attempts, *sitting.compiler.installed, *sitting.view.errors]


@pytest.fixture
def victim() -> Victim:
    return Victim()


def test_a_mutated_link_is_shown_or_refused_and_runs_nothing(victim: Victim) -> None:
    chance, shown = random.Random(1), 0
    for number in range(MUTANTS):
        link = mutated(LINKS[number % len(LINKS)], chance)
        victim.sitting.transfer.guard.on_link(link)
        try:
            text = code_in(link)
        except ValueError as wrong:
            assert 0 < len(str(wrong)) < 200
        else:
            shown += bool(text)
            assert not text or victim.sitting.view.values[EDITOR] == text
        assert victim.ran() == [], link
    assert shown > MUTANTS / 100, "some of them are code all the same"
    tally(13, "texts and links", MUTANTS)


def test_a_mutated_file_of_python_is_shown_or_refused_and_runs_nothing(victim: Victim) -> None:
    chance = random.Random(2)
    for number in range(MUTANTS):
        content = mutated_bytes(TEXTS[number % len(TEXTS)].encode(), chance)
        name = mutated("drill.py", chance)
        victim.sitting.transfer.guard.on_file(name, content)
        assert victim.ran() == [], (name, content)
    tally(13, "texts and links", MUTANTS)


def test_a_mutated_message_of_the_page_around_runs_nothing(victim: Victim) -> None:
    chance, sitting = random.Random(3), victim.sitting
    embed = Embed(sitting.page, sitting.view, sitting.fleet.send, "solo", "", "ball")
    embed.greet(lambda _text: None, "https://evil.example")
    for number in range(MUTANTS):
        embed.hear(mutated(SAID[number % len(SAID)], chance))
        assert victim.ran() == []
    tally(13, "texts and links", MUTANTS)
    embed.hear(SAID[1])
    assert sitting.view.values[EDITOR] == HOSTILE and victim.ran() == []


def test_code_of_a_run_that_was_kept_or_brought_runs_nothing(victim: Victim) -> None:
    chance, sitting = random.Random(4), victim.sitting
    for number in range(MUTANTS):
        text = mutated(TEXTS[number % len(TEXTS)], chance)
        sitting.transfer.guard.on_file("theirs.dshq", b"x")
        refusal = messages.Runs(note="other code", refused=True, drill="ball", other_game={"edit": text})
        sitting.page.on_message("trainer", 0, refusal)
        if text:
            sitting.page.on_click("other-game-code")
            assert sitting.view.values[EDITOR] == text
        sitting.page.on_message("trainer", 0, KeptCode("ball", text, [{"text": text, "at": text}]))
        assert victim.ran() == []


def test_neither_training_nor_another_drill_nor_a_reload_runs_what_came_by_a_link(victim: Victim) -> None:
    sitting = victim.sitting
    sitting.transfer.guard.on_link(LINKS[1])
    for button in ("train", "reset", "defaults", "dock-code", "dock-runs", "workshop-link", "workshop-save"):
        sitting.page.on_click(button)
    sitting.page.on_drill(facts_of(make("chase")))
    sitting.page.on_drill(facts_of(make("ball")))
    assert sitting.compiler.attempts == sitting.compiler.installed == []
    sitting.page.on_click("workshop-run")
    assert [text for _, text, _ in sitting.compiler.attempts] == [HOSTILE], "the reader's own press does"

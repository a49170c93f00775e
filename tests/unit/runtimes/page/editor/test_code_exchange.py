"""Code that comes by a link or a file is shown with where it came from, and what was the reader's own stays."""

from __future__ import annotations

from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.panels import code_exchange
from drillsergeant.runtimes.page.panels.code_link import MOST_CODE, with_code
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.page.panels.workshop import SAID
from drillsergeant.runtimes.protocol.messages import KeepCode, KeptCode, Refused

from tests.fakes.page import Sitting

THEIRS, MINE = "class Theirs(BallDrill): pass\n", "class Mine(BallDrill): ball_mass_kg = 9.0\n"


def link(code: str) -> str:
    return "#" + with_code("", code).partition("#")[2]


def arrived(fragment: str, opening: Opening | None = None) -> Sitting:
    """A page opened by an address that ends like this."""
    sitting = Sitting(opening)
    sitting.page.workshop.on_link(fragment)
    sitting.view.values["workshop-weights"] = "keep"
    return sitting.boot()


def opened() -> Sitting:
    sitting = Sitting().boot()
    sitting.page.on_message("trainer", 0, KeptCode("ball"))
    sitting.page.on_click("dock-code")
    sitting.fleet.take()
    return sitting


def kept(sitting: Sitting) -> list[KeepCode]:
    """What was kept during some seconds."""
    for _ in range(4):
        sitting.view.time_s += 0.5
        sitting.page.on_tick()
    return [message for _, message in sitting.fleet.take() if isinstance(message, KeepCode)]


def test_a_link_opens_the_editor_filled_says_so_and_runs_nothing() -> None:
    sitting = arrived(link(THEIRS))
    assert sitting.view.values[EDITOR] == THEIRS and sitting.view.revealed == EDITOR
    assert sitting.view.attributes[EDITOR, "open"] == ""
    assert sitting.view.texts[SAID] == code_exchange.CAME
    assert sitting.compiler.attempts == sitting.compiler.installed == []


def test_code_of_a_link_is_nobodys_own_before_it_is_changed() -> None:
    sitting = arrived(link(THEIRS))
    sitting.page.on_message("trainer", 0, KeptCode("ball", MINE))
    assert sitting.view.values[EDITOR] == THEIRS, "what was kept takes no place from it"
    assert kept(sitting) == [] and sitting.transfer.forgotten == 0
    sitting.transfer.guard.on_hidden()
    assert sitting.transfer.drafts == {}
    changed = sitting.view.values[EDITOR] = THEIRS + "# and mine\n"
    assert kept(sitting) == [KeepCode("ball", changed, [MINE])]
    assert sitting.transfer.forgotten == 1, "a reload brings what is kept"


def test_code_of_a_link_is_the_readers_once_it_was_run() -> None:
    sitting = arrived(link(THEIRS))
    sitting.page.on_message("trainer", 0, KeptCode("ball"))
    sitting.fleet.take()
    sitting.page.on_click("workshop-run")
    assert [text for _, text, _ in sitting.compiler.attempts] == [THEIRS]
    assert kept(sitting) == [KeepCode("ball", THEIRS, [])] and sitting.transfer.forgotten == 1


def test_links_one_after_another_push_nothing_of_the_readers_out() -> None:
    sitting = opened()
    sitting.view.values[EDITOR] = MINE
    kept(sitting)
    sitting.page.on_message("trainer", 0, KeptCode("ball", MINE))
    for number in range(20):
        sitting.transfer.guard.on_link(link(f"{THEIRS}# {number}\n"))
        assert kept(sitting) == []
    changed = sitting.view.values[EDITOR] = THEIRS
    assert kept(sitting) == [KeepCode("ball", changed, [MINE])]


def test_another_drill_is_not_given_a_links_code() -> None:
    sitting = arrived(link(THEIRS))
    sitting.compiler.texts["chase"] = "class Mine(ChaseDrill): pass\n"
    sitting.page.on_drill(facts_of(make("chase")))
    assert sitting.view.values[EDITOR] == sitting.compiler.texts["chase"]
    assert sitting.transfer.forgotten == 1


def test_a_link_in_somebody_elses_page_brings_nothing() -> None:
    sitting = arrived(link(THEIRS), Opening(given={"embed": "full", "editor": "all"}))
    assert EDITOR not in sitting.view.values and "address-note-text" not in sitting.view.texts


def test_what_is_wrong_with_a_link_is_said_and_can_be_put_away() -> None:
    sitting = arrived(link(THEIRS)[:-3])
    assert sitting.view.texts["address-note-text"].startswith("The code in the page's address is left out: the link is")
    assert sitting.view.attributes["address-note", "hidden"] is None and EDITOR not in sitting.view.values


def test_copying_a_link_carries_the_code_and_the_drill() -> None:
    sitting = opened()
    sitting.page.on_drill(facts_of(make("chase")))
    sitting.page.on_drill(facts_of(make("ball")))
    sitting.compiler.texts["chase"] = "class Mine(ChaseDrill): pass\n"
    sitting.page.on_drill(facts_of(make("chase")))
    sitting.view.values[EDITOR] = MINE
    sitting.page.on_click("workshop-link")
    assert sitting.view.copied == "https://here.example/drill/index.html?dock=code&drill=chase" + link(MINE)
    assert sitting.view.texts[SAID] == code_exchange.COPIED
    sitting.view.values[EDITOR] = sitting.compiler.texts["chase"]
    sitting.page.on_click("workshop-link")
    assert "#" not in sitting.view.copied and "carries no code" in sitting.view.texts[SAID]


def test_a_link_that_cannot_be_copied_says_what_else_there_is() -> None:
    sitting = opened()
    sitting.view.copying_allowed, sitting.view.values[EDITOR] = False, MINE
    sitting.page.on_click("workshop-link")
    assert "as a .py file" in sitting.view.texts[SAID]
    sitting.view.copied, sitting.view.values[EDITOR] = "", MINE + "#" * MOST_CODE
    sitting.page.on_click("workshop-link")
    assert sitting.view.copied == ""
    assert sitting.view.texts[SAID] == (
        "No link was copied: the code has 8,234 characters, a link carries at most 8,192: "
        "save it as a .py file and send that."
    )


def test_a_file_of_python_is_shown_kept_and_not_run() -> None:
    sitting = opened()
    sitting.view.values[EDITOR] = MINE
    sitting.transfer.guard.on_file("theirs.PY", THEIRS.replace("\n", "\r\n").encode())
    assert sitting.view.values[EDITOR] == THEIRS and sitting.view.texts[SAID].startswith("theirs.PY is open.")
    assert kept(sitting) == [KeepCode("ball", THEIRS, [MINE])]
    assert sitting.compiler.attempts == []


def test_a_file_that_is_no_code_changes_nothing_and_says_why() -> None:
    sitting = opened()
    sitting.view.values[EDITOR] = MINE
    for content, why in (
        (b"\x89PNG", "byte 0 is not of a text in UTF-8"),
        (b"", "no code"),
        (b"#" * 98_305, "98,305"),
    ):
        sitting.transfer.guard.on_file("x.py", content)
        assert sitting.view.texts[SAID].startswith("x.py is not opened: ") and why in sitting.view.texts[SAID]
        assert sitting.view.values[EDITOR] == MINE


def test_what_stands_in_the_editor_is_saved_as_a_file() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("workshop-save")
    assert sitting.transfer.downloads == [], "nothing is there yet"
    sitting = opened()
    sitting.view.values[EDITOR] = MINE
    sitting.page.on_click("workshop-save")
    assert sitting.transfer.downloads == [("ball.py", MINE.encode())]
    sitting.compiler.attempts.clear()
    sitting.page.on_click("workshop-run")
    sitting.compiler.attempts[0][2](Refused("no", 1))
    assert sitting.view.values[EDITOR] == MINE

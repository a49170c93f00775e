"""A whole new game as people write one: run, learned, checked, exported, and there again after a reload."""

from __future__ import annotations

from pathlib import Path

from drillsergeant.drills.new_game import as_program
from drillsergeant.learn.files.dshq import read_summary

from tests.rigs.pages.moth import MOTH
from tests.rigs.pages.visitor import Visitor

EDITOR = "document.getElementById('workshop-editor').value"
SAID, CHECKED = "#workshop-said", "#workshop-checked"


def paste(visitor: Visitor, text: str) -> None:
    """Put text over all there is in the editor, by the keyboard."""
    page = visitor.page
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.click("#workshop-editor .cm-content")
    for keys in ("ControlOrMeta+A", "ControlOrMeta+V"):
        page.keyboard.press(keys)
    visitor.until("it is pasted", lambda: page.evaluate(EDITOR) == text)


def run(visitor: Visitor, ends: str) -> str:
    visitor.page.click("#workshop-run")
    visitor.until(f"{ends!r} is said", lambda: ends in visitor.page.inner_text(SAID), 90.0)
    return visitor.page.inner_text(SAID)


def check(visitor: Visitor) -> str:
    """Press Check; what is said once it is done."""
    visitor.page.click("#workshop-check")
    visitor.until("it is checked", lambda: "Playing" not in visitor.page.inner_text(CHECKED), 120.0)
    return visitor.page.inner_text(CHECKED)


def exported(visitor: Visitor, button: str, folder: Path) -> bytes:
    with visitor.page.expect_download() as saved:
        visitor.page.click(button)
    path = folder / saved.value.suggested_filename
    saved.value.save_as(path)
    return path.read_bytes()


def test_a_game_written_over_the_blank_one_is_learned_checked_exported_and_kept(
    visitor: Visitor, tmp_path: Path
) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open()
    page = visitor.page
    page.select_option("#drill-choice", "my-blank")
    visitor.until("it runs to the mark", lambda: visitor.show("mark") is not None)
    page.wait_for_selector("#workshop-editor[data-ready]")
    visitor.until("all of it is in the editor", lambda: "class MyBlank:" in page.evaluate(EDITOR))

    paste(visitor, MOTH.replace("new[axis] = ", "new[axes] = "))
    assert "name 'axes' is not defined" in run(visitor, "Training goes on with the code before.")
    assert visitor.show("mark") is not None
    paste(visitor, MOTH)
    assert run(visitor, "Your code is running").endswith("so they start from nothing.")
    visitor.until("the moth flies", lambda: visitor.show("lamp_x") is not None)
    assert page.inner_text("#drill-sentence") == "A moth learns to find the lamp."
    assert page.inner_text("#count-0") == "Lit"
    page.click("#train")
    visitor.until("it finds the lamp", lambda: (visitor.trainer("win_rate") or 0.0) > 0.8, 120.0)
    page.click("#train")
    visitor.snapshot("new-game")
    assert check(visitor).startswith("Nothing wrong was found: 512 matches")
    assert read_summary(exported(visitor, "#runs-export", tmp_path)).edit == MOTH
    assert b"moth" in exported(visitor, "#runs-onnx", tmp_path)
    assert exported(visitor, "#workshop-save", tmp_path).decode() == as_program(MOTH, "my_blank.py")

    page.goto("about:blank")
    visitor.open("?drill=my-blank")
    visitor.until("the code is there", lambda: page.evaluate(EDITOR) == MOTH)
    assert page.inner_text(SAID) == "Your code of Run to the mark is here. Press Run to play it."
    visitor.until_the_match_moves()
    assert visitor.show("lamp_x") is None and visitor.show("mark") is not None, "it has not run"
    run(visitor, "Your code is running")
    visitor.until("the moth flies again", lambda: visitor.show("lamp_x") is not None)
    assert visitor.told()["errors"] == [] and visitor.told()["restarts"] == {}
    assert visitor.complaints == []

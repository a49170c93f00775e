"""A visit in which everything that loses things happens: edits, another drill, leaving by a link, coming back."""

from __future__ import annotations

from tests.rigs.pages.visitor import Visitor

QUERY = "?drill=chase&workers=1&matches=64&learner=wasm"
EDITOR = "document.getElementById('workshop-editor')"
RETURN = "return [catch, "
SAID = "#workshop-said"


def decisions(visitor: Visitor) -> int:
    return int(visitor.trainer("decisions") or 0)


def edit(visitor: Visitor, code: str, says: str) -> None:
    """Run this code; `says` is what is said then."""
    page = visitor.page
    page.evaluate(f"(text) => {{ {EDITOR}.value = text; }}", code)
    page.click("#workshop-run")
    visitor.until(f"{says!r} is said", lambda: says in page.inner_text(SAID), 120.0)


def rows(visitor: Visitor) -> list[str]:
    """The times of the charts' rows as a table, newest first."""
    cells: list[str] = visitor.page.evaluate(
        "[...document.querySelectorAll('#curve-table tr')].map((row) => row.cells[0].textContent)"
    )
    return cells


def come_back(visitor: Visitor, run: str, typed: str) -> None:
    """Leave by a link, and come back to the original game: it is said, and goes on once the code `run` is played.

    What was `typed` last, just before leaving, is there, and is not run.
    """
    page = visitor.page
    before = decisions(visitor)
    page.evaluate(f"(text) => {{ {EDITOR}.value = text; }}", typed)
    page.goto("about:blank")
    visitor.open(QUERY)
    visitor.until("what was typed is there", lambda: page.evaluate(f"{EDITOR}.value") == typed)
    assert page.inner_text(SAID) == "Your code of Chase Drill is here. Press Run to play it."
    visitor.until("the run is offered", lambda: page.is_visible("#resume"))
    assert "own code" in page.inner_text("#resume-text")
    page.click("#resume-continue")
    visitor.until("the other game is told of", lambda: page.is_visible("#other-game"))
    assert decisions(visitor) == 0
    page.click("#other-game-code")
    visitor.until("the code is shown", lambda: page.evaluate(f"{EDITOR}.value") == run)
    page.click("#workshop-run")
    # A tab that is left at once may end before its last save does: then an earlier one is taken, never less than half
    # of the way there, or a quarter where the one that was cut took the place of the last but one.
    visitor.until("it goes on", lambda: decisions(visitor) >= before / 4 > 0, 120.0)
    visitor.until("its charts are there", lambda: len(rows(visitor)) > 3 and page.is_hidden("#other-game"), 20.0)
    assert visitor.told()["errors"] == []


def test_nothing_that_was_learned_is_lost_or_goes_on_in_another_game(visitor: Visitor) -> None:
    visitor.open(QUERY)
    page = visitor.page
    page.click("#train")
    visitor.until("it learns", lambda: (visitor.trainer("t_s") or 0.0) > 4.0)
    visitor.until("it is saved early", lambda: "“Chase Drill”, saved" in page.inner_text("#runs-state"), 10.0)

    # Another number of reward terms: the network is the same, and so is what it has learned.
    page.click("#dock-code")
    page.wait_for_selector("#workshop-editor[data-ready]")
    visitor.until("the code is there", lambda: RETURN in page.evaluate(f"{EDITOR}.value"))
    code = page.evaluate(f"{EDITOR}.value")
    mine = code.replace(RETURN, "return [catch * 0.5, catch * 0.5, ")
    before = decisions(visitor)
    edit(visitor, mine, "Your code is running; it goes on with what it learned.")
    assert decisions(visitor) >= before > 0
    visitor.until("its rewards are told", lambda: "reward_catch_2" in visitor.told()["trainer"])
    named = page.locator("#reward-terms td:first-child").all_inner_texts()
    assert named == ["catch", "catch 2", "to target"], "what is still there keeps its name"
    visitor.until("it has a name of its own", lambda: "“Chase Drill 2”, saved" in page.inner_text("#runs-state"))

    # One input less needs another network: the true reason is said, and nothing happens before a second press.
    fewer = mine.replace('            state["chaser_vx"] * 0.3,\n', "")
    assert fewer != mine
    edit(visitor, fewer, "What was learned cannot go on with this: the players see")
    before = decisions(visitor)
    visitor.until("training goes on", lambda: decisions(visitor) > before)

    # Another drill and back: what was learned, the charts and the numbers are there.
    page.select_option("#drill-choice", "ball")
    visitor.until("the other drill learns", lambda: (visitor.told()["drill"], decisions(visitor) > 0) == ("ball", True))
    page.select_option("#drill-choice", "chase")
    visitor.until("it goes on", lambda: visitor.told()["drill"] == "chase" and decisions(visitor) >= before)
    visitor.until("its charts are there", lambda: rows(visitor)[-1:] < ["0:04"] and len(rows(visitor)) > 3, 20.0)
    come_back(visitor, mine, fewer + "# typed last\n")

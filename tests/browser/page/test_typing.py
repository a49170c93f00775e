"""What people type: keys in the editor and what they do there, pasted text, numbers with a decimal comma.

One page for all of it; each test can be the first.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from build.measure.visit import go_to_line
from tests.rigs.pages.visitor import Household, Visitor

EDITOR = "document.getElementById('workshop-editor')"


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor who came by a link in which somebody has typed."""
    visitor = Visitor(household, address)
    visitor.open("?drill=chase&workers=1&matches=64&learner=wasm&clip=0,3")
    yield visitor
    visitor.close()


def open_editor(visitor: Visitor) -> None:
    """Open the workshop."""
    if visitor.page.get_attribute("#dock-code", "aria-selected") != "true":
        visitor.page.click("#dock-code")
    visitor.page.wait_for_selector("#workshop-editor[data-ready]")
    visitor.until("the code is there", lambda: "class Mine" in code(visitor))


def code(visitor: Visitor) -> str:
    text: str = visitor.page.evaluate(f"{EDITOR}.value")
    return text


def said(visitor: Visitor) -> str:
    """What is said of the code."""
    return visitor.page.inner_text("#workshop-said")


def marks(visitor: Visitor) -> list[str]:
    """What the large chart is marked with."""
    texts: list[str] = visitor.page.locator("#chart-wins button.mark").all_text_contents()
    return texts


def write_a_slip(visitor: Visitor) -> None:
    """A line whose name is completed by the keyboard, with a slip at its end."""
    page = visitor.page
    go_to_line(page, "catch = (after")
    page.keyboard.press("Enter")
    page.keyboard.type('fast = after["chaser_v')
    page.wait_for_selector("#workshop-editor li[aria-selected]")
    # The list opens before the last key has come to it.
    visitor.until("a speed", lambda: "f32, m/s" in page.inner_text("#workshop-editor li[aria-selected]"), 10.0)
    page.wait_for_timeout(150)  # CodeMirror takes no Enter for what has only just come up
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.type(" * gaol")
    assert '\n        fast = after["chaser_vx"] * gaol\n' in code(visitor)


def type_and_reload(visitor: Visitor) -> None:
    """What is typed at the last moment before a reload is there afterwards."""
    page = visitor.page
    page.click("#workshop-editor .cm-content")
    page.keyboard.press("Control+End")
    page.keyboard.type("# at the last moment")
    page.reload()
    visitor.until("it is there again", lambda: code(visitor).endswith("# at the last moment"), 90.0)


def undo_in_another_drill(visitor: Visitor) -> None:
    """No undo leads from the code of one drill into that of another."""
    page, own = visitor.page, code(visitor)
    for drill, name in (("sumo", "SumoDrill"), ("chase", "ChaseDrill")):
        page.select_option("#drill-choice", drill)
        visitor.until(f"the code of {drill} is there", lambda name=name: f"Mine({name})" in code(visitor))
        page.click("#dock-code")  # the choice is in another one
        page.click("#workshop-editor .cm-content")
        page.keyboard.press("Control+Z")
        assert f"Mine({name})" in code(visitor)
    assert code(visitor) == own


def test_code_is_completed_run_mended_compared_and_taken_back_by_the_keyboard(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    page.click("#train")
    open_editor(visitor)
    visitor.until("words are there", lambda: page.is_visible("#workshop-words"))
    write_a_slip(visitor)
    page.keyboard.press("Control+Enter")
    visitor.until("the slip is told", lambda: "gaol" in said(visitor), 120.0)
    assert page.inner_text("#workshop-editor .cm-lintRange-error") == "gaol"
    assert "name 'gaol' is not defined" in page.inner_text("#workshop-editor .cm-fault")
    visitor.snapshot("editor-fault")
    for _ in " * gaol":
        page.keyboard.press("Backspace")  # where the cursor was
    page.keyboard.press("Enter")
    page.keyboard.type("print(fast)")
    page.keyboard.press("Control+Enter")
    visitor.until("it runs", lambda: "Your code is running" in said(visitor), 120.0)
    ran = code(visitor)
    assert page.locator("#workshop-editor .cm-fault").count() == 0
    assert page.inner_text("#workshop-printed").startswith("line ")
    assert page.inner_text("#workshop-printed-by") == "Printed by run 2 of this visit, which is played now"
    page.locator("#chart-wins").scroll_into_view_if_needed()  # nothing is drawn where nobody looks
    visitor.until("the chart is marked", lambda: marks(visitor) == ["Your code"])

    page.evaluate("document.getElementById('train').click()")  # the cursor stays where it is
    page.keyboard.type("  # typed since")
    page.click("#workshop-undo")
    visitor.until("what runs is back", lambda: code(visitor) == ran)
    page.click("#workshop-changes")
    visitor.until("it is compared", lambda: page.locator("#workshop-editor .cm-changedLine").count() == 2)
    assert page.inner_text("#workshop-editor .cm-put-back") == "Put back"
    visitor.snapshot("editor-changes")
    page.click("#workshop-changes")
    page.click("#workshop-words")
    page.fill("#workshop-find", "target_vx")
    go_to_line(page, "print(fast)")
    page.keyboard.type("; other = ")
    page.click("#workshop-list button")
    assert 'print(fast); other = after["target_vx"]\n' in code(visitor)
    visitor.snapshot("editor-words")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") != "workshop-editor", "the keyboard is no prisoner"
    undo_in_another_drill(visitor)
    type_and_reload(visitor)
    visitor.until("it tells how it is", lambda: "errors" in visitor.told())
    assert not visitor.told()["errors"] and visitor.complaints == []


def test_what_is_typed_arrives_and_raises_nothing(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    assert page.input_value("#hyper-clip_coef") == "0.3"
    page.click("#hyper-learning_rate", click_count=3)
    page.keyboard.type("0,01")
    page.keyboard.press("Enter")
    visitor.until("the trainer uses it", lambda: (visitor.trainer("hyper") or {}).get("learning_rate") == 0.01)
    assert page.inner_text("#hyper-note") == ""

    open_editor(visitor)
    go_to_line(page, "catch = (after")
    page.keyboard.press("Enter")
    page.keyboard.type("bonus = 1.0  # typed")
    page.keyboard.press("Enter")
    page.evaluate(
        f"(text) => {{ const data = new DataTransfer(); data.setData('text/plain', text); {EDITOR}.shadowRoot"
        ".querySelector('.cm-content').dispatchEvent("
        "new ClipboardEvent('paste', {clipboardData: data, bubbles: true})); }",
        "if True:\n\t\t\tbonus\u00a0= 2.0",
    )
    assert "\n        bonus = 1.0  # typed\n        if True:\n            bonus = 2.0\n" in code(visitor)
    page.click("#workshop-run")
    visitor.until("it runs", lambda: "Your code is running" in page.inner_text("#workshop-said"), 120.0)
    assert not visitor.told()["errors"]
    assert not page.is_visible("#errors")

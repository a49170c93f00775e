"""What people type: keys in the editor, Enter at the end of a line, pasted text, numbers with a decimal comma."""

from __future__ import annotations

from build.measure.visit import go_to_line
from tests.rigs.pages.visitor import Visitor

EDITOR = "document.getElementById('workshop-editor')"


def code(visitor: Visitor) -> str:
    text: str = visitor.page.evaluate(f"{EDITOR}.value")
    return text


def test_what_is_typed_arrives_and_raises_nothing(visitor: Visitor) -> None:
    visitor.open("?drill=chase&workers=1&matches=64&learner=wasm&clip=0,3")
    page = visitor.page
    assert page.input_value("#hyper-clip_coef") == "0.3"
    page.click("#hyper-learning_rate", click_count=3)
    page.keyboard.type("0,01")
    page.keyboard.press("Enter")
    visitor.until("the trainer uses it", lambda: (visitor.trainer("hyper") or {}).get("learning_rate") == 0.01)
    assert page.inner_text("#hyper-note") == ""

    page.click("#dock-code")
    page.wait_for_selector("#workshop-editor[data-ready]")
    visitor.until("the code is there", lambda: "class Mine" in code(visitor))
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

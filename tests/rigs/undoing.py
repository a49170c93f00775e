"""What a visitor sees of undo, in tests of the page: its two buttons, and an act that is taken back and done again."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.page.undo.undo_bar import BAR, REDO, SAID, UNDO

from tests.fakes.page import Sitting

MINE = "class Mine(BallDrill):\n    goal_reward: float = 2.0\n"


def buttons(sitting: Sitting) -> tuple[str, str]:
    """What is written on the two, as far as the bar is there."""
    assert sitting.view.attributes[BAR, "hidden"] is None
    for name in (UNDO, REDO):
        idle = sitting.view.attributes[name, "aria-disabled"] == "true"
        assert idle == (sitting.view.texts[name] in ("Undo", "Redo"))
    return sitting.view.texts[UNDO], sitting.view.texts[REDO]


def is_there(sitting: Sitting) -> bool:
    return sitting.view.attributes[BAR, "hidden"] is None


def there_and_back(sitting: Sitting, label: str, state: Callable[[], object], before: object) -> None:
    """What was just done is called so, is taken back to the state `before`, and is done again."""
    after = state()
    assert after != before
    assert buttons(sitting) == (f"Undo: {label}", "Redo") and sitting.view.texts[SAID] == f"Can be undone: {label}"
    sitting.page.on_click(UNDO)
    assert state() == before and buttons(sitting) == ("Undo", f"Redo: {label}")
    sitting.page.on_click(REDO)
    assert state() == after and buttons(sitting) == (f"Undo: {label}", "Redo")
    assert sitting.page.on_undo(False)
    assert state() == before
    assert sitting.page.on_undo(True) and not sitting.page.on_undo(True), "there is nothing more to be done again"
    assert state() == after


def edited(sitting: Sitting, text: str = MINE) -> Sitting:
    """With the editor open, and this in it; "" is the original."""
    sitting.view.values["workshop-weights"] = "keep"
    sitting.page.on_click("dock-code")
    sitting.view.values[EDITOR] = text or sitting.compiler.texts["ball"]
    return sitting

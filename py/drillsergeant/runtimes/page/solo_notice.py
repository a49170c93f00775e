"""Says when the page runs in one worker, why, and where it would run at full speed."""

from __future__ import annotations

from drillsergeant.runtimes.page.view import View

NOTICE, TEXT, OWN_TAB = "mode-notice", "mode-why", "own-tab"


def tell_mode(view: View, mode: str, why: str, own_tab: str) -> None:
    """Show the notice in solo mode. `own_tab`: the page's address outside of this frame, empty where it has none."""
    view.set_attribute(NOTICE, "data-mode", mode)
    if mode != "solo":
        return
    rest = "Everything works; it learns at about half the speed or less."
    view.set_text(TEXT, f"This page runs in one worker because {why}. {rest}")
    if own_tab:
        view.set_attribute(OWN_TAB, "href", own_tab)
        view.set_attribute(OWN_TAB, "hidden", None)
    view.set_attribute(NOTICE, "hidden", None)

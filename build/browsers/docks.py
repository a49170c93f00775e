"""What a browser driven by a script does with the page's docks: as people do, it opens one before it presses inside."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

ACTS = ("click", "dblclick", "fill", "focus", "hover", "press", "select_option", "tap", "type")
CLOSED = """(element) => {
  const dock = element.closest("[data-dock]");
  return dock?.checkVisibility() ? "" : dock?.dataset.dock;
}"""


def open_dock_of(page: Page, selector: str) -> None:
    """Open the dock that an element is in, where it is closed."""
    found = page.query_selector(selector)
    name = found.evaluate(CLOSED) if found else None
    if name:
        page.click(f"#dock-{name}")


def reach_into_docks(page: Page) -> Page:
    """Let whatever is done to an element of this page open its dock first; returns the page."""

    def reaching(act: Any) -> Any:
        def done(selector: str, *args: Any, **kwargs: Any) -> Any:
            if not selector.startswith("#dock-"):
                open_dock_of(page, selector)
            return act(selector, *args, **kwargs)

        return done

    for name in ACTS:
        setattr(page, name, reaching(getattr(page, name)))
    return page

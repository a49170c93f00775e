"""The problems that a visitor is shown, newest first, as `index.html` has a template of them."""

from __future__ import annotations

from typing import Any

import js

MOST_ERRORS = 5  # shown at once


def add(message: str, detail: str) -> None:
    """Show a problem; `detail` (a traceback) lies folded beneath it."""
    item = _element("error-template").content.firstElementChild.cloneNode(True)
    item.querySelector(".error-text").textContent = message
    item.querySelector(".error-detail").textContent = detail
    item.querySelector("details").hidden = not detail
    listed = _element("error-list")
    listed.prepend(item)
    while listed.children.length > MOST_ERRORS:
        listed.lastElementChild.remove()
    _element("errors").hidden = False


def clear() -> None:
    """Put the problems away."""
    _element("errors").hidden = True
    _element("error-list").replaceChildren()


def _element(name: str) -> Any:
    return js.document.getElementById(name)

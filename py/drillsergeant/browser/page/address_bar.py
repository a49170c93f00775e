"""The page's address as the browser shows it, and the clipboard to which it is copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import js


def shown() -> str:
    """Return the page's address."""
    return str(js.location.href)


def write(values: Mapping[str, str]) -> None:
    """Put these values into the page's address, in place of those that are there."""
    query = js.URLSearchParams.new()
    for name, value in values.items():
        query.append(name, value)
    text = str(query.toString())
    # With its origin: a path that begins with two slashes would be taken for another host.
    place = f"{js.location.origin}{js.location.pathname}{'?' if text else ''}{text}{js.location.hash}"
    js.history.replaceState(None, "", place)


def fragment() -> str:
    """Return its end, from the `#` on."""
    return str(js.location.hash)


def cut_fragment() -> None:
    """Take that out of it."""
    js.history.replaceState(None, "", shown().partition("#")[0])


def copy(text: str, done: Callable[[bool], None]) -> None:
    """Copy a text for the visitor; `done` hears whether the browser allowed it."""
    clipboard = getattr(js.navigator, "clipboard", None)  # absent where the address is not secure
    if clipboard is None:
        done(False)
        return
    clipboard.writeText(text).then(lambda _: done(True), lambda _: done(False))

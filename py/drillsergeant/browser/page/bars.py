"""Rows of a name, a bar and a number, in groups: built once, then only moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import js

from drillsergeant.runtimes.page.view import Bar


class Bars:
    """The bars inside one element."""

    def __init__(self, holder: Any) -> None:
        self._holder = holder
        self._shown: list[list[Bar]] = []
        self._rows: list[list[Any]] = []

    def set(self, groups: Sequence[Sequence[Bar]]) -> None:
        """Show these; a bar that has not changed costs nothing."""
        names = [[bar.name for bar in group] for group in groups]
        if names != [[bar.name for bar in group] for group in self._shown]:
            self._build(names)
            self._shown = [[Bar(name, 0.0, 0.0, "") for name in group] for group in names]
        for rows, old, new in zip(self._rows, self._shown, groups, strict=True):
            for row, was, bar in zip(rows, old, new, strict=True):
                if bar != was:
                    fill, number = row
                    fill.style.left, fill.style.width = f"{100 * bar.start:.1f}%", f"{100 * bar.length:.1f}%"
                    number.textContent = bar.text
        self._shown = [list(group) for group in groups]

    def _build(self, names: Sequence[Sequence[str]]) -> None:
        self._holder.replaceChildren()
        self._rows = []
        for group in names:
            box = _child(self._holder, "dl", "bar-group")
            self._rows.append([self._row(box, name) for name in group])

    def _row(self, box: Any, name: str) -> tuple[Any, Any]:
        row = _child(box, "div", "bar-row")
        _child(row, "dt", "").textContent = name
        value = _child(row, "dd", "")
        track = _child(value, "span", "bar")
        return _child(track, "span", "bar-fill"), _child(value, "span", "bar-number")


def _child(parent: Any, tag: str, kind: str) -> Any:
    element = js.document.createElement(tag)
    element.className = kind
    parent.appendChild(element)
    return element

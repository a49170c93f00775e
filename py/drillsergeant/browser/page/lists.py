"""What has as many parts as it takes: bars in groups, rows of a table, options of a select, things to press."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import js

from drillsergeant.runtimes.page.view import STRIP_HIGH, STRIP_WIDE, Bar, ListEntry, StripRow

SVG = "http://www.w3.org/2000/svg"


class Bars:
    """Rows of a name, a bar and a number inside one element, in groups: built once, then only moved."""

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


class Strip:
    """Rows of a name, a drawing and a number inside one element: built once, then only redrawn."""

    def __init__(self, holder: Any) -> None:
        self._holder = holder
        self._shown: list[StripRow] = []
        self._rows: list[tuple[dict[str, Any], Any]] = []

    def set(self, rows: Sequence[StripRow]) -> None:
        """Show these; a path that has not changed costs nothing."""
        shapes = [(row.name, [kind for kind, _ in row.paths]) for row in rows]
        if shapes != [(row.name, [kind for kind, _ in row.paths]) for row in self._shown]:
            self._holder.replaceChildren()
            self._rows = [self._build(row) for row in rows]
            self._shown = [StripRow(row.name, "", [(kind, "") for kind, _ in row.paths]) for row in rows]
        for (paths, number), old, row in zip(self._rows, self._shown, rows, strict=True):
            for (kind, path), (_, was) in zip(row.paths, old.paths, strict=True):
                if path != was:
                    paths[kind].setAttribute("d", path)
            if row.text != old.text:
                number.textContent = row.text
        self._shown = list(rows)

    def _build(self, row: StripRow) -> tuple[dict[str, Any], Any]:
        box = _child(self._holder, "div", "strip-row")
        _child(box, "span", "strip-name").textContent = row.name
        drawing = js.document.createElementNS(SVG, "svg")
        drawing.setAttribute("viewBox", f"0 0 {STRIP_WIDE:g} {STRIP_HIGH:g}")
        drawing.setAttribute("preserveAspectRatio", "none")
        drawing.setAttribute("aria-hidden", "true")
        paths = {}
        for kind, _ in row.paths:
            paths[kind] = drawing.appendChild(js.document.createElementNS(SVG, "path"))
            paths[kind].setAttribute("class", f"strip-{kind}")
        box.appendChild(drawing)
        return paths, _child(box, "span", "strip-number")


class Lists:
    """Fills elements, which `element` finds by their ids, and touches none that has what it is to have."""

    def __init__(self, element: Callable[[str], Any]) -> None:
        self._element = element
        self._shown: dict[str, list[Any]] = {}

    def _is_news(self, name: str, wanted: list[Any]) -> bool:
        was, self._shown[name] = self._shown.get(name), wanted
        return was != wanted

    def set_rows(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Replace the rows of a table body; a row that exists is refilled."""
        wanted = [tuple(row) for row in rows]
        if not self._is_news(name, wanted):
            return
        body = self._element(name)
        while body.rows.length > len(wanted):
            body.deleteRow(-1)
        for index, texts in enumerate(wanted):
            row = body.rows.item(index) or body.insertRow(-1)
            for column, text in enumerate(texts):
                (row.cells.item(column) or row.insertCell(-1)).textContent = text

    def set_options(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        """Replace what a select offers: (value, text) each; what was chosen stays chosen if it is still there."""
        if not self._is_news(name, [*options]):
            return
        select = self._element(name)
        chosen = str(select.value)
        select.replaceChildren(*(js.Option.new(text, value) for value, text in options))
        if any(value == chosen for value, _ in options):
            select.value = chosen

    def set_choices(self, name: str, groups: Sequence[tuple[str, Sequence[ListEntry]]]) -> None:
        """Show what can be pressed, under headings, in an element that holds nothing else."""
        if not self._is_news(name, [(title, list(choices)) for title, choices in groups]):
            return
        holder = self._element(name)
        holder.replaceChildren()
        for title, choices in groups:
            _child(holder, "h3", "").textContent = title
            for choice in choices:
                button = _child(holder, "button", "")
                button.type, button.id = "button", choice.name
                for tag, text in (("code", choice.text), ("span", choice.detail), ("small", choice.note)):
                    if text:
                        _child(button, tag, "").textContent = text
                        button.append(" ")

    def close(self) -> None:
        """Forget what is shown."""
        self._shown.clear()


def _child(parent: Any, tag: str, kind: str) -> Any:
    element = js.document.createElement(tag)
    element.className = kind
    parent.appendChild(element)
    return element

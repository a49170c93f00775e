"""A grid of small pictures in the document: buttons with a canvas and a line below it, under and beside headings."""

from __future__ import annotations

from typing import Any

import js

from drillsergeant.runtimes.page.view import CellEntry, CellGrid

WIDTH_PX = 300  # of a canvas, whatever room it has on the page


class DomCells:
    """Inside one element. Built anew when other cells are there; else only what is new is written."""

    def __init__(self, holder: Any) -> None:
        self._holder = holder
        self._built: tuple[object, ...] = ()
        self._buttons: dict[str, Any] = {}
        self._shown: dict[str, CellEntry] = {}

    def set(self, grid: CellGrid) -> None:
        """Show these."""
        built = tuple(grid.columns), tuple(grid.rows), tuple(cell.name for cell in grid.cells), grid.ratio
        if built != self._built:
            self._built = built
            self._build(grid)
        for cell in grid.cells:
            if self._shown.get(cell.name) != cell:
                self._shown[cell.name] = cell
                self._fill(self._buttons[cell.name], cell)

    def give(self, name: str) -> Any:
        """Give a cell's canvas away."""
        return self._buttons[name].querySelector("canvas").transferControlToOffscreen()

    def _build(self, grid: CellGrid) -> None:
        self._holder.replaceChildren()
        self._buttons, self._shown = {}, {}
        beside = "auto " if grid.rows else ""
        self._holder.style.gridTemplateColumns = f"{beside}repeat({max(len(grid.columns), 1)}, minmax(0, 1fr))"
        for heading in ("", *grid.columns) if grid.rows else grid.columns:
            self._child(self._holder, "span", "cell-heading").textContent = heading
        for number, cell in enumerate(grid.cells):
            if grid.rows and number % len(grid.columns) == 0:
                self._child(self._holder, "span", "cell-heading").textContent = grid.rows[number // len(grid.columns)]
            button = self._child(self._holder, "button", "cell")
            button.type, button.id = "button", cell.name
            canvas = self._child(button, "canvas", "")
            canvas.width, canvas.height = WIDTH_PX, round(WIDTH_PX * min(max(grid.ratio, 0.4), 1.0))
            self._child(button, "span", "cell-text")
            self._buttons[cell.name] = button

    def _fill(self, button: Any, cell: CellEntry) -> None:
        button.setAttribute("aria-label", cell.label)
        button.setAttribute("aria-pressed", "true" if cell.is_chosen else "false")
        button.querySelector(".cell-text").textContent = cell.text
        button.style.setProperty("--share", f"{100 * (cell.share or 0.0):.0f}%")

    def _child(self, parent: Any, tag: str, kind: str) -> Any:
        element = js.document.createElement(tag)
        element.className = kind
        parent.appendChild(element)
        return element

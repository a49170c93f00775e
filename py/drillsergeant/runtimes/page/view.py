"""What the page's logic asks of the document, as a Protocol: `browser/page/dom.py` fulfils it, tests fake it.

Elements are named by their id in `web/index.html`. Setting what is already there costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Mark:
    """Something that happened, on a chart: where on its axis, which kind of event, in words."""

    x: float
    kind: str
    text: str


@dataclass(frozen=True)
class ChartData:
    """What a chart shows: `columns` holds x, then each line; x runs to `end` (in `unit`), y from `low` to `high`.

    `kind` says how the upright axis is written, see `training.ticks`.
    """

    columns: Sequence[Sequence[float | None]]
    end: float
    unit: str
    marks: Sequence[Mark]
    low: float
    high: float
    kind: str


@dataclass(frozen=True)
class Bar:
    """A bar with a name and a number: it begins at `start` and is `length` long, as shares of the whole width."""

    name: str
    start: float
    length: float
    text: str


STRIP_WIDE, STRIP_HIGH = 300.0, 24.0  # of what the paths of a strip's row are in


@dataclass(frozen=True)
class StripRow:
    """A row of a strip over time: a name, what is drawn, paths in SVG's notation by their kinds, and a number."""

    name: str
    text: str
    paths: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ListEntry:
    """Something to press, which is told as a click on `name`: what it is called, what is beside it, and a sentence."""

    name: str
    text: str
    detail: str
    note: str


@dataclass(frozen=True)
class CellEntry:
    """One of a grid of small pictures to press, which is told as a click on `name`: what stands below it, what it is
    called for who cannot see it, how good it is in [0, 1] where that is known, and whether it is the one chosen."""

    name: str
    text: str
    label: str
    share: float | None
    is_chosen: bool


@dataclass(frozen=True)
class CellGrid:
    """Such pictures row after row, with a heading over each column and, where there are any, beside each row. Each is
    `ratio` as high as it is wide."""

    columns: Sequence[str]
    rows: Sequence[str]
    cells: Sequence[CellEntry]
    ratio: float = 1.0


@dataclass(frozen=True)
class Tone:
    """A tone to be heard: it begins in `at_s` seconds and glides from one frequency to another; `loud` in [0, 1]."""

    at_s: float
    lasts_s: float
    from_hz: float
    to_hz: float
    loud: float = 0.18


class ViewEvents(Protocol):
    """What the document tells the page's logic."""

    def on_click(self, name: str) -> None:
        """The button with id `name` was pressed."""

    def on_change(self, name: str, value: str) -> None:
        """The field with id `name` now holds `value`, and the visitor is done typing."""

    def on_key(self, code: str, key: str, down: bool, focus: str) -> bool:
        """A key went `down` or up; `focus` is "typing", "tab", "button" or "". Returns whether the page used it."""

    def on_undo(self, again: bool) -> bool:
        """Outside of text, the keys were pressed that take back what was done last, or that do it `again`; returns
        whether the page used them."""

    def on_pointer(self, phase: str, x_px: float, y_px: float) -> None:
        """The pointer is at CSS pixels from the stage's top left corner; `phase` is down, move or up."""

    def on_pad(self, name: str, phase: str, x: float, y: float) -> None:
        """A finger is on the pad with id `name`: `phase` is down, move or up, x and y count from its middle to 1 at
        its edge, y upwards."""

    def on_gamepad(self, axes: Sequence[float], buttons: Sequence[bool]) -> None:
        """The game controller that is watched has these axes and pressed buttons now."""

    def on_layout(self) -> None:
        """The stage's size, the colour theme or the wish for less motion has changed."""

    def on_blur(self) -> None:
        """The window lost the keyboard; keys that are held will not be reported as released."""

    def on_hover(self, x: float | None) -> None:
        """The pointer is over a chart at `x` on its time axis, or over none any more."""

    def on_approach(self) -> None:
        """A pointer or the keyboard has come to the button that trains."""

    def on_tick(self) -> None:
        """Half a second has passed."""

    def on_trouble(self, message: str, detail: str) -> None:
        """Handling an event failed."""


class View(Protocol):
    """The document."""

    def connect(self, events: ViewEvents) -> None:
        """Begin to report events."""

    def set_text(self, name: str, text: str) -> None:
        """Replace an element's text."""

    def set_attribute(self, name: str, attribute: str, value: str | None) -> None:
        """Set an attribute; None removes it."""

    def set_value(self, name: str, value: str) -> None:
        """Put text into an input or choose an option."""

    def set_rows(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Replace the rows of a table body."""

    def set_options(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        """Replace what a select offers: (value, text) each; what was chosen stays chosen if it is still there."""

    def set_choices(self, name: str, groups: Sequence[tuple[str, Sequence[ListEntry]]]) -> None:
        """Show what can be pressed, under headings, in an element that holds nothing else."""

    def set_cells(self, name: str, grid: CellGrid) -> None:
        """Show a grid in an element that holds nothing else; it is built anew where it has other names."""

    def give_cell(self, name: str, cell: str) -> object:
        """Give the canvas of a cell away, to whoever draws on it; once for each."""

    def set_bars(self, name: str, groups: Sequence[Sequence[Bar]]) -> None:
        """Show groups of bars in an element that holds nothing else."""

    def set_strip(self, name: str, rows: Sequence[StripRow]) -> None:
        """Show the rows of a strip in an element that holds nothing else."""

    def move_knob(self, name: str, x: float, y: float) -> None:
        """Put the knob of a stick away from its middle, as shares of half its stick's size, y upwards."""

    def watch_gamepad(self, on: bool) -> None:
        """Begin or stop to report a game controller."""

    def play(self, tones: Sequence[Tone]) -> None:
        """Let these tones be heard, where the browser lets a page be heard at all."""

    def watch_full_screen(self, told: Callable[[bool], None]) -> bool:
        """Let `told` hear when something fills the screen, and when not any more; returns whether something can."""

    def fill_screen(self, name: str, on: bool) -> None:
        """Let an element fill the screen, or leave it. Only while a press of the visitor is handled."""

    def set_chart(self, name: str, data: ChartData) -> None:
        """Draw this in `chart-<name>` when it is seen."""

    def get_value(self, name: str) -> str:
        """Return what an input or select holds."""

    def before_cursor(self, name: str) -> str:
        """Return what stands before the cursor of an editor."""

    def insert(self, name: str, text: str) -> None:
        """Put text where the cursor of an editor is, and the cursor behind it; the editor gets the keyboard."""

    def prefer(self, name: str, value: str | None) -> None:
        """Keep a choice (`theme`, `tips`, `shortcuts`, `sound`) for the next visit too; None is no choice."""

    def choose(self, name: str, value: str | None) -> None:
        """Make such a choice for this visit alone."""

    def choice(self, name: str) -> str:
        """What was chosen, now or by `prefer` at an earlier visit; empty where nothing was."""

    def set_address(self, values: Mapping[str, str]) -> None:
        """Put these values into the page's address, in place of those that are there."""

    def location(self) -> str:
        """Return the page's address."""

    def copy(self, text: str, done: Callable[[bool], None]) -> None:
        """Copy a text for the visitor; `done` hears whether the browser allowed it."""

    def open_dialog(self, name: str, shown: bool) -> None:
        """Open a dialog over the page, or close it; the keyboard goes into it and back."""

    def add_error(self, message: str, detail: str) -> None:
        """Show a problem; `detail` (a traceback) lies folded beneath it."""

    def clear_errors(self) -> None:
        """Put the problems away."""

    def reveal(self, name: str) -> None:
        """Bring an element into view, out of what is folded or in a dock, and give it the keyboard."""

    def focus_stage(self) -> None:
        """Give the field the keyboard, unless the visitor is working by keyboard and is somewhere else on purpose."""

    def stage_size(self) -> tuple[float, float, float]:
        """Return the stage's width and height in CSS pixels, and device pixels per CSS pixel."""

    def calm(self) -> bool:
        """Return whether the visitor wants as little motion as possible."""

    def coarse(self) -> bool:
        """Return whether the visitor points with fingers: then there are pads to steer by."""

    def docked(self) -> bool:
        """Return whether docks stand beside the match, and not below it."""

    def dark(self) -> bool:
        """Return whether the page is shown in dark colours."""

    def now_s(self) -> float:
        """Return seconds since navigation began."""

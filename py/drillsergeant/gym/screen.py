"""Where a person watches a match: what `render_mode="human"` draws on.

A notebook's cell, a window where pygame (`pip install "drillsergeant[window]"`) and a display are, or a terminal of
true colours, as coloured half blocks. Where none of them is, nothing is drawn, and this is said once.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol, TextIO

import gymnasium
import numpy as np

from drillsergeant.callbacks.progress import notebook
from drillsergeant.elementary import Array
from drillsergeant.pictures.image_files import png

HOME, CLEAR, PLAIN = "\x1b[H", "\x1b[2J", "\x1b[0m"
UPPER_HALF = "▀"  # a character is two pixels, one over the other
NOWHERE = (
    "render_mode is 'human', and here is no notebook, no display with pygame (pip install \"drillsergeant[window]\") "
    "and no terminal: nothing is drawn"
)


class Screen(Protocol):
    """Shows pictures one after the other."""

    def show(self, image: Array) -> None:
        """Show a picture u8 [HEIGHT][WIDTH][3] in place of the one before."""

    def close(self) -> None:
        """Give back what was taken."""


class TerminalScreen:
    """Half blocks in 24-bit colours, as large as the terminal allows."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._is_clear = out, False

    def show(self, image: Array) -> None:
        """Draw over the picture before, u8 [HEIGHT][WIDTH][3]."""
        columns, rows = shutil.get_terminal_size()
        text = half_blocks(image, columns - 1, rows - 2)
        self._out.write((HOME if self._is_clear else CLEAR + HOME) + text + "\n")
        self._out.flush()
        self._is_clear = True

    def close(self) -> None:
        """The last picture stays."""


@dataclass(frozen=True)
class NotebookPicture:
    """A PNG as notebooks ask for it."""

    content: bytes

    def _repr_png_(self) -> bytes:
        """As Jupyter asks for it."""
        return self.content

    def _mime_(self) -> tuple[str, str]:
        """As marimo asks for it."""
        return "text/html", f'<img alt="The match" src="data:image/png;base64,{b64encode(self.content).decode()}">'


class NotebookScreen:
    """A picture in a notebook's cell, updated in place by `show`."""

    def __init__(self, show: Callable[[object], object]) -> None:
        self._show = show

    def show(self, image: Array) -> None:
        """Replace the picture, u8 [HEIGHT][WIDTH][3]."""
        self._show(NotebookPicture(png(image)))

    def close(self) -> None:
        """The last picture stays."""


class WindowScreen:
    """A window of pygame's."""

    def __init__(self) -> None:
        import pygame

        self._pygame, self._surface = pygame, None
        pygame.display.init()

    def show(self, image: Array) -> None:
        """Draw u8 [HEIGHT][WIDTH][3] and answer the window system."""
        height, width, _ = image.shape
        if self._surface is None:
            self._surface = self._pygame.display.set_mode((width, height))
            self._pygame.display.set_caption("Drill Sergeant")
        self._pygame.surfarray.blit_array(self._surface, image.swapaxes(0, 1))
        self._pygame.event.pump()
        self._pygame.display.flip()

    def close(self) -> None:
        """Close the window."""
        self._pygame.display.quit()


class NoScreen:
    """Shows nothing."""

    def show(self, image: Array) -> None:
        """Leave the picture [HEIGHT][WIDTH][3] undrawn."""

    def close(self) -> None:
        """There is nothing to give back."""


class Watched:
    """A screen at the pace of the match, `fps` pictures a second."""

    def __init__(self, fps: float) -> None:
        self._screen: Screen | None = None
        self._between_s, self._next_s = 1.0 / fps, 0.0

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "_screen": None}  # a copy has its own, from its first picture on

    def show(self, image: Array) -> None:
        """Show a picture [HEIGHT][WIDTH][3] once it is its turn."""
        if self._screen is None:
            self._screen = screen()
        if not isinstance(self._screen, NoScreen):
            time.sleep(max(self._next_s - time.monotonic(), 0.0))
        self._next_s = max(time.monotonic(), self._next_s) + self._between_s
        self._screen.show(image)

    def close(self) -> None:
        """Give the screen back."""
        if self._screen is not None:
            self._screen.close()


def screen() -> Screen:
    """The one there is here."""
    if (show := notebook()) is not None:
        return NotebookScreen(show)
    if _has_display() and find_spec("pygame") is not None:
        return WindowScreen()
    if sys.stdout.isatty():
        return TerminalScreen(sys.stdout)
    gymnasium.logger.warn(NOWHERE)
    return NoScreen()


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


def half_blocks(image: Array, columns: int, rows: int) -> str:
    """A picture u8 [HEIGHT][WIDTH][3] as lines of coloured characters, at most so many wide and high."""
    height, width, _ = image.shape
    scale = min(columns / width, 2 * rows / height, 1.0)
    wide, high = max(int(width * scale), 1), max(int(height * scale) // 2, 1) * 2
    pixels = _mean_of(_mean_of(image.astype(np.float32), 0, high), 1, wide)
    pixels = np.rint(pixels).astype(int)
    lines = []
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        line, ink = "", ""
        for above, below in zip(upper.tolist(), lower.tolist(), strict=True):
            wanted = "\x1b[38;2;{};{};{};48;2;{};{};{}m".format(*above, *below)
            line += (wanted if wanted != ink else "") + UPPER_HALF
            ink = wanted
        lines.append(line + PLAIN)
    return "\n".join(lines)


def _mean_of(image: Array, axis: int, size: int) -> Array:
    """The picture with `size` rows or columns, each the mean of those it stands for."""
    edges = np.linspace(0, image.shape[axis], size + 1).astype(int)
    sums = np.add.reduceat(image, edges[:-1], axis)
    shape = [1, 1, 1]
    shape[axis] = size
    mean: Array = sums / np.diff(edges).reshape(shape)
    return mean

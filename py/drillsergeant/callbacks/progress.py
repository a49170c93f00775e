"""How far a run is: a bar in a terminal, a chart that grows in a notebook, and nothing where nobody looks."""

from __future__ import annotations

import math
import shutil
import sys
import time
from typing import Any, TextIO

from drillsergeant.callbacks.callback import Callback, Metrics, WatchedRun
from drillsergeant.callbacks.run_plot import RunPlot, counted

BAR, EIGHTHS = 24, " ▏▎▍▌▋▊▉"
BETWEEN_S = 0.1
CHART_BETWEEN_S = 0.5


def progress_here() -> list[Callback]:
    """What shows progress where this Python runs: in a notebook a chart, in a terminal a bar, elsewhere nothing."""
    if (show := notebook()) is not None:
        return [ProgressChart(show)]
    return [ProgressBar(sys.stderr)] if sys.stderr.isatty() else []


class ProgressBar:
    """One line of a terminal, written over and over: decisions, how many a second, wins, time left."""

    def __init__(self, out: TextIO | None = None) -> None:
        """Write to `out`, by default the errors' stream, which leaves what is printed alone."""
        self._out = out or sys.stderr
        self._start_s = self._next_s = time.monotonic()
        self._first = -1
        self._latest: tuple[WatchedRun, Metrics] | None = None

    def __call__(self, run: WatchedRun, metrics: Metrics) -> None:
        """Write the line anew, ten times a second at most."""
        now = time.monotonic()
        if self._first < 0:  # the first update's time has compiling in it
            self._first, self._start_s = run.decisions, now
        self._latest = run, metrics
        if now >= self._next_s:
            self._next_s = now + BETWEEN_S
            self._draw(run, metrics)

    def _draw(self, run: WatchedRun, metrics: Metrics, end: str = "") -> None:
        columns = shutil.get_terminal_size().columns - 1
        taken_s = max(time.monotonic() - self._start_s, 1e-9)
        text = line(run, metrics, (run.decisions - self._first) / taken_s, columns, is_over=bool(end))
        self._out.write(f"\r\x1b[K{text[:columns]}{end}")
        self._out.flush()

    def close(self) -> None:
        """Write how it ended, also where that was early, and go on below it."""
        if self._latest:
            self._draw(*self._latest, end="\n")
            self._latest = None


def line(run: WatchedRun, metrics: Metrics, rate: float, columns: int, is_over: bool = False) -> str:
    """The line, at `rate` decisions a second; the bar has the room that the words leave."""
    share = min(run.decisions / max(run.wanted, 1), 1.0)
    goes_on = rate > 0.0 and share < 1.0 and not is_over
    left = f", {_time((run.wanted - run.decisions) / rate)} left" if goes_on else ""
    pace = f", {counted(rate)}/s" if rate > 0.0 else ""
    decisions = f"{counted(run.decisions)} of {counted(run.wanted)} decisions"
    before, after = f"{run.drill.name} {share:4.0%} |", f"| {decisions}{pace}{_how_good(metrics)}{left}"
    size = max(min(columns - len(before) - len(after), BAR), 0)
    whole, part = divmod(round(share * size * 8), 8)
    return before + ("█" * whole + EIGHTHS[part] * (part > 0)).ljust(size) + after


def _how_good(metrics: Metrics) -> str:
    """Wins, or the mean return where that is what counts; nothing before it is known."""
    value = metrics.get("mean_return", math.nan)
    if not math.isnan(value):
        return f", return {value:.1f}"
    value = metrics.get("win_rate", math.nan)
    return "" if math.isnan(value) else f", {value:.0%} wins"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


class ProgressChart:
    """The curve of a run in a notebook's cell, drawn anew in place twice a second."""

    def __init__(self, show: Any = None) -> None:
        """`show` gets each new picture; by default that of the notebook there is. Raises ValueError outside of one."""
        self._show = show or notebook()
        if self._show is None:
            raise ValueError("there is no notebook here to draw in: take ProgressBar()")
        self._next_s = 0.0
        self._run: WatchedRun | None = None

    def __call__(self, run: WatchedRun, metrics: Metrics) -> None:
        """Draw what there is, if it is time."""
        self._run = run
        if time.monotonic() >= self._next_s:
            self._draw(run)

    def _draw(self, run: WatchedRun) -> None:
        self._show(RunPlot.of(run))
        self._next_s = time.monotonic() + CHART_BETWEEN_S

    def close(self) -> None:
        """Draw the end of it."""
        if self._run is not None:
            self._draw(self._run)


def notebook() -> Any:
    """What shows an object in the cell that runs, in place of what it showed before; None where there is no notebook.

    Jupyter's kernels, JupyterLite's among them, and marimo.
    """
    marimo = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        return marimo.output.replace
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return _Cell() if shell is not None and hasattr(shell, "kernel") else None


class _Cell:
    """A place in a cell of Jupyter."""

    def __init__(self) -> None:
        self._handle: Any = None

    def __call__(self, shown: object) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)

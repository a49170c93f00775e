"""The curve of wins, losses and draws against the scripted bot: its points and a sentence about the newest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.runtimes.page_numbers import duration, number, percent

NOTHING = "No results yet."


@dataclass(frozen=True)
class Result:
    """Shares of finished matches in [0, 1] at one moment of training."""

    t_s: float
    decisions: float
    win: float
    loss: float
    draw: float


def results(curve: object) -> list[Result]:
    """Return the readable points of what the trainer sent; anything malformed is left out."""
    found: list[Result] = []
    for point in curve if isinstance(curve, Sequence) else ():
        if not isinstance(point, Mapping):
            continue
        values = [number(point.get(name)) for name in ("t_s", "decisions", "win", "loss", "draw")]
        if None not in values:
            found.append(Result(*(value or 0.0 for value in values)))
    return found


def sentence(points: Sequence[Result]) -> str:
    """Return the newest result in words."""
    if not points:
        return NOTHING
    last = points[-1]
    return (
        f"After {duration(last.t_s)} of training against the hand-written bot: "
        f"{percent(last.win)} wins, {percent(last.draw)} draws, {percent(last.loss)} losses."
    )

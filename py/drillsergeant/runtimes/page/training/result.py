"""How it does against the scripted bot of late: what the trainer tells, and a sentence about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.runtimes.page.number_text import duration, number, percent

NOTHING = "No results yet."


@dataclass(frozen=True)
class Result:
    """Shares in [0, 1] of the matches that finished of late: the moving average that the charts draw, too.

    `mean_return` is what an episode earned, and between which numbers that lies, where that is the drill's objective.
    """

    win: float
    loss: float
    draw: float
    mean_return: tuple[float, float, float] | None = None


def result(values: Mapping[str, object]) -> Result | None:
    """Return what the trainer's numbers say of it; None where they do not yet, or make no sense."""
    win, loss, draw = (number(values.get(name)) for name in ("win_rate", "loss_rate", "draw_rate"))
    if win is None or loss is None or draw is None:
        return None
    mean, low, high = (number(values.get(name)) for name in ("mean_return", "return_low", "return_high"))
    return Result(win, loss, draw, None if mean is None or low is None or high is None else (mean, low, high))


def sentence(now: Result | None, trained_s: float, alone: bool) -> str:
    """Return it in words. `alone`: nobody plays against the learner."""
    if now is None:
        return NOTHING
    if now.mean_return is not None:
        mean, low, high = now.mean_return
        return f"After {duration(trained_s)} of training: a mean return of {mean:.4g} ({low:.4g} to {high:.4g})."
    against = "" if alone else " against the hand-written bot"
    return (
        f"After {duration(trained_s)} of training{against}: "
        f"{percent(now.win)} wins, {percent(now.draw)} draws, {percent(now.loss)} losses."
    )

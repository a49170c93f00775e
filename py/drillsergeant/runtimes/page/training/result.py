"""How it does against the scripted bot of late: what the trainer tells, and a sentence about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.runtimes.page.number_text import duration, number, percent

NOTHING = "No results yet."


@dataclass(frozen=True)
class Result:
    """Shares in [0, 1] of the matches that finished of late: the moving average that the charts draw, too.

    `mean_return` is what an episode earned, and between which numbers that lies, where that is the drill's objective.
    `teams` are the wins as team 0 and as team 1, where these play different games and `win` is the mean of both.
    """

    win: float
    loss: float
    draw: float
    mean_return: tuple[float, float, float] | None = None
    teams: tuple[float, float] | None = None


def result(values: Mapping[str, object]) -> Result | None:
    """Return what the trainer's numbers say of it; None where they do not yet, or make no sense."""
    win, loss, draw = (number(values.get(name)) for name in ("win_rate", "loss_rate", "draw_rate"))
    if win is None or loss is None or draw is None:
        return None
    mean, low, high = (number(values.get(name)) for name in ("mean_return", "return_low", "return_high"))
    home, away = (number(values.get(f"win_rate_team_{team}")) for team in range(2))
    returns = None if mean is None or low is None or high is None else (mean, low, high)
    return Result(win, loss, draw, returns, None if home is None or away is None else (home, away))


def sentence(now: Result | None, trained_s: float, alone: bool, names: Sequence[str] = ()) -> str:
    """Return it in words. `alone`: nobody plays against the learner. `names`: what the teams are called."""
    if now is None:
        return NOTHING
    if now.mean_return is not None:
        mean, low, high = now.mean_return
        return f"After {duration(trained_s)} of training: a mean return of {mean:.4g} ({low:.4g} to {high:.4g})."
    against = "" if alone else " against the hand-written bot"
    each = [f"{name} {percent(win)}" for name, win in zip(names, now.teams or (), strict=False)]
    return (
        f"After {duration(trained_s)} of training{against}: "
        f"{percent(now.win)} wins, {percent(now.draw)} draws, {percent(now.loss)} losses."
        + (f" Wins by what it plays: {', '.join(each)}." if each else "")
    )

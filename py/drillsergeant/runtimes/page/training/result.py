"""How it does of late, against the scripted bot where there is one: what the trainer tells, and a sentence about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.number_text import duration, number, percent

NOTHING = "No results yet."


@dataclass(frozen=True)
class Result:
    """Shares in [0, 1] of the matches that finished of late: the moving average that the charts draw, too.

    `mean_return` is what an episode earned, and between which numbers that lies, where that is the drill's objective.
    `teams` are the wins as team 0 and as team 1, where these play different games and `win` is the mean of both.
    `progress` is that of `DrillMeasure.progress`.
    """

    win: float
    loss: float
    draw: float
    mean_return: tuple[float, float, float] | None = None
    teams: tuple[float, float] | None = None
    progress: float | None = None


def result(values: Mapping[str, object], measure: DrillMeasure, earlier: Iterable[float | None] = ()) -> Result | None:
    """Return what the trainer's numbers say of it; None where they do not yet, or make no sense. `earlier`: what the
    measure was before in this run."""
    win, loss, draw = (number(values.get(name)) for name in ("win_rate", "loss_rate", "draw_rate"))
    if win is None or loss is None or draw is None:
        return None
    mean, low, high = (number(values.get(name)) for name in ("mean_return", "return_low", "return_high"))
    home, away = (number(values.get(f"win_rate_team_{team}")) for team in range(2))
    returns = None if mean is None or low is None or high is None else (mean, low, high)
    if measure.of_returns and returns is None:
        return None
    teams = None if home is None or away is None else (home, away)
    value = mean if measure.of_returns else win
    return Result(win, loss, draw, returns, teams, None if value is None else measure.progress(value, earlier))


def sentence(now: Result | None, trained_s: float, measure: DrillMeasure, names: Sequence[str] = ()) -> str:
    """Return it in words. `names`: what the teams are called."""
    if now is None:
        return NOTHING
    against = "" if measure.alone else " against the hand-written bot"
    solved = "" if measure.threshold is None else f" {measure.text(measure.threshold)} counts as solved."
    if now.mean_return is not None:
        mean, low, high = map(measure.text, now.mean_return)
        return f"After {duration(trained_s)} of training{against}: a mean return of {mean} ({low} to {high}).{solved}"
    shares = zip((now.win, now.draw, now.loss), measure.columns, strict=False)
    each = [f"{name} {percent(win)}" for name, win in zip(names, now.teams or (), strict=False)]
    return (
        f"After {duration(trained_s)} of training{against}: "
        + ", ".join(f"{percent(share)} {name}" for share, (_, name) in shares)
        + f".{solved}"
        + (f" Wins by what it plays: {', '.join(each)}." if each else "")
    )

"""Turns the workers' numbers into text on the page. What is missing, not a number or infinite shows as a dash."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from drillsergeant.runtimes.page.view import View

DASH = "–"
REWARD_PREFIX = "reward_"


def compact(value: float) -> str:
    """Return a count in at most five characters and a unit: 950, 12.3 k, 4.56 M."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= size:
            shown = value / (1e3 if unit == " k" else size)
            return f"{shown:.3g}{unit}" if abs(shown) < 999.5 else f"{shown:.0f}{unit}"
    return f"{value:,.0f}".replace(",", "\u202f")


def percent(value: float) -> str:
    """Return a share as whole percent."""
    return f"{100 * value:.0f} %"


def clock(value: float) -> str:
    """Return seconds as minutes and seconds."""
    seconds = int(value)
    return f"{seconds // 60}:{seconds % 60:02d}"


def duration(value: float) -> str:
    """Return seconds in words a person would use: 42 s, 3 min 5 s, 1 h 2 min."""
    seconds = int(value)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _plain(digits: int) -> Callable[[float], str]:
    return lambda value: f"{value:.{digits}f}".replace("-", "\u2212")


def _milliseconds(value: float) -> str:
    return f"{value:.1f} ms"


def _whole(value: float) -> str:
    return f"{value:.0f}"


SHOW: Mapping[str, Callable[[float], str]] = {
    "score_0": _whole,
    "score_1": _whole,
    "version": _whole,
    "clock_s": clock,
    "frames_per_s": _whole,
    "frame_ms_p50": _milliseconds,
    "frame_ms_p99": _milliseconds,
}
TRAINER: Mapping[str, Callable[[float], str]] = {
    "decisions": compact,
    "trained_decisions_per_s": compact,
    "rollout_decisions_per_s": compact,
    "updates": compact,
    "updates_per_s": _plain(1),
    "t_s": duration,
    "loss_rate": percent,
    "draw_rate": percent,
    "value_error": percent,
    "rating": _whole,
    "policy_loss": _plain(4),
    "value_loss": _plain(4),
    "entropy": _plain(3),
    "approx_kl": _plain(4),
    "clip_fraction": percent,
    "gradient_norm": _plain(3),
}


def number(value: object) -> float | None:
    """Return `value` if it is a finite number, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def text_of(value: object, form: Callable[[float], str]) -> str:
    """Return a number in its form, or a dash."""
    found = number(value)
    return DASH if found is None else form(found)


def reward_columns(values: Mapping[str, object]) -> list[str]:
    """The names of the numbers of the reward's terms, in the order of chart and table: those that the game has now,
    also before anything was earned; where the trainer does not say, those that there are numbers of."""
    terms = values.get("terms")
    told = [f"{REWARD_PREFIX}{term}" for term in terms] if isinstance(terms, Sequence) else []
    return told or sorted(name for name in values if name.startswith(REWARD_PREFIX))


def write_show(view: View, values: Mapping[str, object]) -> None:
    """Show the numbers of the match on screen; those that did not come stay as they are."""
    for name, form in SHOW.items():
        if name in values:
            view.set_text(f"metric-{name}", text_of(values[name], form))
    if "renderer" in values:
        view.set_text("metric-renderer", str(values["renderer"]))


def write_trainer(view: View, values: Mapping[str, object]) -> None:
    """Show the trainer's numbers; those it has not (yet, or any more, after a reset) are dashes."""
    for name, form in TRAINER.items():
        view.set_text(f"metric-{name}", text_of(values.get(name), form))
    view.set_text("metric-learner", str(values.get("learner", DASH)))
    view.set_text("metric-learner_why", str(values.get("learner_why", "")))
    view.set_text("metric-version_published", "v" + text_of(values.get("version"), _whole))
    short = _plain(2)
    terms = [(name.removeprefix(REWARD_PREFIX), text_of(values.get(name), short)) for name in reward_columns(values)]
    rows = [(name.replace("_", " "), text) for name, text in terms]
    view.set_rows("reward-terms", rows)

"""How far a run has come, as the metadata of its policy file say it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.drills.contract import MOST_LESSONS
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.ppo.limits import (
    MOST_DECISIONS,
    MOST_S,
    MOST_VERSION,
    SANE,
    checked_count,
    known_within,
    within,
)

LONGEST_TIME = 40  # characters


@dataclass(frozen=True)
class RunProgress:
    """`created` is the time it was written (ISO 8601, UTC), `win_rate` a share or None.

    `version` is the number of the published weights, 0 where there was none; `mean_return` what an episode earned,
    where that is the drill's measure and known; `lesson`, from 0, the one of the drill's that it has come to.
    """

    decisions: int = 0
    trained_s: float = 0.0
    win_rate: float | None = None
    created: str = ""
    version: int = 0
    mean_return: float | None = None
    lesson: int = 0


def progress_metadata(progress: RunProgress) -> dict[str, str]:
    """It as metadata; what most runs do not have is left out, and what was measured is told as far as it makes sense.

    Raises ValueError for what cannot have been counted.
    """
    win_rate, lesson = known_within(progress.win_rate, 0.0, 1.0), progress.lesson
    mean_return = known_within(progress.mean_return, -SANE, SANE)
    for name, most in (("decisions", MOST_DECISIONS), ("version", MOST_VERSION), ("lesson", MOST_LESSONS - 1)):
        checked_count(name, getattr(progress, name), most, "a run does not count further")
    return {
        "decisions": str(progress.decisions),
        "trained_s": repr(within(progress.trained_s, 0.0, MOST_S)),
        "win_rate": "" if win_rate is None else repr(win_rate),
        "created": progress.created,
        "version": str(progress.version),
        **({} if mean_return is None else {"mean_return": repr(mean_return)}),
        **({"lesson": str(lesson)} if lesson else {}),
    }


def read_progress(metadata: Mapping[str, str]) -> RunProgress:
    """What metadata say of it, those of an older file less. Raises PolicyFileError."""
    return RunProgress(
        counter(metadata, "decisions", MOST_DECISIONS),
        _number(metadata, "trained_s", 0.0, MOST_S),
        _number(metadata, "win_rate", 0.0, 1.0) if metadata.get("win_rate") else None,
        metadata.get("created", "")[:LONGEST_TIME],
        counter(metadata, "version", MOST_VERSION),
        _number(metadata, "mean_return", -SANE, SANE) if "mean_return" in metadata else None,
        counter(metadata, "lesson", MOST_LESSONS - 1),
    )


def counter(metadata: Mapping[str, str], name: str, most: int) -> int:
    """The whole number of this name, 0 where there is none. Raises PolicyFileError."""
    text = metadata.get(name, "0")
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else most + 1
    if value > most:
        raise PolicyFileError(f"metadata {name!r} is {text[:40]!r}, expected a whole number from 0 to {most}")
    return value


def _number(metadata: Mapping[str, str], name: str, low: float, high: float) -> float:
    text = metadata.get(name, "0")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise PolicyFileError(f"metadata {name!r} is {text[:40]!r}, expected a number from {low:g} to {high:g}")
    return value

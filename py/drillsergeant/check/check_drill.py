"""`check_drill(drill)`: plays a drill for a few seconds and tells in plain words what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from drillsergeant import drills
from drillsergeant.check.findings import CheckReport, DrillFinding, Kind, Severity
from drillsergeant.check.played.actions import find_idle_actions
from drillsergeant.check.played.compiled import find_uncompiled
from drillsergeant.check.played.endings import find_wrong_endings
from drillsergeant.check.played.farming import find_farmed_reward
from drillsergeant.check.played.masks import find_forbidden
from drillsergeant.check.played.mirrored import find_not_mirrored
from drillsergeant.check.played.observations import find_unfit
from drillsergeant.check.played.pictures import find_out_of_scene
from drillsergeant.check.played.ranges import find_out_of_range
from drillsergeant.check.played.yardstick import find_weak_bot
from drillsergeant.check.playthrough import MATCHES, Playthrough, play
from drillsergeant.check.repeatable import find_unrepeatable
from drillsergeant.check.returned import find_wrong_returns, raised
from drillsergeant.check.seats import Seats
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.drill_checks import ensure_drill

T = TypeVar("T")
# What has to be right before a drill can be played at all, then what is seen when it is played.
BEFORE: tuple[Callable[[Seats], Iterator[DrillFinding]], ...] = (find_wrong_returns, find_unrepeatable)
PLAYED: tuple[Callable[[Playthrough], Iterator[DrillFinding]], ...] = (
    find_wrong_endings,
    find_unfit,
    find_idle_actions,
    find_out_of_range,
    find_forbidden,
    find_not_mirrored,
    find_farmed_reward,
    find_weak_bot,
    find_out_of_scene,
    find_uncompiled,
)


def check_drill(drill: Drill | str) -> CheckReport:
    """Say what is wrong with a drill, or with the one of this name (`drills.make`).

    The report is printed as text, and has the findings one by one: the kind, the line, what to do. It needs nothing but
    NumPy and takes some seconds; what it plays is always the same. A finding that keeps the drill from being played
    ends the check, so there may be more once it is mended. Raises nothing for a faulty drill.
    """
    if isinstance(drill, str) or hasattr(drill, "tick"):
        drill = drills.resolve(drill)
    name = getattr(drill, "name", None) or type(drill).__name__
    try:
        ensure_drill(drill)
    except Exception as error:  # what is no drill may do anything when it is asked
        return CheckReport(str(name), (DrillFinding(Kind.CONTRACT, str(error), "see `drills/contract.py`"),))
    seats = Seats(drill)
    found: list[DrillFinding] = []
    with np.errstate(all="ignore"):  # what comes of it is looked at
        for look in BEFORE:
            found += _findings(drill, look, seats)
            if not _sorted(drill, found).ok:
                return _sorted(drill, found)
        try:
            played = play(seats)
        except Exception as error:
            return _sorted(drill, [*found, raised(drill, error)])
        for examine in PLAYED:
            found += _findings(drill, examine, played)
    return _sorted(drill, found, f"{MATCHES} matches of {len(played.before)} decisions were played")


def _findings(drill: Drill, look: Callable[[T], Iterator[DrillFinding]], subject: T) -> list[DrillFinding]:
    """What a check finds; an error of the drill's own ends it."""
    found: list[DrillFinding] = []
    try:
        found.extend(look(subject))
    except Exception as error:
        found.append(raised(drill, error))
    return found


def _sorted(drill: Drill, found: list[DrillFinding], played: str = "") -> CheckReport:
    once = dict.fromkeys(found)  # an error of the drill's own may end several checks
    return CheckReport(drill.name, tuple(sorted(once, key=lambda each: each.severity is not Severity.ERROR)), played)

"""Whether what was learned of a drill can go on where its code is another one now."""

from __future__ import annotations

from drillsergeant.drills.contract import Dtype
from drillsergeant.learn.program import DrillFacts


def why_not(new: DrillFacts, now: DrillFacts) -> str:
    """Why what was learned in the game `now` is of no use in the `new` one; "" where it goes on."""
    seen, sees = len(now.observation), len(new.observation)
    if sees != seen:
        return f"the players see {sees} numbers now, and the network that was trained takes {seen}"
    if new.observation != now.observation:
        return f"the players see something else now: {', '.join(new.observation)}"
    if new.teams != now.teams:
        return f"there are {_spoken(new.teams)} players now, and {_spoken(now.teams)} were trained"
    if (new.heads, new.masks) != (now.heads, now.masks):
        return "the players decide something else now"
    if (new.action_repeat, new.tick_hz) != (now.action_repeat, now.tick_hz):
        return "a decision lasts for another time now"
    if now.called and (new.objective, new.only_time_ends) != (now.objective, now.only_time_ends):
        return "they are measured by something else now"
    return "" if _state(new) == _state(now) else "a match has another state now"


def _state(game: DrillFacts) -> dict[str, Dtype]:
    """The fields that are there however its numbers are written: `between` two others, one becomes a field."""
    return {name: dtype for name, dtype in game.fields.items() if name not in game.drawn_numbers}


def _spoken(teams: tuple[int, ...]) -> str:
    return " against ".join(map(str, teams))

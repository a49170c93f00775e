"""What a drill's numbers `between` two others, its `lessons` and its `look_back` mean, put around it."""

from __future__ import annotations

from drillsergeant.drills.around import Around
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.look_back import LookBack
from drillsergeant.drills.per_match import PerMatch, vars_of, varying_numbers, with_numbers
from drillsergeant.plain import plain


def complete(drill: Drill) -> Drill:
    """The drill with what belongs around it; itself where nothing does."""
    if isinstance(drill, Around):
        return drill
    drill = _in_plain_numbers(drill)
    looks = getattr(drill, "look_back", 1)
    if varying_numbers(drill):
        drill = PerMatch(drill)
    return drill if looks == 1 else LookBack(drill, looks)


def _in_plain_numbers(drill: Drill) -> Drill:
    """The drill with Python's numbers in place of NumPy's, which an array f32 times one of would be of another type."""
    numbers = {name: plain(value) for name, value in vars_of(drill).items() if plain(value) is not value}
    return with_numbers(drill, numbers) if numbers else drill


def is_own(drill: Drill) -> bool:
    """Whether it is a drill of this package, which nobody changes while it is played."""
    return type(unwrapped(drill)).__module__.partition(".")[0] == __name__.partition(".")[0]


def unwrapped(drill: Drill) -> Drill:
    """The drill as it was written, without what is around it."""
    while isinstance(drill, Around):
        drill = drill.base
    return drill

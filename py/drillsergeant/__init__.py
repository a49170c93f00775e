"""DrillSergeantHQ: a game that learns while you watch, all of it in the browser, all of it in Python.

As a library (`docs/library.md`):

    make(name), DRILLS          the games
    register(drill)             one of your own, known by its name from then on
    between(low, high)          a number of a drill that is drawn anew for every match
    lessons(first, second, ...) one that moves on once the drill's measure is reached
    check_drill(drill)          what is wrong with it, in plain words, with the line
    train(drill, ...)           a run to loop over, with `for` or `async for`
    replay(file)                a stretch of a match that the page has saved, to look at again
    what_if(drill, number=[..]) players from nothing that differ in a number of the game
    seeds(drill, 4)             players from nothing that differ in their seed: how much of a curve is chance
    value_map(policy, ...)      what it expects, and where it would go, with the ball anywhere
    league(files)               everybody plays everybody: ratings with intervals
    Policy                      what was learned: chances, actions, .dshq and ONNX files
    demonstrate(drill), Demonstrations   decisions to learn from: run.clone(demonstrations), then PPO goes on
    Kernel, compile(kernel)     plain NumPy functions as WebAssembly SIMD

Nothing is imported before it is asked for: the page's workers import this package, most of them without NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from drillsergeant._version import __version__

if TYPE_CHECKING:
    from drillsergeant.check.check_drill import check_drill
    from drillsergeant.drills import DRILLS, make, register
    from drillsergeant.drills.per_match import between, lessons
    from drillsergeant.kernels.kernel import Kernel
    from drillsergeant.learn.imitation.demonstrations import Demonstrations
    from drillsergeant.learn.ppo.hyper import Hyper
    from drillsergeant.library.compiler import Compiled, compile
    from drillsergeant.library.demonstrate import demonstrate
    from drillsergeant.library.league import LeagueTable, league
    from drillsergeant.library.policy import Policy
    from drillsergeant.library.replay import MatchReplay, replay
    from drillsergeant.library.seeds import SeedBand, seeds
    from drillsergeant.library.training import Training, train
    from drillsergeant.library.value_map import ValueMap, value_map
    from drillsergeant.library.what_if import WhatIf, what_if

__all__ = [
    "DRILLS",
    "Compiled",
    "Demonstrations",
    "Hyper",
    "Kernel",
    "LeagueTable",
    "MatchReplay",
    "Policy",
    "SeedBand",
    "Training",
    "ValueMap",
    "WhatIf",
    "__version__",
    "between",
    "check_drill",
    "compile",
    "demonstrate",
    "league",
    "lessons",
    "make",
    "register",
    "replay",
    "seeds",
    "train",
    "value_map",
    "what_if",
]

_HOMES = {
    "DRILLS": "drills",
    "make": "drills",
    "register": "drills",
    "between": "drills.per_match",
    "lessons": "drills.per_match",
    "check_drill": "check.check_drill",
    "Kernel": "kernels.kernel",
    "Demonstrations": "learn.imitation.demonstrations",
    "Hyper": "learn.ppo.hyper",
    "Compiled": "library.compiler",
    "compile": "library.compiler",
    "demonstrate": "library.demonstrate",
    "Policy": "library.policy",
    "LeagueTable": "library.league",
    "league": "library.league",
    "MatchReplay": "library.replay",
    "replay": "library.replay",
    "SeedBand": "library.seeds",
    "seeds": "library.seeds",
    "Training": "library.training",
    "train": "library.training",
    "WhatIf": "library.what_if",
    "what_if": "library.what_if",
    "ValueMap": "library.value_map",
    "value_map": "library.value_map",
}


_PARTS = ("callbacks", "gym")  # public packages, imported when they are asked for


def __getattr__(name: str) -> object:
    if name in _PARTS:
        return import_module(f"drillsergeant.{name}")
    if name not in _HOMES:
        raise AttributeError(f"drillsergeant has no {name!r}; there are {', '.join(__all__)}")
    return getattr(import_module(f"drillsergeant.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, *_PARTS])

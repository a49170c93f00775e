"""The games to learn, each plain elementwise NumPy behind one contract.

`make("ball")` gives a drill with its usual numbers; `BallDrill(dash_speed=9.0)` one with others.
"""

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module

from drillsergeant.drills.contract import Drill

# Name -> module and class. Imported when made, so that a worker without NumPy can import this package.
_HOMES = {
    "ball": ("ball.drill", "BallDrill"),
    "sumo": ("sumo", "SumoDrill"),
    "chase": ("chase", "ChaseDrill"),
    "probe-value": ("probes", "Probe"),
    "probe-signal": ("probes", "SignalProbe"),
    "probe-delay": ("probes", "DelayProbe"),
    "probe-action": ("probes", "ActionProbe"),
    "probe-both": ("probes", "BothProbe"),
}


def _made(module: str, name: str) -> Drill:
    drill: Drill = getattr(import_module(f"drillsergeant.drills.{module}"), name)()
    return drill


DRILLS: Mapping[str, Callable[[], Drill]] = {name: partial(_made, *home) for name, home in _HOMES.items()}


def make(name: str) -> Drill:
    """Return the drill registered under a name.

    Raises ValueError, naming the drills there are.
    """
    if name not in DRILLS:
        raise ValueError(f"no drill is called {name!r}: take one of {', '.join(DRILLS)}")
    return DRILLS[name]()

"""The games to learn, each plain elementwise NumPy behind one contract.

`make("ball")` gives a drill with its usual numbers; `BallDrill(dash_speed=9.0)` one with others.
"""

from collections.abc import Callable, Mapping

from drillsergeant.drills.ball import BallDrill
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.probes import PROBES

DRILLS: Mapping[str, Callable[[], Drill]] = {
    "ball": BallDrill,
    "chase": ChaseDrill,
    **{probe.name: probe for probe in PROBES},
}


def make(name: str) -> Drill:
    """Return the drill registered under a name.

    Raises ValueError, naming the drills there are.
    """
    if name not in DRILLS:
        raise ValueError(f"no drill is called {name!r}: take one of {', '.join(DRILLS)}")
    return DRILLS[name]()

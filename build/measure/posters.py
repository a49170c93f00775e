"""Draws what stands for a drill before it is loaded: `python -m build.measure.posters [NAME ...]`.

Writes web/assets/poster-<name>.svg: the drill's own scene, some moments after the start of a match that its scripted
player plays. Those of `DRAWN` are made so, all others by hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from drillsergeant.drawing.poster import poster
from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill

from build.console import guarded, say
from build.pins import ROOT

# The names, and how long after the start, s: where each shows best what it is about.
DRAWN = {"cartpole": 1.0, "acrobot": 4.0, "pendulum": 1.0}
USUAL_S = 2.0
SEED = 1


def moment(drill: Drill, at_s: float) -> dict[str, float]:
    """The state of a match, field name -> value, `at_s` after its start."""
    state = drill.reset(np.array([SEED], np.uint32), np.array([0], np.uint32))
    players = range(sum(drill.teams))
    for tick in range(round(at_s * drill.tick_hz)):
        if tick % drill.action_repeat == 0:
            actions = [drill.scripted(state, player) for player in players]
        state = drill.tick(state, actions)
    return {name: float(values[0]) for name, values in state.items()}


def drawn(name: str) -> str:
    """The poster of a drill, as SVG."""
    drill = make(name)
    return poster(drill.scene, moment(drill, DRAWN.get(name, USUAL_S)))


def path_of(name: str) -> Path:
    """Where a drill's poster lies."""
    return ROOT / "web" / "assets" / f"poster-{name}.svg"


def main(arguments: Sequence[str]) -> int:
    """Draw the posters of these drills; without names, those that are not made by hand."""
    parser = argparse.ArgumentParser(prog="python -m build.measure.posters", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", default=[*DRAWN])
    for name in parser.parse_args(arguments).names:
        path_of(name).write_text(drawn(name))
        say(f"{path_of(name).relative_to(ROOT)} drawn")
    return 0


if __name__ == "__main__":
    guarded(main)

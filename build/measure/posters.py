"""Draws what stands for a drill before it is loaded: `python -m build.measure.posters [NAME ...]`.

Writes web/assets/poster-<name>.svg, of a game to begin one's own with in own/: its own scene, drawn by what draws
it on the page, some moments after the start of a match that its scripted players play.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from drillsergeant.drawing.beat import ball_of
from drillsergeant.drawing.place import Point
from drillsergeant.drawing.poster import poster
from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.new_game import PLACES, game_of
from drillsergeant.runtimes.show.renderer import TRAIL_POINTS

from build.console import guarded, say
from build.pins import ROOT

# The drills, and of each a seed and how long after the start, s: where it shows best what it is about.
DRAWN: Mapping[str, tuple[int, float]] = {
    "ball": (1, 2.6),
    "squad": (1, 3.0),
    "squad-pair": (1, 3.0),
    "sumo": (1, 1.0),
    "chase": (2, 0.5),
    "volley": (5, 3.0),
    "cartpole": (1, 1.0),
    "acrobot": (1, 4.0),
    "pendulum": (1, 1.0),
    "hide": (2, 4.0),
    "my-blank": (2, 0.5),
    "my-chase": (2, 0.5),
    "my-pole": (1, 0.5),
    "my-pong": (2, 1.0),
    "my-team-ball": (1, 1.0),
}
FRAMES_PER_S = 60  # of a page, which keeps the trail's places frame by frame


def moment(drill: Drill, seed: int, at_s: float) -> tuple[dict[str, float], list[Point]]:
    """The state of a match, field name -> value, `at_s` after its start, and the trail of its ball, oldest first, m."""
    state = drill.reset(np.array([seed], np.uint32), np.array([0], np.uint32))
    ball, trail = ball_of(drill.scene), list[Point]()
    players = range(sum(drill.teams))
    for tick in range(round(at_s * drill.tick_hz)):
        if tick % drill.action_repeat == 0:
            actions = [drill.scripted(state, player) for player in players]
        state = drill.tick(state, actions)
        if ball is not None and tick % max(1, drill.tick_hz // FRAMES_PER_S) == 0:
            trail.append((float(state[ball.x][0]), float(state[ball.y][0])))
    return {name: float(values[0]) for name, values in state.items()}, trail[-TRAIL_POINTS:]


def drawn(name: str) -> str:
    """The poster of a drill, as SVG."""
    drill = game_of(name) if name in PLACES else make(name)
    return poster(drill.scene, *moment(drill, *DRAWN[name]))


def path_of(name: str) -> Path:
    """Where a drill's poster lies."""
    return ROOT / "web" / "assets" / ("own" if name in PLACES else "") / f"poster-{name}.svg"


def main(arguments: Sequence[str]) -> int:
    """Draw the posters of these drills; without names, of all."""
    parser = argparse.ArgumentParser(prog="python -m build.measure.posters", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", default=[*DRAWN])
    for name in parser.parse_args(arguments).names:
        path_of(name).write_text(drawn(name))
        say(f"{path_of(name).relative_to(ROOT)} drawn")
    return 0


if __name__ == "__main__":
    guarded(main)

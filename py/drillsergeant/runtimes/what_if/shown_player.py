"""A player that has been trained shortly, in a match without end on a small canvas of its own."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.drawing.canvas import Canvas
from drillsergeant.drawing.match import Look, blend, draw
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.program import DrillFacts, Program
from drillsergeant.learn.rig import KernelPlace, kernel_rig
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.learn.trials.film import SEED
from drillsergeant.runtimes.protocol.messages import NEWEST, SCRIPTED
from drillsergeant.runtimes.show.screen_match import ScreenMatch

SIZES = RunSizes(matches=4, horizon=1, duel_percent=0)  # as little memory as there can be: nothing is learned in it
LONGEST_S = 0.1  # of match time that is caught up with at once


class ShownPlayer:
    """Team 0 is the player's, team 1 the scripted player's. `place`: see `learn.rig.make_rig`."""

    def __init__(self, drill: Drill, program: Program, place: Callable[[int], KernelPlace], canvas: Canvas) -> None:
        self._rig = kernel_rig(drill, program, SIZES.layout(program), place)
        self._facts: DrillFacts = program.drill
        self._canvas = canvas
        self._match = ScreenMatch(program.drill, self._rig.engine.show_match(SEED), SEED)
        self._match.seat([NEWEST, SCRIPTED], lambda _ident: None)
        self._ahead = 0.0  # of a tick
        self._version = 0

    def adopt(self, parameters: bytes) -> None:
        """Play by these from the next decision on, f32 [P]."""
        self._rig.memory.write(self._rig.weights_offset, parameters)
        self._version += 1
        self._match.adopt(self._rig.weights_offset, self._version, range(len(self._facts.teams)))

    def advance(self, passed_s: float) -> None:
        """So much time has passed since the last time."""
        self._ahead += min(passed_s, LONGEST_S) * self._facts.tick_hz
        while self._ahead >= 1.0:
            self._match.advance(())
            self._ahead -= 1.0

    def draw(self, dark: bool) -> None:
        """Draw the match as it is now."""
        scene = self._facts.scene
        state = blend(scene, self._match.before, self._match.after, self._ahead)
        draw(self._canvas, scene, [(state, Look(dark))])

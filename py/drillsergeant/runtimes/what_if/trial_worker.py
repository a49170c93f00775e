"""The other work of a workshop's worker: it trains players from nothing, one after the other, and lets them play.

Each is a short run in lockstep on a memory of its own, so the same question natively gives the same weights
(`library/what_if.py`). Nothing of the run on the page is touched.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast

from drillsergeant.drawing.canvas import Canvas
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.new_game import PLACES
from drillsergeant.learn.compile.edit_errors import EditRefused
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.edited_drill import build_edited
from drillsergeant.learn.compile.editing.apart import apart
from drillsergeant.learn.compile.program_builder import placed
from drillsergeant.learn.files.dshq import read_policy, write_policy
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.program import Program
from drillsergeant.learn.rig import KernelPlace, kernel_rig
from drillsergeant.learn.trials.recipe import TrialRecipe
from drillsergeant.learn.trials.short_run import ShortRun
from drillsergeant.runtimes.compile_worker import drill_of
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.bounded import bounded
from drillsergeant.runtimes.what_if.shown_player import ShownPlayer

TELL_EVERY_S = 0.25
DRAW_S = 0.008  # of a turn, at most, for the matches: learning has the rest
PICTURES_PER_S = 20.0
MOST_POINTS = 400  # of a curve that is told


class TrialWorker:
    """`post` sends a message to the page, `place` makes a memory for kernels, `canvas` draws on what the page gave."""

    def __init__(
        self,
        post: Callable[[messages.Message], None],
        place: Callable[[int], KernelPlace],
        canvas: Callable[[Any], Canvas],
        now_s: Callable[[], float],
    ) -> None:
        self._post, self._place, self._canvas, self._now_s = post, place, canvas, now_s
        self._waiting: deque[messages.TryPlayer] = deque()
        self._request: messages.TryPlayer | None = None
        self._run: ShortRun | None = None
        self._shown: dict[int, ShownPlayer] = {}
        self._watched, self._dark = True, False
        self._drawn: deque[tuple[int, float]] = deque()  # whose turn it is to be drawn, and when each was last
        self._told_s = -1e9

    def handle(self, message: messages.TryPlayer | messages.WatchPlayers) -> None:
        """Take a player in, or hear whether anybody looks on."""
        if isinstance(message, messages.TryPlayer):
            self._waiting.append(message)
        else:
            self._watched, self._dark = message.on, message.dark

    def turn(self) -> bool:
        """Do a little: begin with a player, or one update, and some drawing; returns whether there is more to learn."""
        if self._run is not None:
            self._learn(self._run)
        elif self._waiting:
            self._request = self._waiting.popleft()
            self._guarded(lambda request: self._begin(request))
        if self._watched:
            self._draw()
        return self._run is not None or bool(self._waiting)

    def _guarded(self, work: Callable[[messages.TryPlayer], None]) -> None:
        """What goes wrong with a player is told, and the next one comes."""
        assert self._request is not None, "a player is in hand"
        try:
            work(self._request)
        except EditRefused as refused:
            self._give_up(str(refused), refused.place.line)
        except Exception as failure:  # whatever the reader's game does
            self._give_up(f"{type(failure).__name__}: {failure}", 0)

    def _give_up(self, why: str, line: int) -> None:
        self._run = None
        self._post(bounded(messages.Refused(why, line)))

    def _begin(self, request: messages.TryPlayer) -> None:
        drill, program = apart(lambda: _compiled(request))
        self._post(messages.Checked())
        if request.canvas is not None:
            self._shown[request.place] = ShownPlayer(drill, program, self._place, self._canvas(request.canvas))
            self._drawn.append((request.place, self._now_s()))
        if request.content is not None:
            schema = Schema.of(program.drill, program.network.hidden)
            self._show(request.place, read_policy(bytes(cast(Any, request.content)), schema).state.arrays["parameters"])
            self._post(messages.PlayerTried(request.place, {}, True))
            return
        recipe = TrialRecipe(**_known(request.recipe))
        rig = kernel_rig(drill, program, recipe.sizes.layout(program), self._place)
        self._run = ShortRun(rig, program.drill, program.network.hidden, recipe)

    def _learn(self, run: ShortRun) -> None:
        def go_on(request: messages.TryPlayer) -> None:
            run.step()
            if run.is_over:
                self._finish(request, run)
            elif (now_s := self._now_s()) - self._told_s >= TELL_EVERY_S:
                self._told_s = now_s
                self._show(request.place, run.parameters())
                told: dict[str, object] = {**run.metrics()}
                self._post(messages.PlayerTried(request.place, told, curve=run.curve(MOST_POINTS)))

        self._guarded(go_on)

    def _finish(self, request: messages.TryPlayer, run: ShortRun) -> None:
        self._run = None
        film, seen = run.film()
        metrics: dict[str, object] = {**run.metrics(), **seen}
        self._show(request.place, run.parameters())
        places: dict[str, object] = {name: [list(place) for place in each] for name, each in film.places.items()}
        content, curve = write_policy(run.policy(request.text)), run.curve(MOST_POINTS)
        self._post(messages.PlayerTried(request.place, metrics, True, content, places, curve))

    def _show(self, place: int, parameters: bytes) -> None:
        if place in self._shown:
            self._shown[place].adopt(parameters)

    def _draw(self) -> None:
        """Go on with the matches whose turn it is, for as long as there is time."""
        began_s = now_s = self._now_s()
        while self._drawn and now_s - began_s < DRAW_S:
            place, last_s = self._drawn[0]
            if now_s - last_s < 1.0 / PICTURES_PER_S:
                return
            self._drawn.rotate(-1)
            self._drawn[-1] = place, now_s
            self._shown[place].advance(now_s - last_s)
            self._shown[place].draw(self._dark)
            now_s = self._now_s()


def _compiled(request: messages.TryPlayer) -> tuple[Drill, Program]:
    """Raises EditRefused."""
    drill = drill_of(request.drill, request.text, Printed())
    program = build_edited(drill, shared=False, hidden=request.hidden)
    return drill, placed(program, request.drill) if request.drill in PLACES else program


def _known(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe with whole numbers where they are such: JavaScript has one kind of number."""
    whole = ("seed", "decisions", "matches", "horizon")
    return {name: int(value) if name in whole else value for name, value in recipe.items()}

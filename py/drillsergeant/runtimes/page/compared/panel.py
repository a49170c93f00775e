"""Seeds and runs on one chart, over decisions, which is fair to whoever is slower: in the dock of the charts.

The run in use is not touched: seeds are trained beside it, and of a saved run only its numbers are read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.learn.program import DrillFacts
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.learn.trials.curves import curve_in
from drillsergeant.learn.trials.recipe import TrialRecipe
from drillsergeant.runtimes.history import History
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.compared.seeds import SeedRuns
from drillsergeant.runtimes.page.compared.words import ComparedRun, difference, how_far
from drillsergeant.runtimes.page.interfaces import CodeEditor
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.number_text import number
from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler
from drillsergeant.runtimes.page.training.hyper_form import NAMES, HyperForm
from drillsergeant.runtimes.page.training.network import NetworkPanel
from drillsergeant.runtimes.page.undo.undo_bar import Did
from drillsergeant.runtimes.page.view import ChartData, View
from drillsergeant.runtimes.protocol import messages

RUN, CLEAR, BUDGET, SAID = "seeds-run", "seeds-clear", "seeds-decisions", "seeds-said"
FIRST, SECOND = "compared-first", "compared-second"
NOW, NOBODY, SAVED = "now", "none", "saved:"  # what the two selects hold; SAVED is the beginning of a saved run's
LABEL, STOP = "Run 4 seeds", "Stop"
THIS_RUN = "this run"
STOP_AFTER_TICKS = 2  # the second click of a double click is no wish to stop
PLACES = 240  # on the chart, at which every line is told
READ_AGAIN_TICKS = 20  # a saved run may be the one in hand, and grow
ROUND = (1.0, 2.0, 5.0, 10.0)
UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
GONE = "The game is another one now, so these seeds are of no use any more: run them again."


@dataclass(frozen=True)
class InHand:
    """The run in hand, as far as it is compared: what is set, which network learns, and how it went so far."""

    hyper: HyperForm
    network: NetworkPanel
    history: Callable[[], History]
    seed: Callable[[], int]
    states: Callable[[], Mapping[str, str]]  # of the workers, by name


def decisions_axis(most: float) -> tuple[float, float, str]:
    """The end of an axis that holds so many decisions, in a unit, the unit's size, and what it is called."""
    size = 10.0 ** math.floor(math.log10(max(most, 1e3)))
    end = next(size * each for each in ROUND if size * each >= most * (1.0 - 1e-9))
    unit, name = next(each for each in UNITS if end >= each[0])
    return end / unit, unit, f"{name} decisions".strip()


class Comparison:
    """`send` reaches the trainer; `editor` knows the code of the game that is played."""

    def __init__(
        self,
        view: View,
        compiler: DrillCompiler,
        game: DrillFacts,
        run: InHand,
        editor: CodeEditor,
        send: Callable[[messages.Message], None],
        address: Address,
    ) -> None:
        self._view, self._compiler, self._run, self._editor, self._send = view, compiler, run, editor, send
        self._address = address
        self.did: Did = lambda _label, _turn: None
        self._clear(game)

    def _clear(self, game: DrillFacts) -> None:
        self._game, self._measure = game, DrillMeasure.of(game)
        self._seeds: SeedRuns | None = None
        self._running, self._ticks, self._stale = False, 0, True
        self._chosen, self._saved = [NOW, NOBODY], list[str]()
        self._told: dict[str, ComparedRun] = {}  # saved runs, by name
        self._drawn: list[float] = []  # the newest moment of the run in hand that is on the chart
        self._code, self._original = "", ""  # of the game that is played, "" for the original; and that one's

    def commands(self) -> dict[str, Callable[[], None]]:
        """What each button does."""
        return {RUN: self._press, CLEAR: self._put_them_away}

    def on_change(self, name: str, value: str) -> bool:
        """A field holds another value; returns whether it is one of these."""
        if name in (FIRST, SECOND):
            self._chosen[(FIRST, SECOND).index(name)] = value
            self._ask()
            self._read_code()
            self._stale = True
        return name in (FIRST, SECOND, BUDGET)

    def on_drill(self, game: DrillFacts) -> None:
        """Another drill is played, or another game in its place."""
        self._end()
        self._clear(game)
        self._say("")
        self._offer()
        self._draw()

    def on_edit(self, game: DrillFacts) -> None:
        """Other code is played, by which a whole game may be another in everything."""
        self._game, self._measure, self._told = game, DrillMeasure.of(game), {}
        if self._seeds is not None:
            self._put_away()
            self._say(GONE)
        self._ask()
        self._read_code()

    def show(self, message: messages.Message) -> None:
        """The trainer lists the saved runs, or tells of one."""
        if isinstance(message, messages.RunTold):
            self._take(message)
        elif isinstance(message, messages.Runs) and message.drill in ("", self._game.name) and not message.left:
            runs = message.runs if isinstance(message.runs, Sequence) else []
            rows = [run for run in runs if isinstance(run, Mapping) and number(run.get("decisions"))]
            drill = self._game.called or self._game.name
            self._saved = [str(run["name"]) for run in rows if run.get("drill") == drill]
            self._offer()

    def _take(self, message: messages.RunTold) -> None:
        if message.why:
            self._told.pop(message.name, None)
            self._view.set_text("compared-said", f"“{message.name}” cannot be compared: {message.why}.")
            return
        settings, hyper = message.settings, message.settings.get("hyper")
        numbers = hyper.items() if isinstance(hyper, Mapping) else ()
        seed = number(settings.get("seed"))
        self._told[message.name] = ComparedRun(
            f"“{message.name}”",
            {str(name): found for name, value in numbers if (found := number(value)) is not None},
            str(settings.get("hidden", "")),
            None if seed is None else int(seed),
            str(settings.get("edit", "")),
            message.changes,
            curve_in({name: _column(each) for name, each in message.numbers.items()}, self._measure.names[0]),
        )
        self._stale = True

    def tick(self) -> None:
        """Half a second has passed."""
        self._ticks += 1
        if self._ticks % READ_AGAIN_TICKS == 0:
            self._ask()
        if self._is_shown() and self._drawn != (newest := self._run.history().times_s[-1:]):
            self._drawn, self._stale = newest, True
        if self._stale:
            self._draw()

    # Seeds.

    def _press(self) -> None:
        if self._running:
            if self._ticks >= STOP_AFTER_TICKS:
                self._stop()
            return
        game = self._game

        def then(code: str, is_original: bool, why: str) -> None:
            if why:
                self._say(f"The game's code could not be read: {why}.")
            elif game is self._game and not self._running:
                self._begin("" if is_original else code)

        self._editor.played(then)

    def _begin(self, edit: str) -> None:
        budget = self._view.get_value(BUDGET)
        decisions = int(budget) if budget.isdecimal() else TrialRecipe().decisions
        usual = RunSizes()
        workers = sum(name.startswith("rollout") for name in self._run.states())
        matches = self._sized("matches", usual.matches) * max(workers, 1)  # in all: as many as an update learns from
        sizes = matches, self._sized("horizon", usual.horizon)
        hyper = {name: self._run.hyper.value(name) for name in NAMES}
        self._undoable("ran other seeds")
        self._seeds = SeedRuns(self._game.name, edit, self._run.seed(), decisions, sizes, hyper)
        self._running, self._ticks = True, 0
        self._view.set_text(RUN, STOP)
        self._view.set_attribute("seeds-progress", "hidden", None)
        self._progress()
        self._compiler.train_seeds(self._game.name, self._seeds.requests(), self._heard)

    def _sized(self, name: str, usual: int) -> int:
        given = self._address.get(name)
        return int(given) if given.isdecimal() else usual

    def _heard(self, answer: messages.PlayerTried | messages.Refused, place: int) -> None:
        if self._seeds is None or not self._running:
            return
        self._seeds.hear(answer, place)
        self._stale = True
        if self._seeds.is_over:
            self._end()
            self._say(self._seeds.outcome(self._measure, self._now().curve))
        else:
            self._progress()

    def _progress(self) -> None:
        if self._seeds is not None:
            self._view.set_attribute("seeds-progress", "value", f"{100 * self._seeds.progress():.0f}")
            self._say(self._seeds.state())

    def _stop(self) -> None:
        self._end()
        self._say("Stopped. What they had learned by then stays on the chart.")

    def _end(self) -> None:
        """Nobody is trained any more; the workers are let go of."""
        if self._running:
            self._compiler.end_seeds()
        self._running = False
        self._view.set_text(RUN, LABEL)
        self._view.set_attribute("seeds-progress", "hidden", "")

    def _put_them_away(self) -> None:
        self._undoable("put the seeds away")
        self._put_away()

    def _undoable(self, label: str) -> None:
        """The seeds on the chart make way, which can be taken back while the game is the same."""
        if self._seeds is None or not self._seeds.curves:
            return
        other: SeedRuns | None = self._seeds
        game = self._game

        def turn() -> str:
            nonlocal other
            if game is not self._game:
                return GONE
            self._end()
            other, self._seeds = self._seeds, other
            self._stale = True
            over = self._seeds.outcome(self._measure, self._now().curve) if self._seeds else ""
            self._say(over)
            return over or "The seeds are put away again."

        self.did(label, turn)

    def _put_away(self) -> None:
        self._end()
        self._seeds, self._stale = None, True
        self._say("")

    # Runs.

    def _offer(self) -> None:
        """Fill the two selects."""
        options = [(NOW, THIS_RUN), *((SAVED + name, f"“{name}”") for name in self._saved)]
        for place, (select, more) in enumerate(((FIRST, []), (SECOND, [(NOBODY, "no other run")]))):
            self._view.set_options(select, [*more, *options])
            if self._chosen[place] not in [value for value, _ in (*more, *options)]:
                self._chosen[place] = (NOW, NOBODY)[place]
                self._stale = True
            self._view.set_value(select, self._chosen[place])

    def _ask(self) -> None:
        """Have those told of that are saved ones."""
        for each in dict.fromkeys(self._chosen):
            if each.startswith(SAVED) and self._chosen[1] != NOBODY:
                self._send(messages.TellRun(each.removeprefix(SAVED)))

    def _read_code(self) -> None:
        """Hear what the game is made of, once there is something to compare it with."""
        if self._chosen[1] == NOBODY:
            return
        game = self._game

        def played(code: str, is_original: bool, why: str) -> None:
            if game is self._game and not why:
                self._code, self._stale = "" if is_original else code, True

        def source(text: str, _why: str) -> None:
            if game is self._game:
                self._original, self._stale = text, True

        self._editor.played(played)
        self._compiler.source(game.name, source)

    def _now(self) -> ComparedRun:
        """The run in hand."""
        history = self._run.history()
        hyper = {name: self._run.hyper.value(name) for name in NAMES}
        curve = curve_in(history.columns, self._measure.names[0])
        return ComparedRun(THIS_RUN, hyper, self._run.network.in_use, None, self._code, 0, curve)

    def _of(self, chosen: str) -> ComparedRun | None:
        return self._now() if chosen == NOW else self._told.get(chosen.removeprefix(SAVED))

    # The chart.

    def _is_shown(self) -> bool:
        return self._seeds is not None or self._chosen[1] != NOBODY

    def _draw(self) -> None:
        self._stale = False
        shown, seeds = self._is_shown(), self._seeds
        self._view.set_attribute("compared-body", "hidden", None if shown else "")
        self._view.set_attribute(CLEAR, "hidden", None if seeds is not None else "")
        if not shown:
            self._view.set_text("compared-said", "")
            return
        one, other = self._of(self._chosen[0]), None if self._chosen[1] == NOBODY else self._of(self._chosen[1])
        self._label(one, other)
        # With seeds it ends where they do: a long run beside them would make them a mark at its very beginning.
        most = float(seeds.decisions) if seeds else max((each.curve.end for each in (one, other) if each), default=0.0)
        end, unit, name = decisions_axis(most)
        places = [most * (place + 1) / PLACES for place in range(PLACES)]
        nothing: list[float | None] = [None] * PLACES
        lines = [[each.curve.at(place) for place in places] if each else nothing for each in (one, other)]
        if seeds is not None:
            found = seeds.band(places)
            lines += [found.median, found.low, found.high]
        else:
            lines += [nothing, nothing, nothing]
        drawn = [[None if value is None else value * self._measure.factor for value in line] for line in lines]
        xs: list[float | None] = [place / unit for place in places]
        data = ChartData([xs, *drawn], end, name, (), *self._measure.span(drawn), self._measure.axis)
        self._view.set_chart("compared", data)

    def _label(self, one: ComparedRun | None, other: ComparedRun | None) -> None:
        """The legend, and the sentence below the chart."""
        for name, run in (("one", one), ("other", other)):
            self._view.set_text(f"compared-{name}", run.name if run else "")
            self._view.set_text(f"compared-{name}-now", how_far(run.curve, self._measure) if run else "")
            self._view.set_attribute(f"compared-{name}-row", "hidden", None if run else "")
        self._view.set_attribute("compared-seeds-row", "hidden", None if self._seeds is not None else "")
        if one and other:
            self._view.set_text("compared-said", difference(one, other, self._original))
        elif self._chosen[1] == NOBODY:
            self._view.set_text("compared-said", "")

    def _say(self, said: str) -> None:
        self._view.set_text(SAID, said)


def _column(values: object) -> list[float | None]:
    """A list of numbers, as far as it is one."""
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        return []
    return [number(value) for value in values]

"""The network's hidden layers: a field, and the button that goes over to what stands in it and costs what was learned.

An address may ask for a network (`hidden=32,32`); then the page opens with it, as soon as it is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.learn.defaults import default_hidden
from drillsergeant.learn.ppo.hidden import LAYERS_MAX, UNITS_MAX, UNITS_MIN, hidden_text, parsed_hidden
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.confirm import Question
from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler
from drillsergeant.runtimes.page.panels.runs import RunsPanel
from drillsergeant.runtimes.page.sentences import ended
from drillsergeant.runtimes.page.undo.undo_bar import Did
from drillsergeant.runtimes.page.view import View

NAME = "hidden"  # of the field, and of the value in the address
APPLY, SAID, ABOUT = "hidden-apply", "hidden-said", "hidden-about"
CONTROLS = (NAME, APPLY)
LABEL = "Use this network"
Then = Callable[[bool], None]


class NetworkPanel:
    """The panel. `learned`: whether anything would be lost. Each drill keeps its network while others are played."""

    def __init__(
        self,
        view: View,
        compiler: DrillCompiler,
        learned: Callable[[], bool],
        game: DrillFacts,
        address: Address,
        runs: RunsPanel,
        did: Did,
    ) -> None:
        """`did` hears of what can be taken back: then the run comes back that the network before had."""
        self._runs, self._did = runs, did
        self._left: dict[tuple[str, str], str] = {}  # by drill and network: the run that was saved when that was left
        self._leaving: tuple[str, str] | None = None
        runs.on_left = self._on_left
        self._view, self._compiler, self._learned, self._address = view, compiler, learned, address
        self._in_use: dict[str, str] = {}  # by drill, as people write it
        self._busy = False
        self._question = Question(view, APPLY, LABEL)
        self._asked_for = address.get(NAME)  # by the address, until the page has opened
        self._show(game)

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """What the panel's button does."""
        return {APPLY: self._apply}

    @property
    def in_use(self) -> str:
        """The units of the hidden layers that learn now, "64,64"."""
        return self._in_use[self._game.name]

    def open(self, then: Then) -> None:
        """All workers are there: go over to the network that the address asks for, and only then begin.

        `then` hears whether it is another one than the drill's own. Nothing while that is under way.
        """
        wanted = hidden_text(parsed_hidden(self._asked_for)) if self._asked_for else ""
        self._asked_for = ""
        if wanted and wanted != self._in_use[self._game.name]:
            self._go(wanted, then)
        elif not self._busy:
            then(False)

    def on_drill(self, game: DrillFacts) -> None:
        """Another drill is played, with the network that it had, or its own."""
        self._question.withdraw()
        self._asked_for = ""
        self._say("")
        self._show(game)

    def tick(self) -> None:
        """Take the question back when nobody answers."""
        self._question.tick()

    def _show(self, game: DrillFacts) -> None:
        own = hidden_text(default_hidden(game))
        self._game, recommended = game, game.recommended
        advice = ""
        if recommended and recommended.hidden:
            advice = f" {game.words.title} recommends {own}: {recommended.why}"
        self._view.set_text(
            ABOUT,
            f"Units of each hidden layer, first to last: 1 to {LAYERS_MAX} layers of {UNITS_MIN} to {UNITS_MAX}. "
            f"Another network starts from nothing.{advice}",
        )
        self._view.set_value(NAME, self._in_use.setdefault(game.name, own))
        if not self._asked_for:
            self._address.note(NAME, self._in_use[game.name], own)

    def _apply(self) -> None:
        if self._busy:
            return
        try:
            wanted = hidden_text(parsed_hidden(self._view.get_value(NAME)))
        except ValueError as wrong:
            self._refuse(f"{wrong}. It stays at {self._in_use[self._game.name]}.")
            return
        if wanted == self._in_use[self._game.name]:
            self._refuse(f"{wanted} is the network that learns now.")
        elif self._learned() and not self._question.agreed(wanted):
            self._say("What was learned cannot go on in another network; only a saved run keeps it. Sure? Press again.")
        else:
            before = self._in_use[self._game.name] if self._learned() else ""
            self._go(wanted, lambda is_other: self._undoable(before) if before and is_other else None)

    def _on_left(self, run: str) -> None:
        """What was learned with the network before is saved as this."""
        if self._leaving is not None:
            self._left[self._leaving], self._leaving = run, None

    def _undoable(self, before: str) -> None:
        """The network was another one `before`, which had learned."""
        name, other = self._game.name, before

        def turn() -> str:
            nonlocal other
            if self._busy:
                return ""
            there, other = other, self._in_use[name]
            run = self._left.get((name, there), "")
            self._go(there, lambda is_there: self._runs.load(run) if is_there and run else None)
            return f"Going over to the network {there}" + (f", and to the run “{run}”." if run else ".")

        self._did(f"took another network than {before}", turn)

    def _go(self, wanted: str, then: Then) -> None:
        name = self._game.name
        self._leaving = (name, self._in_use[name]) if self._learned() else None
        self._turn(busy=True)
        self._say(f"Compiling the network {wanted}. The match goes on meanwhile.")

        def done(why: str) -> None:
            self._turn(busy=False)
            if why:
                self._say(f"The network {wanted} could not be had: {ended(why)}")
            else:
                self._in_use[name] = wanted
                self._say(f"The network is {wanted} now; the players start from nothing.")
            if name == self._game.name:
                self._show(self._game)
            then(not why)

        self._compiler.reshape(name, wanted, done)

    def _turn(self, *, busy: bool) -> None:
        self._busy = busy
        self._view.set_attribute(APPLY, "disabled", "" if busy else None)

    def _refuse(self, why: str) -> None:
        self._view.set_value(NAME, self._in_use[self._game.name])
        self._say(why[:1].upper() + why[1:])

    def _say(self, text: str) -> None:
        self._view.set_text(SAID, text)

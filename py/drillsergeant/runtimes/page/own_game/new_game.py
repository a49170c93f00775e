"""Games of the reader's own: their text stands in the editor, is checked there, and leaves as a file that runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.drills.new_game import PLACES, as_program, file_of
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.own_game.check_button import LIST, CheckButton
from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler
from drillsergeant.runtimes.page.view import View

FINDINGS = LIST  # of the check
WHOLE = (
    "This is all of the game: change anything, or write another one in its place, and press Run. "
    "Check says what is wrong with it."
)


def as_file(drill: str, text: str) -> tuple[str, str]:
    """The file that a drill's code is saved as, its name and content: a whole game runs by itself there."""
    if drill not in PLACES:
        return f"{drill}.py", text
    file = file_of(drill)
    return file, as_program(text, file)


class NewGame:
    """What happens where such a game is chosen. `text` tells what stands in the editor, None where nothing does yet;
    `framed`: within somebody else's page, which decides what is open."""

    def __init__(self, view: View, compiler: DrillCompiler, text: Callable[[], str | None], framed: bool) -> None:
        self._compiler, self._framed = compiler, framed
        self._check = CheckButton(view, compiler, text)
        self._told = set[str]()  # places
        self._place = ""

    @property
    def shown(self) -> bool:
        """Whether such a game is played, and all of it is to be seen."""
        return bool(self._place) and not self._framed

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """What the button does."""
        return self._check.commands()

    def choose(self, value: str) -> None:
        """Say all of a finding of the check."""
        self._check.choose(value)

    def on_open(self) -> None:
        """All workers are there: from now on the one that compiles may be made ready."""
        if self._place:
            self._compiler.prepare()

    def on_drill(self, game: DrillFacts) -> str:
        """Another drill is played, or the first one; returns what is to be said of its code."""
        self._check.on_drill(game)
        self._place = game.name if game.called else ""
        if not self.shown or self._place in self._told:
            return ""
        self._told.add(self._place)
        return WHOLE

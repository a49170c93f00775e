"""What Run and Restore do: the code is checked and compiled, and the workers go over to it, or it is said why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler, Learning
from drillsergeant.runtimes.page.panels.own_code import OwnCode
from drillsergeant.runtimes.page.sentences import ended
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

EDITOR = "workshop-editor"
PRINTED, PRINTED_PANE, PRINTED_BY = "workshop-printed", "workshop-printed-pane", "workshop-printed-by"
BUTTONS = ("workshop-run", "workshop-restore")
KEEP = "keep"


class CodeRun:
    """`drill` is the one that is played now; `say` says something of the code."""

    def __init__(
        self,
        view: View,
        compiler: DrillCompiler,
        learning: Learning,
        own: OwnCode,
        drill: Callable[[], str],
        say: Callable[[str], None],
    ) -> None:
        self._view, self._compiler, self._learning, self._own = view, compiler, learning, own
        self._drill, self._say = drill, say
        self._asked: str | None = None  # the text of which was said that it needs another network
        self._edits: dict[str, str] = {}  # by drill: the reader's code that runs
        self._runs = 0  # so many were begun at this visit

    def running(self) -> str:
        """The reader's code that the drill is played with; "" for the original."""
        return self._edits.get(self._drill(), "")

    def run(self, text: str, original: str) -> None:
        """Make a program of the text, and let the workers go over to it; unchanged, it is the `original`."""
        name = self._drill()
        self._runs += 1
        self.clear()
        self._busy(True, "Checking and compiling. The match and the training go on with the code they have.")

        def answer(made: messages.CompiledProgram | messages.Refused) -> None:
            refused = isinstance(made, messages.Refused)
            self._print(made.printed, "which was refused" if refused else "which was tried")
            if isinstance(made, messages.Refused):
                where = f"Line {made.line}: " if made.line else ""
                self._mark(made)
                self._busy(False, f"{where}{ended(made.message)} Training goes on with the code before.")
            elif name != self._drill():
                self._busy(False, "Another drill was chosen meanwhile; press Run again.")
            else:
                same = text.strip() == original.strip()
                self._ask_or_install(name, replace(made, edit="") if same else made, text)

        self._compiler.compile(name, text, answer)

    def restore(self, original: str) -> None:
        """Let the workers go back to the original, which is this text."""
        self.clear()
        self._busy(True, "Putting the original back.")
        self._ask_or_install(self._drill(), None, original)

    def put_original(self) -> None:
        """The same without a question, for a reader who wants a run of the original."""
        self._install(self._drill(), None)

    def clear(self) -> None:
        """Nothing is marked and nothing was printed: another attempt begins, or another drill."""
        self._mark(None)
        self._print("", "")

    def _ask_or_install(self, name: str, made: messages.CompiledProgram | None, text: str) -> None:
        """What was learned is not lost before the reader, who wants to keep it, has been told why and agreed."""
        keeps = self._view.get_value("workshop-weights") == KEEP
        why = self._compiler.loses(name, made) if keeps and self._learning.learned() else ""
        if not why or text == self._asked:
            self._asked = None
            self._install(name, made)
            return
        self._asked = text
        again = "Run" if made else "Restore"
        self._busy(
            False,
            f"What was learned cannot go on with this: {why}. Only a saved run keeps it; press {again} again to start "
            "from nothing. Training goes on with the code before.",
        )

    def _install(self, name: str, made: messages.CompiledProgram | None) -> None:
        why_lost = self._compiler.loses(name, made)
        fresh = self._view.get_value("workshop-weights") != KEEP

        def then(why: str, lost: bool) -> None:
            if why:
                self._busy(False, f"The workers could not go over to it: {why}.")
                return
            if fresh and not lost:
                self._learning.forget()
            edit = self._edits[name] = made.edit if made else ""
            self._own.set_aside(name, edit)
            self._learning.on_game(edit)
            if made:
                self._tell_run("which is played now")
            running = "Your code is running" if made else "The original is running again"
            learned = "it goes on with what it learned"
            if lost:
                learned = f"{why_lost}, so they start from nothing"
            elif fresh:
                learned = "the players start from nothing"
            self._busy(False, f"{running}; {learned}.")

        self._compiler.install(name, made, then)

    def _print(self, text: str, how: str) -> None:
        """Show what the code printed while it was tried, and by which run; nothing hides the place."""
        self._view.set_text(PRINTED, text)
        if text:
            self._tell_run(how)
        self._view.set_attribute(PRINTED_PANE, "hidden", None if text else "")

    def _tell_run(self, how: str) -> None:
        self._view.set_text(PRINTED_BY, f"Printed by run {self._runs} of this visit, {how}")

    def _busy(self, on: bool, said: str) -> None:
        for button in BUTTONS:
            self._view.set_attribute(button, "disabled", "" if on else None)
        self._say(said)

    def _mark(self, refused: messages.Refused | None) -> None:
        """Show what is wrong at its place, or that nothing is."""
        line = refused.line if refused else 0
        where = f"{refused.start_column} {refused.end_column}" if refused and line else None
        self._view.set_attribute(EDITOR, "data-why", refused.message if refused and line else None)
        self._view.set_attribute(EDITOR, "data-columns", where)
        self._view.set_attribute(EDITOR, "data-line", str(line) if line else None)

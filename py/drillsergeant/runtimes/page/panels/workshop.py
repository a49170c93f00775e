"""Python on the page: the editor, what its buttons do, and what is said of the code in it.

The code may come from a run, a file, a link or the page around; nothing runs before the reader presses Run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.panels.code_exchange import CodeExchange
from drillsergeant.runtimes.page.panels.own_code import EARLIER, OwnCode
from drillsergeant.runtimes.page.panels.runs import FileTransfer
from drillsergeant.runtimes.page.sentences import ended
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

EDITOR = "workshop-editor"
SAID = "workshop-said"
PRINTED = "workshop-printed"
KEEP = "keep"
# How the parts of a drill's text begin, by what an address calls them.
PARTS: Mapping[str, str] = {"reward": "    def reward(", "numbers": "    # Numbers", "observation": "    def observe("}


def part_of(text: str, part: str) -> str:
    """Return a drill's text with this part alone, still a class that runs; "" is all of it."""
    if not part:
        return text
    starts = sorted(text.index(mark) for mark in PARTS.values())
    begins = text.index(PARTS[part])
    ends = next((start for start in starts if start > begins), len(text))
    return text[: starts[0]] + text[begins:ends].rstrip() + "\n"


class DrillCompiler(Protocol):
    """Where drills come from, and where code becomes what the workers run."""

    def bring(self, drill: str) -> None:
        """Fetch a drill and let the workers go over to it; the page hears of it by `on_drill` or `on_no_drill`."""

    def source(self, drill: str, then: Callable[[str, str], None]) -> None:
        """Fetch the editable parts of a drill; `then` gets their text, or "" and why not."""

    def compile(
        self, drill: str, text: str, answer: Callable[[messages.CompiledProgram | messages.Refused], None]
    ) -> None:
        """Make a program of the text; ends by itself, whatever the code does."""

    def reshape(self, drill: str, hidden: str, then: Callable[[str], None]) -> None:
        """Let the workers go over to a network with other hidden layers ("32,32"), which has learned nothing; the game
        stays as it is. `then` hears what went wrong, "" where nothing did."""

    def loses(self, drill: str, made: messages.CompiledProgram | None) -> str:
        """Why what was learned would be lost with a program, or with the original; "" where it would go on."""

    def install(self, drill: str, made: messages.CompiledProgram | None, then: Callable[[str, bool], None]) -> None:
        """Let the workers go over to a program, or back to the original; `then` hears what went wrong ("" where
        nothing did), and whether what was learned is lost because the network has another shape."""


class Learning(Protocol):
    """What the editor has to do with what is learned."""

    def learned(self) -> bool:
        """Whether anything was."""

    def forget(self) -> None:
        """Start from nothing."""

    def on_game(self, edit: str) -> None:
        """The game is now made of the reader's code `edit`; "" is the original."""


class EditorPanel:
    """The panel. Of the code that part is shown which the page's address asks for.

    What is written is kept, by way of `send`, which reaches the trainer, and `transfer`, but neither a part nor what is
    written in a frame: those are exercises of somebody's page.
    """

    def __init__(
        self,
        view: View,
        compiler: DrillCompiler,
        game: DrillFacts,
        learning: Learning,
        send: Callable[[messages.Message], None],
        transfer: FileTransfer,
        address: Address,
    ) -> None:
        self._view, self._compiler, self._learning = view, compiler, learning
        self._part = part if (part := address.get("editor")) in PARTS else ""  # "all" is none
        framed = bool(address.get("embed"))
        self._own = OwnCode(view, send, transfer, keeps=not (self._part or framed))
        self._exchange = CodeExchange(view, transfer, self, address, framed)
        self._drill, self._titles = game.name, {game.name: game.words.title}
        self._open = False
        self._shown = ""  # the drill whose code the editor holds
        self._asked: str | None = None  # the text of which was said that it needs another network
        self._originals: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._said: dict[str, str] = {}  # by drill: the last sentence about its code

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """What the panel's buttons do, by their ids."""
        exchange = self._exchange.commands(lambda: self._drill)
        own = {"workshop-open": self._toggle, "workshop-run": self._run, "workshop-restore": self._restore}
        return {**own, **exchange}

    def on_ready(self) -> None:
        """A trainer is there, which keeps what is written."""
        self._own.ask(self._drill)

    def on_kept(self, message: messages.KeptCode) -> None:
        """The trainer tells what is kept: code of an earlier visit is shown, and not run."""
        text, name = self._own.answer(message), message.drill
        if text and name == self._drill and (self.written() or self._exchange.pending):  # the reader was quicker
            self._own.set_aside(name, text)
        elif text:
            self._texts[name] = text
            self._said[name] = f"Your code of {self._titles[name]} is here. Press Run to play it."
            if name == self._drill:
                self.bring(text, self._said[name])
        self._own.show(self._drill)

    def tick(self) -> None:
        """Keep what is written."""
        if self._shown == self._drill:
            if not self._exchange.holds(text := self.written()):
                self._exchange.release()
                self._own.typed(self._drill, text)
            self._own.show(self._drill)

    def flush(self) -> None:
        """Keep what is written now: the page may be about to be gone."""
        if self._shown == self._drill and not self._exchange.holds(text := self.written()):
            self._own.flush(self._drill, text)

    def choose(self, value: str) -> None:
        """Show a text that was run before, in the place of this one, which is then one of those."""
        self._view.set_value(EARLIER, "")
        if text := self._own.earlier(self._drill, value):
            self.bring(text, "This is code that you had before. Press Run to play it.")

    def on_link(self, fragment: str) -> None:
        """The page's address ends like this, from its `#` on: code in it is shown, and not run."""
        if self._exchange.on_link(fragment):
            self._view.reveal(EDITOR)

    def on_file(self, name: str, content: bytes) -> None:
        """A `.py` file is to be shown, and not run."""
        self._exchange.on_file(name, content)
        self._view.reveal(EDITOR)

    def shown(self) -> str | None:
        """What stands in the editor; None where nothing does yet."""
        return self._view.get_value(EDITOR) if self._shown == self._drill else None

    def tell(self, said: str) -> None:
        """Say something of the code."""
        self._say(said)
        if not self._open:
            self._toggle()

    def written(self) -> str:
        """What stands in the editor; "" where that is the original, or nothing yet."""
        if self._shown != self._drill:
            return ""
        text, original = self._view.get_value(EDITOR), self._originals[self._drill]
        return "" if text.strip() == original.strip() else text

    def drill(self, game: DrillFacts) -> None:
        """Another drill is played: its text takes the place of the other's, which is kept."""
        self._remember()
        self.flush()
        self._exchange.release()
        name = self._drill = game.name
        self._titles[name] = game.words.title
        self._mark(0, "")
        self._print("")
        self._view.set_text(SAID, self._said.get(name, ""))
        if self._open:
            self._show()

    def propose(self, text: str) -> None:
        """Show this code, which the reader runs or does not; where it is empty, put the original back."""
        name = self._drill
        if not text and name in self._originals:
            self._restore()
            return
        if not text:
            self._install(name, None)
            return
        self.bring(text, "This is the code that the run was trained with. Read it, then press Run.")
        self._view.reveal(EDITOR)

    def bring(self, text: str, said: str) -> None:
        """Show this code, and say what it is; what stood there is to be found again."""
        name = self._drill
        if not self._exchange.holds(before := self.written()):
            self._own.set_aside(name, before)
        if not self._open:
            self._toggle()
        self._texts[name] = text
        if name in self._originals:
            self._put(text)
        self._say(said)

    def _put(self, text: str) -> None:
        self._view.set_value(EDITOR, text)
        self._shown = self._drill

    def _remember(self) -> None:
        """What stands in the editor is to be there again when it is shown again."""
        if self._shown == self._drill:
            self._texts[self._drill] = self._view.get_value(EDITOR)

    def _toggle(self) -> None:
        self._remember()
        self._open = not self._open
        view = self._view
        view.set_attribute("workshop-open", "aria-expanded", "true" if self._open else "false")
        view.set_attribute("workshop-bench", "hidden", None if self._open else "")
        if self._open:
            view.set_attribute(EDITOR, "open", "")
            self._show()

    def _show(self) -> None:
        name = self._drill
        if name in self._originals:
            self._put(self._texts.get(name, self._originals[name]))
            return

        def then(text: str, why: str) -> None:
            if why:
                self._say(f"The code of this drill could not be loaded: {why}.")
                return
            text = self._originals[name] = part_of(text, self._part)
            if name == self._drill:
                self._put(self._texts.get(name, text))

        self._compiler.source(name, then)

    def _run(self) -> None:
        name = self._drill
        if name not in self._originals:
            return
        text = self._texts[name] = self._view.get_value(EDITOR)
        self._exchange.release()
        self.flush()
        self._mark(0, "")
        self._print("")
        self._busy(True, "Checking and compiling. The match and the training go on with the code they have.")

        def answer(made: messages.CompiledProgram | messages.Refused) -> None:
            self._print(made.printed)
            if isinstance(made, messages.Refused):
                where = f"Line {made.line}: " if made.line else ""
                self._mark(made.line, made.message)
                self._busy(False, f"{where}{ended(made.message)} Training goes on with the code before.")
            elif name != self._drill:
                self._busy(False, "Another drill was chosen meanwhile; press Run again.")
            else:
                same = text.strip() == self._originals[name].strip()
                self._ask_or_install(name, replace(made, edit="") if same else made, text)

        self._compiler.compile(name, text, answer)

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
            f"What was learned cannot go on with this: {why}. Saved runs keep it; press {again} again to start from "
            "nothing. Training goes on with the code before.",
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
            self._own.set_aside(name, made.edit if made else "")
            self._learning.on_game(made.edit if made else "")
            running = "Your code is running" if made else "The original is running again"
            learned = "it goes on with what it learned"
            if lost:
                learned = f"{why_lost}, so they start from nothing"
            elif fresh:
                learned = "the players start from nothing"
            self._busy(False, f"{running}; {learned}.")

        self._compiler.install(name, made, then)

    def _restore(self) -> None:
        name = self._drill
        if name not in self._originals:
            return
        self._own.set_aside(name, self.written())
        self._texts.pop(name, None)
        self._put(self._originals[name])
        self._mark(0, "")
        self._print("")
        self._busy(True, "Putting the original back.")
        self._ask_or_install(name, None, self._originals[name])

    def _print(self, text: str) -> None:
        """Show what the code printed while it was tried; nothing hides the place."""
        self._view.set_text(PRINTED, text)
        self._view.set_attribute(PRINTED, "hidden", None if text else "")

    def _busy(self, on: bool, said: str) -> None:
        for button in ("workshop-run", "workshop-restore"):
            self._view.set_attribute(button, "disabled", "" if on else None)
        self._say(said)

    def _say(self, said: str) -> None:
        self._said[self._drill] = said
        self._view.set_text(SAID, said)

    def _mark(self, line: int, why: str) -> None:
        self._view.set_attribute(EDITOR, "data-why", why or None)
        self._view.set_attribute(EDITOR, "data-line", str(line) if line else None)

"""Python on the page: the editor, what its buttons do, and what is said of the code in it.

The code may come from a run, a file, a link or the page around; nothing runs before the reader presses Run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.editor.words import FIND, WORD, WordList
from drillsergeant.runtimes.page.own_game.new_game import FINDINGS, NewGame
from drillsergeant.runtimes.page.panels.code_exchange import CodeExchange
from drillsergeant.runtimes.page.panels.code_parts import PARTS, part_of
from drillsergeant.runtimes.page.panels.code_run import EDITOR, CodeRun
from drillsergeant.runtimes.page.panels.docks import CODE
from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler, Learning
from drillsergeant.runtimes.page.panels.own_code import EARLIER, OwnCode
from drillsergeant.runtimes.page.panels.runs import FileTransfer
from drillsergeant.runtimes.page.undo.undo_bar import Did
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.page.what_if.panel import WhatIfPanel
from drillsergeant.runtimes.protocol import messages

SAID = "workshop-said"
MARKED = "dock-code"  # the tab, where there is code of the reader's own
CHANGES = "workshop-changes"


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
        did: Did,
    ) -> None:
        """`did` hears of what can be taken back."""
        self._view, self._compiler, self._did = view, compiler, did
        self._part = part if (part := address.get("editor")) in PARTS else ""  # "all" is none
        framed = bool(address.get("embed"))
        self._own = OwnCode(view, send, transfer, keeps=not (self._part or framed))
        self._exchange = CodeExchange(view, transfer, self, address, framed)
        self._runs = CodeRun(view, compiler, learning, self._own, lambda: self._drill, self._say)
        self._words = WordList(view, compiler)
        self._new_game = NewGame(view, compiler, self.shown, framed)
        self._drill, self._titles = game.name, {game.name: game.words.title}
        self._open = self._compared = False
        self._shown = ""  # the drill whose code the editor holds
        self._originals: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._said: dict[str, str] = {}  # by drill: the last sentence about its code
        self._what_if = WhatIfPanel(view, compiler, game, self, send, transfer, address, did)
        self._meet(game)

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """What the panel's buttons do, by their ids."""
        exchange = self._exchange.commands(lambda: self._drill)
        own = {
            "workshop-run": self._run,
            "workshop-restore": self._restore,
            "workshop-undo": self._undo,
            CHANGES: self._compare,
        }
        return {**own, **exchange, **self._words.commands(), **self._new_game.commands(), **self._what_if.commands()}

    @property
    def whole(self) -> bool:
        """Whether all of a game of the reader's own is to be seen here."""
        return self._new_game.shown

    def on_open(self) -> None:
        """All workers are there."""
        self._new_game.on_open()

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
                self._view.set_attribute(MARKED, "data-marked", "")
        self._own.show(self._drill)

    def tick(self) -> None:
        """Keep what is written."""
        self._what_if.tick()
        if self._shown == self._drill:
            if not self._exchange.holds(text := self.written()):
                self._exchange.release()
                self._own.typed(self._drill, text)
            self._own.show(self._drill)

    def flush(self) -> None:
        """Keep what is written now: the page may be about to be gone."""
        if self._shown == self._drill and not self._exchange.holds(text := self.written()):
            self._own.flush(self._drill, text)

    def on_dock(self, now: str) -> None:
        """Another dock is open."""
        if now == CODE:
            self.open()
        self._what_if.on_dock(now)

    def played(self, then: Callable[[str, bool, str], None]) -> None:
        """`then` hears the code that the drill is played by now, whether it is the original, and why there is none."""
        running = self._runs.running()
        if running:
            then(running, False, "")
        else:
            self._compiler.source(self._drill, lambda text, why: then(text, True, why))

    def open(self) -> None:
        """Load the editor and the code, if they are not there."""
        if not self._open:
            self._open = True
            self._view.set_attribute(EDITOR, "open", "")
            self._show()

    def command(self, name: str) -> Callable[[], None] | None:
        """What a button does that was made meanwhile; None where it is none of this panel."""
        return partial(self._words.press, name) if name.startswith(WORD) else self._what_if.command(name)

    def on_change(self, name: str, value: str) -> bool:
        """The field `name` now holds `value`; returns whether it is one of this panel."""
        if name == EARLIER:
            self._choose(value)
        elif name == FIND:
            self._words.find(value)
        elif name == FINDINGS:
            self._new_game.choose(value)
        return name in (EARLIER, FIND, FINDINGS) or self._what_if.on_change(name, value)

    def _choose(self, value: str) -> None:
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
        self.open()

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
        self._runs.clear()
        self._view.set_text(SAID, self._said.get(name, ""))
        if self._open:
            self._show()
        self._meet(game)
        self._what_if.on_drill(game)
        self._new_game.on_open()

    def _meet(self, game: DrillFacts) -> None:
        """This drill is played from now on."""
        if said := self._new_game.on_drill(game):
            self._say(said)

    def propose(self, text: str) -> None:
        """Show this code, which the reader runs or does not; where it is empty, put the original back."""
        name = self._drill
        if not text and name in self._originals:
            self._restore()
            return
        if not text:
            self._runs.put_original()
            return
        self.bring(text, "This is the code that the run was trained with. Read it, then press Run.")
        self._view.reveal(EDITOR)

    def bring(self, text: str, said: str) -> None:
        """Show this code, and say what it is; what stood there is to be found again."""
        name = self._drill
        if not self._exchange.holds(before := self.written()):
            self._own.set_aside(name, before)
        if before and before != text:
            self._undoable("replaced the code in the editor")
        self._runs.clear()
        self.open()
        self._texts[name] = text
        if name in self._originals:
            self._put(text)
        self._say(said)

    def _put(self, text: str) -> None:
        self._view.set_attribute(EDITOR, "data-drill", self._drill)
        self._view.set_value(EDITOR, text)
        self._shown = self._drill
        self._mark_changes()
        self._words.show(self._drill)

    def _mark_changes(self) -> None:
        original = self._originals[self._drill] if self._compared else None
        self._view.set_attribute(EDITOR, "data-original", original)

    def _compare(self) -> None:
        """Show what is not as in the original, or no more."""
        self._compared = not self._compared
        self._view.set_attribute(CHANGES, "aria-pressed", "true" if self._compared else "false")
        if self._drill in self._originals:
            self._mark_changes()

    def _remember(self) -> None:
        """What stands in the editor is to be there again when it is shown again."""
        if self._shown == self._drill:
            self._texts[self._drill] = self._view.get_value(EDITOR)

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
        self._runs.run(text, self._originals[name])

    def _restore(self) -> None:
        name = self._drill
        if name not in self._originals:
            return
        if text := self.written():
            self._undoable("put the original code back")
        self._own.set_aside(name, text)
        self._texts.pop(name, None)
        self._put(self._originals[name])
        self._runs.restore(self._originals[name])

    def _undoable(self, label: str) -> None:
        """What stands in the editor makes way, which can be taken back; the code that runs now runs again then."""
        name, other, ran = self._drill, self._view.get_value(EDITOR), self._runs.running()

        def turn() -> str:
            nonlocal other, ran
            text, running = other, ran
            other, ran = self._view.get_value(EDITOR), self._runs.running()
            self._texts[name] = text
            self._put(text)
            if running == self._runs.running():
                said = "The code is as it was. Nothing of it is run before you press Run."
            elif running == text:
                said = "The code is as it was, and is run again."
                self._runs.run(text, self._originals[name])
            else:
                said = "The code is as it was, and the original is played."
                self._runs.put_original()
            return said

        self._did(label, turn)

    def _undo(self) -> None:
        """Put the code back that runs now."""
        if self._drill not in self._originals:
            return
        text = self._runs.running() or self._originals[self._drill]
        if text == self._view.get_value(EDITOR):
            self._say("This is the code that runs now.")
        else:
            self.bring(text, "This is the code that runs now. What stood here comes back by Ctrl+Z.")

    def _say(self, said: str) -> None:
        self._said[self._drill] = said
        self._view.set_text(SAID, said)

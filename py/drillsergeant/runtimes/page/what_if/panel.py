"""The dock that asks what if: two numbers of the game and their values, a player from nothing for each, side by side.

The run in use is not touched before the visitor makes one of the players the one on screen, and is saved then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from drillsergeant.learn.files.dshq import SUFFIX
from drillsergeant.learn.program import DrillFacts
from drillsergeant.learn.trials.recipe import TrialRecipe
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.interfaces import CodeEditor
from drillsergeant.runtimes.page.number_text import compact
from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler
from drillsergeant.runtimes.page.panels.runs import FileTransfer
from drillsergeant.runtimes.page.sentences import ended
from drillsergeant.runtimes.page.undo.undo_bar import Did
from drillsergeant.runtimes.page.view import CellGrid, View
from drillsergeant.runtimes.page.what_if import grid as grids
from drillsergeant.runtimes.page.what_if.export import DOCK, GridExport
from drillsergeant.runtimes.page.what_if.form import BEGIN, BUDGET, LINK, RUN, SELECTS, VALUES, WhatIfForm
from drillsergeant.runtimes.page.what_if.grid import PlayerSoFar, WhatIfQuestion
from drillsergeant.runtimes.page.what_if.outcome import cell_grid, progress, there, told
from drillsergeant.runtimes.protocol import messages

CELL = "what-if-cell-"
STOP_AFTER_TICKS = 2  # the second click of a double click is no wish to stop
SAID, CHOSEN = "what-if-said", "what-if-chosen"
BACK = "The other grid is there again. Press one, or let them play."
UNKNOWN = "The game's numbers could not be read: {why}."


class WhatIfPanel:
    """`send` reaches the trainer; `transfer` keeps the newest grid of each drill."""

    def __init__(
        self,
        view: View,
        compiler: DrillCompiler,
        game: DrillFacts,
        editor: CodeEditor,
        send: Callable[[messages.Message], None],
        transfer: FileTransfer,
        address: Address,
        did: Did,
    ) -> None:
        """`did` hears of what can be taken back."""
        self._view, self._compiler, self._editor, self._send = view, compiler, editor, send
        self._transfer, self._address, self._did = transfer, address, did
        self._export = GridExport(view, transfer, address, self._say)
        self._form = WhatIfForm(view, address, game)
        self._game = game
        self._question: WhatIfQuestion | None = None
        self._players: dict[int, PlayerSoFar] = {}
        self._is_open = self._running = self._shown = False
        self._built = 0  # grids, ever: their buttons have names of their own
        self._ticks = 0  # since it began
        self._chosen = -1

    def commands(self) -> dict[str, Callable[[], None]]:
        """What each button does."""
        return {
            RUN: self._press,
            "what-if-show": self._show_again,
            "what-if-take": self._take,
            "what-if-code": self._open_code,
            "what-if-picture": self._save_picture,
            "what-if-link": self._copy_link,
        }

    def command(self, name: str) -> Callable[[], None] | None:
        """What pressing a player does; None where it is none."""
        found = re.fullmatch(rf"{CELL}{self._built}-(\d+)", name)
        return partial(self._choose, int(found[1])) if found else None

    def on_dock(self, now: str) -> None:
        """Another dock is open, or none."""
        was, self._is_open = self._is_open, now == DOCK
        if self._is_open and not was:
            self._open()
        self._watch()

    def on_drill(self, game: DrillFacts) -> None:
        """Another drill is played: its grid takes the place of the other's, which is kept."""
        self._compiler.end_trials()
        self._rest()
        self._shown, self._game = False, game
        self._question, self._players, self._chosen = None, {}, -1
        self._form.clear(game)
        self._show_grid()
        self._say(BEGIN)
        if self._is_open:
            self._open()

    def on_change(self, name: str, _value: str) -> bool:
        """A field holds another value; returns whether it is one of these."""
        if name in SELECTS:
            self._form.propose(SELECTS.index(name))
        return name in (*SELECTS, *VALUES, BUDGET)

    def tick(self) -> None:
        """Half a second has passed."""
        self._ticks += 1
        self._watch()

    def _watch(self) -> None:
        if self._shown:
            self._compiler.watch_trials(self._is_open, self._view.dark())

    # The form.

    def _open(self) -> None:
        """What there is to ask about, by the code that is played now; and the grid that was kept."""
        drill = self._game.name

        def then(code: str, is_original: bool, why: str) -> None:
            if drill != self._game.name:
                return
            if why:
                self._say(UNKNOWN.format(why=why))
                return
            if (said := self._form.offer(code, is_original)) and not self._players:
                self._say(said)

        self._editor.played(then)
        if self._question is None:
            self._transfer.kept(f"what-if-{drill}", partial(self._recall, drill, True))

    # Training.

    def _press(self) -> None:
        if self._running:
            if self._ticks >= STOP_AFTER_TICKS:
                self._stop()
            return
        try:
            question = self._form.asked()
        except ValueError as wrong:
            self._say(str(wrong))
            return
        if self._has_some():
            self._undoable()
        self._question = question
        self._players, self._chosen = {}, -1
        self._address.note(LINK, self._question.link(), "")
        self._begin(self._question)

    def _undoable(self) -> None:
        """The grid makes way for the answers to another question, which can be taken back."""
        other = self._question, self._players

        def turn() -> str:
            nonlocal other
            self._compiler.end_trials()
            self._rest()
            there, other = other, (self._question, self._players)
            (self._question, self._players), self._chosen, self._shown = there, -1, False
            self._show_grid()
            self._keep()
            self._say(BACK)
            return BACK

        self._did("asked another What if", turn)

    def _begin(self, question: WhatIfQuestion) -> None:
        """Train those who have not learned yet, and show all of them."""
        self._show_grid()
        self._running = self._shown = True
        self._ticks = 0
        recipe = {**asdict(TrialRecipe(question.seed, question.decisions))}
        requests = []
        for place in range(len(question.points())):
            player = self._players.get(place) or PlayerSoFar()
            if player.why:
                continue
            text = question.code(place)
            given = self._view.give_cell("what-if-grid", self._name(place))
            content = player.content or None
            requests.append(messages.TryPlayer(place, question.drill, text, "", recipe, given, content))
        self._view.set_text(RUN, "Stop")
        self._tell_progress()
        self._compiler.try_players(question.drill, requests, self._heard)
        self._watch()

    def _heard(self, answer: messages.PlayerTried | messages.Refused, place: int) -> None:
        """A worker tells of a player."""
        player = self._players.setdefault(place, PlayerSoFar())
        if isinstance(answer, messages.Refused):
            player.why = "" if player.content else ended(answer.message)
        elif not player.content:
            player.metrics = grids.clean_metrics(answer.metrics)
            if answer.over:
                player.content = bytes(answer.content) if isinstance(answer.content, bytes | memoryview) else b""
                player.film = grids.clean_film(answer.places)
        self._show_cells()
        if player.is_over:
            self._keep()
        if self._missing():
            self._tell_progress()
        else:
            self._rest()
            self._say(f"{there(self._players.values())} Press one.")
            self._show_cells()
        if place == self._chosen:
            self._show_chosen()

    def _stop(self) -> None:
        """Give up who is learning; where nobody has learned yet, the grid before is there again."""
        self._compiler.stop_trials()
        self._rest()
        if self._has_some():
            self._say("Stopped. Go on trains those that are missing.")
            self._show_cells()
            return
        self._compiler.end_trials()
        self._question, self._players, self._chosen, self._shown = None, {}, -1, False
        self._show_grid()
        self._say(f"Stopped. {BEGIN}")
        self._transfer.kept(f"what-if-{self._game.name}", partial(self._recall, self._game.name, False))

    def _has_some(self) -> bool:
        return any(player.content for player in self._players.values())

    def _rest(self) -> None:
        """Nobody is being trained."""
        self._running = False
        self._view.set_text(RUN, "Try it")
        self._view.set_attribute("what-if-progress", "hidden", "")

    def _keep(self) -> None:
        """After each player, for a visit can end at any time."""
        if self._question is not None and self._has_some():
            self._transfer.keep(f"what-if-{self._question.drill}", grids.to_json(self._question, self._players))

    def _missing(self) -> bool:
        """Whether a player that was asked for is not there, though its game could be one."""
        places = range(len(self._question.points())) if self._question else ()
        return any(not self._players.get(place, PlayerSoFar()).is_over for place in places)

    def _tell_progress(self) -> None:
        question = self._question
        assert question is not None, "somebody asked"
        done, learned = progress(question, self._players.values())
        self._view.set_attribute("what-if-progress", "hidden", None)
        self._view.set_attribute("what-if-progress", "value", f"{100 * learned:.0f}")
        total, each = len(question.points()), compact(question.decisions)
        self._say(f"{done} of {total} players are there; each learns from {each} decisions.")

    # The grid.

    def _recall(self, drill: str, opened: bool, text: str) -> None:
        """The grid of an earlier visit: who was trained is there, and plays on when asked to."""
        if not text or drill != self._game.name or self._question is not None:
            return
        try:
            question, players = grids.from_json(text)
        except ValueError:
            return  # another version's, or damaged: there is none then
        if not any(player.content for player in players.values()):
            return  # nobody was trained: there is only the question to ask
        self._question, self._players = question, players
        if opened:
            self._view.set_value(BUDGET, str(question.decisions))
        self._show_grid()
        more = "Go on to train those that are missing" if self._missing() else "Let them play"
        self._say(f"Kept from before, each of {compact(question.decisions)} decisions. Press one, or {more}.")

    def _show_again(self) -> None:
        """Let the players of an earlier visit play, and train those that are missing."""
        if self._question is not None and not self._running:
            self._begin(self._question)

    def _name(self, place: int) -> str:
        return f"{CELL}{self._built}-{place}"

    def _show_grid(self) -> None:
        """Build the grid anew: canvases are given away for good."""
        self._built += 1
        self._show_cells()
        self._show_chosen()

    def _show_cells(self) -> None:
        question = self._question
        for name in ("what-if-exports", "what-if-grid"):
            self._view.set_attribute(name, "hidden", "" if question is None else None)
        missing = self._missing()
        waiting = bool(self._players) and not self._running and (missing or not self._shown)
        self._view.set_attribute("what-if-show", "hidden", None if waiting else "")
        self._view.set_text("what-if-show", "Go on" if missing else "Let them play")
        if question is None:
            self._view.set_cells("what-if-grid", CellGrid((), (), ()))
            return
        grid = cell_grid(question, self._players, self._name, self._chosen, self._game.scene)
        self._view.set_cells("what-if-grid", grid)

    def _choose(self, place: int) -> None:
        if place not in self._players and self._question is not None:
            self._say(f"{self._question.words(place)} is not trained yet{'' if self._running else ': press Go on'}.")
            return
        self._chosen = -1 if place == self._chosen else place
        self._show_cells()
        self._show_chosen()

    def _show_chosen(self) -> None:
        player = self._players.get(self._chosen)
        self._view.set_attribute(CHOSEN, "hidden", None if player and self._question else "")
        if player is None or self._question is None:
            return
        self._view.set_text("what-if-name", self._question.words(self._chosen))
        rows = [("refused", player.why)] if player.why else told(player.metrics)
        self._view.set_rows("what-if-metrics", rows)
        self._view.set_attribute("what-if-take", "disabled", None if player.content else "")

    # One of the players.

    def _take(self) -> None:
        """Make the chosen player the one on screen, which goes on training from there."""
        player, question = self._players.get(self._chosen), self._question
        if player is not None and question is not None and player.content:
            name = f"what if {question.words(self._chosen)}"[:36]
            self._send(messages.ImportRun(f"{name}{SUFFIX}", player.content, anyway=True))
            self._say(
                f"{question.words(self._chosen)} is on screen now, as a run of its own; the run before is saved. It "
                "goes on in the game as it is played now: open its code and press Run to train it on in its own."
            )

    def _open_code(self) -> None:
        if self._question is not None and self._chosen >= 0:
            said = f"The game with {self._question.words(self._chosen)}. Press Run to play it."
            self._editor.bring(self._question.code(self._chosen), said)
            self._view.reveal("workshop-editor")

    # Out of here.

    def _save_picture(self) -> None:
        if self._question is not None:
            self._export.save_picture(self._question, self._players, self._game)

    def _copy_link(self) -> None:
        if self._question is not None:
            self._export.copy_link(self._question)

    def _say(self, said: str) -> None:
        self._view.set_text(SAID, said)

"""The page's logic: what the visitor does becomes messages to the workers, what the workers say becomes text.

It works through a `View` (the document) and a `WorkerFleet` (the workers) alone, so it runs natively in tests. It never
steps a simulation, never touches weights, and never takes long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.address import Address, Opening
from drillsergeant.runtimes.page.boot_progress import BootProgress
from drillsergeant.runtimes.page.compared.panel import Comparison, InHand
from drillsergeant.runtimes.page.interfaces import WorkerFleet
from drillsergeant.runtimes.page.match.match import MatchPart
from drillsergeant.runtimes.page.match.seed import SeedField
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.panels.docks import CODE, INSIDE, Docks
from drillsergeant.runtimes.page.panels.drill import CHOICE, FIRST, DrillPanel
from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler
from drillsergeant.runtimes.page.panels.file_desk import FileDesk
from drillsergeant.runtimes.page.panels.runs import FileTransfer, RunsPanel
from drillsergeant.runtimes.page.panels.validation import SWITCH, ValidationPanel
from drillsergeant.runtimes.page.panels.workshop import EditorPanel
from drillsergeant.runtimes.page.teaching.one_update import OneUpdate
from drillsergeant.runtimes.page.telemetry import Telemetry
from drillsergeant.runtimes.page.tools import Tools
from drillsergeant.runtimes.page.training import controls, status
from drillsergeant.runtimes.page.training.hyper_form import PREFIX, SLIDE, HyperForm
from drillsergeant.runtimes.page.training.learner import LearnerChoice
from drillsergeant.runtimes.page.training.network import NetworkPanel
from drillsergeant.runtimes.page.training.restart import RestartButton, TrainButton
from drillsergeant.runtimes.page.training.safeguards import SafeguardsSwitch
from drillsergeant.runtimes.page.training.story import Story
from drillsergeant.runtimes.page.training.suggestions import Suggestions
from drillsergeant.runtimes.page.undo.undo_bar import UndoBar
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages


class Page:
    """All state of the page that is not in the document."""

    def __init__(
        self,
        view: View,
        fleet: WorkerFleet,
        game: DrillFacts,
        seed: int,
        opening: Opening,
        compiler: DrillCompiler,
        transfer: FileTransfer,
    ) -> None:
        self._view, self._fleet = view, fleet
        self._drill, self._status = DrillPanel(view, game, compiler.bring), status.Status()
        self._narrator = status.StatusLine(view)
        self._answer = partial(self._narrator.tell, answer=True)
        self._progress, self._telemetry = BootProgress(view), Telemetry(view, game.name)
        self._begin_story(game)
        self._hyper = HyperForm(view, lambda changes: fleet.send("trainer", messages.SetHyper(changes)), opening)
        self._address = Address(view, opening.given)
        self._seed = SeedField(view, seed, self._address, self._refuse)
        to_trainer = partial(fleet.send, "trainer")
        self._train = TrainButton(view, to_trainer, self._status, self._begin_training)
        begin = self._train.begin
        self._undo = undo = UndoBar(view, to_trainer, self._answer)
        self._match = match = MatchPart(view, fleet.send, game, self._seed, self._address, self._answer, begin)
        self.on_blur, self.on_pointer, self.on_pad, self.on_gamepad = match.hands
        match.guests.did = match.replays.did = undo.done
        self.hold, self.on_no_drill, self.on_undo = match.hold, self._drill.missing, undo.on_key
        self._docks = Docks(view, self._address, self._on_dock)
        self._validation, self._one_update = ValidationPanel(view, to_trainer), OneUpdate(view, to_trainer)
        self._learner = LearnerChoice(view, to_trainer, self._address)
        self._safeguards = SafeguardsSwitch(view, to_trainer, self._address)
        self.workshop = EditorPanel(view, compiler, game, self, to_trainer, transfer, self._address, undo.done)
        self._runs = RunsPanel(view, transfer, game, to_trainer, self.workshop, undo)
        self.on_game, self.files = self._runs.on_game, FileDesk(transfer, self._runs, self.workshop, match)
        self._network = NetworkPanel(view, compiler, self.learned, game, self._address, self._runs, undo.done)
        self.on_approach = self._train.approach
        self._restart = RestartButton(view, self._start_over, self._answer)
        self._tools = Tools(view, self._address, self._answer, self.workshop.written)
        run = InHand(self._hyper, self._network, lambda: self._story.history, lambda: self._seed.value, fleet.states)
        self._compared = Comparison(view, compiler, game, run, self.workshop, to_trainer, self._address)
        self._compared.did = undo.done
        self._commands = self._buttons()
        view.connect(self)
        self._telemetry.refused(*opening.complaints)
        self._address.complain(*opening.complaints)

    def _buttons(self) -> dict[str, Callable[[], None]]:
        """What each button does, by its id."""
        panels = self._runs, self.workshop, self._docks, self._network, self._one_update, self._compared
        return {
            "train": self._press_train,
            **self._match.commands(),
            "restart": lambda: self._restart.press(self._status.trained_s),
            "defaults": lambda: self._hyper.defaults(self._undo.done),
            **self._tools.commands(),
            "dismiss": self._view.clear_errors,
            "address-note-close": partial(self._view.set_attribute, "address-note", "hidden", ""),
            **Suggestions(self._view, self._hyper, self.on_click, self.on_change, self._answer).commands(),
            SWITCH: self._validation.switch,
            **self._safeguards.commands(),
            **{name: do for part in panels for name, do in part.commands().items()},
        }

    @property
    def status(self) -> status.Status:
        """How things stand; for whoever stands between the workers and the page."""
        return self._status

    def on_message(self, role: str, index: int, message: messages.Message) -> None:
        """A worker said something."""
        match message:
            case messages.Ready():
                self._on_ready(role)
            case messages.Metrics(values=values) if role == "show":
                self._on_show(values)
            case messages.Metrics(values=values) if role == "trainer":
                self._on_trainer(values)
            case messages.UpdateTold():
                self._one_update.show(message)
            case _ if isinstance(message, messages.MATCH_NEWS):
                self._match.on_news(message)
            case messages.RunHistory(numbers=numbers, rewound=rewound):
                self._story.restore(numbers, rewound)
            case messages.KeptCode():
                self.workshop.on_kept(message)
            case _ if isinstance(message, messages.RUN_ANSWERS):
                self._runs.show(message)
                self._compared.show(message)
            case messages.Error(message=text, traceback=trace):
                name = f"{role} {index}" if role == "rollout" else role
                if role == "trainer" and self._hyper.on_refused(text):
                    self._telemetry.refused(text)
                elif role == "show" and self._match.on_refused(text):
                    self._refuse(text)
                else:
                    self.on_trouble(f"{name}: {text}", trace)

    def on_fleet(self, name: str, state: str, why: str) -> None:
        """A worker is now in `state`; `why` says what ended it."""
        self._telemetry.fleet(name, state, why, self._fleet.states())
        if state in ("restarting", "dead"):
            self._status.trouble = status.trouble(name, state, self._status.training)
            self._tell(answer=True)
        elif state == "ready" and not {"restarting", "dead"} & set(self._fleet.states().values()):
            self._status.trouble = ""
        self._update_progress()

    def _on_ready(self, role: str) -> None:
        if role == "show":
            self.on_layout()
            self._match.on_ready()
            self._drill.ready()
        elif role == "trainer":
            self._runs.on_ready()
            self.workshop.on_ready()
            for part in (self._hyper.repeat, self._validation.repeat, self._safeguards.repeat, self._learner.repeat):
                part()
        self._update_progress()

    def _update_progress(self) -> None:
        states = self._fleet.states()
        self._progress.show(states)
        self._view.set_text("fleet", self._progress.summary(states))
        began = not self._status.ready and self._progress.complete(states)
        self._network.open(self._open) if began else self._tell()

    def _open(self, reshaped: bool) -> None:
        """All is there; `reshaped`: with another network than the drill's own, whose saved runs are other ones."""
        self._status.ready = True
        self._telemetry.timing("train_ready_s")
        controls.enable(self._view)
        if reshaped:
            self._runs.offer_again()
        self.workshop.on_open()
        self._tell(answer=True)  # who looks on is waiting for this

    def _on_show(self, values: dict[str, object]) -> None:
        self._telemetry.show(values)
        self._match.on_show(values)
        if self._match.tapped():
            self._docks.suggest(INSIDE)
        clock_s = number_text.number(values.get("clock_s")) or 0.0
        if clock_s > 0 and not self._status.moving:
            self._status.moving = True
            self._telemetry.timing("match_moving_s", clock_s)
            self._tell(answer=True)

    def _on_trainer(self, values: dict[str, object]) -> None:
        self._telemetry.trainer(values)
        self._story.add(values)
        self._validation.show(values)
        self._hyper.on_told(values.get("hyper"), values.get("hyper_in_use"))
        self._safeguards.show(values)
        self._match.on_trainer(values)
        self._runs.on_timeline(values.get("timeline"))
        self._learner.show(values)
        if self._status.trained(status.taught_s(values)):
            self._tell(answer=True)
        self._status.chance = number_text.number(values.get("win_rate_random")) or 0.0

    def on_drill(self, game: DrillFacts) -> None:
        """The workers go over to another drill: the page does so, too."""
        self._match.on_drill(game)
        if self._docks.now == INSIDE:
            self._match.look_inside(True)
        self._begin_story(game)
        self._telemetry.drill(game.name)
        self._runs.on_drill(game)
        self._hyper.on_drill()
        self._drill.arrived(game)
        self.workshop.drill(game)
        if self.workshop.whole:
            self._docks.open(CODE)
        self._network.on_drill(game)
        self._compared.on_drill(game)
        self._address.note("drill", game.name, FIRST)
        self._address.write()  # a reload at once is of this drill
        self._answer(game.words.sentence)

    def _begin_story(self, game: DrillFacts) -> None:
        """Nothing is learned of this drill yet."""
        measure = self._status.measure = DrillMeasure.of(game)
        self._story = Story(self._view, measure, game.words.counts)
        self._status.trained_s = 0.0

    def on_edit(self, game: DrillFacts, lost: bool) -> None:
        """Other code is played; `lost`: by players that know nothing yet. A whole game may be another in everything."""
        self._match.on_drill(game)
        if game.called:
            self._drill.arrived(game)
            self._network.on_drill(game)
            self._story.names = game.words.counts
            self._answer(game.words.sentence)
        self._compared.on_edit(game)
        if lost:
            self._runs.on_new_network(game)
            self._status.trained_s = 0.0
        if lost and game.called:
            self._begin_story(game)

    def open_docks(self) -> None:
        """Open beside the match what the address asks for."""
        self._docks.begin()
        if self.workshop.whole and not self._address.get("dock"):
            self._docks.open(CODE)

    def _on_dock(self, before: str, now: str) -> None:
        self.workshop.on_dock(now)
        if INSIDE in (before, now):
            self._match.look_inside(now == INSIDE)

    def learned(self) -> bool:
        """Whether anything was."""
        return self._status.trained_s > 0.0

    def on_click(self, name: str) -> None:
        """The button `name` was pressed."""
        command = self._commands.get(name) or self.workshop.command(name)
        if command is not None:
            command()
            if self._match.visiting:
                self._view.focus_stage()

    def on_change(self, name: str, value: str) -> None:
        """The field `name` now holds `value`."""
        if name.startswith(PREFIX):
            self._hyper.on_change(name, value)
        elif name.startswith(SLIDE):
            self._hyper.on_slide(name, value)
        elif name == "learner":
            self._learner.choose(value)
        elif name == CHOICE:
            self._drill.choose(value)
        elif name == "seed":
            if self._seed.read():
                self._tell(answer=True)  # in the place of what was said of the one before
        elif not (self.workshop.on_change(name, value) or self._compared.on_change(name, value)):
            self._match.on_change(name, value)

    def on_key(self, code: str, key: str, down: bool, focus: str) -> bool:
        """A key went down or up; True if it was used."""
        if focus == "typing" or (focus in ("button", "tab") and code == "Space"):
            return False
        if focus == "tab" and down and self._docks.step(code):
            return True
        if self._match.on_key(code, down):
            return True
        name = self._tools.shortcut(code, key)
        if name is None or (name == "train" and not self._status.ready):
            return False
        if down:
            self._commands[name]()
        return True

    def on_layout(self) -> None:
        """The stage has another size, other colours, or is to be calm."""
        self._match.on_layout()
        self._docks.mark()

    def on_hover(self, x: float | None) -> None:
        """The pointer is over a chart, or has left it."""
        self._story.hover(x)

    def on_tick(self) -> None:
        """Half a second has passed."""
        self._tell()
        self._telemetry.write()
        self._hyper.settle()
        self._hyper.note(self._address)
        self._address.write()
        for part in (self._story, self._restart, self._network, self._runs, self.workshop, self._compared):
            part.tick()

    def on_trouble(self, message: str, detail: str) -> None:
        """Something failed: show it and keep it for whoever reads the telemetry."""
        self._telemetry.error(message)
        self._view.add_error(message, detail)

    def _press_train(self) -> None:
        self._train.press()
        self._tell(answer=True)

    def _begin_training(self) -> None:
        self._runs.on_training()
        self._match.on_training()

    def _start_over(self) -> None:
        """Begin again with the settings as they are."""
        if self._seed.read():
            self.forget()
            (self._match.on_forgotten if self._status.training else self._press_train)()
            self._answer("Everything learned is forgotten; the players start from nothing.")

    def forget(self) -> None:
        """Let the trainer start from nothing."""
        self._fleet.send("trainer", messages.ResetTrainer(self._seed.value))

    def _refuse(self, text: str) -> None:
        self._telemetry.refused(text)
        self._answer(text)

    def _tell(self, answer: bool = False) -> None:
        self._narrator.tell(status.describe(self._status, self._story.result), answer)

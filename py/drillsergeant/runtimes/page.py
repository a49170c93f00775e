"""The page's logic: what the visitor does becomes messages to the workers, what the workers say becomes text.

It works through a ``View`` (the document) and a ``Crew`` (the workers) alone, so it runs natively in tests. It never
steps a simulation, never touches weights, and never takes long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from drillsergeant.runtimes import page_numbers, page_status, protocol
from drillsergeant.runtimes.drawing import fit
from drillsergeant.runtimes.page_address import Address, Opening
from drillsergeant.runtimes.page_crew import Crew, Game
from drillsergeant.runtimes.page_drill import CHOICE, FIRST, DrillPanel
from drillsergeant.runtimes.page_factory import HINT, FactoryToggle
from drillsergeant.runtimes.page_hyper import NAMES, PREFIX, SLIDE, HyperForm
from drillsergeant.runtimes.page_keys import DASH, PLAY_CODES, HeldKeys
from drillsergeant.runtimes.page_progress import Progress
from drillsergeant.runtimes.page_restart import RestartButton
from drillsergeant.runtimes.page_runs import Door, RunsPanel
from drillsergeant.runtimes.page_story import Story
from drillsergeant.runtimes.page_telemetry import Telemetry
from drillsergeant.runtimes.page_tools import Tools
from drillsergeant.runtimes.page_tries import TRIES, Tries
from drillsergeant.runtimes.page_validation import SWITCH, ValidationPanel
from drillsergeant.runtimes.page_view import View
from drillsergeant.runtimes.protocol_runs import RUN_ANSWERS

HUMAN_SIDE = 0
LARGEST_PX = 4096
SHOW_CONTROLS = ("play", "step", "factory", "speed", "seed", "reset", "mode")
MODES = ("ai_vs_ai", "human_vs_ai")
TRAINING_CONTROLS = (
    "train", "restart", "defaults", *TRIES, *(kind + name for kind in (PREFIX, SLIDE) for name in NAMES)
)  # fmt: skip


class Page:
    """All state of the page that is not in the document."""

    def __init__(
        self, view: View, crew: Crew, game: Game, seed: int, opening: Opening, bring: Callable[[str], None], door: Door
    ) -> None:
        self._view, self._crew, self._game = view, crew, game
        self._drill = DrillPanel(view, game, bring)
        self._situation = page_status.Situation(alone=game.sides == 1)
        self._narrator = page_status.Narrator(view)
        answer = partial(self._narrator.tell, answer=True)
        self._progress = Progress(view)
        self._telemetry = Telemetry(view, game.name)
        self._story = Story(view)
        self._hyper = HyperForm(view, lambda changes: crew.send("trainer", protocol.SetHyper(changes)), opening)
        self._address = Address(view, opening.given)
        self._factory = FactoryToggle(view, lambda message: crew.send("show", message))
        self._validation = ValidationPanel(view, lambda message: crew.send("trainer", message))
        self._runs = RunsPanel(view, door, game.name, lambda message: crew.send("trainer", message))
        self._keys = HeldKeys(game, HUMAN_SIDE)
        self._playing, self._dragging = True, False
        self._speed, self._seed, self._learner = "1", str(seed), ""
        self._restart = RestartButton(view, self._start_over, answer)
        self._commands: dict[str, Callable[[], None]] = {
            "train": self._train,
            "play": self._play,
            "step": self._step,
            "factory": self._change_view,
            "reset": self._reset,
            "restart": lambda: self._restart.press(self._situation.trained_s),
            "defaults": self._hyper.defaults,
            **Tools(view, self._address, answer).commands(),
            "dismiss": view.clear_errors,
            **Tries(view, self._hyper, self.on_click, self.on_change, answer).commands(),
            SWITCH: self._validation.switch,
            **self._runs.commands(),
        }
        view.set_value("seed", self._seed)
        view.connect(self)
        for complaint in opening.complaints:
            self._telemetry.refused(complaint)
            view.add_error(complaint, "")

    # What the workers say.

    def on_message(self, role: str, index: int, message: protocol.Message) -> None:
        """A worker said something."""
        match message:
            case protocol.Ready():
                self._on_ready(role)
            case protocol.Metrics(values=values) if role == "show":
                self._on_show(values)
            case protocol.Metrics(values=values) if role == "trainer":
                self._on_trainer(values)
            case _ if isinstance(message, RUN_ANSWERS):
                self._runs.show(message)
            case protocol.Error(message=text, traceback=trace):
                name = f"{role} {index}" if role == "rollout" else role
                if role == "trainer" and self._hyper.on_refused(text):
                    self._telemetry.refused(text)
                else:
                    self.on_trouble(f"{name}: {text}", trace)

    def on_fleet(self, name: str, state: str, why: str) -> None:
        """A worker is now in ``state``; ``why`` says what ended it."""
        self._telemetry.fleet(name, state, why, self._crew.states())
        if state in ("restarting", "dead"):
            self._situation.trouble = page_status.trouble(name, state, self._situation.training)
            self._tell(answer=True)
        elif state == "ready" and not {"restarting", "dead"} & set(self._crew.states().values()):
            self._situation.trouble = ""
        self._update_progress()

    def _on_ready(self, role: str) -> None:
        if role == "show":
            self.on_layout()
            if not self._playing:
                self._crew.send("show", protocol.Pause())
            self._enable(SHOW_CONTROLS)
            self._drill.ready()
            if not self._situation.moving:
                self._reopen()
        elif role == "trainer":
            self._runs.on_ready()
            self._hyper.repeat()
            self._validation.repeat()
            if self._learner:
                self._crew.send("trainer", protocol.SetLearner(self._learner))
        self._update_progress()

    def _reopen(self) -> None:
        """Give a new show what the visitor, or the address, has chosen."""
        if self._address.get("speed"):
            self._view.set_value("speed", self._address.get("speed"))
            self._set_speed(self._address.get("speed"))
        if self._factory.on:
            self._crew.send("show", protocol.SetView("factory"))
        elif self._address.get("view") == "factory":
            self._change_view()

    def _update_progress(self) -> None:
        states = self._crew.states()
        self._progress.show(states)
        self._view.set_text("fleet", self._progress.summary(states))
        if not self._situation.ready and self._progress.complete(states):
            self._situation.ready = True
            self._telemetry.timing("train_ready_s")
            self._enable(TRAINING_CONTROLS)
        self._tell()

    def _on_show(self, values: dict[str, object]) -> None:
        self._telemetry.show(values)
        page_numbers.write_show(self._view, values)
        self._factory.show(values)
        clock_s = page_numbers.number(values.get("clock_s")) or 0.0
        if clock_s > 0 and not self._situation.moving:
            self._situation.moving = True
            self._telemetry.timing("match_moving_s", clock_s)
            self._tell()

    def _on_trainer(self, values: dict[str, object]) -> None:
        self._telemetry.trainer(values)
        self._story.add(values)
        self._validation.show(values)
        self._hyper.on_used(values.get("hyper"))
        if not self._learner and "learner_choice" in values:
            self._view.set_value("learner", str(values["learner_choice"]))
        self._situation.trained_s = page_numbers.number(values.get("t_s")) or 0.0
        self._situation.chance = page_numbers.number(values.get("win_rate_random")) or 0.0

    def on_drill(self, game: Game) -> None:
        """The workers go over to another drill: the page does so, too."""
        self._game, self._keys = game, HeldKeys(game, HUMAN_SIDE)
        self._story = Story(self._view)
        self._situation.trained_s, self._situation.alone = 0.0, game.sides == 1
        self._telemetry.drill(game.name)
        self._runs.on_drill(game.name)
        self._drill.arrived(game)
        self._address.note("drill", game.name, FIRST)
        self._write_hint()
        self._narrator.tell(game.words.sentence, answer=True)

    def on_no_drill(self, name: str, why: str) -> None:
        """Another drill was wanted and could not be had."""
        self._drill.missing(name, why)

    # What the visitor does.

    def on_click(self, name: str) -> None:
        """The button ``name`` was pressed."""
        command = self._commands.get(name)
        if command is not None:
            command()
            if self._situation.mode == "human_vs_ai":
                self._view.focus_stage()

    def on_change(self, name: str, value: str) -> None:
        """The field ``name`` now holds ``value``."""
        if name.startswith(PREFIX):
            self._hyper.on_change(name, value)
        elif name.startswith(SLIDE):
            self._hyper.on_slide(name, value)
        elif name == "speed":
            self._set_speed(value)
        elif name == "learner" and value in protocol.LEARNERS:
            self._learner = value
            self._address.note("learner", value, "auto")
            self._crew.send("trainer", protocol.SetLearner(value))
        elif name == "mode":
            self._set_mode(value)
        elif name == CHOICE:
            self._drill.choose(value)
        elif name == "seed":
            self._read_seed()

    def on_key(self, code: str, key: str, down: bool, focus: str) -> bool:
        """A key went down or up; True if it was used."""
        if focus == "typing" or (focus == "button" and code == "Space"):
            return False
        if self._situation.mode == "human_vs_ai" and code in PLAY_CODES:
            self._act(self._keys.change(code, down))
            return True
        shortcuts = {"t": "train", "r": "reset", ".": "step", "f": "factory", " ": "play", "?": "help", "l": "share"}
        name = shortcuts.get(" " if code == DASH else key.lower())
        if name is None or (name == "train" and not self._situation.ready):
            return False
        if down:
            self._commands[name]()
        return True

    def on_blur(self) -> None:
        """The keyboard is elsewhere: let go of all keys and of what is dragged."""
        self._act(self._keys.release())
        if self._dragging:
            self.on_pointer("up", 0.0, 0.0)

    def on_pointer(self, phase: str, x_px: float, y_px: float) -> None:
        """Drag a body; the show picks the one nearest to where it began."""
        if self._factory.on or (phase != "down" and not self._dragging):
            return
        self._dragging = phase != "up"
        if not self._dragging:
            self._crew.send("show", protocol.Input(released=True))
            return
        width, height, _ = self._view.stage_size()
        x_m, y_m = fit(self._game.scene, width, height).to_field(x_px, y_px)
        self._crew.send("show", protocol.Input(x_m=x_m, y_m=y_m))

    def on_layout(self) -> None:
        """The stage has another size or other colours."""
        width, height, ratio = self._view.stage_size()
        device_px = [max(1, min(LARGEST_PX, round(length * ratio))) for length in (width, height)]
        self._crew.send("show", protocol.Resize(device_px[0], device_px[1], self._view.dark()))

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
        self._story.tick()
        self._restart.tick()
        self._runs.tick()

    def on_trouble(self, message: str, detail: str) -> None:
        """Something failed: show it and keep it for whoever reads the telemetry."""
        self._telemetry.error(message)
        self._view.add_error(message, detail)

    # The buttons.

    def _train(self) -> None:
        on = self._situation.training = not self._situation.training
        self._crew.send("trainer", protocol.StartTraining() if on else protocol.StopTraining())
        self._runs.on_training()
        self._view.set_attribute("train", "aria-pressed", "true" if on else "false")
        self._view.set_text("train", "Stop" if on else "Train")
        self._tell(answer=True)

    def _play(self) -> None:
        self._playing = not self._playing
        self._crew.send("show", protocol.Play() if self._playing else protocol.Pause())
        self._view.set_attribute("play", "aria-pressed", "true" if self._playing else "false")
        self._view.set_text("play", "Pause" if self._playing else "Play")

    def _step(self) -> None:
        if self._playing:
            self._play()
        self._crew.send("show", protocol.Step(self._game.action_repeat))

    def _change_view(self) -> None:
        self.on_blur()
        self._factory.turn(not self._factory.on)
        self._address.note("view", "factory" if self._factory.on else "match", "match")
        self._write_hint()

    def _reset(self) -> None:
        if self._read_seed():
            self._crew.send("show", protocol.ResetShow(int(self._seed)))

    def _start_over(self) -> None:
        """Begin again with the settings as they are."""
        if self._read_seed():
            self._crew.send("trainer", protocol.ResetTrainer(int(self._seed)))
            if not self._situation.training:
                self._train()
            self._narrator.tell("Everything learned is forgotten; the players start from nothing.", answer=True)

    def _read_seed(self) -> bool:
        """Take the seed field over; what is no seed is put back and explained."""
        text = self._view.get_value("seed").strip()
        low, high = protocol.SEED_RANGE
        if text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high:
            self._seed = text
            self._address.note("seed", text, "1")
            return True
        self._view.set_value("seed", self._seed)
        shown = text if len(text) <= 20 else text[:20] + "…"
        refusal = f"A seed is a whole number from {low} to {high}, not {shown!r}. It stays at {self._seed}."
        self._telemetry.refused(refusal)
        self._narrator.tell(refusal, answer=True)
        return False

    def _set_speed(self, text: str) -> None:
        value = page_numbers.number(float(text)) if text.replace(".", "", 1).isdigit() else None
        low, high = protocol.SPEED_RANGE
        if value is None or not low <= value <= high:
            self._view.set_value("speed", self._speed)
            return
        self._speed = text
        self._address.note("speed", text, "1")
        self._crew.send("show", protocol.SetSpeed(value))

    def _set_mode(self, mode: str) -> None:
        if mode not in MODES:
            self._view.set_value("mode", self._situation.mode)
            return
        self.on_blur()
        self._situation.mode = mode
        self._seat()
        self._view.set_attribute("stage", "data-mode", mode)
        self._factory.turn(on=False)
        self._write_hint()
        if mode == "human_vs_ai":
            self._view.focus_stage()

    def _seat(self) -> None:
        left = protocol.VISITOR if self._situation.mode == "human_vs_ai" else protocol.NEWEST
        self._crew.send("show", protocol.SetPlayers(left))

    def _write_hint(self) -> None:
        self._view.set_text("hint", HINT if self._factory.on else self._drill.hint(self._situation.mode))

    def _act(self, action: int | None) -> None:
        if action is not None and self._situation.mode == "human_vs_ai":
            self._crew.send("show", protocol.Input(action=action))

    def _enable(self, names: tuple[str, ...]) -> None:
        for name in names:
            self._view.set_attribute(name, "disabled", None)

    def _tell(self, answer: bool = False) -> None:
        self._narrator.tell(page_status.describe(self._situation, self._story.points), answer)

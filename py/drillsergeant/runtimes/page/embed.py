"""The page inside somebody else's: what its host asks for is done as a visitor would do it, what happens is told.

The host speaks JSON texts and policy files through `web/gate.js`; docs/embedding.md is the protocol in words. Values,
and code, which is shown and not run: but for pages of the frame's own origin, which have their reader's press for it.
What is malformed is answered with an error that says what is allowed, and nothing else happens.
"""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Protocol

from drillsergeant.learn.ppo.hyper import current_names
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.address import CHOICES
from drillsergeant.runtimes.page.number_text import number
from drillsergeant.runtimes.page.panels.code_link import MOST_CODE
from drillsergeant.runtimes.page.panels.workshop import EditorPanel
from drillsergeant.runtimes.page.sentences import shortened
from drillsergeant.runtimes.page.training.hyper_form import NAMES, PREFIX
from drillsergeant.runtimes.page.training.status import Status
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ImportRun, Runs
from drillsergeant.runtimes.supervisor.surroundings import FleetListener

PROTOCOL = 1
WORDS = ("train", "stop", "pause", "resume", "hyper", "theme", "code")
FIELDS = {"resume": ("train",), "hyper": ("values",), "theme": ("value",), "code": ("text", "run")}
THEMES = CHOICES["theme"]
DEEPEST = 8  # brackets in a message, outside of texts; none needs more than two, and a parser may choke on thousands
STRING = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)  # of JSON, or one that does not end
FILE = "a policy from the page around"
MOST_FILES = 4  # that wait for the trainer
STOPPED = "the part that learns has stopped; try again once it is back"
LONGEST = 500  # characters of an error worth telling


class EmbeddedPage(FleetListener, Protocol):
    """The page, as far as a host may move it."""

    @property
    def status(self) -> Status:
        """How things stand."""

    @property
    def workshop(self) -> EditorPanel:
        """The editor, which shows code and does not run it."""

    def on_click(self, name: str) -> None:
        """The button `name` was pressed."""

    def on_change(self, name: str, value: str) -> None:
        """The field `name` now holds `value`."""

    def hold(self, on: bool) -> None:
        """Let the match stand still while nobody can see it, or go on."""

    def on_drill(self, game: DrillFacts) -> None:
        """The workers go over to another drill."""

    def on_edit(self, game: DrillFacts, lost: bool) -> None:
        """Other code of this drill is played."""

    def on_no_drill(self, name: str, why: str) -> None:
        """Another drill was wanted and could not be had."""


def read(text: str) -> dict[str, object]:
    """Return a message: a type that is known, and fields of the right kind.

    Raises: ValueError with a sentence.
    """
    bare = STRING.sub("", text)
    if bare.count("{") + bare.count("[") > DEEPEST:
        raise ValueError("no message has so many brackets")
    try:
        message = json.loads(text, parse_constant=_no_number, parse_int=float)
    except ValueError as wrong:
        raise ValueError(f"a message is JSON, this is not: {wrong}") from wrong
    if not isinstance(message, dict) or message.get("type") not in WORDS:
        raise ValueError(f"a message is an object whose type is one of {', '.join(WORDS)}")
    kind = message["type"]
    allowed = {"type", *FIELDS.get(kind, ())}
    if unknown := message.keys() - allowed:
        raise ValueError(f"{kind} has no field {_short(min(unknown))!r}")
    if kind == "resume" and not isinstance(message.setdefault("train", True), bool):
        raise ValueError("train must be true or false")
    if kind == "theme" and message.get("value") not in THEMES:
        raise ValueError(f"value must be one of {', '.join(THEMES[1:])}, or empty where that is up to the reader")
    if kind == "code":
        _check_code(message.get("text"))
        if not isinstance(message.setdefault("run", False), bool):
            raise ValueError("run must be true or false")
    if kind == "hyper":
        message["values"] = _hyper(message.get("values"))
    return message


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _hyper(values: object) -> dict[str, float]:
    if not isinstance(values, dict) or not values:
        raise ValueError('values must be an object of numbers by name, such as {"clip_coef": 0.2}')
    values = current_names(values)
    for name, value in values.items():
        if name not in NAMES:
            raise ValueError(f"values has no {_short(name)!r}; there are {', '.join(NAMES)}")
        if not isinstance(value, float) or not math.isfinite(value):
            raise ValueError(f"{name} must be a number")
    return values


def _check_code(text: object) -> None:
    if not isinstance(text, str) or not text.strip():
        raise ValueError("text must be Python, as a text")
    if len(text) > MOST_CODE:
        raise ValueError(f"text must be at most {MOST_CODE} characters, not {len(text)}")
    try:
        text.encode()
    except UnicodeEncodeError as half:
        raise ValueError(f"text has half a character at {half.start}, which no editor shows") from half


def _short(text: str) -> str:
    return shortened(text, 40)


class Embed:
    """Between the workers and the page, where it hears all the page hears; `send` reaches a role of workers."""

    def __init__(
        self,
        page: EmbeddedPage,
        view: View,
        send: Callable[[str, messages.Message], None],
        mode: str,
        why: str,
        drill: str,
    ) -> None:
        self._page, self._view, self._send = page, view, send
        self._mode, self._why, self._drill = mode, why, drill
        self._post: Callable[[str], None] = lambda _text: None
        self._origin = ""
        self._same_origin = False
        self._to_run = ""  # code that a press is for, once it can be run
        self._held = False
        self._wanted = False  # training, once it is possible
        self._told_ready = self._told_training = False
        self._score = (0.0, 0.0)
        self._learns = False  # whether the trainer is there
        self._files: list[bytes] = []  # policies that came before it
        self._asked = 0  # policies whose answer is still to come

    # The host.

    def greet(self, post: Callable[[str], None], origin: str, *, same_origin: bool = False) -> None:
        """The host is there, at `origin`, which may be the page's own: tell it what there is to know."""
        self._post, self._origin, self._same_origin = post, origin, same_origin
        self._tell("mode", protocol=PROTOCOL, mode=self._mode, why=self._why, drill=self._drill, embedded_by=origin)
        self._told_ready = self._told_training = False
        self._look()

    def hear(self, data: str | bytes) -> None:
        """The host says something."""
        if isinstance(data, bytes):
            self._load(data)
            return
        try:
            message = read(data)
        except ValueError as wrong:
            self._tell("error", about="message", message=str(wrong)[:LONGEST])
            return
        match message:
            case {"type": "train"}:
                self._train(True)
            case {"type": "stop"}:
                self._train(False)
            case {"type": "pause"}:
                self._hold()
            case {"type": "resume", "train": bool(train)}:
                self._resume(train)
            case {"type": "hyper", "values": dict(values)}:
                self._tune(values)
            case {"type": "theme", "value": str(theme)}:
                self._wear(theme)
            case {"type": "code", "text": str(code), "run": bool(run)}:
                self._show_code(textwrap.dedent(code).strip("\n") + "\n", run)
        self._look()

    def sized(self, height_px: int) -> None:
        """The page is now so high."""
        self._tell("size", height=height_px)

    def _train(self, on: bool) -> None:
        status = self._page.status
        if self._held or not status.ready:
            self._wanted = on
        elif status.training != on:
            self._page.on_click("train")

    def _hold(self) -> None:
        if not self._held:
            wanted = self._page.status.training or self._wanted
            self._train(False)
            self._held, self._wanted = True, wanted
            self._page.hold(True)

    def _resume(self, train: bool) -> None:
        if self._held:
            self._held = False
            self._page.hold(False)
            wanted, self._wanted = self._wanted and train, False
            if wanted:
                self._train(True)

    def _tune(self, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._view.set_value(PREFIX + name, f"{value:g}")
            self._page.on_change(PREFIX + name, f"{value:g}")

    def _show_code(self, code: str, run: bool) -> None:
        self._page.workshop.bring(
            code, f"This code came with the page around, {self._origin}. Read it, then press Run."
        )
        self._to_run = code if run and self._same_origin else ""
        if run and not self._same_origin:
            why = "the code is shown and not run: that is up to the reader, but on pages of the frame's own origin"
            self._tell("error", about="message", message=why)

    def _run_code(self) -> None:
        """Do what the reader has pressed for, once the workers and the code are there; not if something else is."""
        shown = self._page.workshop.shown()
        if self._to_run and shown is not None and self._page.status.ready:
            code, self._to_run = self._to_run, ""
            if shown.strip() == code.strip():
                self._page.on_click("workshop-run")

    def _wear(self, theme: str) -> None:
        """Put on the colours of the page around, without making them the reader's own choice."""
        self._view.choose("theme", theme or None)
        self._view.set_attribute("theme", "aria-pressed", "true" if self._view.dark() else "false")

    def _load(self, content: bytes) -> None:
        if self._learns:
            self._asked += 1
            self._send("trainer", ImportRun(FILE, content))
        elif len(self._files) < MOST_FILES:
            self._files.append(content)
        else:
            self._tell("policy", ok=False, note=f"{MOST_FILES} policies wait already")

    def _tell(self, kind: str, **fields: object) -> None:
        self._post(json.dumps({"type": kind, **fields}))

    # The workers.

    def on_message(self, role: str, index: int, message: messages.Message) -> None:
        """A worker said something."""
        self._page.on_message(role, index, message)
        match message:
            case messages.Metrics(values=values) if role == "trainer":
                self._on_trainer(values)
            case messages.Metrics(values=values) if role == "show":
                self._on_show(values)
            case Runs(note=note, refused=refused, imported=name) if name == FILE and self._asked:
                self._asked -= 1
                self._tell("policy", ok=not refused, note=note[:LONGEST])
            case messages.Error(message=text):
                self._tell("error", about=role, message=text[:LONGEST])
        self._look()

    def on_fleet(self, name: str, state: str, why: str) -> None:
        """A worker is now in `state`."""
        self._page.on_fleet(name, state, why)
        if name == "trainer":
            self._on_learner(state == "ready")
        if state == "dead":
            self._tell("error", about=name, message=why[:LONGEST])
        self._look()

    def on_drill(self, game: DrillFacts) -> None:
        """The workers go over to another drill, or the same one with other words."""
        self._page.on_drill(game)
        self._drill, self._score = game.name, (0.0, 0.0)
        self._view.set_text("embed-wins", "")

    def on_edit(self, game: DrillFacts, lost: bool) -> None:
        """Other code of this drill is played."""
        self._page.on_edit(game, lost)

    def on_no_drill(self, name: str, why: str) -> None:
        """Another drill was wanted and could not be had."""
        self._page.on_no_drill(name, why)
        self._tell("error", about="drill", message=f"{_short(name)}: {why}"[:LONGEST])

    def _on_learner(self, there: bool) -> None:
        """The trainer is there now, or no more: a file that it had in hand is not answered by the next one."""
        self._learns = there
        if there:
            files, self._files = self._files, []
            for content in files:
                self._load(content)
            return
        for _ in range(self._asked):
            self._tell("policy", ok=False, note=STOPPED)
        self._asked = 0

    def _look(self) -> None:
        """Tell what has changed in how things stand, whoever changed it."""
        status = self._page.status
        if status.ready and not self._told_ready:
            self._told_ready = True
            self._tell("ready", drill=self._drill)
            if self._wanted and not self._held:
                self._wanted = False
                self._train(True)
        if status.training != self._told_training:
            self._told_training = status.training
            self._tell("training", on=status.training)
        self._run_code()

    def _on_trainer(self, values: Mapping[str, object]) -> None:
        found = {name: value for name, each in values.items() if (value := number(each)) is not None}
        self._tell("metrics", values=found)
        if headline := self._page.status.measure.headline(found):
            self._view.set_text("embed-wins", headline)

    def _on_show(self, values: Mapping[str, object]) -> None:
        inside = values.get("inside")
        if isinstance(inside, Mapping) and inside.get("recalled", -1) != -1:
            return  # scores of a moment that is shown again: no goal is made after it
        score = (number(values.get("score_0")) or 0.0, number(values.get("score_1")) or 0.0)
        if sum(score) > sum(self._score):
            self._tell("goal", score=score)
        self._score = score

"""A document and a crew that only remember, for tests of the page's logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Scene, WinRate, Words
from drillsergeant.learn.program import DrillFacts, keys_of
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.page import Page
from drillsergeant.runtimes.page.panels.runs import FileEvents
from drillsergeant.runtimes.page.view import Bar, CellGrid, ChartData, ListEntry, StripRow, Tone, ViewEvents
from drillsergeant.runtimes.protocol import codec, messages

from tests.fakes.forge import FakeForge

ALL_READY = {"show": "ready", "trainer": "ready", "rollout.0": "ready"}


class FakeView:
    """Keeps texts, values and attributes by id; the clock is set by the test."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.attributes: dict[tuple[str, str], str | None] = {}
        self.rows: dict[str, list[tuple[str, ...]]] = {}
        self.errors: list[tuple[str, str]] = []
        self.charts: dict[str, ChartData] = {}
        self.bars: dict[str, list[list[Bar]]] = {}
        self.strips: dict[str, list[StripRow]] = {}
        self.choices: dict[str, list[tuple[str, list[ListEntry]]]] = {}
        self.cells: dict[str, CellGrid] = {}
        self.given: list[str] = []  # names of cells
        self.before, self.inserted = "", ""  # of the editor's cursor
        self.heard: list[Sequence[Tone]] = []
        self.filled = ""  # what fills the screen
        self.can_fill = True
        self.knobs: dict[str, tuple[float, float]] = {}
        self.watching = False
        self.address: dict[str, str] = {}
        self.copying_allowed = True
        self.copied = ""
        self.dialogs: dict[str, bool] = {}
        self.preferred: dict[str, str | None] = {}  # for the next visit, too
        self.chosen: dict[str, str | None] = {}  # for this one
        self.time_s = 100.0
        self.focused = 0
        self.revealed = ""
        self.is_dark = self.is_calm = self.is_coarse = False
        self.roomy = True  # for docks beside the match
        self.size = (735.0, 445.0, 2.0)

    def connect(self, events: ViewEvents) -> None:
        self.events = events

    def set_text(self, name: str, text: str) -> None:
        self.texts[name] = text

    def set_attribute(self, name: str, attribute: str, value: str | None) -> None:
        self.attributes[(name, attribute)] = value

    def set_value(self, name: str, value: str) -> None:
        self.values[name] = value

    def set_rows(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        self.rows[name] = [tuple(row) for row in rows]

    def set_options(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        self.rows[name] = list(options)
        if self.values.get(name) not in [value for value, _ in options]:
            self.values[name] = ""

    def set_chart(self, name: str, data: ChartData) -> None:
        assert all(len(column) == len(data.columns[0]) for column in data.columns)
        self.charts[name] = data

    def set_choices(self, name: str, groups: Sequence[tuple[str, Sequence[ListEntry]]]) -> None:
        self.choices[name] = [(title, list(choices)) for title, choices in groups]

    def set_cells(self, name: str, grid: CellGrid) -> None:
        self.cells[name] = grid

    def give_cell(self, name: str, cell: str) -> object:
        assert cell in [each.name for each in self.cells[name].cells]
        assert cell not in self.given, "a canvas is given away once"
        self.given.append(cell)
        return cell

    def set_bars(self, name: str, groups: Sequence[Sequence[Bar]]) -> None:
        self.bars[name] = [list(group) for group in groups]

    def set_strip(self, name: str, rows: Sequence[StripRow]) -> None:
        self.strips[name] = list(rows)

    def watch_full_screen(self, told: Callable[[bool], None]) -> bool:
        self.full_screen = told
        return self.can_fill

    def fill_screen(self, name: str, on: bool) -> None:
        self.filled = name if on else ""
        self.full_screen(on)

    def play(self, tones: Sequence[Tone]) -> None:
        self.heard.append(tones)

    def move_knob(self, name: str, x: float, y: float) -> None:
        self.knobs[name] = x, y

    def watch_gamepad(self, on: bool) -> None:
        self.watching = on

    def prefer(self, name: str, value: str | None) -> None:
        self.preferred[name] = value
        self.choose(name, value)

    def choose(self, name: str, value: str | None) -> None:
        self.chosen[name] = value

    def choice(self, name: str) -> str:
        return self.chosen.get(name) or ""

    def set_address(self, values: Mapping[str, str]) -> None:
        self.address = dict(values)

    def location(self) -> str:
        return "https://here.example/drill/index.html?" + urlencode(self.address)

    def copy(self, text: str, done: Callable[[bool], None]) -> None:
        self.copied = text
        done(self.copying_allowed)

    def open_dialog(self, name: str, shown: bool) -> None:
        self.dialogs[name] = shown

    def get_value(self, name: str) -> str:
        return self.values[name]

    def before_cursor(self, name: str) -> str:
        return self.before

    def insert(self, name: str, text: str) -> None:
        self.inserted += text

    def add_error(self, message: str, detail: str) -> None:
        self.errors.append((message, detail))

    def clear_errors(self) -> None:
        self.errors.clear()

    def reveal(self, name: str) -> None:
        self.revealed = name

    def focus_stage(self) -> None:
        self.focused += 1

    def stage_size(self) -> tuple[float, float, float]:
        return self.size

    def calm(self) -> bool:
        return self.is_calm

    def coarse(self) -> bool:
        return self.is_coarse

    def docked(self) -> bool:
        return self.roomy

    def dark(self) -> bool:
        return self.choice("theme") == "dark" if self.choice("theme") else self.is_dark

    def now_s(self) -> float:
        return self.time_s


class FakeDoor:
    """Keeps what went out; the test says what comes in."""

    def __init__(self) -> None:
        self.downloads: list[tuple[str, object]] = []
        self.persisting: list[Callable[[bool], None]] = []
        self.drafts: dict[str, str] = {}
        self.long_texts: dict[str, str] = {}
        self.forgotten = 0  # links

    def connect(self, guard: FileEvents) -> None:
        self.guard = guard

    def download(self, filename: str, content: object) -> None:
        self.downloads.append((filename, content))

    def forget_link(self) -> None:
        self.forgotten += 1

    def persist(self, then: Callable[[bool], None]) -> None:
        self.persisting.append(then)

    def note(self, name: str, text: str | None) -> None:
        if text is None:
            self.drafts.pop(name, None)
        else:
            self.drafts[name] = text

    def noted(self, name: str) -> str:
        return self.drafts.get(name, "")

    def keep(self, name: str, text: str) -> None:
        self.long_texts[name] = text

    def kept(self, name: str, then: Callable[[str], None]) -> None:
        then(self.long_texts.get(name, ""))


class FakeCrew:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, messages.Message]] = []
        self.state = dict.fromkeys(ALL_READY, "starting")

    def send(self, role: str, message: messages.Message) -> None:
        codec.decode(codec.encode(message), role)  # what the page sends, its receiver accepts
        self.sent.append((role, message))

    def states(self) -> dict[str, str]:
        return dict(self.state)

    def take(self) -> list[tuple[str, messages.Message]]:
        """Return what was sent since the last call."""
        sent, self.sent = self.sent, []
        return sent


def spelt(player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
    """An action that spells the keys."""
    return right + 1, up + 1, turn + 1, int(dash)


STILL = list(spelt(0, 0, 0, 0, False))
# What the show is told when training begins for the first time.
CONTEST = [("show", messages.SetPlayers(right=messages.SCRIPTED)), ("show", messages.StartContest())]


def small_game(**changes: object) -> DrillFacts:
    """A drill as the page knows it, with few actions and little to see."""
    facts = DrillFacts(
        name="ball",
        words=Words("Ball Drill", "Squares play soccer.", ("Orange", "Blue"), "goals", "A field.", "WASD move."),
        teams=(1, 1),
        heads=(Discrete("move", ("stay", "run")), Discrete("dash", ("no dash", "dash"))),
        action_repeat=8,
        tick_hz=120,
        time_limit_s=20.0,
        fields=COMMON_FIELDS,
        observation=("own_x", "ball_x"),
        reward_terms=("goal",),
        objective=WinRate(),
        scene=Scene(6.0, 4.0, 1.3, 0.9, (Body("disc", "ball", "x", "y", 0.3),)),
        keys=keys_of(spelt, 2),
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


class Sitting:
    """A page with its fakes, and shorthands for what happens to it."""

    def __init__(
        self, opening: Opening | None = None, transfer: FakeDoor | None = None, game: DrillFacts | None = None
    ) -> None:
        self.view, self.fleet, self.transfer = FakeView(), FakeCrew(), transfer or FakeDoor()
        self.game = game or small_game()
        self.compiler = FakeForge()
        self.page = Page(self.view, self.fleet, self.game, 7, opening or Opening(), self.compiler, self.transfer)

    def boot(self) -> Sitting:
        """All workers become ready, in the order they do; the messages of that are forgotten."""
        for name in ALL_READY:
            role = name.split(".")[0]
            self.fleet.state[name] = "ready"
            self.page.on_fleet(name, "ready", "")
            self.page.on_message(role, 0, messages.Ready(role, 0, 1.0))
        self.fleet.take()
        return self

    def metrics(self, role: str, **values: object) -> None:
        self.page.on_message(role, 0, messages.Metrics(role, 0, values))

    def enabled(self, name: str) -> bool:
        return self.view.attributes.get((name, "disabled"), "") is None


NAMES = ("id", "version", "decisions", "win", "rating", "kind")
TIMELINE = [
    dict(zip(NAMES, values, strict=True))
    for values in (
        (11, 3, 50_000, None, None, "first"),
        (12, 90, 800_000, 0.31, 870.4, "auto"),
        (13, 1240, 3.1e6, 0.62, 1130.0, "best"),
    )
]


def with_timeline() -> Sitting:
    sitting = Sitting().boot()
    sitting.metrics("trainer", timeline=TIMELINE)
    return sitting

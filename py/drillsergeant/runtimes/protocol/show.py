"""The messages by which the page tells the show what is on screen and who plays."""

from __future__ import annotations

from dataclasses import dataclass

from drillsergeant.runtimes.protocol.message import Message

VIEWS: tuple[str, ...] = ("match", "factory", "compare")
# Who plays: a snapshot of the library by its id, which is positive, or one of these.
NEWEST, BOT, RANDOM, VISITOR = 0, -1, -2, -3
PLAYER_RANGE = (VISITOR, 2**31 - 1)
MATCH_RANGE = (0, 2)  # the match, and the two that are compared
SPEED_RANGE = (0.25, 4.0)


@dataclass(frozen=True)
class Play(Message):
    """page -> show: let the match run."""

    TYPE = "PLAY"


@dataclass(frozen=True)
class Pause(Message):
    """page -> show: hold what is on screen; drawing and dragging go on."""

    TYPE = "PAUSE"


@dataclass(frozen=True)
class Step(Message):
    """page -> show: while paused, advance by this many physics ticks."""

    TYPE = "STEP"
    ticks: int = 1


@dataclass(frozen=True)
class ResetShow(Message):
    """page -> show: a new match from this seed. The policy is kept."""

    TYPE = "RESET_SHOW"
    seed: int


@dataclass(frozen=True)
class SetSpeed(Message):
    """page -> show: match seconds per wall second, 0.25 to 4."""

    TYPE = "SET_SPEED"
    speed: float


@dataclass(frozen=True)
class SetPlayers(Message):
    """page -> show: who plays a match from its next decision on; refused where a snapshot is not kept any more."""

    TYPE = "SET_PLAYERS"
    left: int = NEWEST
    right: int = NEWEST
    match: int = 0


@dataclass(frozen=True)
class SetView(Message):
    """page -> show: what is on screen: the match; the training matches, behind which it goes on; or the two that are
    compared, from a new kick-off, while it is held."""

    TYPE = "SET_VIEW"
    view: str


@dataclass(frozen=True)
class Inspect(Message):
    """page -> show: look into the player of this side, METRICS say what it thinks; -1 for nobody."""

    TYPE = "INSPECT"
    side: int
    match: int = 0


@dataclass(frozen=True)
class Tap(Message):
    """page -> show: a place on a field was pointed at (metres); look into the player there, if there is one."""

    TYPE = "TAP"
    x_m: float
    y_m: float
    match: int = 0


@dataclass(frozen=True)
class Input(Message):
    """page -> show: the visitor's current action, or a drag of the body that is nearest to where it began (metres,
    field coordinates). Never trained on."""

    TYPE = "INPUT"
    action: int | None = None
    x_m: float = 0.0
    y_m: float = 0.0
    released: bool = False
    match: int = 0


@dataclass(frozen=True)
class Resize(Message):
    """page -> show: the canvas is now this many device pixels large; colours follow ``dark``."""

    TYPE = "RESIZE"
    width_px: int
    height_px: int
    dark: bool = False


SHOW_REQUESTS: tuple[type[Message], ...] = (
    Play, Pause, Step, ResetShow, SetSpeed, SetPlayers, SetView, Inspect, Tap, Input, Resize,
)  # fmt: skip

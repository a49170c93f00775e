"""Every message that crosses between the page and its workers, and nothing else.

A message travels as a plain dict: its ``type`` and the fields of the dataclass below. Bulk data (weights,
rollouts) never travels here; it lies in shared memory. Whoever receives something this module cannot decode
answers with ``Error`` and changes nothing.

Sources: each class names who sends it to whom. Units are in the field names.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import get_type_hints

from drillsergeant.runtimes.protocol.message import Message
from drillsergeant.runtimes.protocol.runs import RUN_ANSWERS, RUN_REQUESTS
from drillsergeant.runtimes.protocol.show import (
    BOT,
    MATCH_RANGE,
    NEWEST,
    PLAYER_RANGE,
    RANDOM,
    SHOW_REQUESTS,
    SPEED_RANGE,
    VIEWS,
    VISITOR,
    Input,
    Inspect,
    Pause,
    Play,
    ResetShow,
    Resize,
    SetPlayers,
    SetSpeed,
    SetView,
    Step,
    Tap,
)  # fmt: skip
from drillsergeant.runtimes.protocol.workshop import WORKSHOP_ANSWERS, Checked, Compile, Compiled, Refused, SetGuards

__all__ = [  # what stands in another file and is used as if it stood here
    "BOT",
    "NEWEST",
    "RANDOM",
    "SPEED_RANGE",
    "VIEWS",
    "VISITOR",
    "Checked",
    "Compile",
    "Compiled",
    "Input",
    "Inspect",
    "Message",
    "Pause",
    "Play",
    "Refused",
    "ResetShow",
    "Resize",
    "SetGuards",
    "SetPlayers",
    "SetSpeed",
    "SetView",
    "Step",
    "Tap",
]  # fmt: skip

Role = str
ROLES: tuple[Role, ...] = ("show", "trainer", "rollout")
LEARNERS: tuple[str, ...] = ("auto", "wasm", "webgpu")
SEED_RANGE = (0, 2**32 - 1)


class ProtocolError(ValueError):
    """A message that is unknown or malformed; the text says which part and what was expected."""


@dataclass(frozen=True)
class Init(Message):
    """page -> worker, once: everything a worker needs to start.

    ``program`` is the text form of a ``learn.program.Program``; ``module`` (compiled), ``memory`` and ``canvas`` are
    host objects. In solo mode ``memory`` is how many pages the worker takes for itself, and ``contents`` what has to
    stand in them, as MIRRORED has it.
    """

    TYPE = "INIT"
    role: Role
    index: int
    generation: int
    seed: int
    layout: dict[str, object]
    program: str
    module: object
    memory: object
    canvas: object = None
    options: dict[str, object] = field(default_factory=dict)
    contents: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class StartTraining(Message):
    """page -> trainer: collect and learn until told to stop. ``hyper`` holds changes to the defaults."""

    TYPE = "START_TRAINING"
    hyper: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class StopTraining(Message):
    """page -> trainer: finish the update in hand, then rest. Weights and optimiser are kept."""

    TYPE = "STOP_TRAINING"


@dataclass(frozen=True)
class SetHyper(Message):
    """page -> trainer: change these from the next update on; refused as a whole if one is out of range."""

    TYPE = "SET_HYPER"
    changes: dict[str, object]


@dataclass(frozen=True)
class SetLearner(Message):
    """page -> trainer: learn with this from the next update on; nothing learned is lost. ``auto``: the faster one."""

    TYPE = "SET_LEARNER"
    learner: str


@dataclass(frozen=True)
class SetValidation(Message):
    """page -> trainer: compare the GPU's kernels with NumPy while they learn, or stop doing so."""

    TYPE = "SET_VALIDATION"
    on: bool


@dataclass(frozen=True)
class ResetTrainer(Message):
    """page -> trainer: forget everything learned; new weights from ``seed``, and these changes to hyperparameters."""

    TYPE = "RESET_TRAINER"
    seed: int
    hyper: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Rewind(Message):
    """page -> trainer: go on from snapshot ``id`` of the timeline; weights and optimiser are as they were then."""

    TYPE = "REWIND"
    id: int


@dataclass(frozen=True)
class Snapshot(Message):
    """page -> trainer: keep the policy as it is now on the timeline."""

    TYPE = "SNAPSHOT"


@dataclass(frozen=True)
class Mirrored(Message):
    """trainer -> page -> show, in solo mode: what changed in the trainer's own memory, bytes by offset."""

    TYPE = "MIRRORED"
    spans: dict[str, object]


@dataclass(frozen=True)
class Ready(Message):
    """worker -> page: INIT is done. ``boot_s`` counts from the worker script's first line."""

    TYPE = "READY"
    role: Role
    index: int
    boot_s: float


@dataclass(frozen=True)
class Metrics(Message):
    """worker -> page, one or two a second: numbers to show, keyed by name (units in the names)."""

    TYPE = "METRICS"
    role: Role
    index: int
    values: dict[str, object]


@dataclass(frozen=True)
class Error(Message):
    """worker -> page: something was refused or went wrong.

    ``fatal`` means the worker cannot go on; ``final`` that another in its place could not either.
    """

    TYPE = "ERROR"
    role: Role
    index: int
    message: str
    traceback: str = ""
    fatal: bool = False
    final: bool = False


ALL: tuple[type[Message], ...] = (
    Init, StartTraining, StopTraining, SetHyper, SetLearner, SetValidation, ResetTrainer, Rewind, Snapshot, Mirrored,
    Ready, Metrics, Error, SetGuards, Compile, *WORKSHOP_ANSWERS, *SHOW_REQUESTS, *RUN_REQUESTS, *RUN_ANSWERS,
)  # fmt: skip
MESSAGES: dict[str, type[Message]] = {cls.TYPE: cls for cls in ALL}

ACCEPTED: dict[Role, frozenset[str]] = {
    "show": frozenset({"INIT", "MIRRORED", *(cls.TYPE for cls in SHOW_REQUESTS)}),
    "trainer": frozenset(
        {
            "INIT",
            "START_TRAINING",
            "STOP_TRAINING",
            "SET_HYPER",
            "SET_LEARNER",
            "SET_VALIDATION",
            "RESET_TRAINER",
            "REWIND",
            "SNAPSHOT",
            "SET_GUARDS",
            *(cls.TYPE for cls in RUN_REQUESTS),
        }
    ),
    "rollout": frozenset({"INIT"}),
    "workshop": frozenset({"COMPILE"}),
    "page": frozenset(
        {"MIRRORED", "READY", "METRICS", "ERROR", *(cls.TYPE for cls in (*RUN_ANSWERS, *WORKSHOP_ANSWERS))}
    ),
}

_HINTS: dict[type[Message], dict[str, object]] = {}


def encode(message: Message) -> dict[str, object]:
    """Return the wire form of ``message``: a flat dict with its ``type``."""
    wire: dict[str, object] = {"type": message.TYPE}
    for each in fields(message):
        wire[each.name] = getattr(message, each.name)
    return wire


def decode(wire: object, receiver: Role) -> Message:
    """Return the message in ``wire``, checked for ``receiver``.

    Raises: ProtocolError naming the unknown type, field or value and what is accepted instead.
    """
    if not isinstance(wire, dict):
        raise ProtocolError(f"a message must be a dict with a 'type', not {type(wire).__name__}")
    kind = wire.get("type")
    cls = MESSAGES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise ProtocolError(f"unknown message type {kind!r}; known types: {', '.join(sorted(MESSAGES))}")
    if cls.TYPE not in ACCEPTED[receiver]:
        accepted = ", ".join(sorted(ACCEPTED[receiver]))
        raise ProtocolError(f"{cls.TYPE} is not for the {receiver}; it accepts {accepted}")
    given = {name: value for name, value in wire.items() if name != "type"}
    return _build(cls, given)


def _build(cls: type[Message], given: dict[str, object]) -> Message:
    hints = _HINTS.setdefault(cls, get_type_hints(cls))
    known = {each.name for each in fields(cls)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ProtocolError(f"{cls.TYPE} has no field {unknown[0]!r}; its fields: {sorted(known)}")
    values = {name: _checked(cls, name, value, hints[name]) for name, value in given.items()}
    try:
        message = cls(**values)
    except TypeError as missing:
        raise ProtocolError(f"{cls.TYPE} is incomplete: {missing}") from missing
    _check_ranges(message)
    return message


def _checked(cls: type[Message], name: str, value: object, hint: object) -> object:
    """Return ``value`` as the field's type; numbers from JavaScript may arrive as whole floats."""
    if hint is object or (hint == (int | None) and value is None):
        return value
    if hint is int or hint == (int | None):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    elif hint is float:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    elif hint is bool or hint is str:
        if isinstance(value, hint):
            return value
    elif isinstance(value, dict):
        return value
    wanted = getattr(hint, "__name__", str(hint))
    raise ProtocolError(f"{cls.TYPE}.{name} must be a finite {wanted}, not {value!r}")


def _check_ranges(message: Message) -> None:
    if isinstance(message, SetSpeed):
        _in_range("SET_SPEED.speed", message.speed, *SPEED_RANGE)
    elif isinstance(message, (ResetShow, ResetTrainer)):
        _in_range(f"{message.TYPE}.seed", message.seed, *SEED_RANGE)
    elif isinstance(message, Step):
        _in_range("STEP.ticks", message.ticks, 1, 1200)
    elif isinstance(message, SetPlayers):
        for name in ("left", "right"):
            _in_range(f"SET_PLAYERS.{name}", getattr(message, name), *PLAYER_RANGE)
    elif isinstance(message, SetLearner) and message.learner not in LEARNERS:
        raise ProtocolError(f"SET_LEARNER.learner must be one of {', '.join(LEARNERS)}, not {message.learner!r}")
    elif isinstance(message, SetView) and message.view not in VIEWS:
        raise ProtocolError(f"SET_VIEW.view must be one of {', '.join(VIEWS)}, not {message.view!r}")
    elif isinstance(message, Resize):
        _in_range("RESIZE.width_px", message.width_px, 1, 16384)
        _in_range("RESIZE.height_px", message.height_px, 1, 16384)
    if isinstance(message, (SetPlayers, Inspect, Tap, Input)):
        _in_range(f"{message.TYPE}.match", message.match, *MATCH_RANGE)


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ProtocolError(f"{name} must be between {low} and {high}, not {value}")

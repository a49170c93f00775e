"""Messages to their wire form and back: whatever is no message is refused by name.

Whoever receives something that cannot be decoded answers with `messages.Error` and changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, get_type_hints

from drillsergeant.learn.files.dshr import MOST_TICKS
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.init_options import InitOptions


class ProtocolError(ValueError):
    """A message that is unknown or malformed; the text says which part and what was expected."""


_HINTS: dict[type[messages.Message | InitOptions], dict[str, object]] = {}


def encode(message: messages.Message) -> dict[str, object]:
    """The wire form of `message`: a dict with its `type`, flat but for INIT's options."""
    wire: dict[str, object] = {"type": message.TYPE}
    for each in fields(message):
        value = getattr(message, each.name)
        wire[each.name] = asdict(value) if isinstance(value, InitOptions) else value
    return wire


def decode(wire: object, receiver: messages.Role) -> messages.Message:
    """Return the message in `wire`, checked for `receiver`.

    Raises: ProtocolError naming the unknown type, field or value and what is accepted instead.
    """
    if not isinstance(wire, dict):
        raise ProtocolError(f"a message must be a dict with a 'type', not {type(wire).__name__}")
    kind = wire.get("type")
    cls = messages.MESSAGES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise ProtocolError(f"unknown message type {kind!r}; known types: {', '.join(sorted(messages.MESSAGES))}")
    if receiver not in cls.TO:
        accepted = ", ".join(sorted(each.TYPE for each in messages.MESSAGES.values() if receiver in each.TO))
        raise ProtocolError(f"{cls.TYPE} is not for the {receiver}; it accepts {accepted}")
    given = {name: value for name, value in wire.items() if name != "type"}
    return _build(cls, given)


def _build(cls: type[messages.Message], given: dict[str, object]) -> messages.Message:
    values = _values(cls.TYPE, cls, given)
    try:
        message = cls(**values)
    except TypeError as missing:
        raise ProtocolError(f"{cls.TYPE} is incomplete: {missing}") from missing
    _check_ranges(message)
    return message


def _values(label: str, cls: type[messages.Message | InitOptions], given: dict[str, object]) -> dict[str, Any]:
    """`given` as the types of the fields of `cls`, which messages call `label`."""
    hints = _HINTS.setdefault(cls, get_type_hints(cls))
    known = {each.name for each in fields(cls)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ProtocolError(f"{label} has no field {unknown[0]!r}; its fields: {sorted(known)}")
    return {name: _checked(f"{label}.{name}", value, hints[name]) for name, value in given.items()}


def _nested(label: str, value: dict[str, object], hint: object) -> object:
    """INIT's options, and in them hyperparameters."""
    try:
        return Hyper().changed(**value) if hint is Hyper else InitOptions(**_values(label, InitOptions, value))
    except ProtocolError:
        raise
    except ValueError as wrong:
        raise ProtocolError(f"{label}: {wrong}") from wrong


def _checked(label: str, value: object, hint: object) -> object:
    """`value` as the field's type; numbers from JavaScript may arrive as whole floats."""
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
        return _nested(label, value, hint) if hint in (InitOptions, Hyper) else value
    wanted = getattr(hint, "__name__", str(hint))
    raise ProtocolError(f"{label} must be a finite {wanted}, not {value!r}")


# Numbers that have a range, by the message and the field.
_RANGES: Mapping[tuple[type[messages.Message], str], tuple[float, float]] = {
    (messages.SetSpeed, "speed"): messages.SPEED_RANGE,
    (messages.ResetShow, "seed"): messages.SEED_RANGE,
    (messages.ResetTrainer, "seed"): messages.SEED_RANGE,
    (messages.StepShow, "ticks"): (1, 1200),
    (messages.SetPlayers, "left"): messages.PLAYER_RANGE,
    (messages.SetPlayers, "right"): messages.PLAYER_RANGE,
    (messages.OpenPolicy, "id"): (messages.GUESTS, messages.GUESTS + messages.MOST_GUESTS - 1),
    (messages.SeekReplay, "tick"): (0, MOST_TICKS),
    (messages.WatchMatch, "match"): messages.WATCH_RANGE,
    (messages.Resize, "width_px"): (1, 16384),
    (messages.Resize, "height_px"): (1, 16384),
    (messages.TryPlayer, "place"): messages.TRIED_RANGE,
    (messages.PlayerTried, "place"): messages.TRIED_RANGE,
    (messages.SetPlayers, "match"): messages.MATCH_RANGE,
    (messages.Inspect, "match"): messages.MATCH_RANGE,
    (messages.Tap, "match"): messages.MATCH_RANGE,
    (messages.Input, "match"): messages.MATCH_RANGE,
}


def _check_ranges(message: messages.Message) -> None:
    for (kind, name), (low, high) in _RANGES.items():
        if type(message) is kind:
            _in_range(f"{message.TYPE}.{name}", getattr(message, name), low, high)
    if isinstance(message, messages.SetLearner) and message.learner not in messages.LEARNERS:
        raise ProtocolError(
            f"SET_LEARNER.learner must be one of {', '.join(messages.LEARNERS)}, not {message.learner!r}"
        )
    if isinstance(message, messages.SetView) and message.view not in messages.VIEWS:
        raise ProtocolError(f"SET_VIEW.view must be one of {', '.join(messages.VIEWS)}, not {message.view!r}")


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ProtocolError(f"{name} must be between {low} and {high}, not {value}")

"""Whether an object is a drill that can be played: everything of the contract is there and fits together.

What its functions compute is checked where they are traced.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches

from drillsergeant.drills.complete import unwrapped
from drillsergeant.drills.contract import COMMON_FIELDS, Body, Continuous, Discrete, Drill, Shape, Words, teams_fault
from drillsergeant.drills.per_match import varying_numbers
from drillsergeant.drills.shapes import (
    COLOURS,
    IS_COLOUR,
    Cosine,
    Line,
    Linear,
    Polygon,
    fields_of,
    numbers_of,
)
from drillsergeant.elementary import Array
from drillsergeant.learn.ppo.limits import LONGEST_DRILL_NAME, LONGEST_NAMES
from drillsergeant.plain import is_number

_PARTS = ("reset", "tick", "observe", "reward", "outcome", "scripted", "from_keys")
_VALUES = ("name", "teams", "heads", "action_repeat", "tick_hz", "time_limit_s", "fields")
_WORDS = ("observation", "reward_terms", "scene", "words")
_MOST_LISTED = 30
_TYPES = ("f32", "i32", "u32")
_COLOURS_SAID = (
    f"it must be #rrggbb in small letters, two of those with a blank between, or one of {', '.join(COLOURS)}"
)


def ensure_drill(drill: Drill) -> None:
    """Raise TypeError for what is no drill at all, ValueError for a drill that fits together with nothing."""
    if isinstance(drill, type):
        raise TypeError(f"{drill.__name__} is a class; make a drill of it, {drill.__name__}()")
    if isinstance(drill, str):
        raise TypeError(f"{drill!r} is a name; drillsergeant.make({drill!r}) makes the drill")
    missing, meant = missing_parts(drill)
    if missing:
        said = f"{type(drill).__name__} lacks {', '.join(missing)}"
        raise TypeError(f"{said}, which drills/contract.py asks of a drill{meant}")
    for fault in (
        teams_fault(drill.teams),
        _between(drill),
        _numbers(drill),
        _heads(drill),
        _fields(drill),
        _names(drill),
        _words(drill),
        _scene(drill),
    ):
        if fault:
            raise ValueError(f"drill {drill.name}: {fault}")


def missing_parts(drill: object) -> tuple[list[str], str]:
    """What every drill has and this one has not, and what may have been meant to be the first of it; "" for nothing."""
    present = [each for each in dir(drill) if not each.startswith("_")]
    missing = [each for each in (*_VALUES, *_WORDS, *_PARTS) if each not in present]
    if not missing:
        return [], ""
    near = [each for each in get_close_matches(missing[0], present, 1) if each not in (*_VALUES, *_WORDS, *_PARTS)]
    return missing, f"; is {near[0]} meant to be it?" if near else ""


def _between(drill: Drill) -> str:
    names = ", ".join(varying_numbers(drill))
    return (
        f"{names} differs from match to match, which takes what drills.resolve(drill) makes: hand that on"
        if names
        else ""
    )


def _numbers(drill: Drill) -> str:
    for name in ("action_repeat", "tick_hz"):
        value = getattr(drill, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            return f"{name} is {value!r}, it must be a whole number, at least 1"
    limit, least = drill.time_limit_s, drill.action_repeat / drill.tick_hz
    if not isinstance(limit, int | float) or not math.isfinite(limit) or limit < least:
        return f"time_limit_s is {limit!r}, it must be at least one decision, {least:g} s"
    written: object = unwrapped(drill)
    own = list(fields(written)) if is_dataclass(written) else []
    for each in own:
        if is_number(each.default) and isinstance(value := getattr(written, each.name), str | bytes):
            return f"{each.name} is {value!r:.40}, by default it is {each.default!r}: give a number"
    return ""


def _heads(drill: Drill) -> str:
    heads = drill.heads
    if not isinstance(heads, tuple) or not heads or not all(isinstance(head, Discrete | Continuous) for head in heads):
        wanted = "Discrete(name, choices) or Continuous(name, low, high, unit)"
        return f"heads is {heads!r:.60}; give a tuple of {wanted}, one for each part of an action"
    names = [head.name for head in heads]
    for head in heads:
        if not isinstance(head.name, str) or names.count(head.name) > 1:
            return f"heads are called {', '.join(map(str, names))}; give each a name of its own"
        if isinstance(head, Continuous):
            if not (math.isfinite(head.low) and math.isfinite(head.high) and head.low < head.high):
                return f"the head {head.name} goes from {head.low} to {head.high}; give two finite numbers, low first"
            continue
        choices = head.choices
        if not isinstance(choices, tuple) or not choices or not all(isinstance(each, str) for each in choices):
            return f"the choices of the head {head.name} are {choices!r:.60}; give a tuple of names, one for each"
        if len(set(choices)) < len(choices):
            return f"the head {head.name} has two choices of the same name among {', '.join(choices)}; name each apart"
    return ""


def _fields(drill: Drill) -> str:
    named = dict(drill.fields)
    if list(named.items())[: len(COMMON_FIELDS)] != list(COMMON_FIELDS.items()):
        return f"fields begin with {', '.join(named) or 'nothing'}; begin with **COMMON_FIELDS"
    for name, dtype in named.items():
        if dtype not in _TYPES:
            return f"field {name} has the type {dtype!r}; use one of {', '.join(_TYPES)}"
    return ""


def _names(drill: Drill) -> str:
    called = drill.name
    if not isinstance(called, str) or not 1 <= len(called) <= LONGEST_DRILL_NAME or not called.isprintable():
        return (
            f"name is {called!r:.80}; files tell drills apart by 1 to {LONGEST_DRILL_NAME} characters that can be seen"
        )
    for name in ("observation", "reward_terms"):
        names = getattr(drill, name)
        if isinstance(names, str) or not names or not all(isinstance(each, str) for each in names):
            return f"{name} is {names!r:.60}; give a tuple of names, one for each entry"
    for what, told in (("observation", list(drill.observation)), ("heads", [vars(head) for head in drill.heads])):
        if (size := len(json.dumps(told))) > LONGEST_NAMES:
            return f"the names of {what} have {size:,} characters, files have room for {LONGEST_NAMES:,}: shorten them"
    return ""


def _words(drill: Drill) -> str:
    words = drill.words
    if not isinstance(words, Words):
        return f"words is {words!r:.60}; give Words(title=..., sentence=..., ...), which a page says of it"
    for part in fields(words):
        said, wanted = getattr(words, part.name), 2 if part.name in ("counts", "shout") else 1
        texts = said if wanted == 2 else (said,)
        if not isinstance(texts, tuple) or len(texts) != wanted or not all(isinstance(each, str) for each in texts):
            return f"{part.name} of its words is {said!r:.60}; give {'two texts' if wanted == 2 else 'a text'}"
    return ""


def _scene(drill: Drill) -> str:
    scene = drill.scene
    for name in ("half_length_m", "half_width_m"):
        if not _positive(getattr(scene, name)):
            return f"{name} of its scene is {getattr(scene, name)}, it must be above 0"
    smaller = min(scene.half_length_m, scene.half_width_m)
    for body in scene.bodies:
        if not isinstance(body, Body):
            return f"{body!r:.60} is among the bodies of its scene; give a Body, and what else is drawn to `shapes`"
        used = [body.x, body.y, *(body.heading or ()), *(body.velocity or ())]
        for field in used:
            if field not in drill.fields:
                meant = suggestion(field, drill.fields)
                return f"{body.name} is drawn by the field {field!r}, which is not there{meant}"
        if not _positive(body.size_m) or body.size_m >= smaller:
            return f"{body.name} of size {body.size_m:g} m does not fit on a field of half width {smaller:g} m"
    if not 0 <= scene.goal_half_width_m <= scene.half_width_m or not 0 <= scene.corner_m < smaller:
        goal = f"a goal of half width {scene.goal_half_width_m:g} m and corners of {scene.corner_m:g} m"
        return f"{goal} do not fit on a field of {scene.half_length_m:g} by {scene.half_width_m:g} m, halves"
    return _shapes(drill)


def _shapes(drill: Drill) -> str:
    """What is wrong with the shapes of a scene."""
    scene = drill.scene
    if not _is_colour(scene.background):
        return f"background of its scene is {scene.background!r}, {_COLOURS_SAID}"
    for part, shapes in (("ground", scene.ground or ()), ("shapes", scene.shapes)):
        if not isinstance(shapes, tuple) or not all(isinstance(shape, Shape) for shape in shapes):
            return f"{part} of its scene is {shapes!r:.60}; give a tuple of shapes, see drills/shapes.py"
        for shape in shapes:
            said = f"the {type(shape).__name__.lower()} {shape.name or 'without a name'} in {part}"
            fault = _shape(drill, shape) or ("stands still" if part == "ground" and fields_of(shape) else "")
            if fault == "stands still":
                return f"{said} follows {', '.join(fields_of(shape))}, but a ground {fault}: put it into shapes"
            if fault:
                return f"{said} {fault}"
    return ""


def _shape(drill: Drill, shape: Shape) -> str:
    for field in fields_of(shape):
        if field not in drill.fields:
            return f"is drawn by the field {field!r}, which is not there{suggestion(field, drill.fields)}"
        if drill.fields[field] != "f32":
            return f"is drawn by the field {field!r}, which is {drill.fields[field]}: shapes follow f32 alone"
    for name, number in numbers_of(shape):
        if isinstance(number, Linear | Cosine):
            continue
        if not math.isfinite(number) or (name.endswith("_m") and name != "length_m" and number <= 0):
            return f"has {name} {number!r}: make it {'above 0' if name.endswith('_m') else 'a finite number'}"
    for name, colour in (("colour", shape.colour), ("edge", shape.edge)):
        if colour and not _is_colour(colour):
            return f"has {name} {colour!r}, {_COLOURS_SAID}"
    if not 0 <= shape.opacity <= 1:
        return f"has opacity {shape.opacity!r}, it must be between 0 and 1"
    if shape.player is not None and shape.player not in range(sum(drill.teams)):
        return f"belongs to player {shape.player!r}, there are {sum(drill.teams)}, the first of them is 0"
    if isinstance(shape, Polygon | Line) and len(shape.points) < (3 if isinstance(shape, Polygon) else 2):
        return f"has {len(shape.points)} points, a polygon takes at least 3 and a line 2"
    return ""


def _is_colour(name: object) -> bool:
    return isinstance(name, str) and (name in COLOURS or IS_COLOUR.fullmatch(name) is not None)


def _positive(size: float) -> bool:
    return math.isfinite(size) and size > 0


def returned(drill: Drill, part: str, value: object, wanted: str) -> ValueError:
    """The error for something else than what is `wanted` coming back from a function of a drill."""
    forgotten = ": is its `return` forgotten?" if value is None else ""
    return ValueError(f"drill {drill.name}: {part} returned {type(value).__name__}, not {wanted}{forgotten}")


def suggestion(name: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` for a name that is nearly one of those known, else what there is."""
    names = sorted(set(known))
    near = get_close_matches(name, names, 1)
    if near:
        return f"; did you mean {near[0]}?"
    more = ", ..." if len(names) > _MOST_LISTED else ""
    return f"; there are {', '.join(names[:_MOST_LISTED])}{more}" if names else ""


class NamedArrays(dict[str, Array]):
    """Arrays by name, which says what there is where a name is wrong."""

    def __init__(self, what: str, arrays: Mapping[str, Array]) -> None:
        super().__init__(arrays)
        self._what = what

    def __missing__(self, name: str) -> Array:
        raise KeyError(f"{self._what} has no {name!r}{suggestion(str(name), self)}")

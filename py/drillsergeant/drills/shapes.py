"""What a picture is made of: shapes in metres, x to the right and y upwards, whose numbers may follow a match's state.

A shape is data: workers get it as JSON, and Canvas 2D, WebGPU and arrays of pixels draw it alike. A number is constant,
`Linear` in a field of the state, or the `Cosine` of such an angle. Angles are in radians, counter-clockwise from the
direction to the right; fields that angles follow are blended the short way round.

A colour is `#rrggbb`, two of them with a blank between for the light and the dark page, or one of `COLOURS`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

from drillsergeant.drills.contract import Shape

COLOURS = (
    "surround", "ground", "stripe", "line", "team0", "team1", "nobody", "edge", "eye", "pupil", "ball", "trail",
    "paper", "ink",
)  # fmt: skip
IS_COLOUR = re.compile(r"#[0-9a-f]{6}( #[0-9a-f]{6})?")
ADVANCE = 0.85  # of a letter's height, from one letter to the next
Numbers: TypeAlias = Any  # a float, or an array of one per match


@dataclass(frozen=True)
class Linear:
    """`offset + scale * state[field]`, and what `plus` says on top."""

    field: str
    scale: float = 1.0
    offset: float = 0.0
    plus: Linear | None = None


@dataclass(frozen=True)
class Cosine:
    """`offset + scale * cos(angle)`. A sine is the cosine of a quarter turn less."""

    angle: Linear
    scale: float = 1.0
    offset: float = 0.0


# What a shape is drawn by: the same in every match, or by a field of its state.
Number: TypeAlias = "float | Linear | Cosine"
# x and y, m.
Place: TypeAlias = "tuple[Number, Number]"


@dataclass(frozen=True)
class Rectangle(Shape):
    """A box around (x, y), `width_m` along its angle. With `drag` the mouse pulls it along whichever of x and y is
    `Linear` in one field."""

    x: Number
    y: Number
    width_m: Number
    height_m: Number  # across
    angle: Number = 0.0
    drag: bool = field(default=False, kw_only=True)
    kind: Literal["rectangle"] = field(default="rectangle", kw_only=True)


@dataclass(frozen=True)
class Circle(Shape):
    """A disc around (x, y); for `drag` see `Rectangle`. With colour "" it is a ring."""

    x: Number
    y: Number
    radius_m: Number  # of the disc
    drag: bool = field(default=False, kw_only=True)
    kind: Literal["circle"] = field(default="circle", kw_only=True)


@dataclass(frozen=True)
class Capsule(Shape):
    """A rod with round ends of `radius_m`, from the pivot (x, y) on: `length_m` along `angle`, or to the place `to`."""

    x: Number
    y: Number
    radius_m: float
    angle: Number = 0.0
    length_m: Number = 0.0
    to: Place | None = None
    kind: Literal["capsule"] = field(default="capsule", kw_only=True)


@dataclass(frozen=True)
class Polygon(Shape):
    """A closed outline; its points are seen from (x, y), turned by `angle`."""

    points: tuple[Place, ...]
    x: Number = 0.0
    y: Number = 0.0
    angle: Number = 0.0
    kind: Literal["polygon"] = field(default="polygon", kw_only=True)


@dataclass(frozen=True)
class Line(Shape):
    """A path `width_m` wide from point to point of `points`, with round ends."""

    points: tuple[Place, ...]
    width_m: float = 0.06
    kind: Literal["line"] = field(default="line", kw_only=True)


@dataclass(frozen=True)
class Text(Shape):
    """Capital letters, figures and signs, `height_m` high, with (x, y) in their middle. `{}` in it stands for `value`
    with so many `digits` behind the point."""

    x: Number
    y: Number
    text: str  # what is written
    height_m: float = 0.4
    value: Number | None = None
    digits: int = 0
    kind: Literal["text"] = field(default="text", kw_only=True)


# One of them all.
AnyShape: TypeAlias = "Rectangle | Circle | Capsule | Polygon | Line | Text"
_KINDS: Mapping[str, Callable[..., AnyShape]] = {
    "rectangle": Rectangle, "circle": Circle, "capsule": Capsule, "polygon": Polygon, "line": Line, "text": Text,
}  # fmt: skip
_ANGLES = ("angle",)


def shape_from(facts: Mapping[str, Any]) -> AnyShape:
    """The shape again whose dict, as of `dataclasses.asdict`, has gone through JSON."""
    return _KINDS[facts["kind"]](**{name: _again(value) for name, value in facts.items()})


def _again(value: Any) -> Any:
    if isinstance(value, Mapping):
        return (Linear if "field" in value else Cosine)(**{name: _again(each) for name, each in value.items()})
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(map(_again, value))
    return value


def numbers_of(shape: Shape) -> Iterator[tuple[str, Number]]:
    """The numbers of a shape that may follow the state, each with the name of the field of the shape it belongs to."""
    for each in fields(shape):
        yield from ((each.name, number) for number in _flat(getattr(shape, each.name)))


def _flat(value: object) -> Iterator[Number]:
    if isinstance(value, Linear | Cosine | float | int) and not isinstance(value, bool):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _flat(each)


def fields_of(shape: Shape) -> dict[str, bool]:
    """The state fields that a shape follows, in order, and whether each is an angle."""
    found: dict[str, bool] = {}
    for name, number in numbers_of(shape):
        term = number.angle if isinstance(number, Cosine) else number
        is_angle = isinstance(number, Cosine) or name in _ANGLES
        while isinstance(term, Linear):
            found[term.field] = found.get(term.field, False) or is_angle
            term = term.plus if term.plus is not None else 0.0
    return found


def value_of(number: Number, state: Mapping[str, Numbers], cos: Callable[[Any], Any] = math.cos) -> Numbers:
    """What a number is in a state: a float, or f32 [N] where the state has arrays [N] and `cos` is NumPy's."""
    if isinstance(number, Linear):
        there = number.offset + number.scale * state[number.field]
        return there if number.plus is None else there + value_of(number.plus, state)
    if isinstance(number, Cosine):
        return number.offset + number.scale * cos(value_of(number.angle, state))
    return number


def points_of(
    shape: Shape, state: Mapping[str, Numbers], cos: Callable[[Any], Any] = math.cos
) -> tuple[list[tuple[Numbers, Numbers]], Numbers]:
    """The places, m, that a shape hangs on, and how far it reaches around them, m. Numbers are floats or f32 [N], see
    `value_of`. Raises TypeError for what is none of `AnyShape`."""

    def at(number: Number) -> Numbers:
        return value_of(number, state, cos)

    if isinstance(shape, Circle):
        return [(at(shape.x), at(shape.y))], at(shape.radius_m)
    if isinstance(shape, Text):
        half = (len(shape.text) - 1) / 2 * ADVANCE * shape.height_m
        x, y = at(shape.x), at(shape.y)
        return [(x - half, y), (x + half, y)], shape.height_m / 2
    if isinstance(shape, Line):
        return [(at(x), at(y)) for x, y in shape.points], shape.width_m / 2
    if isinstance(shape, Capsule):
        pivot = at(shape.x), at(shape.y)
        if shape.to is not None:
            return [pivot, (at(shape.to[0]), at(shape.to[1]))], shape.radius_m
        angle, length = at(shape.angle), at(shape.length_m)
        return [pivot, *_turned([(length, 0.0)], pivot, angle, cos)], shape.radius_m
    if isinstance(shape, Rectangle):
        half_x, half_y = at(shape.width_m) / 2, at(shape.height_m) / 2
        corners = [(half_x, half_y), (-half_x, half_y), (-half_x, -half_y), (half_x, -half_y)]
        return _turned(corners, (at(shape.x), at(shape.y)), at(shape.angle), cos), 0.0
    if isinstance(shape, Polygon):
        outline = [(at(x), at(y)) for x, y in shape.points]
        return _turned(outline, (at(shape.x), at(shape.y)), at(shape.angle), cos), 0.0
    raise TypeError(f"{shape!r:.60} is no shape that can be drawn: take one of {', '.join(_KINDS)}")


def _turned(
    points: Sequence[tuple[Numbers, Numbers]],
    middle: tuple[Numbers, Numbers],
    angle: Numbers,
    cos: Callable[[Any], Any],
) -> list[tuple[Numbers, Numbers]]:
    """Points seen from a middle, turned by an angle."""
    if isinstance(angle, float | int) and angle == 0.0:
        return [(middle[0] + x, middle[1] + y) for x, y in points]
    c, s = cos(angle), cos(angle - math.pi / 2)
    return [(middle[0] + c * x - s * y, middle[1] + s * x + c * y) for x, y in points]

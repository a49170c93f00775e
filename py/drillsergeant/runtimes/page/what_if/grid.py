"""A question, what if, and its players: which numbers have which values, and what has become of each so far."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drillsergeant.learn.files.safetensors import MOST_BYTES
from drillsergeant.learn.trials.film import Film
from drillsergeant.learn.trials.recipe import DECISIONS
from drillsergeant.learn.trials.tunables import readable, with_values
from drillsergeant.runtimes.page.number_text import number

FORMAT = 1
MOST_VALUES = 5  # of each number
MOST_PLACES = 2000  # of one body in a film
LARGEST = 1e6
NAME = re.compile(r"[A-Za-z_]\w{0,60}")
DECISIONS_RANGE = (1_000, 50_000_000)


@dataclass(frozen=True)
class AskedNumber:
    """A number of the game, and the values it is to have."""

    name: str
    values: tuple[float, ...]

    def link(self) -> str:
        """As it stands in a link."""
        return f"{self.name}:{','.join(f'{value:g}' for value in self.values)}"


def parsed_values(text: str) -> tuple[float, ...]:
    """The values in a text, "0, 0.5, 1". Raises ValueError with a sentence."""
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if not 1 <= len(parts) <= MOST_VALUES:
        raise ValueError(f"Give 1 to {MOST_VALUES} numbers with commas between them, such as 0, 0.5, 1.")
    values = []
    for part in parts:
        if not part:
            raise ValueError(f"{text.strip()[:20]!r} has a comma too many; give such as 0, 0.5, 1.")
        if odd := re.search(r"[\s;|/]", part):
            raise ValueError(f"{part[:20]!r} has {odd[0]!r} where a comma belongs; give such as 0, 0.5, 1.")
        try:
            value = float(part)
        except ValueError:
            value = math.nan
        if not abs(value) <= LARGEST:
            raise ValueError(f"{part[:20]!r} is no number that a game could have; give such as 0, 0.5, 1.")
        values.append(value)
    return tuple(values)


def parsed_link(text: str) -> tuple[AskedNumber, ...]:
    """The axes in a link, "to_ball_reward:0,1;goal_reward:2". Raises ValueError with a sentence."""
    axes = []
    for part in text.split(";"):
        name, _, values = part.partition(":")
        if not NAME.fullmatch(name):
            raise ValueError(f"what_if names {name[:40]!r}, which is no number of a game.")
        axes.append(AskedNumber(name, parsed_values(values)))
    if not 1 <= len(axes) <= 2 or len({axis.name for axis in axes}) < len(axes):
        raise ValueError("what_if takes one number, or two different ones.")
    return tuple(axes)


@dataclass(frozen=True)
class WhatIfQuestion:
    """What is asked of a drill: `text` is its code as it is played, `original` whether that is nobody's own."""

    drill: str
    text: str
    terms: tuple[str, ...]
    axes: tuple[AskedNumber, ...]
    seed: int = 0
    decisions: int = DECISIONS
    original: bool = True

    @property
    def columns(self) -> int:
        """Values of the first number, which run across."""
        return len(self.axes[0].values)

    def points(self) -> list[dict[str, float]]:
        """The values of each player by name, row after row."""
        first, *rest = self.axes
        rows: list[dict[str, float]] = [{rest[0].name: value} for value in rest[0].values] if rest else [{}]
        return [{first.name: value, **row} for row in rows for value in first.values]

    def code(self, place: int) -> str:
        """The game of a player, as text. Raises ValueError where the text has no such number."""
        return with_values(self.text, self.terms, self.points()[place])

    def words(self, place: int) -> str:
        """What is special about a player."""
        return ", ".join(f"{readable(name)} {value:g}" for name, value in self.points()[place].items())

    def link(self) -> str:
        """The axes, for the page's address."""
        return ";".join(axis.link() for axis in self.axes)


@dataclass
class PlayerSoFar:
    """What has become of a player: `metrics`, the bytes of its file once it is over, its film, or why there is none."""

    metrics: dict[str, float] = field(default_factory=dict)
    content: bytes = b""
    film: Film = field(default_factory=lambda: Film({}))
    why: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return bool(self.content or self.why)


def clean_metrics(told: Mapping[str, object]) -> dict[str, float]:
    """Those of a worker's numbers that are some."""
    found = {str(name)[:40]: number(value) for name, value in list(told.items())[:20]}
    return {name: value for name, value in found.items() if value is not None}


def clean_film(told: Mapping[str, object]) -> Film:
    """A worker's film, as far as it is one."""
    places: dict[str, tuple[tuple[float, float], ...]] = {}
    for name, each in list(told.items())[:30]:
        rows = each[:MOST_PLACES] if isinstance(each, Sequence) and not isinstance(each, str) else []
        pairs = [(number(row[0]), number(row[1])) for row in rows if isinstance(row, Sequence) and len(row) == 2]
        places[str(name)[:40]] = tuple((x, y) for x, y in pairs if x is not None and y is not None)
    return Film(places)


def to_json(question: WhatIfQuestion, players: Mapping[int, PlayerSoFar]) -> str:
    """All of it as text, to be kept."""
    asked = {
        "drill": question.drill, "text": question.text, "terms": question.terms, "seed": question.seed,
        "axes": [[axis.name, axis.values] for axis in question.axes], "decisions": question.decisions,
        "original": question.original,
    }  # fmt: skip
    rows = {
        str(place): {
            "metrics": player.metrics,
            "content": base64.b64encode(player.content).decode(),
            "places": player.film.places,
            "why": player.why,
        }
        for place, player in players.items()
        if player.is_over
    }
    return json.dumps({"format": FORMAT, **asked, "players": rows})


def from_json(text: str) -> tuple[WhatIfQuestion, dict[int, PlayerSoFar]]:
    """The inverse. Raises ValueError for what is none, or another version's."""
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise ValueError(f"it is of format {told['format']}, this version reads {FORMAT}")
        pairs = [(str(name), parsed_values(",".join(map(repr, values)))) for name, values in told["axes"]]
        seed, decisions, original = int(told["seed"]), int(told["decisions"]), bool(told["original"])
        terms = tuple(map(str, told["terms"]))
        axes = tuple(AskedNumber(*pair) for pair in pairs)
        question = WhatIfQuestion(str(told["drill"]), str(told["text"]), terms, axes, seed, decisions, original)
        players = {int(place): _player(row) for place, row in told["players"].items()}
    except (KeyError, TypeError, AttributeError, OverflowError) as wrong:
        raise ValueError(f"it is damaged: {type(wrong).__name__} {wrong}") from wrong
    return question, {place: each for place, each in players.items() if 0 <= place < len(question.points())}


def _player(row: Mapping[str, object]) -> PlayerSoFar:
    content = base64.b64decode(str(row["content"]))
    metrics, places = row["metrics"], row["places"]
    if not isinstance(metrics, Mapping) or not isinstance(places, Mapping) or len(content) > MOST_BYTES:
        raise ValueError("it is damaged: a player is none")
    return PlayerSoFar(clean_metrics(metrics), content, clean_film(places), str(row["why"])[:600])

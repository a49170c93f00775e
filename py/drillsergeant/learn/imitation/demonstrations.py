"""Decisions that somebody made in a drill, to be imitated: what the player saw and did, and the file of it.

Kept apart from everything that training makes itself. Needs no NumPy: a page records them.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from drillsergeant.drills.contract import Discrete, Head
from drillsergeant.learn.files.replacing import replace_file
from drillsergeant.learn.files.safetensors import PolicyFileError, Tensor, check_values, decode, encode
from drillsergeant.learn.ppo.limits import SANE

FORM = "drillsergeant demonstrations"
VERSION = "1"
MOST_DECISIONS = 36_000  # forty minutes at fifteen decisions a second; the newest are kept
# What lies together in time is alike: whole stretches are held out, so many decisions each, every so many of them.
STRETCH, HELD_OUT_EVERY = 15, 5
LEAST_DECISIONS = 2 * STRETCH * HELD_OUT_EVERY  # ten seconds: two stretches to be tested on


class Playable(Protocol):
    """What of a drill, or of the facts about it, says which decisions belong to it."""

    @property
    def name(self) -> str:
        """Of the drill."""

    @property
    def observation(self) -> tuple[str, ...]:
        """Names of the entries."""

    @property
    def heads(self) -> tuple[Head, ...]:
        """Of an action."""

    @property
    def tick_hz(self) -> int:
        """Ticks a second."""

    @property
    def action_repeat(self) -> int:
        """Ticks a decision."""


@dataclass(frozen=True)
class Split:
    """Which decisions are learned from, and which are held out to see whether it worked; numbers from 0 on."""

    learned: Sequence[int]
    held_out: Sequence[int]


@dataclass(frozen=True)
class Demonstrations:
    """N decisions in the order in which they were made, row after row: of the `drill` of this name, whose `observation`
    has entries of these names, and which goes on at `decisions_per_s`.

    `seen` f32 [N][OBS], `actions` f32 [N][HEADS] (a choice by its number, a number as it was played), `allowed` f32
    [N][MASKS], 1 for each choice that could be taken, where a drill has masks. `heads` maps the name of each head to
    its choices, none for a number.
    """

    drill: str
    observation: tuple[str, ...]
    heads: tuple[tuple[str, tuple[str, ...]], ...]
    decisions_per_s: float
    masks: int = 0
    seen: array[float] = field(default_factory=lambda: array("f"))
    actions: array[float] = field(default_factory=lambda: array("f"))
    allowed: array[float] = field(default_factory=lambda: array("f"))

    @classmethod
    def of(cls, drill: Playable, masks: int = 0) -> Demonstrations:
        """None yet, of this drill, with so many masks."""
        return cls(drill.name, tuple(drill.observation), _named(drill.heads), _pace(drill), masks)

    @property
    def decisions(self) -> int:
        """N."""
        return len(self.actions) // len(self.heads)

    @property
    def seconds(self) -> float:
        """For how long somebody played."""
        return self.decisions / self.decisions_per_s

    def __repr__(self) -> str:
        return f"<Demonstrations {self.drill}: {self.decisions:,} decisions, {self.seconds:.0f} s>"

    def belongs_to(self, drill: Playable, masks: int = 0) -> bool:
        """Whether these are decisions of this drill, as its players see and act now."""
        return (
            replace(Demonstrations.of(drill, masks), seen=self.seen, actions=self.actions, allowed=self.allowed) == self
        )

    def extended(self, rows: Sequence[Sequence[float]]) -> Demonstrations:
        """With more decisions: of each the entries seen, then the action, then the masks. The newest are kept.

        Raises ValueError for a row that is none. Left out is what could not be done, as its masks say.
        """
        parts = [array("f", part) for part in (self.seen, self.actions, self.allowed)]
        for row in rows:
            self._append(parts, row)
        surplus = len(parts[1]) // len(self.heads) - MOST_DECISIONS
        for part, width in zip(parts, self._widths, strict=True):
            del part[: max(surplus, 0) * width]
        return replace(self, seen=parts[0], actions=parts[1], allowed=parts[2])

    def _append(self, parts: Sequence[array[float]], row: Sequence[float]) -> None:
        if len(row) != sum(self._widths) or not all(abs(value) < SANE for value in row):
            raise ValueError(f"a decision has {len(row)} numbers, expected {sum(self._widths)}, each below {SANE:g}")
        start = len(self.observation)
        action, masks = row[start : start + len(self.heads)], list(row[start + len(self.heads) :])
        place = 0
        for value, (name, choices) in zip(action, self.heads, strict=True):
            if choices and value not in range(len(choices)):
                raise ValueError(f"{name} is {value}, expected a whole number from 0 to {len(choices) - 1}")
            if choices and masks and not masks[place + int(value)]:
                return
            place += len(choices)
        for part, values in zip(parts, (row[:start], action, masks), strict=True):
            part.extend(values)

    def told(self) -> str:
        """What they are of, in words."""
        heads = "; ".join(f"{name}: {', '.join(choices) or 'a number'}" for name, choices in self.heads)
        return f"{self.drill} ({len(self.observation)} entries seen; {heads})"

    @property
    def _widths(self) -> tuple[int, int, int]:
        return len(self.observation), len(self.heads), self.masks

    def joined(self, newer: Demonstrations) -> Demonstrations:
        """These, and then those."""
        return self.extended(newer._rows())

    def without(self, others: Demonstrations) -> Demonstrations:
        """These, less what is among the `others`, too, to the last number."""
        known = set(others._rows())
        none = replace(self, seen=array("f"), actions=array("f"), allowed=array("f"))
        return none.extended([row for row in self._rows() if row not in known])

    def _rows(self) -> list[tuple[float, ...]]:
        columns = zip((self.seen, self.actions, self.allowed), self._widths, strict=True)
        parts = [[part[k * width : (k + 1) * width] for k in range(self.decisions)] for part, width in columns]
        return [(*seen, *action, *masks) for seen, action, masks in zip(*parts, strict=True)]

    def shares(self) -> list[tuple[str, list[tuple[str, float]]]]:
        """Of every head how often each choice was taken; of a number the share of its lower, middle and upper values
        is not told: there its mean stands."""
        found = []
        for place, (name, choices) in enumerate(self.heads):
            column = self.actions[place :: len(self.heads)]
            count = max(len(column), 1)
            if choices:
                found.append((name, [(word, column.count(number) / count) for number, word in enumerate(choices)]))
            else:
                found.append((name, [("on average", sum(column) / count)]))
        return found

    def split(self) -> Split:
        """Every fifth stretch of a second is held out. Raises ValueError where there is too little to learn from."""
        if self.decisions < LEAST_DECISIONS:
            least_s = LEAST_DECISIONS / self.decisions_per_s
            raise ValueError(
                f"{self.decisions} decisions were played ({self.seconds:.0f} s), it takes at least {LEAST_DECISIONS} "
                f"({least_s:.0f} s) to learn from them: play on"
            )
        every = range(self.decisions)
        held_out = [row for row in every if row // STRETCH % HELD_OUT_EVERY == HELD_OUT_EVERY - 1]
        return Split(sorted(set(every).difference(held_out)), held_out)

    def save(self, path: str | Path) -> None:
        """Write them as a safetensors file. Raises OSError; a file that was there before is as it was then."""
        replace_file(path, self.to_bytes())

    @classmethod
    def load(cls, path: str | Path) -> Demonstrations:
        """What `save` wrote, or the page exported. Raises OSError, and PolicyFileError naming what is wrong."""
        return cls.from_bytes(Path(path).read_bytes())

    def to_bytes(self) -> bytes:
        """A safetensors file: `observation`, `action` and, where there are masks, `allowed`."""
        parts = zip(("observation", "action", "allowed"), (self.seen, self.actions, self.allowed), strict=True)
        tensors = {
            name: Tensor((self.decisions, width), part.tobytes())
            for (name, part), width in zip(parts, self._widths, strict=True)
            if width
        }
        told = {"observation": self.observation, "heads": self.heads, "decisions_per_s": self.decisions_per_s}
        return encode(tensors, {"form": FORM, "version": VERSION, "drill": self.drill, "facts": json.dumps(told)})

    @classmethod
    def from_bytes(cls, content: bytes) -> Demonstrations:
        """What `to_bytes` wrote, whoever has had it since. Raises PolicyFileError naming what is wrong."""
        tensors, metadata = decode(content)
        if (metadata.get("form"), metadata.get("version")) != (FORM, VERSION):
            told = f"its form is {metadata.get('form')!r:.40}, expected {FORM!r} of version {VERSION}"
            raise PolicyFileError(f"this is no file of demonstrations: {told}")
        try:
            told = json.loads(metadata["facts"])
            observation = tuple(map(str, told["observation"]))
            heads = tuple((str(name), tuple(map(str, choices))) for name, choices in told["heads"])
            empty = cls(metadata["drill"], observation, heads, float(told["decisions_per_s"]))
        except (KeyError, TypeError, ValueError) as wrong:
            raise PolicyFileError(f"the file does not say what its decisions are: {wrong!r}") from wrong
        return empty._filled(tensors)

    def _filled(self, tensors: dict[str, Tensor]) -> Demonstrations:
        masks = sum(len(choices) for _, choices in self.heads) if "allowed" in tensors else 0
        made = replace(self, masks=masks)
        expected = dict(zip(("observation", "action", "allowed"), made._widths, strict=True))
        columns = []
        for name, width in expected.items():
            tensor = tensors.get(name, Tensor((0, 0), b""))
            if width and tensor.shape[1:] != (width,):
                raise PolicyFileError(f"tensor {name!r} has the shape {list(tensor.shape)}, expected [N, {width}]")
            check_values(name, tensor.content, -SANE)
            values = array("f", tensor.content)
            columns.append([values[at : at + width] for at in range(0, len(values), width)] if width else None)
        count = len(columns[0] or ())
        rows = [part or [array("f")] * count for part in columns]
        try:
            return made.extended([[*seen, *action, *allowed] for seen, action, allowed in zip(*rows, strict=True)])
        except ValueError as wrong:
            raise PolicyFileError(f"the file's decisions make no sense: {wrong}") from wrong


def _named(heads: Sequence[Head]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((head.name, head.choices if isinstance(head, Discrete) else ()) for head in heads)


def _pace(drill: Playable) -> float:
    return drill.tick_hz / drill.action_repeat

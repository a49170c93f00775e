"""What of a match on screen is kept, so that its last seconds can be played again: states, actions, what was moved."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drillsergeant.drills.contract import Dtype
from drillsergeant.learn.files.dshr import MOST_TICKS, Moved, Replay, rules_of, state_digest
from drillsergeant.learn.program import DrillFacts
from drillsergeant.memory.access import unsigned

KEPT_S = 10.0


@dataclass
class _Decision:
    """A decision as it was played: the state before it, and what was moved by hand, by ticks it had lasted by then."""

    before: Mapping[str, float]
    actions: Sequence[int]
    ticks: int = 0
    moved: dict[int, dict[str, float]] = field(default_factory=dict)


class Recorder:
    """The last seconds of one match, decision by decision."""

    def __init__(self, drill: DrillFacts, kept_s: float = KEPT_S) -> None:
        self._drill = drill
        longest = min(round(kept_s * drill.tick_hz), MOST_TICKS) // drill.action_repeat
        self._decisions: deque[_Decision] = deque(maxlen=max(1, longest))
        self._moved: dict[str, float] = {}  # since the last tick

    def forget(self) -> None:
        """Another game is played: what there was is none of it."""
        self._decisions.clear()
        self._moved = {}

    def moved(self, values: Mapping[str, float]) -> None:
        """Fields of the state were set by hand."""
        self._moved |= values

    def decided(self, before: Mapping[str, float], actions: Sequence[int]) -> None:
        """Everybody has chosen, in the state `before` and what has been moved since: words [players x heads]."""
        self._decisions.append(_Decision({**before, **self._moved}, actions))

    def ticked(self) -> None:
        """A tick was played."""
        if not self._decisions:
            return
        now = self._decisions[-1]
        if self._moved:
            now.moved[now.ticks] = self._moved
            self._moved = {}
        now.ticks += 1

    def replay(self, state: Mapping[str, float], seed: int, edit: str, names: Sequence[str]) -> Replay | None:
        """What is kept, up to the state that the match is in; None where nothing is. `names`: who plays each team."""
        played = [each for each in self._decisions if each.ticks]
        if not played:
            return None
        drill, rows = self._drill, {name: row for row, name in enumerate(self._drill.fields)}
        last = len(played) - 1
        late = [(last, played[last].ticks, self._moved)] if self._moved else []
        moves = [(number, at, values) for number, each in enumerate(played) for at, values in each.moved.items()]
        moves = [(number, at, values) for number, at, values in moves if number or at]  # the start has what these set
        moved = [
            Moved(number, at, rows[name], word_of(drill.fields[name], value))
            for number, at, values in (*moves, *late)
            for name, value in values.items()
        ]
        final = state_digest(words_of(drill.fields, state))
        return Replay(
            drill.called or drill.name,
            rules_of(drill),
            seed,
            words_of(drill.fields, played[0].before),
            [list(map(unsigned, each.actions)) for each in played],
            [each.ticks for each in played],
            moved,
            final,
            edit,
            tuple(names),
        )


def word_of(dtype: Dtype, value: float) -> int:
    """A field's value as u32."""
    return array("I", array("f", [value]).tobytes())[0] if dtype == "f32" else unsigned(int(value))


def value_of(dtype: Dtype, word: int) -> float:
    """The value of a u32 of a field."""
    if dtype == "f32":
        return array("f", array("I", [word]).tobytes())[0]
    return float(array("i", array("I", [word]).tobytes())[0] if dtype == "i32" else word)


def words_of(fields: Mapping[str, Dtype], state: Mapping[str, float]) -> list[int]:
    """A state as u32 [fields]."""
    return [word_of(dtype, state[name]) for name, dtype in fields.items()]


def state_of(fields: Mapping[str, Dtype], words: Sequence[int]) -> dict[str, float]:
    """The state of u32 [fields]."""
    return {name: value_of(dtype, word) for (name, dtype), word in zip(fields.items(), words, strict=True)}

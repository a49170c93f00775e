"""The telemetry block: counters and gauges that anyone may read and exactly one role each writes.

Counters are unsigned 32-bit and wrap; a reader that wants a rate subtracts two readings with `since`. Gauges are f32,
stored by bit cast. A replacement worker goes on from the counts of the one that died.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping
from enum import IntEnum

from drillsergeant.memory.access import Memory, unsigned
from drillsergeant.memory.layout import TELEMETRY_WORDS, Layout


class Counter(IntEnum):
    """Words of a telemetry block that only grow (modulo 2**32). `_US` counts microseconds."""

    HEARTBEAT = 0  # any change means "not stuck"
    DECISIONS = 1  # agent decisions made (rollout, show) or trained on, each once (trainer)
    CHUNKS = 2  # chunks published (rollout) or consumed (trainer)
    UPDATES = 3  # PPO updates
    VERSIONS = 4  # weights versions published (trainer) or adopted (readers)
    DROPPED = 5  # chunks thrown away because their worker had died
    WAITING_US = 6  # time asleep: a producer before a full ring, the trainer before empty ones
    BUSY_US = 7  # time at work
    FRAMES = 8  # frames drawn
    EPISODES = 9  # episodes finished
    ERRORS = 10  # exceptions reported to the page
    SCRIPTED_EPISODES = 11  # evaluation episodes of the current policy against the drill's scripted player
    SCRIPTED_WINS = 12
    SCRIPTED_LOSSES = 13
    RANDOM_EPISODES = 14  # and against a player that acts at random
    RANDOM_WINS = 15
    RANDOM_LOSSES = 16


class Gauge(IntEnum):
    """Words of a telemetry block that hold the f32 bits of the latest value."""

    FRAME_MS = 20
    POLICY_LOSS = 21
    VALUE_LOSS = 22
    ENTROPY = 23
    CLIP_FRACTION = 24
    KL = 25


class State(IntEnum):
    """Words of a telemetry block that hold the latest whole number."""

    GENERATION = 28  # lane epoch this role runs under
    WEIGHTS_VERSION = 29  # version in use


Word = Counter | Gauge | State
WORDS: tuple[Word, ...] = (*Counter, *Gauge, *State)
assert len({int(word) for word in WORDS}) == len(WORDS), "two telemetry words share a cell"
assert max(WORDS) < TELEMETRY_WORDS, "a telemetry word lies outside its block"


class TelemetryWriter:
    """Writes one role's block. It is the only writer, so counts are kept here and stored, never added atomically."""

    def __init__(self, memory: Memory, layout: Layout, role: str) -> None:
        """Go on from the counts that the block holds already."""
        self._memory = memory
        self._word = layout[f"telemetry.{role}"].word
        self._counts = [unsigned(memory.load(self._word + counter)) for counter in Counter]

    def count(self, counter: Counter, amount: int = 1) -> None:
        """Raise a counter by `amount`."""
        self._counts[counter] += amount
        self._memory.store(self._word + counter, self._counts[counter])

    def gauge(self, gauge: Gauge, value: float) -> None:
        """Show `value` (rounded to f32)."""
        # array, not struct: a value beyond f32 shows as infinity instead of stopping the worker over a display.
        self._memory.store(self._word + gauge, memoryview(array("f", (value,))).cast("B").cast("i")[0])

    def state(self, state: State, value: int) -> None:
        """Show a whole number, wrapped to 32 bits."""
        self._memory.store(self._word + state, value)


def read_telemetry(memory: Memory, layout: Layout, role: str) -> dict[Word, float]:
    """Return every word of one role's block: counters and states as unsigned integers, gauges as floats."""
    start = layout[f"telemetry.{role}"].word
    return {word: _decode(word, memory.load(start + word)) for word in WORDS}


def since(earlier: Mapping[Word, float], now: Mapping[Word, float]) -> dict[Counter, int]:
    """Return how far each counter rose between two readings less than 2**32 counts apart."""
    return {counter: unsigned(int(now[counter]) - int(earlier[counter])) for counter in Counter}


def _decode(word: Word, cell: int) -> float:
    if isinstance(word, Gauge):
        (value,) = struct.unpack("<f", struct.pack("<i", cell))
        return float(value)
    return unsigned(cell)

"""The telemetry block: counters that anyone may read and exactly one role each writes.

Counters are unsigned 32-bit and wrap. A replacement worker goes on from the counts of the one that died. One word is a
gauge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum

from drillsergeant.memory.access import Memory, unsigned
from drillsergeant.memory.layout import TELEMETRY_WORDS, Layout


class Counter(IntEnum):
    """Words of a telemetry block. They only grow (modulo 2**32), but for the gauge `SCRIPTED_WAITING`. `_US` counts
    microseconds."""

    HEARTBEAT = 0  # any change means "not stuck"
    DECISIONS = 1  # agent decisions made (rollout, show) or trained on, each once (trainer)
    CHUNKS = 2  # chunks published (rollout) or consumed (trainer)
    UPDATES = 3  # PPO updates
    WAITING_US = 4  # time asleep of a producer before a full ring
    SCRIPTED_EPISODES = 5  # evaluation episodes against the drill's scripted player, in the order of their beginning
    SCRIPTED_WINS = 6
    SCRIPTED_LOSSES = 7
    RANDOM_EPISODES = 8  # and against a player that acts at random
    RANDOM_WINS = 9
    RANDOM_LOSSES = 10
    SCRIPTED_RETURNS = 11  # what the episodes earned and its squares, `results.Score.counted`
    SCRIPTED_RETURN_SQUARES = 12
    RANDOM_RETURNS = 13
    RANDOM_RETURN_SQUARES = 14
    SCRIPTED_WAITING = 15  # matches against the scripted player that have begun and are not counted yet
    SCRIPTED_AWAY_EPISODES = 16  # with the policy as team 1, of a drill whose teams differ in size
    SCRIPTED_AWAY_WINS = 17
    SCRIPTED_AWAY_LOSSES = 18
    SCRIPTED_AWAY_RETURNS = 19
    SCRIPTED_AWAY_RETURN_SQUARES = 20
    EVALUATION_EDITION = 21  # odd while what an evaluation came to is written, word by word
    FRAMES = 22  # drawn by the show
    LATE_FRAMES = 23  # of these, which came late: `frame_clock.FrameClock.late`


assert max(Counter) < TELEMETRY_WORDS, "a counter lies outside its block"


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

    def gauge(self, counter: Counter, value: int) -> None:
        """Set a gauge."""
        self.count(counter, value - self._counts[counter])

    @contextmanager
    def edition(self) -> Iterator[None]:
        """What is counted meanwhile belongs together: `read_whole` has all of it or nothing."""
        if self._counts[Counter.EVALUATION_EDITION] % 2 == 0:  # else a worker has died in here, and this one goes on
            self.count(Counter.EVALUATION_EDITION)
        yield
        self.count(Counter.EVALUATION_EDITION)


def read_whole(memory: Memory, start: int, counters: Sequence[Counter]) -> list[int] | None:
    """Counters of the block that begins at word `start`, all of one edition, unsigned; None while one is written."""
    edition = memory.load(start + Counter.EVALUATION_EDITION)
    found = [unsigned(memory.load(start + counter)) for counter in counters]
    return found if edition % 2 == 0 and memory.load(start + Counter.EVALUATION_EDITION) == edition else None


def read_telemetry(memory: Memory, layout: Layout, role: str) -> dict[Counter, int]:
    """Every counter of one role's block, unsigned."""
    start = layout[f"telemetry.{role}"].word
    return {counter: unsigned(memory.load(start + counter)) for counter in Counter}

"""Timing calls side by side: everyone who does the same job takes turns within one round, and rounds are repeated.

Machines get slower and faster while one measures. Figures of one round were taken within a second or two of each other,
so their ratio means more than the figures do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

Clock = Callable[[], float]
# The number of calls between two looks at the clock doubles until they take this share of the time.
BATCH_SHARE = 8
KERNELS, NUMPY = "kernels", "numpy"


class Measure(Protocol):
    """Something that can be measured again and again. `unit` is that of every number of a round."""

    unit: str

    def round(self, seconds: float) -> Mapping[str, float]:
        """Measure once, in about `seconds` in all; returns a number per contestant, or per part of a profile."""
        ...


@dataclass(frozen=True)
class Contestant:
    """One way to do the job. A call does `work` of it, in the race's unit; `before` runs, untimed, before a round."""

    name: str
    call: Callable[[], object]
    work: float = 1.0
    before: Callable[[], object] | None = None


class Race:
    """Contestants by turns: work a second each; or, with `time`, seconds a call divided by the unit's `scale_s`."""

    def __init__(
        self, unit: str, contestants: Sequence[Contestant], *, scale_s: float | None = None, clock: Clock = perf_counter
    ) -> None:
        self.unit, self._contestants, self._scale_s, self._clock = unit, contestants, scale_s, clock

    def round(self, seconds: float) -> Mapping[str, float]:
        """One turn each."""
        turn_s = seconds / len(self._contestants)
        return {each.name: self._turn(each, turn_s) for each in self._contestants}

    def _turn(self, contestant: Contestant, seconds: float) -> float:
        if contestant.before is not None:
            contestant.before()
        once_s = seconds_a_call(contestant.call, seconds, self._clock)
        return contestant.work / once_s if self._scale_s is None else once_s / self._scale_s


def seconds_a_call(call: Callable[[], object], least_s: float, clock: Clock = perf_counter) -> float:
    """The mean over as many calls as it takes to fill `least_s`, at least one."""
    calls, batch, passed_s = 0, 1, 0.0
    began_s = clock()
    while passed_s <= 0 or passed_s < least_s:
        for _ in range(batch):
            call()
        calls += batch
        passed_s = clock() - began_s
        if passed_s * BATCH_SHARE < least_s:
            batch *= 2
    return passed_s / calls


class Parts:
    """Time spent under several names, for profiles."""

    def __init__(self, clock: Clock = perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self._clock = clock

    def timed(
        self, name: str, call: Callable[..., object], idle: Callable[[], object] | None = None
    ) -> Callable[..., object]:
        """`call`, its time added to what `name` has, less that of `idle`, the same call with nothing to do: a call from
        Python costs wasmtime 0.1 ms."""
        self.seconds.setdefault(name, 0.0)

        def with_clock(*arguments: float) -> object:
            began_s = self._clock()
            result = call(*arguments)
            ended_s = self._clock()
            self.seconds[name] += ended_s - began_s
            if idle is not None:
                idle()
                self.seconds[name] -= self._clock() - ended_s
            return result

        return with_clock

    def taken(self) -> dict[str, float]:
        """What has gathered since the last time, in seconds; names stay."""
        taken = dict(self.seconds)
        self.seconds.update(dict.fromkeys(taken, 0.0))
        return taken

"""The factory: training matches seen from outside, read straight from the rollout workers' state.

Nobody is asked and nobody waits: the show copies the rows as they lie. A worker may be half way through writing them,
or dead; then a body jumps or stands, and values that make no sense are left out.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

from drillsergeant.drawing.match import drawn_fields, shortest
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.scratch import Arena, RolloutScratch
from drillsergeant.memory.access import WORD_BYTES, Memory, unsigned
from drillsergeant.memory.layout import Layout, rollout
from drillsergeant.memory.telemetry import Counter

SHOWN = 64
GLIDE_S = 0.05  # training plays many times faster than real time: bodies glide to where they are by now
SPEED_OVER_S = 1.0
FAR_M = 1000.0  # no field is that large; also leaves out infinities and NaN, which compare false
EPISODE = "episode"


@dataclass
class Window:
    """The first `count` matches of one worker. `words` holds rows of the worker's state, `step` words apart."""

    offset: int
    step: int
    count: int
    words: array[float]
    seen: list[dict[str, float]] = field(default_factory=list)
    episodes: list[int] = field(default_factory=list)


def spread(shown: int, workers: int) -> list[int]:
    """Divide `shown` matches over the workers as evenly as whole numbers allow."""
    return [shown // workers + (index < shown % workers) for index in range(workers)]


class Factory:
    """Up to 64 of the training matches. `total` is how many are played in all, `shown` how many are looked at."""

    def __init__(self, program: Program, layout: Layout, memory: Memory, now_s: Callable[[], float]) -> None:
        self._memory, self._layout, self._now_s, self._drill = memory, layout, now_s, program.drill
        plan = layout.plan
        self.total = plan.workers * plan.matches
        self.shown = min(SHOWN, plan.workers * plan.self_play)
        rows = {name: row for row, name in enumerate(program.drill.fields)}
        drawn = drawn_fields(program.drill.scene)
        self._rows = {name: rows[name] for name in drawn}
        self._angles = frozenset(name for name, is_angle in drawn.items() if is_angle)
        self._episode_row = rows[EPISODE]
        self._windows = [
            self._open(program, index, count) for index, count in enumerate(spread(self.shown, plan.workers)) if count
        ]
        self._looked_s = -math.inf
        self._counters = [layout[f"telemetry.{rollout(i)}"].word + Counter.DECISIONS for i in range(plan.workers)]
        self._decisions, self._counted_s, self._speed = self._count(), now_s(), 0.0

    def _open(self, program: Program, index: int, count: int) -> Window:
        plan = self._layout.plan
        arena = Arena.over(self._layout[f"{rollout(index)}.scratch"])
        state = RolloutScratch(program, plan.self_play, arena, plan.duels).main.state
        last_row = max([*self._rows.values(), self._episode_row])
        words = array("f", bytes(last_row * state.stride + count * WORD_BYTES))
        blank = [dict.fromkeys(self._rows, 0.0) for _ in range(count)]
        return Window(state.base, state.stride // WORD_BYTES, count, words, blank, [-1] * count)

    def windows(self) -> list[tuple[int, int]]:
        """Return byte offset and size of every part of the memory that is looked at."""
        return [(window.offset, len(window.words) * WORD_BYTES) for window in self._windows]

    def look(self, still_s: float = 0.0) -> list[dict[str, float]]:
        """Return the drawn fields of every match shown (m, m/s), a step closer to where its bodies are by now.

        What was returned last stands for `still_s`. A match whose worker has not begun yet has only zeros. The
        dicts are this object's own; do not keep them.
        """
        now_s = self._now_s()
        passed_s = max(now_s - self._looked_s, 0.0)
        if passed_s < still_s:
            return [seen for window in self._windows for seen in window.seen]
        share = 1.0 - math.exp(-passed_s / GLIDE_S)
        self._looked_s = now_s
        matches: list[dict[str, float]] = []
        for window in self._windows:
            self._memory.read(window.offset, window.words)
            self._follow(window, share)
            matches += window.seen
        return matches

    def _follow(self, window: Window, share: float) -> None:
        words, places = window.words, [(name, row * window.step) for name, row in self._rows.items()]
        episodes = memoryview(words).cast("B").cast("I")
        at_episode = self._episode_row * window.step
        for match, seen in enumerate(window.seen):
            episode = episodes[at_episode + match]
            step = share if episode == window.episodes[match] else 1.0  # a new kick-off: nobody travelled there
            window.episodes[match] = episode
            for name, place in places:
                value = words[place + match]
                if -FAR_M < value < FAR_M:
                    way = value - seen[name]
                    seen[name] += step * (shortest(way) if name in self._angles else way)

    def facts(self) -> dict[str, object]:
        """Return the numbers the page shows: how many matches there are, and how fast they are played."""
        passed_s = self._now_s() - self._counted_s
        if passed_s >= SPEED_OVER_S:
            before, self._decisions = self._decisions, self._count()
            made = sum(unsigned(now - then) for then, now in zip(before, self._decisions, strict=True))
            per_agent_s = self._drill.tick_hz / self._drill.action_repeat
            self._speed = made / passed_s / (self._layout.plan.workers * self._layout.plan.agents * per_agent_s)
            self._counted_s += passed_s
        return {"factory_matches": self.total, "factory_shown": self.shown, "factory_speed": self._speed}

    def _count(self) -> list[int]:
        return [self._memory.load(word) for word in self._counters]

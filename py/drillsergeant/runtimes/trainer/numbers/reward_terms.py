"""Mean reward an episode earned by term, over the chunks of the last moments, from the chunks' own statistics."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence

from drillsergeant.learn.engine import CHUNK_STATS
from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import Layout

CHUNKS_KEPT = 20


class RewardTerms:
    """Reads the statistics region of each chunk it is shown."""

    def __init__(self, memory: Memory, layout: Layout, names: Sequence[str]) -> None:
        self._memory, self._layout, self._names = memory, layout, names
        self._chunks: deque[Sequence[float]] = deque(maxlen=CHUNKS_KEPT)

    @property
    def names(self) -> Sequence[str]:
        """What is paid for, in the order in which the drill adds it up."""
        return self._names

    def add(self, chunk_offset: int) -> None:
        """Take the statistics of the chunk at `chunk_offset` in."""
        stats = array("f", bytes(WORD_BYTES * self._layout.plan.stats_size))
        self._memory.read(self._layout.chunk_field("stats", chunk_offset).offset, stats)
        self.take(stats)

    def take(self, stats: Sequence[float]) -> None:
        """Take in the statistics of a chunk: sums by `CHUNK_STATS` and by the names."""
        self._chunks.append(stats)

    def clear(self) -> None:
        """Forget all chunks."""
        self._chunks.clear()

    def means(self) -> dict[str, object]:
        """Return `reward_<term>` per finished episode and `episode_decisions`; nothing before the first episode."""
        episodes = sum(stats[CHUNK_STATS.index("episodes")] for stats in self._chunks)
        if not episodes:
            return {}
        length = sum(stats[CHUNK_STATS.index("decisions")] for stats in self._chunks)
        means: dict[str, object] = {"episode_decisions": length / episodes}
        for place, name in enumerate(self._names, start=len(CHUNK_STATS)):
            means[f"reward_{name}"] = sum(stats[place] for stats in self._chunks) / episodes
        return means

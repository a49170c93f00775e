"""How good the value estimate is: the share of the returns' variance that it does not explain, from a small sample.

Computed from the chunk and not by the learner, so that it means the same whichever learner is at work.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence

from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import Layout

LANES_SAMPLED = 32
CHUNKS_KEPT = 8
SMALLEST_VARIANCE = 1e-12  # of returns; below, they are all the same


class UnexplainedVariance:
    """1 - explained variance of the returns (as `gae` estimates them) by the values the policy had while playing."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        self._memory, self._layout = memory, layout
        self._sums: deque[tuple[float, ...]] = deque(maxlen=CHUNKS_KEPT)
        self._lane = 0

    def clear(self) -> None:
        """Forget all samples."""
        self._sums.clear()

    def add(self, chunk_offset: int, hyper: Hyper) -> None:
        """Take a sample of the chunk at `chunk_offset`: some agents, every decision; other agents the next time."""
        plan = self._layout.plan
        lanes = min(LANES_SAMPLED, plan.agents)
        first, self._lane = self._lane, (self._lane + lanes) % (plan.agents - lanes + 1)
        names = ("reward", "terminated", "value")
        rewards, ends, values = (self._rows(name, chunk_offset, first, lanes) for name in names)
        advantages, returns = _estimates(rewards, ends, values, hyper)
        squares = (sum(x * x for x in returns), sum(x * x for x in advantages))
        self._sums.append((float(len(returns)), sum(returns), squares[0], sum(advantages), squares[1]))

    def _rows(self, name: str, chunk_offset: int, first: int, lanes: int) -> list[Sequence[float]]:
        """The `lanes` from `first` on of every row of a chunk's field."""
        region, plan = self._layout.chunk_field(name, chunk_offset), self._layout.plan
        rows: list[Sequence[float]] = []
        for number in range(region.shape[0]):
            row = array("i" if region.dtype == "i32" else "f", bytes(lanes * WORD_BYTES))
            self._memory.read(region.offset + (number * plan.lanes + first) * WORD_BYTES, row)
            rows.append(row)
        return rows

    def share(self) -> float | None:
        """Return it: 0 for a perfect estimate, 1 for one no better than a constant; None without any variance."""
        if not self._sums:
            return None
        count, returns, return_squares, errors, error_squares = map(sum, zip(*self._sums, strict=True))
        variance = float(return_squares / count - (returns / count) ** 2)
        if variance <= SMALLEST_VARIANCE:
            return None
        return max(0.0, float(error_squares / count - (errors / count) ** 2)) / variance


def _estimates(
    rewards: Sequence[Sequence[float]], ends: Sequence[Sequence[float]], values: Sequence[Sequence[float]], hyper: Hyper
) -> tuple[list[float], list[float]]:
    """Advantages and returns of all rows by GAE, last decision first (Schulman et al. 2016, equation 16)."""
    advantages: list[float] = []
    returns: list[float] = []
    following = [0.0] * len(rewards[0])
    for t in range(len(rewards) - 1, -1, -1):
        goes_on = [1.0 - end for end in ends[t]]
        following = [
            reward + hyper.gamma * on * after - value + hyper.gamma * hyper.gae_lambda * on * later
            for reward, on, value, after, later in zip(
                rewards[t], goes_on, values[t], values[t + 1], following, strict=True
            )
        ]
        advantages += following
        returns += [advantage + value for advantage, value in zip(following, values[t], strict=True)]
    return advantages, returns

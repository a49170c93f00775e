"""Proximal policy optimisation, top to bottom (Schulman et al. 2017, https://arxiv.org/abs/1707.06347).

One call of `PpoLearner.learn` is one update: take chunks, estimate advantages, go over their rows `epochs` times in
minibatches, one Adam step each. Everything is a function of seed, update number and chunks: there is no hidden random
state. Details follow Huang et al. 2022 ("The 37 implementation details of PPO"), with one difference: truncation is not
death, see `gae`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from drillsergeant.learn.ppo.arithmetic import METRICS, Arithmetic, BatchShape, corrections
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import counted
from drillsergeant.learn.ppo.minibatches import CELL_ROWS, Cell, cells_of, minibatches
from drillsergeant.learn.ppo.scales import Scales

ChunkT = TypeVar("ChunkT")


@dataclass
class UpdateMetrics:
    """One update in numbers. Losses are means over all rows of all epochs; `gradient_norm` is before clipping."""

    decisions: int = 0
    steps: int = 0
    dropped: int = 0
    policy_loss: float = 0.0
    value_loss: float = 0.0
    entropy: float = 0.0
    approx_kl: float = 0.0
    clip_fraction: float = 0.0
    gradient_norm: float = 0.0


@dataclass
class LearnerState:
    """All that is needed to go on exactly where a learner stopped. Arrays are the bytes of f32 [P]; without `scales`
    they are somebody's policy, whose numbers nobody has measured."""

    seed: int
    updates: int
    steps: int
    dropped: int
    arrays: dict[str, bytes]
    scales: Scales | None = None


class PpoLearner(Generic[ChunkT]):
    """PPO over whatever arithmetic it is given."""

    def __init__(self, arithmetic: Arithmetic[ChunkT], seed: int, cell_rows: int = CELL_ROWS) -> None:
        self.arithmetic = arithmetic
        self.seed = seed
        self.cell_rows = cell_rows
        self.updates = 0
        self.steps = 0
        self.dropped = 0

    def learn(self, chunks: Sequence[ChunkT], hyper: Hyper) -> UpdateMetrics:
        """One update from these chunks, which must all have the same shape.

        A batch or a minibatch with unusable numbers in it is dropped and counted, the parameters stay as they were.
        """
        return self.go_on(self.arithmetic.prepare(chunks, hyper.gamma, hyper.gae_lambda), hyper)

    def go_on(self, shape: BatchShape | None, hyper: Hyper) -> UpdateMetrics:
        """The update from a batch that the arithmetic has prepared."""
        metrics = UpdateMetrics()
        self.updates = counted(self.updates)
        if shape is None:
            self.dropped = counted(self.dropped)
            metrics.dropped = 1
            return metrics
        metrics.decisions = shape.chunks * shape.horizon * shape.agents
        cells = cells_of(*shape, self.cell_rows)
        sums = [0.0] * len(METRICS)
        rows = 0
        for epoch in range(hyper.epochs):
            for minibatch in minibatches(cells, hyper.minibatch_size, self.seed, self.updates, epoch):
                step_sums = self._step(minibatch, hyper, metrics)
                if step_sums is not None:
                    sums = [total + s for total, s in zip(sums, step_sums, strict=True)]
                    rows += sum(cell.lanes for cell in minibatch)
        for name, total in zip(METRICS, sums, strict=True):
            setattr(metrics, name, total / max(rows, 1))
        metrics.gradient_norm /= max(metrics.steps, 1)
        if metrics.steps and not self.arithmetic.finish():
            self.dropped = counted(self.dropped)
            metrics.dropped += 1
        return metrics

    def _step(self, minibatch: Sequence[Cell], hyper: Hyper, metrics: UpdateMetrics) -> list[float] | None:
        """One Adam step; returns the summed loss metrics of its rows, or None when it was dropped."""
        sums = self.arithmetic.gradient(minibatch, hyper.clip_coef, hyper.entropy_coef, hyper.value_coef)
        squared_norm = self.arithmetic.squared_norm()
        if squared_norm is not None and all(map(math.isfinite, sums)):
            rows = sum(cell.lanes for cell in minibatch)
            norm = math.sqrt(squared_norm) / rows
            scale = min(1.0, hyper.max_grad_norm / (norm + 1e-6)) / rows
            if self.arithmetic.adam(hyper.learning_rate, scale, *corrections(self.steps + 1)):
                self.steps = counted(self.steps)
                metrics.steps += 1
                metrics.gradient_norm += norm
                return sums
        self.dropped = counted(self.dropped)
        metrics.dropped += 1
        return None

    def state(self) -> LearnerState:
        """Snapshot, independent of what the learner does next."""
        arrays = self.arithmetic.state()
        return LearnerState(self.seed, self.updates, self.steps, self.dropped, arrays, self.arithmetic.scales)

    def restore(self, state: LearnerState) -> None:
        """Go on from a snapshot, bit for bit. Raises ValueError when it belongs to another network."""
        size = len(self.arithmetic.scales.observations)
        scales = state.scales or Scales.unknown(size, fresh=False)
        if len(scales.observations) != size:
            raise ValueError(f"the state has scales of {len(scales.observations)} observation entries, expected {size}")
        self.arithmetic.restore(state.arrays)
        self.arithmetic.scales = scales
        self.seed, self.updates = state.seed, state.updates
        self.steps, self.dropped = state.steps, state.dropped

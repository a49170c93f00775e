"""The arithmetic of one PPO update: what it must offer, and the few numbers computed once per update.

`ppo.PpoLearner` decides what happens and in which order; an `Arithmetic` holds the parameters and does the sums, in
NumPy (`reference.arithmetic`) or in kernels (`wasm.arithmetic`). Numbers cross this line as Python floats and are
rounded to f32 on the other side. What is computed here is f64 from + - * / and sqrt only, so it has the same bits
everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from drillsergeant.learn.ppo.minibatches import Cell
from drillsergeant.learn.ppo.scales import Scales

# Names of the metrics that the loss gives per row (see `losses`), in order.
METRICS = ("policy_loss", "value_loss", "entropy", "approx_kl", "clip_fraction")
# Keeps the normalisation of a constant advantage at zero.
DEVIATION_MIN = 1e-6
# Decay of Adam's two moments.
BETA1 = 0.9
BETA2 = 0.999

ChunkT_contra = TypeVar("ChunkT_contra", contravariant=True)


class BatchShape(NamedTuple):
    """Chunks in a batch, decisions and agents in each."""

    chunks: int
    horizon: int
    agents: int


class Arithmetic(Protocol[ChunkT_contra]):
    """Parameters, optimiser state and the sums over a batch. A chunk is arrays here, a ring slot elsewhere."""

    def prepare(self, chunks: Sequence[ChunkT_contra], gamma: float, gae_lambda: float) -> BatchShape | None:
        """Take these chunks as the batch: GAE, returns, normalised advantages. None when they hold unusable numbers.

        From here to `finish`, observations, returns and parameters are rescaled, by `scales` moved on by these chunks.
        """
        ...

    def finish(self) -> bool:
        """Scale the parameters back. False when the result is poisoned: then they and `scales` are as they were."""
        ...

    def gradient(self, cells: Sequence[Cell], clip_coef: float, entropy_coef: float, value_coef: float) -> list[float]:
        """Compute and keep the gradient summed over the rows of `cells`, share by share (`schedule.shares_of`).

        Returns the sums of METRICS, added cell by cell.
        """
        ...

    def squared_norm(self) -> float | None:
        """Squared norm of the kept gradient, None when it is poisoned (see `guard`)."""
        ...

    def adam(
        self,
        learning_rate: float,
        gradient_scale: float,
        correction1: float,
        correction2: float,
    ) -> bool:
        """One Adam step with the kept gradient. False when the result is poisoned: then nothing has changed."""
        ...

    scales: Scales

    def state(self) -> dict[str, bytes]:
        """The bytes of "parameters", "first_moment" and "second_moment", each f32 [P]."""
        ...

    def restore(self, state: Mapping[str, bytes]) -> None:
        """Continue from a `state`. Raises ValueError when it does not fit. The scales are to be set beside it."""
        ...


def ordered_sum(terms: Iterable[float]) -> float:
    """The terms added one after the other. Python's own `sum` is more exact from version 3.12 on, so not the same."""
    total = 0.0
    for term in terms:
        total += term
    return total


def normaliser(squares: float, rows: int) -> float:
    """The factor that scales centred numbers with this sum of squares to deviation 1."""
    return 1.0 / (math.sqrt(squares / rows) + DEVIATION_MIN)


def corrections(step: int) -> tuple[float, float]:
    """Adam's bias corrections 1/(1-beta^step) of the step-th step (counted from 1)."""
    return 1.0 / (1.0 - _power(BETA1, step)), 1.0 / (1.0 - _power(BETA2, step))


def _power(base: float, exponent: int) -> float:
    """By repeated squaring: a C library's `pow` may differ in the last bit from machine to machine."""
    result = 1.0
    while exponent:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result

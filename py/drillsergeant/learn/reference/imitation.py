"""Cloning in NumPy: the reference of `wasm.imitation`, see `imitation.cloning`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from drillsergeant.drills.contract import Continuous, Head
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.adam import adam_step
from drillsergeant.learn.formulas.losses import loss_gradient
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.poison import poisoned
from drillsergeant.learn.ppo.imitator import DecisionBatch


class NumpyImitator:
    """`ppo.imitator.Imitator` over arrays of its own."""

    def __init__(self, network: Network, heads: Sequence[Head]) -> None:
        self._network, self._heads = network, heads

    def begin(self, parameters: bytes) -> None:
        """See Imitator."""
        self._parameters: Array = np.frombuffer(parameters, np.float32).copy()
        self._moments = np.zeros_like(self._parameters), np.zeros_like(self._parameters)

    def look(self, batch: DecisionBatch) -> Sequence[array[float]]:
        """See Imitator."""
        self._batch = batch
        self._seen = self._network.forward(self._parameters, np.array(batch.seen, np.float32))
        spreads = [np.full(batch.size, value) for value in self._network.log_std(self._parameters)]
        return [array("f", np.ascontiguousarray(row, np.float32).tobytes()) for row in (*self._seen.head, *spreads)]

    @np.errstate(all="ignore")
    def step(self, logp: array[float], learning_rate: float, correction1: float, correction2: float) -> bool:
        """See Imitator."""
        count, network = self._batch.size, self._network
        masks = [np.array(row) != 0 for row in self._batch.allowed]
        taken = [
            np.array(row, np.float32 if isinstance(head, Continuous) else np.int32)
            for head, row in zip(self._heads, self._batch.actions, strict=True)
        ]
        ones, zeros = np.ones(count, np.float32), np.zeros(count, np.float32)
        upstream, _ = loss_gradient(
            network.policy(self._heads, self._parameters, self._seen, masks),
            *(self._seen.value, taken, np.array(logp, np.float32), ones, zeros),
            *map(np.float32, (1.0, 0.0, 0.0)),
        )
        gradient = network.backward(self._parameters, self._seen, np.stack(upstream))
        network.log_std(gradient)[...] = 0.0
        scalars = map(np.float32, (learning_rate, 1.0 / count, correction1, correction2))
        result = adam_step(self._parameters, gradient, *self._moments, *scalars)
        if any(poisoned(each) for each in result):
            return False
        self._parameters, *moments = result
        self._moments = moments[0], moments[1]
        return True

    def parameters(self) -> bytes:
        """See Imitator."""
        return self._parameters.tobytes()

"""The arithmetic of one PPO update in NumPy: the reference of `wasm.arithmetic`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from drillsergeant.drills.contract import Head
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.actions import from_words, unpacked
from drillsergeant.learn.formulas.adam import adam_step
from drillsergeant.learn.formulas.gae import gae
from drillsergeant.learn.formulas.linear import lane_sum
from drillsergeant.learn.formulas.losses import loss_gradient
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.poison import poisoned
from drillsergeant.learn.formulas.rescale import entered, factors, left, moments, rounded, standardise
from drillsergeant.learn.ppo.arithmetic import METRICS, BatchShape, normaliser, ordered_sum
from drillsergeant.learn.ppo.minibatches import Cell, shares_of
from drillsergeant.learn.ppo.scales import Scales, pooled
from drillsergeant.learn.reference.chunk import ChunkArrays


class NumpyArithmetic:
    """The reference. With `network.dense` ordered, kernels reproduce it bit for bit.

    NumPy's warnings about NaN and overflow are off where poison is looked for by its bits right after.
    """

    def __init__(self, network: Network, heads: Sequence[Head], seed: int, masks: int = 0) -> None:
        """`masks`: of how many choices is recorded whether they could be taken."""
        self.network, self._heads, self._masks = network, heads, masks
        self.parameters = network.initial(seed)
        self.scales = self._moved = Scales.unknown(network.observation_size, fresh=True)
        self._rescaled = self.parameters  # while an update is under way
        self.first_moment = np.zeros_like(self.parameters)
        self.second_moment = np.zeros_like(self.parameters)
        self._gradient = np.zeros_like(self.parameters)
        self._chunks: Sequence[ChunkArrays] = ()
        self._advantages: list[Array] = []
        self._returns: list[Array] = []

    def prepare(self, chunks: Sequence[ChunkArrays], gamma: float, gae_lambda: float) -> BatchShape | None:
        """See Arithmetic."""
        if any(poisoned(a) for c in chunks for a in (c.obs, c.reward, c.value, c.logp)):
            return None
        pairs = [
            gae(c.reward, c.value, c.terminated, c.truncated, np.float32(gamma), np.float32(gae_lambda)) for c in chunks
        ]
        self._advantages = normalised([advantage for advantage, _ in pairs])
        returns = [return_ for _, return_ in pairs]
        moved = self._moved = self._measured(chunks, returns)
        self._rescaled = self.parameters if self.scales.fresh else entered(self.network, self.parameters, moved)
        means, spreads = rounded(moved.means)[:, None], rounded(factors(moved.spreads))[:, None]
        self._chunks = [replace(c, obs=standardise(c.obs, means, spreads)) for c in chunks]
        mean, factor = np.float32(moved.returns.mean), np.float32(1.0 / moved.return_spread)
        self._returns = [standardise(each, mean, factor) for each in returns]
        return BatchShape(len(chunks), chunks[0].horizon, chunks[0].agents)

    def _measured(self, chunks: Sequence[ChunkArrays], returns: Sequence[Array]) -> Scales:
        """The scales after these chunks."""
        entries = [
            pooled([moments(np.ascontiguousarray(chunk.obs[:, entry]), scale.mean) for chunk in chunks])
            for entry, scale in enumerate(self.scales.observations)
        ]
        return self.scales.moved(entries, pooled([moments(each, self.scales.returns.mean) for each in returns]))

    def finish(self) -> bool:
        """See Arithmetic."""
        plain = left(self.network, self._rescaled, self._moved)
        if poisoned(plain):
            return False
        self.parameters, self.scales = plain, self._moved
        return True

    @np.errstate(all="ignore")
    def gradient(self, cells: Sequence[Cell], clip_coef: float, entropy_coef: float, value_coef: float) -> list[float]:
        """See Arithmetic; cells are added in the order given within a share, then the shares in order."""
        self._gradient = np.zeros_like(self.parameters)
        sums = [0.0] * len(METRICS)
        for first, last in shares_of(len(cells)):
            gradient, added = self._share_gradient(cells[first:last], clip_coef, entropy_coef, value_coef)
            self._gradient += gradient
            for metrics in added:
                sums = [s + m for s, m in zip(sums, metrics, strict=True)]
        return sums

    def _share_gradient(
        self, cells: Sequence[Cell], clip_coef: float, entropy_coef: float, value_coef: float
    ) -> tuple[Array, list[list[float]]]:
        """The gradient [P] summed over the rows of `cells`, and the metric sums of each cell."""
        gradient, sums = np.zeros_like(self.parameters), []
        for cell in cells:
            chunk = self._chunks[cell.chunk]
            rows = np.s_[cell.t, cell.lane : cell.lane + cell.lanes]
            observation = chunk.obs[cell.t, :, cell.lane : cell.lane + cell.lanes]
            activations = self.network.forward(self._rescaled, observation)
            lanes = np.s_[cell.t, :, cell.lane : cell.lane + cell.lanes]
            allowed = unpacked(list(chunk.allowed[lanes]), self._masks)
            upstream, metrics = loss_gradient(
                self.network.policy(self._heads, self._rescaled, activations, allowed),
                activations.value,
                from_words(self._heads, list(chunk.action[lanes])),
                chunk.logp[rows],
                self._advantages[cell.chunk][rows],
                self._returns[cell.chunk][rows],
                np.float32(clip_coef),
                np.float32(entropy_coef),
                np.float32(value_coef),
            )
            gradient += self.network.backward(self._rescaled, activations, np.stack(upstream))
            sums.append([float(lane_sum(m)) for m in metrics])
        return gradient, sums

    def squared_norm(self) -> float | None:
        """See Arithmetic; summed by `linear.lane_sum`."""
        if poisoned(self._gradient):
            return None
        return float(lane_sum(self._gradient * self._gradient))

    @np.errstate(all="ignore")
    def adam(
        self,
        learning_rate: float,
        gradient_scale: float,
        correction1: float,
        correction2: float,
    ) -> bool:
        """See Arithmetic."""
        result = adam_step(
            self._rescaled,
            self._gradient,
            self.first_moment,
            self.second_moment,
            np.float32(learning_rate),
            np.float32(gradient_scale),
            np.float32(correction1),
            np.float32(correction2),
        )
        if any(poisoned(array) for array in result):
            return False
        self._rescaled, self.first_moment, self.second_moment = result
        return True

    def state(self) -> dict[str, bytes]:
        """See Arithmetic."""
        return {
            "parameters": self.parameters.tobytes(),
            "first_moment": self.first_moment.tobytes(),
            "second_moment": self.second_moment.tobytes(),
        }

    def restore(self, state: Mapping[str, bytes]) -> None:
        """See Arithmetic."""
        arrays = {
            name: np.frombuffer(state[name], np.float32).copy()
            for name in ("parameters", "first_moment", "second_moment")
        }
        for name, array in arrays.items():
            self.network.views(array)
            if poisoned(array):
                raise ValueError(f"{name} of the state to restore hold NaN, infinity or numbers above 1e18")
        self.parameters, self.first_moment, self.second_moment = (
            arrays["parameters"],
            arrays["first_moment"],
            arrays["second_moment"],
        )


def normalised(advantages: Sequence[Array]) -> list[Array]:
    """Advantages f32 [T][A] of several chunks, shifted and scaled to mean 0 and deviation 1 over all of them.

    Order of summation: chunk after chunk, each by `linear.lane_sum` over its T*A rows.
    """
    rows = sum(a.size for a in advantages)
    mean = np.float32(ordered_sum(float(lane_sum(a.reshape(-1))) for a in advantages) / rows)
    centred = [a - mean for a in advantages]
    squares = ordered_sum(float(lane_sum((a * a).reshape(-1))) for a in centred)
    scale = np.float32(normaliser(squares, rows))
    return [a * scale for a in centred]

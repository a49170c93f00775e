"""Measuring and rescaling a batch on kernels, and the parameters that go with it; equal to `formulas.rescale`."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from drillsergeant.learn.ppo.scales import Moments, Scales, pooled
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Calls
from drillsergeant.learn.wasm.scratch import RescaleScratch
from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import Layout

PADDING = array("f", [1.0] * 4)  # what a kernel's last four reach beyond the weights is multiplied by 1


class Played(NamedTuple):
    """Of one chunk: byte offsets of its observations f32 [T][OBS][lanes], of where they go when rescaled, and of its
    returns f32 [T][lanes], which are rescaled where they lie."""

    obs: int
    result: int
    returns: int


class KernelRescaling:
    """Of one learner; places are byte offsets of parameters."""

    def __init__(self, program: Program, calls: Calls, layout: Layout, memory: Memory, places: RescaleScratch) -> None:
        self._network, self._calls, self._memory, self._places = program.network, calls, memory, places
        plan = layout.plan
        self._sizes = {"decisions": plan.horizon, "agents": plan.agents, "lanes_bytes": plan.lanes * WORD_BYTES}
        self._rows = plan.horizon * plan.agents

    def measured(self, scales: Scales, batch: Sequence[Played]) -> Scales:
        """The scales after a batch."""
        shifts = [*scales.means, scales.returns.mean]
        self._memory.write(self._places.means, array("f", shifts))
        chunks = [self._moments(played, shifts) for played in batch]
        *entries, returns = (pooled(parts) for parts in zip(*chunks, strict=True))
        return scales.moved(entries, returns)

    def _moments(self, played: Played, shifts: Sequence[float]) -> list[Moments]:
        """Of every observation entry, and of the returns."""
        rooms = {"shifts": self._places.means, "row": self._places.row, "sums": self._places.sums}
        chunk = {"obs": played.obs, "returns": played.returns}
        self._calls.run("batch_moments", {**self._sizes, **chunk, **rooms})
        sums = array("f", bytes(2 * len(shifts) * WORD_BYTES))
        self._memory.read(self._places.sums, sums)
        return [Moments(shift, self._rows, *sums[2 * k : 2 * k + 2]) for k, shift in enumerate(shifts)]

    def standardise(self, scales: Scales, batch: Sequence[Played]) -> None:
        """Rescale a batch."""
        self._memory.write(self._places.means, array("f", [*scales.means, scales.returns.mean]))
        spreads = (*scales.spreads, scales.return_spread)
        self._memory.write(self._places.factors, array("f", (1.0 / spread for spread in spreads)))
        rooms = {"means": self._places.means, "factors": self._places.factors}
        for played in batch:
            self._calls.run("batch_standardised", {**self._sizes, **played._asdict(), **rooms})

    def enter(self, source: int, parameters: int, scales: Scales) -> None:
        """See `rescale.entered`, from `source` to `parameters`."""
        mean, spread = scales.returns.mean, scales.return_spread
        bias = (self._bias(source) - mean) / spread
        self._rescale(False, source, parameters, (scales.spreads, scales.means), 1.0 / spread, bias)

    def leave(self, source: int, parameters: int, scales: Scales) -> None:
        """See `rescale.left`, from `source` to `parameters`."""
        mean, spread = scales.returns.mean, scales.return_spread
        bias = self._bias(source) * spread + mean
        columns = [1.0 / each for each in scales.spreads], [-each for each in scales.means]
        self._rescale(True, source, parameters, columns, spread, bias)

    def _rescale(
        self,
        leave: bool,
        source: int,
        parameters: int,
        columns: tuple[Sequence[float], Sequence[float]],
        value_factor: float,
        bias: float,
    ) -> None:
        """`columns` are the factors of the first layer's weights, and what they are multiplied by for its bias."""
        factors, shifts = (array("f", each) * self._network.hidden[0] for each in columns)
        self._memory.write(self._places.columns, factors + PADDING)
        self._memory.write(self._places.shifts, shifts)
        places = self._places
        rooms = {"factors": places.columns, "shifts": places.shifts, "products": places.products}
        given = {"leave": int(leave), "source": source, "parameters": parameters, "value_factor": value_factor}
        self._calls.run("rescaled", {**rooms, **given})
        word: int = struct.unpack("<i", struct.pack("<f", bias))[0]
        self._memory.store(parameters // WORD_BYTES + self._network.value_bias, word)

    def _bias(self, parameters: int) -> float:
        word = self._memory.load(parameters // WORD_BYTES + self._network.value_bias)
        value: float = struct.unpack("<f", struct.pack("<i", word))[0]
        return value

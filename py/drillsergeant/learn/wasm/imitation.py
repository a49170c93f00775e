"""Cloning on the learner's kernels: its forward and backward pass, and Adam; see `imitation.cloning`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from drillsergeant.drills.contract import Continuous
from drillsergeant.learn.heads import BITS_PER_WORD, head_rows, mask_words
from drillsergeant.learn.ppo.arithmetic import METRICS
from drillsergeant.learn.ppo.imitator import DecisionBatch
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.arithmetic import KernelArithmetic
from drillsergeant.learn.wasm.calls import Calls, Rows, bits_of
from drillsergeant.memory.access import WORD_BYTES, Memory

ONE = bits_of(1.0)


class KernelImitator:
    """`ppo.imitator.Imitator` in the scratch memory of a learner, whose arithmetic it uses up: it is to be restored."""

    def __init__(self, program: Program, calls: Calls, memory: Memory, arithmetic: KernelArithmetic) -> None:
        self._program, self._calls, self._memory, self._arithmetic = program, calls, memory, arithmetic
        self._places, self._rooms = arithmetic.places, arithmetic.places.imitation
        self._count = 0

    def begin(self, parameters: bytes) -> None:
        """See Imitator."""
        still = bytes(len(parameters))
        self._arithmetic.restore({"parameters": parameters, "first_moment": still, "second_moment": still})

    def look(self, batch: DecisionBatch) -> Sequence[array[float]]:
        """See Imitator."""
        heads, rooms, self._count = self._program.drill.heads, self._rooms, batch.size
        self._write(rooms.obs, batch.seen)
        self._write(rooms.action, [_words(head, row) for head, row in zip(heads, batch.actions, strict=True)])
        self._write(rooms.allowed, _packed(batch.allowed))
        places = {"obs": rooms.obs.base, "obs_stride": rooms.obs.stride, "scratch": self._places.network}
        result = {"head": rooms.head.base, "head_stride": rooms.head.stride}
        self._calls.run("forward", {"rows": batch.size, "params": self._arithmetic.in_use, **places, **result})
        return [self._read(rooms.head, row) for row in range(head_rows(heads))]

    def _write(self, rows: Rows, columns: Sequence[array[float] | array[int]]) -> None:
        for number, column in enumerate(columns):
            self._memory.write(rows.base + number * rows.stride, column)

    def _read(self, rows: Rows, number: int) -> array[float]:
        row = array("f", bytes(self._count * WORD_BYTES))
        self._memory.read(rows.base + number * rows.stride, row)
        return row

    def step(self, logp: array[float], learning_rate: float, correction1: float, correction2: float) -> bool:
        """See Imitator."""
        ones = array("f", [1.0]) * self._count
        for number, column in enumerate((logp, ones, array("f", bytes(self._count * WORD_BYTES)))):
            self._memory.write(self._rooms.rows.base + number * self._rooms.rows.stride, column)
        records = array("i")
        tile = self._program.network.tile_rows
        for number, first in enumerate(range(0, self._count, tile)):
            words = self._cell(number, first, min(tile, self._count - first))
            records.extend(words.get(name, 0) for name in self._program.network.cell_record)
        self._memory.write(self._places.cells, records)
        cells = {"cells": self._places.cells, "count": -(-self._count // tile), "accumulate": 0}
        rooms = {"scratch": self._places.network, "gradient": self._places.gradient}
        self._calls.run("gradient", {**cells, **rooms, "params": self._arithmetic.in_use})
        spreads = sum(isinstance(head, Continuous) for head in self._program.drill.heads)
        if spreads:  # they stay as they are, so that it goes on trying things
            end = self._places.gradient + self._program.network.parameter_count * WORD_BYTES
            self._memory.write(end - spreads * WORD_BYTES, bytes(spreads * WORD_BYTES))
        if self._arithmetic.squared_norm() is None:
            return False
        return self._arithmetic.adam(learning_rate, 1.0 / self._count, correction1, correction2)

    def _cell(self, number: int, first: int, rows: int) -> dict[str, int]:
        """The words of the record of the rows from `first` on."""
        room, at = self._rooms, first * WORD_BYTES
        groups = {"action": room.action, "allowed": room.allowed}
        words = {f"in.{name}.base": group.base + at for name, group in groups.items()}
        words |= {f"in.{name}.stride": group.stride for name, group in groups.items()}
        for place, name in enumerate(("logp", "advantage", "returns")):
            words[f"in.{name}.base"] = room.rows.base + place * room.rows.stride + at
        sums = self._places.sums + number * len(METRICS) * WORD_BYTES
        clip = {"scalar.clip_coef": ONE}
        return {**words, **clip, "rows": rows, "obs": room.obs.base + at, "obs_stride": room.obs.stride, "sums": sums}

    def parameters(self) -> bytes:
        """See Imitator."""
        return self._arithmetic.rescaled()["parameters"]


def _words(head: object, row: array[float]) -> array[float] | array[int]:
    """A head of the action as a chunk has it: choices as i32, numbers as the bits of an f32."""
    return row if isinstance(head, Continuous) else array("i", map(int, row))


def _packed(masks: Sequence[array[float]]) -> list[array[int]]:
    """Masks as bits of words, see `formulas.actions.packed`."""
    words = []
    for number in range(mask_words(len(masks))):
        part = masks[number * BITS_PER_WORD : (number + 1) * BITS_PER_WORD]
        words.append(array("i", (sum(bool(bit) << k for k, bit in enumerate(row)) for row in zip(*part, strict=True))))
    return words

"""What the gradient's kernel is told of a minibatch: a record of words for each of its cells."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from drillsergeant.learn.ppo.arithmetic import METRICS
from drillsergeant.learn.ppo.minibatches import Cell
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import bits_of
from drillsergeant.learn.wasm.scratch import LearnerScratch
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import Layout

RECORDS_KEPT = 1 << 15  # more cells than any plan has; a bound, not a tuning


class CellRecords:
    """The records of the cells of a batch.

    Kept as bytes: an update asks for each once an epoch, and the next update, whose chunks lie in the same slots of the
    ring, for the same ones again. A thousand are put together in less time than ten are made.
    """

    def __init__(self, program: Program, layout: Layout, places: LearnerScratch) -> None:
        self._names, self._layout, self._places = program.network.cell_record, layout, places
        self._word_of_sums = self._names.index("sums")
        self._sums = _counting(places.sums, len(METRICS) * WORD_BYTES, places.most_cells)
        self._chunk_offsets: Sequence[int] = ()
        self._numbers: Mapping[str, float] = {}
        self._kept: dict[tuple[int, int], dict[Cell, bytes]] = {}  # by the chunk's offset and its number in a batch
        self._batch: dict[Cell, bytes] = {}

    def begin(self, chunk_offsets: Sequence[int]) -> None:
        """The batch is of these chunks of the ring."""
        if sum(map(len, self._kept.values())) > RECORDS_KEPT:
            self._kept.clear()
        self._chunk_offsets, self._batch = chunk_offsets, {}
        for number, chunk_offset in enumerate(chunk_offsets):
            self._batch.update(self._kept.setdefault((chunk_offset, number), {}))

    def of(self, cells: Sequence[Cell], numbers: Mapping[str, float]) -> array[int]:
        """The words of the records of a minibatch, in order; each cell's sums go to a place of its own. `numbers`: what
        else every record says, f32 by name."""
        if numbers != self._numbers:
            self._numbers = numbers
            self._kept.clear()
            self.begin(self._chunk_offsets)
        try:
            words = array("i", b"".join(map(self._batch.__getitem__, cells)))
        except KeyError:
            self._make(cells)
            words = array("i", b"".join(map(self._batch.__getitem__, cells)))
        words[self._word_of_sums :: len(self._names)] = self._sums[: len(cells)]
        return words

    def _make(self, cells: Sequence[Cell]) -> None:
        for cell in cells:
            if cell not in self._batch:
                self._batch[cell] = self._kept[self._chunk_offsets[cell.chunk], cell.chunk][cell] = self._record(cell)

    def _record(self, cell: Cell) -> bytes:
        """All but the place of its sums; strides of groups that have one array whatever the drill stay 0."""
        words = {name: bits_of(value) for name, value in self._numbers.items()} | self._places_of(cell)
        return array("i", (words.get(name, 0) for name in self._names)).tobytes()

    def _places_of(self, cell: Cell) -> dict[str, int]:
        layout, places, chunk_offset = self._layout, self._places, self._chunk_offsets[cell.chunk]
        plan = layout.plan
        lanes_bytes = plan.lanes * WORD_BYTES
        row = cell.t * lanes_bytes + cell.lane * WORD_BYTES
        action_row = cell.t * plan.action_words * lanes_bytes + cell.lane * WORD_BYTES
        allowed_row = cell.t * plan.mask_words * lanes_bytes + cell.lane * WORD_BYTES
        packed = (cell.t * plan.agents + cell.lane) * WORD_BYTES
        obs_row = cell.t * plan.observation_size * lanes_bytes + cell.lane * WORD_BYTES
        return {
            "rows": cell.lanes,
            "obs": places.observations[cell.chunk] + obs_row,
            "obs_stride": lanes_bytes,
            "in.action.base": layout.chunk_field("action", chunk_offset).offset + action_row,
            "in.action.stride": lanes_bytes,
            "in.allowed.base": layout.chunk_field("allowed", chunk_offset).offset + allowed_row,
            "in.allowed.stride": lanes_bytes,
            "in.logp.base": layout.chunk_field("logp", chunk_offset).offset + row,
            "in.advantage.base": places.advantages[cell.chunk] + packed,
            "in.returns.base": places.returns[cell.chunk] + row,
        }


def _counting(first: int, step: int, count: int) -> array[int]:
    return array("i", range(first, first + step * count, step))

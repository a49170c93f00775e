"""Which rows make up which minibatch, without any state: the same seed, update and epoch give the same minibatches."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from drillsergeant.memory.layout import SHARES_MAX

# Rows handled at a time: their activations stay in the cache, and they are the unit in which work is shared out.
CELL_ROWS = 128
# The least cells that are worth handing to somebody else.
CELLS_PER_SHARE = 8
# Shapes of a batch whose cells need not be made again: a run has one for every number of chunks.
SHAPES_KEPT = 32


class Cell(NamedTuple):
    """Rows that are contiguous in memory: lanes [lane, lane + lanes) of decision t of one chunk of the batch."""

    chunk: int
    t: int
    lane: int
    lanes: int


@lru_cache(SHAPES_KEPT)
def cells_of(chunks: int, horizon: int, agents: int, cell_rows: int) -> tuple[Cell, ...]:
    """Every row of a batch once, in cells of `cell_rows` rows (the last one of a decision may be smaller)."""
    return tuple(
        Cell(chunk, t, lane, min(cell_rows, agents - lane))
        for chunk in range(chunks)
        for t in range(horizon)
        for lane in range(0, agents, cell_rows)
    )


def minibatches(cells: Sequence[Cell], rows_each: int, seed: int, update: int, epoch: int) -> list[list[Cell]]:
    """The cells in permuted order, dealt into minibatches of about `rows_each` rows, sizes as equal as possible."""
    # random() is promised to give the same numbers in every Python version; shuffle() is not.
    generator = random.Random((seed << 40) ^ (update << 8) ^ epoch)
    keys = [generator.random() for _ in cells]
    order = sorted(range(len(cells)), key=keys.__getitem__)
    rows = sum(cell.lanes for cell in cells)
    count = min(len(cells), max(1, round(rows / rows_each)))
    bounds = [part * len(cells) // count for part in range(count + 1)]
    return [[cells[index] for index in order[low:high]] for low, high in itertools.pairwise(bounds)]


def shares_of(cells: int) -> list[tuple[int, int]]:
    """The minibatch's cells in at most SHARES_MAX parts, each from a first cell to before a last one.

    Each part's gradient is summed by itself, then the parts in order: so it is all the same who computes which.
    """
    count = min(SHARES_MAX, max(1, cells // CELLS_PER_SHARE))
    bounds = [part * cells // count for part in range(count + 1)]
    return list(itertools.pairwise(bounds))

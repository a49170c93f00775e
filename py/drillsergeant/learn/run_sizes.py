"""How much a run plays, wherever it runs: the defaults of page, terminal and library."""

from __future__ import annotations

from dataclasses import dataclass

from drillsergeant.learn.engine import duels_of
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.layout import Layout


@dataclass(frozen=True)
class RunSizes:
    """Workers, matches of each (N), decisions in a chunk (T), and how many of a hundred matches are duels."""

    workers: int = 1
    matches: int = 256
    horizon: int = 16
    duel_percent: int = 25

    def layout(self, program: Program, *, spare_workers: int = 0, ring_slots: int = 1) -> Layout:
        """Where everything lies for workers who play `program`; `spare_workers` only evaluate.

        Raises ValueError for sizes that cannot be played.
        """
        duels = duels_of(program.drill.teams, self.matches, self.duel_percent)
        workers = self.workers + spare_workers
        return Layout(plan_for(program, workers, self.matches, self.horizon, ring_slots=ring_slots, duels=duels))

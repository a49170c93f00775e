"""Computing one share of a minibatch's gradient, by the trainer or by a rollout worker that has nothing to play."""

from __future__ import annotations

from drillsergeant.learn.ppo.minibatches import shares_of
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Calls
from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import Layout
from drillsergeant.memory.work_queue import ShareTaker


class ShareGradient:
    """The call that computes a share. `scratch` is room for the network's activations, the caller's own."""

    def __init__(self, program: Program, calls: Calls, scratch: int) -> None:
        self._calls, self._scratch = calls, scratch
        self._record_bytes = len(program.network.cell_record) * WORD_BYTES

    def compute(self, share: int, cells: int, count: int, parameters: int, result: int) -> None:
        """Write the gradient of share number `share` of the minibatch of `count` records at `cells` to `result`."""
        first, last = shares_of(count)[share]
        self._calls.run(
            "gradient",
            {
                "cells": cells + first * self._record_bytes,
                "count": last - first,
                "params": parameters,
                "scratch": self._scratch,
                "gradient": result,
                "accumulate": 0,
            },
        )


class KernelAssistant:
    """What a rollout worker does for the learner."""

    def __init__(
        self, program: Program, calls: Calls, layout: Layout, memory: Memory, index: int, scratch: int
    ) -> None:
        self._taker = ShareTaker(memory, layout, index)
        self._work = ShareGradient(program, calls, scratch)

    def compute_shares(self) -> None:
        """Compute shares until there is none left."""
        while (share := self._taker.take()) is not None:
            cells, count, parameters, *_ = share.arguments
            self._work.compute(share.number, cells, count, parameters, share.result)
            self._taker.finish(share)

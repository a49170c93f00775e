"""The engine over a compiled program: what the runtimes use. Needs no NumPy and no Python of the drill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import NamedTuple

from drillsergeant.learn.ppo.arithmetic import BatchShape
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import MOST_COUNT
from drillsergeant.learn.ppo.ppo import LearnerState, PpoLearner
from drillsergeant.learn.ppo.scales import Moments, Scales
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.arithmetic import KernelArithmetic
from drillsergeant.learn.wasm.calls import Calls, Kernels
from drillsergeant.learn.wasm.imitation import KernelImitator
from drillsergeant.learn.wasm.rollout import KernelCollector
from drillsergeant.learn.wasm.show_match import KernelShowMatch
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import Layout


class KernelEngine:
    """Makes the three parts over a program whose module is linked to `memory`.

    The layout must be made from `wasm.scratch.plan_for` of the same program.
    """

    name = "wasm"

    def __init__(self, program: Program, kernels: Kernels, layout: Layout, memory: Memory) -> None:
        self._program, self._layout, self._memory = program, layout, memory
        self._calls = Calls(program, kernels)

    def show_match(self, seed: int, number: int = 0) -> KernelShowMatch:
        """Return match `number` of the render worker."""
        return KernelShowMatch(self._program, self._calls, self._layout, self._memory, seed, number)

    def collector(self, index: int, seed: int) -> KernelCollector:
        """Return the matches of rollout worker `index`."""
        return KernelCollector(self._program, self._calls, self._layout, self._memory, index, seed)

    def learner(self, seed: int) -> KernelLearner:
        """Return the trainer's learner."""
        return KernelLearner(self._program, self._calls, self._layout, self._memory, seed)


class PreparedBatch(NamedTuple):
    """Chunks prepared for an update; of each its byte offset, and that of its rescaled observations."""

    shape: BatchShape
    chunks: Sequence[int]
    observations: Sequence[int]


class KernelLearner:
    """`engine.Learner`: PPO over chunks in the ring with the arithmetic on kernels."""

    name, why = "wasm", "kernels on the CPU"

    def __init__(self, program: Program, calls: Calls, layout: Layout, memory: Memory, seed: int) -> None:
        self._program, self._calls, self._layout, self._memory = program, calls, layout, memory
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Start over with new parameters."""
        self.seed = seed
        self._arithmetic = KernelArithmetic(self._program, self._calls, self._layout, self._memory, seed)
        self._ppo = PpoLearner(self._arithmetic, seed, self._program.network.tile_rows)

    def learn(self, chunk_offsets: Sequence[int], hyper: Hyper) -> Mapping[str, float]:
        """Update from these chunks; returns the metrics of the update."""
        return self.go_on(self.prepare(chunk_offsets, hyper), hyper)

    def prepare(self, chunk_offsets: Sequence[int], hyper: Hyper) -> PreparedBatch | None:
        """Make a batch of these chunks; None when they hold unusable numbers. Nobody sees a change until `go_on`."""
        shape = self._arithmetic.prepare(chunk_offsets, hyper.gamma, hyper.gae_lambda)
        return shape and PreparedBatch(shape, chunk_offsets, self._arithmetic.observations[: shape.chunks])

    def go_on(self, batch: PreparedBatch | None, hyper: Hyper) -> Mapping[str, float]:
        """The update from a batch; returns its metrics."""
        return asdict(self._ppo.go_on(batch and batch.shape, hyper))

    def rescaled(self) -> LearnerState:
        """The state that an update of the batch starts from, or has led to; for numbers rescaled by its scales."""
        return replace(self._ppo.state(), arrays=self._arithmetic.rescaled(), scales=self._arithmetic.moved)

    def entered(self) -> LearnerState:
        """As `rescaled`, for an update of a batch elsewhere, by the scales there are."""
        self._arithmetic.enter()
        return self.rescaled()

    def measured(self, observations: Sequence[Moments], returns: Moments) -> None:
        """The scales move on by what the numbers of a batch elsewhere came to."""
        self._arithmetic.scales = self._arithmetic.scales.moved(observations, returns)

    @property
    def scales(self) -> Scales:
        """As they are now."""
        return self._arithmetic.scales

    @property
    def scales_known(self) -> bool:
        """Whether the numbers of any batch have been measured."""
        return self._arithmetic.scales.updates > 0

    def finish(self, state: LearnerState) -> bool:
        """Take over a rescaled state that an update of the batch has led to elsewhere; False when it is poisoned."""
        if (
            state.steps > self._ppo.steps or state.steps == MOST_COUNT
        ):  # else every step was dropped, and the parameters are what they were
            self._arithmetic.restore_rescaled(state.arrays)
            if not self._arithmetic.finish():
                return False
        self._ppo.updates, self._ppo.steps, self._ppo.dropped = state.updates, state.steps, state.dropped
        return True

    def write_parameters(self, weights_offset: int) -> None:
        """Copy the current parameters to `weights_offset`."""
        self._arithmetic.copy_parameters(target=weights_offset)

    def read_parameters(self, weights_offset: int) -> None:
        """Continue from the parameters at `weights_offset` with a fresh optimiser."""
        self.reset(self.seed)
        self._arithmetic.copy_parameters(source=weights_offset)
        self._arithmetic.scales = Scales.unknown(len(self._program.drill.observation), fresh=False)

    def state(self) -> LearnerState:
        """Return everything needed to go on elsewhere exactly where this learner stands."""
        return self._ppo.state()

    def imitator(self) -> KernelImitator:
        """What clones on this learner's kernels. The learner is to be restored after that, whatever came of it."""
        return KernelImitator(self._program, self._calls, self._memory, self._arithmetic)

    def restore(self, state: LearnerState) -> None:
        """Go on from a state. Raises ValueError when it is another network's, or holds unusable numbers."""
        self._ppo.restore(state)
        self.seed = state.seed

"""An update on a device next to the same update on kernels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest
from drillsergeant.learn.compile.shaders.shader_kernels import generated
from drillsergeant.learn.ppo.arithmetic import BatchShape
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState, UpdateMetrics
from drillsergeant.learn.wasm.engine import PreparedBatch
from drillsergeant.learn.webgpu.learner import GpuLearner
from drillsergeant.learn.webgpu.plan import GpuPlan

from tests.rigs.engines import F32, Pair
from tests.rigs.graphics.gpu_stand import Stand, StandDevice
from tests.rigs.training_run import at_once

PARAMETER_BOUND = 2e-5


class Compared:
    """Both learners over the same memory; the chunks are played with the kernel learner's parameters.

    Each update of the device begins where the kernels' begins; `state` is what it came to, rescaled as `batch` is.
    """

    def __init__(self, stand: Stand, both: Pair, *, subgroups: bool = False) -> None:
        self.both = both
        plan = both.layout.plan
        self.weights = both.layout["weights.0"].offset
        self.chunk_offsets = [both.layout[f"ring.{worker}.chunks"].offset for worker in range(plan.workers)]
        self.collectors = [both.kernel.collector(worker, 3) for worker in range(plan.workers)]
        self.kernel = both.kernel.learner(3)
        tables = GpuPlan(both.program, both.layout)
        text = generated(both.program.drill.heads, both.program.drill.masks)
        self.device = StandDevice(stand, tables, text, both.kernel_memory, subgroups=subgroups)
        self.gpu = GpuLearner(tables, self.device)
        self.state: LearnerState = self.kernel.state()

    def collect(self) -> None:
        self.kernel.write_parameters(self.weights)
        for collector, chunk_offset in zip(self.collectors, self.chunk_offsets, strict=True):
            collector.collect(self.weights, chunk_offset)

    def learn(
        self, hyper: Hyper, change: Callable[[LearnerState], LearnerState] = lambda state: state
    ) -> tuple[dict[str, float], UpdateMetrics]:
        """One update on both; the device's from a state with a `change`."""
        prepared = self.kernel.prepare(self.chunk_offsets, hyper)
        state = change(self.kernel.rescaled())
        metrics = dict(self.kernel.go_on(prepared, hyper))
        self.batch = prepared or self._as_played()
        on_gpu, self.state = at_once(self.gpu.learn(self.batch, hyper, state))
        return metrics, on_gpu

    def _as_played(self) -> PreparedBatch:
        """The chunks with their observations as they are."""
        layout, plan = self.both.layout, self.both.layout.plan
        observations = [layout.chunk_field("obs", chunk_offset).offset for chunk_offset in self.chunk_offsets]
        shape = BatchShape(len(self.chunk_offsets), plan.horizon, plan.agents)
        return PreparedBatch(shape, self.chunk_offsets, observations)

    def errors(self) -> dict[str, float]:
        """Largest difference of each array of the state."""
        expected = self.kernel.rescaled()
        assert (self.state.updates, self.state.steps) == (expected.updates, expected.steps)
        return {
            name: float(np.abs(np.frombuffer(self.state.arrays[name], F32) - np.frombuffer(array, F32)).max())
            for name, array in expected.arrays.items()
        }


def assert_close(kernel: dict[str, float], gpu: UpdateMetrics) -> None:
    """Sums of the same rows in another order."""
    for name, value in asdict(gpu).items():
        assert value == pytest.approx(kernel[name], rel=1e-3, abs=2e-6), name

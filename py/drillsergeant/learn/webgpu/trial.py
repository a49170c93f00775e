"""A device's first update: of a batch that the kernels learn from as well, whose update counts.

Nobody waits for it: a device that takes a minute to answer, or never does, costs nothing.
"""

from __future__ import annotations

from array import array

from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.wasm.engine import PreparedBatch
from drillsergeant.learn.webgpu.learner import GpuLearner

# How far it may be from the kernels': Adam moves no parameter by more than about the learning rate a step, so anything
# computed wrongly is further off than a hundredth of that soon.
BOUND = 0.01


class Trial:
    """One such update. Everything it needs is sent when it is made: the chunks may be released after that."""

    def __init__(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper, state: LearnerState) -> None:
        """`state`: that the update is from, rescaled. Raises DeviceFailure."""
        self.gpu, self._hyper, self._state, self._chunks = gpu, hyper, state, batch.shape.chunks
        self._update = gpu.begin(batch, hyper, state)

    async def fault(self, expected: LearnerState) -> str:
        """What is wrong with the device's update, whose state ought to be close to `expected`; "" for nothing.

        Raises DeviceFailure where it comes to nothing at all.
        """
        update = self._update
        words = await self.gpu.run([*update.prepare, *(update.step * update.steps)])
        _, found = self.gpu.result(words, update, self._state, self._chunks)
        pairs = zip(_floats(found), _floats(expected), strict=True)
        error = max(abs(a - b) for a, b in pairs)
        bound = BOUND * self._hyper.learning_rate * max(1, expected.steps - self._state.steps)
        if error <= bound and found.steps == expected.steps:
            return ""
        return f"{self.gpu.device.description}: an update differs by {error:.2g} from the CPU's, more than {bound:.2g}"


def _floats(state: LearnerState) -> array[float]:
    return array("f", state.arrays["parameters"])

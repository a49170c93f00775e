"""The kernels of a drill, and what to call them with: states of matches, actions, plausible numbers for the rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.formulas.actions import to_words

from tests.rigs.kernels.agreement import samples
from tests.rigs.play import part_by_chance


def kernels_of(drill: Drill) -> dict[str, Kernel]:
    return {kernel.name: kernel for kernel in DrillKernels(drill).all()}


def started(kernels: Mapping[str, Kernel], count: int, seed: int) -> list[Array]:
    return kernels["reset"].reference({"slot": [np.arange(count, dtype=np.uint32)]}, {"seed": seed, "first": 0})[
        "state"
    ]


def random_actions(drill: Drill, count: int, rng: np.random.Generator) -> dict[str, list[Array]]:
    """Words i32, by the groups of the kernel `tick`."""
    return {
        f"action_{player}": to_words(
            drill.heads, [part_by_chance(head, rng.integers(0, 2**32, count).astype(np.uint32)) for head in drill.heads]
        )
        for player in range(sum(drill.teams))
    }


def plausible(kernel: Kernel, group: str, count: int, rng: np.random.Generator, size: float = 3.0) -> list[Array]:
    """Numbers of about `size`, among them zeros of both signs and denormals; integers 0 and 1."""

    def values(dtype: DType) -> Array:
        if dtype is not DType.F32:
            return samples(dtype, count, rng) if dtype is DType.MASK else rng.integers(0, 2, count).astype(dtype.numpy)
        tiny = np.array([0.0, -0.0, 1e-45, -1e-40, 1e-20, 1.0, -1.0], np.float32)
        usual = rng.uniform(-size, size, count).astype(np.float32)
        return np.where(rng.random(count) < 0.3, rng.choice(tiny, count), usual)

    return [values(dtype) for dtype in kernel.types_in(group)]

"""The learner's elementwise kernels as WGSL: what the shaders of `shaders/` call besides each other.

The tracing side, like `compile.program_builder`: it needs NumPy and runs ahead of time.
"""

from __future__ import annotations

from drillsergeant import elementary
from drillsergeant.kernels import wgsl
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.kernel_table import learner_kernels
from drillsergeant.learn.formulas.poison import SANE_BITS
from drillsergeant.learn.ppo.arithmetic import METRICS

KERNELS = ("gae_step", "centre", "scale", "standardise", "loss", "adam")


def generated(action_count: int) -> str:
    """WGSL text for a policy over ACT actions: constants, then a function per kernel."""
    kernels = {kernel.name: kernel for kernel in learner_kernels(action_count)}
    tanh = Kernel("tanh", lambda x: {"y": [elementary.tanh(x[0])]}, {"x": ["f32"]}, {"y": ["f32"]})
    constants = {"HEAD_ROWS": action_count + 1, "METRIC_COUNT": len(METRICS), "SANE_BITS": SANE_BITS}
    lines = ["// Made by drillsergeant.learn.compile.shader_kernels from the NumPy functions of drillsergeant.learn."]
    lines += [f"const {name} = {value}u;" for name, value in constants.items()]
    functions = [wgsl.emit(kernel) for kernel in (tanh, *(kernels[name] for name in KERNELS))]
    return "\n".join([*lines, "", *functions])

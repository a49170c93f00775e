"""The learner's elementwise kernels as WGSL: what the shaders of `shaders/` call besides each other.

The tracing side, like `compile.program_builder`: it needs NumPy and runs ahead of time.
"""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant import elementary
from drillsergeant.drills.contract import Discrete
from drillsergeant.kernels import wgsl
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.kernel_table import learner_kernels
from drillsergeant.learn.formulas.poison import SANE_BITS
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.ppo.arithmetic import METRICS

KERNELS = ("gae_step", "centre", "scale", "standardise", "loss", "adam")


def generated(heads: Sequence[Discrete]) -> str:
    """WGSL text for a policy over these heads: constants, then a function per kernel, and the loss of a row as
    shaders/loss.wgsl calls it, with as many words of an action as there are heads."""
    kernels = {kernel.name: kernel for kernel in learner_kernels(heads)}
    tanh = Kernel("tanh", lambda x: {"y": [elementary.tanh(x[0])]}, {"x": ["f32"]}, {"y": ["f32"]})
    sizes = {"HEAD_ROWS": policy_rows(heads) + 1, "ACTION_WORDS": len(heads)}
    constants = {**sizes, "METRIC_COUNT": len(METRICS), "SANE_BITS": SANE_BITS}
    lines = ["// Made by drillsergeant.learn.compile.shader_kernels from the NumPy functions of drillsergeant.learn."]
    lines += [f"const {name} = {value}u;" for name, value in constants.items()]
    functions = [wgsl.emit(kernel) for kernel in (tanh, *(kernels[name] for name in KERNELS))]
    # A group of one array is no array, see `kernels.wgsl`.
    action = "action" if len(heads) > 1 else "action[0]"
    return "\n".join([*lines, "", *functions, _LOSS_OF_ROW.format(action=action)])


_LOSS_OF_ROW = """fn loss_of_row(
  head: array<f32, HEAD_ROWS>, action: array<i32, ACTION_WORDS>, logp: f32, advantage: f32, returns: f32,
  clip_coef: f32, entropy_coef: f32, value_coef: f32,
) -> kernel_loss_results {{
  return kernel_loss(head, {action}, logp, advantage, returns, clip_coef, entropy_coef, value_coef);
}}
"""

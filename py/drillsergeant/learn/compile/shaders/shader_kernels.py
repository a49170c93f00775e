"""The learner's elementwise kernels as WGSL: what the shaders of `shaders/` call besides each other.

The tracing side, like `compile.program_builder`: it needs NumPy and runs ahead of time.
"""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant import elementary
from drillsergeant.drills.contract import Head
from drillsergeant.kernels import wgsl
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.learner_functions import learner_kernels
from drillsergeant.learn.formulas.poison import SANE_BITS
from drillsergeant.learn.heads import head_rows, log_stds, mask_words
from drillsergeant.learn.ppo.arithmetic import METRICS

KERNELS = ("gae_step", "centre", "scale", "standardise", "loss", "adam")


def generated(heads: Sequence[Head], masks: int = 0) -> str:
    """WGSL text for a policy over these heads: constants, then a function per kernel, and the loss of a row as
    shaders/loss.wgsl calls it, with as many words of an action as there are heads."""
    kernels = {kernel.name: kernel for kernel in learner_kernels(heads, masks)}
    tanh = Kernel("tanh", lambda x: {"y": [elementary.tanh(x[0])]}, {"x": ["f32"]}, {"y": ["f32"]})
    sizes = {
        "HEAD_ROWS": head_rows(heads),
        "LOG_STDS": log_stds(heads),
        "ACTION_WORDS": len(heads),
        "MASK_WORDS": mask_words(masks),
        "MASK_ROOM": max(mask_words(masks), 1),  # no array of WGSL is empty
    }
    constants = {**sizes, "METRIC_COUNT": len(METRICS), "SANE_BITS": SANE_BITS}
    lines = ["// Made by learn.compile.shaders.shader_kernels from the NumPy functions of drillsergeant.learn."]
    lines += [f"const {name} = {value}u;" for name, value in constants.items()]
    functions = [wgsl.emit(kernel) for kernel in (tanh, *(kernels[name] for name in KERNELS))]
    words = ", ".join(_words("action", len(heads)) + _words("allowed", mask_words(masks)))
    return "\n".join([*lines, "", *functions, _LOSS_OF_ROW.format(words=words)])


def _words(group: str, count: int) -> list[str]:
    """How a group of so many arrays is handed to a kernel: one is no array (`kernels.wgsl`), none is not there."""
    return [] if not count else [group] if count > 1 else [f"{group}[0]"]


_LOSS_OF_ROW = """fn loss_of_row(
  head: array<f32, HEAD_ROWS>, action: array<i32, ACTION_WORDS>, allowed: array<i32, MASK_ROOM>,
  logp: f32, advantage: f32, returns: f32, clip_coef: f32, entropy_coef: f32, value_coef: f32,
) -> kernel_loss_results {{
  return kernel_loss(head, {words}, logp, advantage, returns, clip_coef, entropy_coef, value_coef);
}}
"""

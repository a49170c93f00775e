"""Generalised advantage estimation (Schulman et al. 2016, https://arxiv.org/abs/1506.02438, equation 16).

Termination and truncation are different things. A terminated match has no future: the value of the next state counts
as zero. A truncated one was only cut off: its future is bootstrapped from the value of the state it was cut at.
Neither lets the next episode's advantages leak in.
"""

from __future__ import annotations

import numpy as np

from drillsergeant.elementary import Array


def gae_step(
    advantage_next: Array,
    reward: Array,
    value: Array,
    value_next: Array,
    terminated: Array,
    truncated: Array,
    gamma: np.float32,
    gae_lambda: np.float32,
) -> Array:
    """One step of the backward recursion, elementwise over agents [A].

    `terminated` and `truncated` are i32 0/1 of the decision itself; `value_next` is the value of the state it led to,
    before any reset. `gamma` and `gae_lambda` are np.float32, so that their product is rounded to f32 as in the
    kernels.
    """
    bootstrap = np.where(terminated != 0, 0.0, value_next)
    surprise = reward + gamma * bootstrap - value
    carried = np.where((terminated | truncated) != 0, 0.0, advantage_next)
    return surprise + gamma * gae_lambda * carried


def gae(
    reward: Array, value: Array, terminated: Array, truncated: Array, gamma: np.float32, gae_lambda: np.float32
) -> tuple[Array, Array]:
    """Advantages and returns, both f32 [T][A].

    reward, terminated, truncated [T][A]; value [T+1][A], where value[T] belongs to the state after the last decision.
    """
    advantage = np.empty_like(reward)
    following = np.zeros_like(value[0])
    for t in reversed(range(reward.shape[0])):
        following = gae_step(
            following, reward[t], value[t], value[t + 1], terminated[t], truncated[t], gamma, gae_lambda
        )
        advantage[t] = following
    return advantage, advantage + value[:-1]

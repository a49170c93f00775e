"""Adam (Kingma & Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1), elementwise over the flat parameter vector."""

from __future__ import annotations

import numpy as np

from drillsergeant.elementary import Array
from drillsergeant.learn.ppo.arithmetic import BETA1, BETA2

# Larger than Adam's usual 1e-8, as in most PPO codes: a parameter with hardly any gradient then hardly moves.
EPSILON = 1e-5


def adam_step(
    parameter: Array,
    gradient: Array,
    first_moment: Array,
    second_moment: Array,
    learning_rate: np.float32,
    gradient_scale: np.float32,
    correction1: np.float32,
    correction2: np.float32,
) -> tuple[Array, Array, Array]:
    """New (parameter, first_moment, second_moment), each f32 [P].

    `gradient` is multiplied by `gradient_scale` first (one over the rows, times the clipping of the global norm).
    The corrections are those of `arithmetic.corrections`. The scalars are np.float32, never Python floats: the product
    of two Python floats would be computed in f64, where a kernel rounds each step to f32.
    """
    gradient = gradient * gradient_scale
    first_moment = first_moment * BETA1 + gradient * (1.0 - BETA1)
    second_moment = second_moment * BETA2 + gradient * gradient * (1.0 - BETA2)
    step = learning_rate * (first_moment * correction1) / (np.sqrt(second_moment * correction2) + EPSILON)
    return parameter - step, first_moment, second_moment

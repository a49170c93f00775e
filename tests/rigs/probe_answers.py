"""How far a policy is from what a probe has to teach."""

from __future__ import annotations

import numpy as np
from drillsergeant.drills.probes import MaskProbe, Probe
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.sampling import Choice, softmax_parts
from drillsergeant.learn.heads import spread_of


def probe_error(probe: Probe, network: Network, parameters: Array, discount: float) -> float:
    """The largest error: of a value, of the probability of the right choice, or, in half ranges, of a mean.

    What the probe forbids must have the probability 0.
    """
    errors = []
    for answer in probe.answers(discount):
        state = {"signal": np.array([answer.signal], np.float32)}
        seen = network.forward(parameters, state["signal"][None])
        errors.append(abs(float(seen.value[0]) - answer.value))
        masks = probe.allowed(state, 0) if isinstance(probe, MaskProbe) else []
        (part,) = network.policy(probe.heads, parameters, seen, masks).by_head()
        if isinstance(part, Choice):
            _, exponentials, total = softmax_parts(*part)
            chances = [float(exponential[0] / total[0]) for exponential in exponentials]
            assert all(mask[0] or chance == 0.0 for mask, chance in zip(masks, chances, strict=False))
            errors.append(0.0 if answer.action is None else 1.0 - chances[answer.action])
        elif answer.number is not None:
            middle, half = spread_of(part.head)
            errors.append(abs(float(part.mean[0]) - (answer.number - middle) / half))
    return max(errors)

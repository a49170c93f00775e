"""A drill for learners written in PyTorch: choices of several heads at once, and the way back to the page.

    sizes = choice_sizes(env.drill)
    chosen = choices(logits, sizes)  # sample(), log_prob(action), entropy()
    layers = {"net.0": first, "net.2": second, "policy": head, "value": forecast}  # torch.nn.Linear
    Policy.from_tensors(env.drill, tensors_of(layers)).save("policy.dshq")

Stable-Baselines3 has distributions of its own, see `drillsergeant.gym.sb3`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.extras import needed
from drillsergeant.learn.heads import FORBIDDEN, choices_of

needed("torch", "sb3")

import torch  # noqa: E402  # only now is it sure that it can be had
from torch.distributions import Categorical, Distribution, Independent  # noqa: E402

__all__ = ["choice_sizes", "choices", "tensors_of"]


def __dir__() -> list[str]:
    return sorted(__all__)


def choice_sizes(drill: Drill) -> list[int]:
    """How many choices each head has. Raises ValueError for a drill whose actions are numbers."""
    found = choices_of(drill.heads)
    if len(found) < len(drill.heads):
        raise ValueError(f"actions of {drill.name} are numbers, not choices: take a Normal distribution of their means")
    return list(map(len, found))


def choices(logits: torch.Tensor, sizes: Sequence[int]) -> Distribution:
    """The distribution of actions [N], or [N][HEADS] of several heads, by the logits [N][K] of all choices, one head
    after the other, of so many each."""
    if len(sizes) == 1:
        return Categorical(logits=logits)
    most = max(sizes)
    parts = [
        torch.nn.functional.pad(part, (0, most - part.shape[-1]), value=FORBIDDEN)
        for part in logits.split(list(sizes), -1)
    ]
    return Independent(Categorical(logits=torch.stack(parts, -2)), 1)


def tensors_of(layers: Mapping[str, torch.nn.Linear]) -> dict[str, Array]:
    """Weights [OUT, IN] and biases [OUT] of layers by their names in a `.dshq` file, as `Policy.from_tensors` wants."""
    return {
        f"{name}.{kind}": getattr(layer, kind).detach().cpu().numpy()
        for name, layer in layers.items()
        for kind in ("weight", "bias")
    }

"""Policies from when one choice stood for a choice in every head: Ball Drill's 30 actions, 5 moves by 3 turns by 2.

A distribution over all combinations is not, in general, one of independent parts, so such a policy cannot be kept to
the bit. Of all policies whose parts are independent, the one made here has the logits nearest to it in the mean of
squares, whatever is observed: those of a choice are the mean of all combinations that it is part of, and as logits are
linear in the last layer, so are its weights.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence

from drillsergeant.learn.files.safetensors import F32_BYTES, PolicyFileError, Tensor

_POLICY = ("policy.weight", "policy.bias")


def joint_choice(sizes: Sequence[int], action: Iterable[int]) -> int:
    """The number of a combination, the first head's choice counting fastest; `sizes`: how many choices heads have."""
    code, worth = 0, 1
    for size, choice in zip(sizes, action, strict=True):
        code += worth * choice
        worth *= size
    return code


def split_joint(tensors: Mapping[str, Tensor], sizes: Sequence[int]) -> dict[str, Tensor]:
    """The tensors of a policy over combinations as those of one over heads; without Adam's moments, which were another
    policy's. Raises PolicyFileError where the policy's have another shape."""
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith("adam.")}
    for name in _POLICY:
        if name in kept:
            kept[name] = _averaged(name, kept[name], sizes)
    return kept


def _averaged(name: str, tensor: Tensor, sizes: Sequence[int]) -> Tensor:
    """Rows of all combinations as rows of the choices of every head."""
    count, shape = math.prod(sizes), tensor.shape
    if not shape or shape[0] != count:
        raise PolicyFileError(f"tensor {name!r} has shape {list(shape)}, a policy over combinations has {count} rows")
    width = len(tensor.content) // F32_BYTES // count
    values, rows = array("f", tensor.content), array("f")
    worth = 1
    for size in sizes:
        for choice in range(size):
            members = [code for code in range(count) if code // worth % size == choice]
            rows.extend(math.fsum(values[code * width + k] for code in members) / len(members) for k in range(width))
        worth *= size
    return Tensor((sum(sizes), *shape[1:]), rows.tobytes())

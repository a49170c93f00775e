"""The numbers of a run over its time as tensors of a policy's file, f32 [N] each, one per number; NaN: unknown then."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Mapping, Sequence
from itertools import pairwise

from drillsergeant.learn.files.safetensors import PolicyFileError, Tensor

PREFIX = "history."
TIME = "t_s"  # seconds of training, never falling
MOST_ROWS = 1000
MOST_NUMBERS = 128
NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")

Numbers = Mapping[str, Sequence[float | None]]


def history_tensors(numbers: Numbers) -> dict[str, Tensor]:
    """The tensors of `numbers`, each as long as `t_s`; nothing where there are no rows. Numbers whose name no file can
    hold are left out."""
    rows = len(numbers.get(TIME, ()))
    names = [name for name in numbers if NAME.fullmatch(name)][:MOST_NUMBERS] if rows else []
    return {PREFIX + name: Tensor((rows,), _packed(numbers[name])) for name in names}


def _packed(column: Sequence[float | None]) -> bytes:
    return array("f", [math.nan if value is None else value for value in column]).tobytes()


def split_history(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, list[float | None]]]:
    """All other tensors, and the numbers over time, empty where the file has none. Raises PolicyFileError."""
    others = {name: tensor for name, tensor in tensors.items() if not name.startswith(PREFIX)}
    found = {name.removeprefix(PREFIX): tensor for name, tensor in tensors.items() if name.startswith(PREFIX)}
    if not found:
        return others, {}
    if TIME not in found or len(found) > MOST_NUMBERS:
        raise PolicyFileError(f"{len(found)} tensors {PREFIX}*: at most {MOST_NUMBERS}, {PREFIX}{TIME} among them")
    shape = found[TIME].shape
    if len(shape) != 1 or shape[0] > MOST_ROWS:
        raise PolicyFileError(f"tensor {PREFIX + TIME!r} has shape {list(shape)}, at most [{MOST_ROWS}] is read")
    for name, tensor in found.items():
        if tensor.shape != shape or not NAME.fullmatch(name):
            raise PolicyFileError(f"tensor {PREFIX + name!r} has shape {list(tensor.shape)}, expected {list(shape)}")
    numbers = {name: _unpacked(tensor) for name, tensor in found.items()}
    times_s = [-1.0 if t_s is None else t_s for t_s in numbers[TIME]]
    if min(times_s) < 0.0 or any(after < before for before, after in pairwise(times_s)):
        raise PolicyFileError(f"tensor {PREFIX + TIME!r} must hold seconds that never fall")
    return others, numbers


def _unpacked(tensor: Tensor) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in array("f", tensor.content)]

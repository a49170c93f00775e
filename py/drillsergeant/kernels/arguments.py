"""What a kernel is called with, checked: groups of arrays and scalars. Errors name kernel, place and remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

import numpy as np

from drillsergeant.kernels.ir.interpret import Array
from drillsergeant.kernels.ir.ops import DType


def lane_count(name: str, types: Mapping[str, Sequence[DType]], inputs: Mapping[str, Sequence[Array]]) -> int:
    """How many lanes `inputs` have: the arrays [count] of each group in `types`, in exactly these types.

    Raises ValueError naming a group or an array that is missing, too much, or of another type or length.
    """
    if not isinstance(inputs, Mapping):
        raise ValueError(f"kernel {name}: inputs are {type(inputs).__name__}; give a dict, group -> list of arrays")
    if set(inputs) != set(types):
        raise ValueError(f"kernel {name} takes {_listed(types)}, got {_listed(inputs)}{_meant(inputs, types)}")
    for group, arrays in inputs.items():
        if not isinstance(arrays, Sequence | np.ndarray) or isinstance(arrays, str):
            said = f"is {type(arrays).__name__} {arrays!r:.40}"
            raise ValueError(f"kernel {name}: group {group} {said}; give a list of arrays")
        if isinstance(arrays, np.ndarray) and arrays.ndim < 2:
            raise ValueError(f"kernel {name}: group {group} is one array; give a list of arrays, [array]")
        for array in arrays:
            if not isinstance(array, np.ndarray):
                said = f"holds {type(array).__name__} {array!r:.40}"
                raise ValueError(f"kernel {name}: group {group} {said}; give np.array(..., np.float32) or the like")
    lengths = [len(array) for group in types for array in inputs[group] if array.ndim]
    count = lengths[0] if lengths else 0
    for group, wanted in types.items():
        expected = [(dtype.numpy, (count,)) for dtype in wanted]
        if (found := [(array.dtype, array.shape) for array in inputs[group]]) != expected:
            raise ValueError(
                f"kernel {name}: group {group} holds {_said(found)}, it takes {_said(expected)}: convert with .astype"
            )
    return count


def scalar_values(name: str, types: Mapping[str, DType], scalars: Mapping[str, float]) -> dict[str, np.generic]:
    """Each scalar in the type the kernel declares.

    Raises ValueError for one that is missing, not known, no number, or not a number of that type.
    """
    if set(scalars) != set(types):
        missing = ", ".join(each for each in types if each not in scalars)
        unknown = ", ".join(each for each in scalars if each not in types)
        what = f"lacks the scalar {missing}" if missing else f"has no scalar {unknown}"
        raise ValueError(f"kernel {name} {what}: it takes {_listed(types)}{_meant(scalars, types)}")
    return {
        scalar: _number(f"kernel {name}: scalar {scalar}", dtype, scalars[scalar]) for scalar, dtype in types.items()
    }


def _number(what: str, dtype: DType, given: object) -> np.generic:
    """`given` as a number of `dtype`: rounded to f32, but never to an integer."""
    value: Any = given[()] if isinstance(given, np.ndarray) and given.ndim == 0 else given
    integral = isinstance(value, Integral | np.bool_)
    if not (integral or isinstance(value, Real)):
        raise ValueError(f"{what} is {type(value).__name__} {value!r:.40}; give a number")
    try:
        with np.errstate(all="ignore"):
            if dtype is DType.F32:
                return np.float32(value)
            whole = int(value)
            limits = np.iinfo(dtype.numpy.name)
            if limits.min <= whole <= limits.max and (integral or whole == value):
                number: np.generic = dtype.numpy.type(whole)
                return number
    except (OverflowError, ValueError):  # an int beyond all floats; infinity and NaN as integers
        pass
    raise ValueError(f"{what} is {value!r:.40}, which {dtype.numpy} cannot hold; give a number that fits")


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names) or "none"


def _meant(given: Mapping[str, object], known: Mapping[str, object]) -> str:
    """A suggestion for a name that is nearly one of those known."""
    for name in given:
        if name not in known and (near := get_close_matches(str(name), known, 1)):
            return f"; did you mean {near[0]}?"
    return ""


def _said(arrays: Sequence[tuple[object, tuple[int, ...]]]) -> str:
    return ", ".join(f"{dtype}{list(shape)}" for dtype, shape in arrays) or "no arrays"

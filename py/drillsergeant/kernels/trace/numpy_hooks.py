"""While a kernel's function is called: what NumPy's own overriding does not reach.

`np.sum([a, b], axis=0)` never asks the arrays inside a plain Python list, so for as long as a function is traced
NumPy's reductions look into their first argument first. And while a function just runs, as the reference, `np.exp` and
the others that NumPy leaves to the C library stand for `elementary`'s, as they do when traced: the same bits
everywhere. Arguments without tracers, and other threads, get NumPy's own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from drillsergeant.kernels.trace.entries import REDUCTIONS
from drillsergeant.kernels.trace.rules import ELEMENTARY
from drillsergeant.kernels.trace.tracer import Tracer
from drillsergeant.memory.turns import new_turn

_lock = new_turn()
_users = 0  # how many functions are being called, in all threads
_here = threading.local()  # .reference: how many of them just run, in this thread


class _Hook:
    """Stands for one of NumPy's functions."""

    def __init__(self, original: Callable[..., Any], name: str) -> None:
        self.original, self.name = original, name
        self.__name__, self.__doc__ = name, original.__doc__

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)


class _Reduction(_Hook):
    def __call__(self, *args: Any, **options: Any) -> Any:
        entries = args[0] if args else None
        traced = [each for each in entries if isinstance(each, Tracer)] if isinstance(entries, list | tuple) else []
        if not traced:
            return self.original(*args, **options)
        names = ("ord", "axis") if self.name == "linalg.norm" else ("axis",)
        options = {**dict(zip(names, args[1:], strict=False)), **options}
        return traced[0].reduced(self.name, args[0], options.pop("axis", None), options)


class _Elementary(_Hook):
    def __call__(self, *args: Any, **options: Any) -> Any:
        if getattr(_here, "reference", 0) and len(args) == 1 and not options:
            x = args[0]
            if isinstance(x, np.ndarray | np.generic) and x.dtype == np.float32:
                return ELEMENTARY[self.name](x)
        return self.original(*args, **options)


def _places() -> list[tuple[Any, str, _Hook]]:
    """Module, name in it, and what stands there meanwhile."""
    places: list[tuple[Any, str, _Hook]] = []
    for name in REDUCTIONS:
        module, attribute = (np.linalg, "norm") if name == "linalg.norm" else (np, name)
        places.append((module, attribute, _Reduction(getattr(module, attribute), name)))
    return places + [(np, name, _Elementary(getattr(np, name), name)) for name in ELEMENTARY]


_PLACES = _places()


@contextmanager
def hooked(*, reference: bool) -> Iterator[None]:
    """For a call of a kernel's function; `reference` where it is called with arrays."""
    global _users
    _here.reference = getattr(_here, "reference", 0) + reference
    with _lock:
        _users += 1
        for module, name, hook in _PLACES:
            setattr(module, name, hook)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                for module, name, hook in _PLACES:
                    setattr(module, name, hook.original)
        _here.reference -= reference

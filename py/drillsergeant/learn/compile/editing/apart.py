"""Nothing that one run of a reader's code does to what it can reach is left for the next, whose worker is the same.

The namespace of the code is a new one each time (`namespace_of`); modules and classes are everybody's. That keeps what
happens by mistake apart, `np.seterr` or a number set on the drill's class. It is no wall against code that means harm,
which has a worker without network and storage, and nobody's secrets in it.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from contextvars import copy_context
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from drillsergeant.learn.compile.editing.namespace import ALLOWED

T = TypeVar("T")
OURS = "drillsergeant"


def apart(work: Callable[[], T]) -> T:
    """Do `work`, and leave modules, our classes and what modules of ours hold as they were; NumPy's settings, too."""
    undo = [*_kept()]
    random = np.random.get_state()
    try:
        return copy_context().run(work)  # where NumPy keeps how it prints and what it does about errors
    finally:
        for each in undo:
            each()
        np.random.set_state(random)


def _kept() -> Iterator[Callable[[], None]]:
    """What puts each thing back that code can reach by what it may import."""
    for name, module in list(sys.modules.items()):
        root = name.partition(".")[0]
        allowed = root in ALLOWED or module is builtins
        if not allowed or not isinstance(module, ModuleType):  # Python keeps some classes there, too
            continue
        yield _restoring_names(vars(module))
        if root != OURS:
            continue
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == name:
                yield _restoring_class(value)
            elif type(value) in (dict, list, set):
                yield _restoring_contents(value)


def _restoring_names(names: dict[str, Any]) -> Callable[[], None]:
    before = dict(names)

    def restore() -> None:
        added = [name for name in names if name not in before and not isinstance(names[name], ModuleType)]
        for name in added:  # a part of a package that was imported stays imported
            del names[name]
        names.update((name, value) for name, value in before.items() if names.get(name, restore) is not value)

    return restore


def _restoring_class(kind: type) -> Callable[[], None]:
    before = dict(vars(kind))

    def restore() -> None:
        now = dict(vars(kind))
        for name in now.keys() - before.keys():
            if not name.startswith("_"):  # what Python itself notes on a class when it is asked for
                delattr(kind, name)
        for name, value in before.items():
            if now.get(name, restore) is not value:
                setattr(kind, name, value)

    return restore


def _restoring_contents(holder: Any) -> Callable[[], None]:
    """Of a dict, a list or a set; what lies in them is not looked into."""
    before = holder.copy()

    def restore() -> None:
        if len(holder) == len(before) and _same(holder, before):
            return
        holder.clear()
        (holder.extend if isinstance(holder, list) else holder.update)(before)

    return restore


def _same(holder: Any, before: Any) -> bool:
    """Whether the very same things lie in both."""
    if isinstance(holder, set):
        return bool(holder == before)
    pairs = zip(*(each.items() if isinstance(each, dict) else each for each in (holder, before)), strict=True)
    if isinstance(holder, dict):
        return all(key == other and value is was for (key, value), (other, was) in pairs)
    return all(value is was for value, was in pairs)

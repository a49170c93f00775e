"""Locks for what threads share, which go on in a forked process.

Of all threads a fork takes along only the one that forks. What another one holds at that moment it would hold in the
child for ever; so there every lock begins anew, free.
"""

from __future__ import annotations

import os
import threading
from weakref import WeakSet

_ALL: WeakSet[threading.RLock] = WeakSet()


def new_turn() -> threading.RLock:
    """A lock that a thread may take again while it has it: `with` it, one thread at a time has its turn."""
    turn = threading.RLock()
    _ALL.add(turn)
    return turn


def _begin_anew() -> None:
    for turn in list(_ALL):
        turn._at_fork_reinit()  # type: ignore[attr-defined]  # as the standard library does with its own


if hasattr(os, "register_at_fork"):  # not in a browser, where nothing forks
    os.register_at_fork(after_in_child=_begin_anew)

"""Runs a program of the shipped protocol code one cell operation at a time, by replaying it against recorded results.

Given the results of its first k operations a program is deterministic, so its next operation is found by running it
against a `ReplayMemory` that answers from that history and stops it at the frontier. The answers form a tree.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from drillsergeant.memory.access import WORD_BYTES, signed

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

Operation = tuple[str, int, tuple[int, ...]]  # kind, first word, arguments
Program = Callable[["ReplayMemory"], None]
History = tuple[tuple[int, ...], ...]  # results of the operations so far
ATOMIC_WRITES = ("store", "add", "exchange")
COPIES = ("read", "write")


class Frontier(BaseException):
    """Stops a replayed program at its first operation without a recorded result."""


class ReplayMemory:
    """A `Memory` that answers from a list of recorded results and then stops the program."""

    def __init__(self, history: Sequence[tuple[int, ...]], by_words: bool) -> None:
        self.history = history
        self.by_words = by_words
        self.position = 0
        self.frontier: Operation | None = None
        self.key: Hashable = None

    def mark(self, key: Hashable) -> None:
        """Declare that all the program does from here on depends on `key` alone, so that equal futures are merged."""
        if self.position == len(self.history):
            self.key = key

    def _operate(self, kind: str, word: int, *arguments: int) -> tuple[int, ...]:
        if self.frontier is None and self.position < len(self.history):
            self.position += 1
            return self.history[self.position - 1]
        # A program unwinding from the frontier runs its `finally` blocks; what they ask for has not happened yet.
        self.frontier = self.frontier or (kind, word, arguments)
        raise Frontier

    def load(self, word: int) -> int:
        return self._operate("load", word)[0]

    def store(self, word: int, value: int) -> None:
        self._operate("store", word, signed(value))

    def add(self, word: int, value: int) -> int:
        return self._operate("add", word, signed(value))[0]

    def compare_exchange(self, word: int, expected: int, value: int) -> int:
        return self._operate("exchange", word, signed(expected), signed(value))[0]

    def wait(self, word: int, expected: int, timeout_s: float) -> None:
        self._operate("wait", word, signed(expected))

    def notify(self, word: int) -> None:
        self._operate("notify", word)

    def read(self, offset_bytes: int, target: WriteableBuffer) -> None:
        view = memoryview(target).cast("B").cast("i")
        first = offset_bytes // WORD_BYTES
        if self.by_words:
            for index in range(len(view)):
                view[index] = self.load(first + index)
        else:
            view[:] = array("i", self._operate("read", first, *range(len(view))))

    def write(self, offset_bytes: int, source: ReadableBuffer) -> None:
        view = memoryview(source).cast("B").cast("i")
        first = offset_bytes // WORD_BYTES
        if self.by_words:
            for index, value in enumerate(view):
                self.store(first + index, value)
        else:
            self._operate("write", first, *view)


class Touch(NamedTuple):
    """Words an operation touches."""

    words: range
    writes: bool
    copies: bool

    def conflicts(self, other: Touch) -> bool:
        """Tell whether both touch one word, at least one writes it, and at least one is a copy."""
        if not (self.writes or other.writes) or not (self.copies or other.copies):
            return False
        return self.words.start < other.words.stop and other.words.start < self.words.stop


class Node:
    """A program after some history: what it does next, and where each possible result leads."""

    def __init__(self, program: Program, history: History, memory: ReplayMemory, open_copies: list[Touch]) -> None:
        self.program = program
        self.history = history
        self.operation = memory.frontier  # None: finished
        self.open_copies = open_copies
        self.violation = ""
        self.children: dict[tuple[int, ...], bytes] = {}
        kind, word, arguments = self.operation or ("", 0, ())
        copies = kind in COPIES
        words = range(word, word + (len(arguments) if copies else 1)) if kind else range(0)
        self.touch = Touch(words, kind == "write" or kind in ATOMIC_WRITES, copies)

    def copies_open_after(self) -> list[Touch]:
        """Copies that are still open once the next operation is done."""
        if self.touch.copies:
            return [*self.open_copies, self.touch]
        return [] if self.touch.writes else self.open_copies

    def is_torn_by(self, other: Node) -> bool:
        """Tell whether what the two threads have open or are about to do conflicts."""
        ours, theirs = ([*node.open_copies, node.touch] for node in (self, other))
        return any(one.conflicts(two) for one in ours for two in theirs)

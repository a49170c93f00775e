"""How shared memory is touched: 32-bit cells with atomic operations, and bulk copies.

A *word* is the index of an i32 cell (byte offset / 4). Values are signed 32-bit and wrap. Every single-cell operation
is sequentially consistent, as JavaScript's `Atomics` are; bulk copies promise nothing and are only used on bytes that
the protocol has made private (a reserved or pinned slot). The browser's implementation wraps a shared WebAssembly
memory; `PlainMemory` is the native one, for one process with any number of threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from drillsergeant.memory.turns import new_turn

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

WORD_BYTES, LOG2_WORD_BYTES = 4, 2
SIMD_LANES = 4  # words of a SIMD register
VECTOR_BYTES = SIMD_LANES * WORD_BYTES
_WORD_RANGE = 1 << 32
_WORD_SIGN = 1 << 31


def signed(value: int) -> int:
    """Wrap any integer to the signed 32-bit value that a cell holds for it."""
    return (value + _WORD_SIGN) % _WORD_RANGE - _WORD_SIGN


def unsigned(value: int) -> int:
    """Read a cell's value as unsigned 32-bit."""
    return value % _WORD_RANGE


class Memory(Protocol):
    """Everything the protocols need of a memory. `word` counts i32 cells, offsets count bytes.

    Of a NumPy array hand over `array.data`.
    """

    def load(self, word: int) -> int:
        """Return the cell's signed value."""
        ...

    def store(self, word: int, value: int) -> None:
        """Set the cell to `value`, wrapped to 32 bits."""
        ...

    def add(self, word: int, value: int) -> int:
        """Add to the cell in one step, wrapping; return the value it had before."""
        ...

    def compare_exchange(self, word: int, expected: int, value: int) -> int:
        """Store `value` only where the cell holds `expected`; return the value it had before."""
        ...

    def wait(self, word: int, expected: int, timeout_s: float) -> None:
        """Sleep while the cell holds `expected`, until notified or timed out; may also return early, so look again."""
        ...

    def notify(self, word: int) -> None:
        """Wake everybody who waits on the cell."""
        ...

    def read(self, offset_bytes: int, target: WriteableBuffer) -> None:
        """Fill `target` (contiguous) with the bytes from `offset_bytes` on."""
        ...

    def write(self, offset_bytes: int, source: ReadableBuffer) -> None:
        """Copy the bytes of `source` (contiguous) to `offset_bytes` on."""
        ...


class SoloMemory:
    """A memory that only this thread uses. Nobody else will ever change a cell, so whoever waits gives the `turn`."""

    def __init__(self, memory: Memory) -> None:
        """Use `memory` in every other respect."""
        self.load, self.store, self.add = memory.load, memory.store, memory.add
        self.compare_exchange, self.read, self.write = memory.compare_exchange, memory.read, memory.write
        self.turn: Callable[[], None] = _rest

    def wait(self, word: int, expected: int, timeout_s: float) -> None:
        """Let the other parts of this worker do what may change the cell."""
        self.turn()

    def notify(self, word: int) -> None:
        """Nobody sleeps."""


def _rest() -> None:
    """A turn of nobody."""


class PlainMemory:
    """A `Memory` over a bytearray, for native runs and for threads of one process.

    `buffer` views the bytes themselves, so that NumPy can work in place (`numpy.frombuffer(memory.buffer, ...)`).
    """

    def __init__(self, size_bytes: int) -> None:
        """Take `size_bytes` zeroed bytes; a multiple of 4, else ValueError."""
        if size_bytes <= 0 or size_bytes % WORD_BYTES:
            raise ValueError(
                f"PlainMemory size is {size_bytes} bytes, needs a positive multiple of {WORD_BYTES}: "
                "pass layout.total_bytes"
            )
        self.buffer = self._allocate(size_bytes)
        self._words = self.buffer.cast("i")
        self._changed = threading.Condition(new_turn())

    def _allocate(self, size_bytes: int) -> memoryview:
        """Zeroed bytes that live as long as this object; `wasmtime_host.NativeMemory` takes them from WebAssembly."""
        return memoryview(bytearray(size_bytes))

    def __reduce__(self) -> tuple[Callable[[type[PlainMemory], bytes], PlainMemory], tuple[type[PlainMemory], bytes]]:
        return _again, (type(self), bytes(self.buffer))

    def load(self, word: int) -> int:
        """Return the cell's signed value."""
        return self._words[word]

    def store(self, word: int, value: int) -> None:
        """Set the cell to `value`, wrapped to 32 bits."""
        with self._changed:  # a store must not fall between the two halves of another thread's add
            self._words[word] = signed(value)

    def add(self, word: int, value: int) -> int:
        """Add to the cell in one step, wrapping; return the value it had before."""
        with self._changed:
            before = self._words[word]
            self._words[word] = signed(before + value)
        return before

    def compare_exchange(self, word: int, expected: int, value: int) -> int:
        """Store `value` only where the cell holds `expected`; return the value it had before."""
        with self._changed:
            before = self._words[word]
            if before == signed(expected):
                self._words[word] = signed(value)
        return before

    def wait(self, word: int, expected: int, timeout_s: float) -> None:
        """Sleep while the cell holds `expected`, until any cell is notified or `timeout_s` has passed."""
        with self._changed:
            if self._words[word] == signed(expected):
                self._changed.wait(timeout_s)

    def notify(self, word: int) -> None:
        """Wake every waiting thread; those whose cell has not changed look again and go on waiting."""
        with self._changed:
            self._changed.notify_all()

    def read(self, offset_bytes: int, target: WriteableBuffer) -> None:
        """Fill `target` with the bytes from `offset_bytes` on; IndexError where the memory ends before that."""
        view = memoryview(target).cast("B")
        view[:] = self._span(offset_bytes, view.nbytes)

    def write(self, offset_bytes: int, source: ReadableBuffer) -> None:
        """Copy the bytes of `source` to `offset_bytes` on; IndexError where the memory ends before that."""
        view = memoryview(source).cast("B")
        self._span(offset_bytes, view.nbytes)[:] = view

    def _span(self, offset_bytes: int, size_bytes: int) -> memoryview:
        end = offset_bytes + size_bytes
        if offset_bytes < 0 or end > len(self.buffer):
            raise IndexError(
                f"bytes {offset_bytes} to {end} lie outside this memory of {len(self.buffer)} bytes: "
                "take offsets from the layout the memory was made for"
            )
        return self.buffer[offset_bytes:end]


def _again(kind: type[PlainMemory], content: bytes) -> PlainMemory:
    """A memory copied or read from a pickle."""
    memory = kind(len(content))
    memory.buffer[:] = content
    return memory

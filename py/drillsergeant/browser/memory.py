"""Memory in the browser, shared or a worker's own: a `WebAssembly.Memory` seen through typed arrays and `Atomics`.

The JavaScript views are taken once and live as long as the worker; the memory never grows, so they never detach.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js

from drillsergeant.browser.js_values import js_object
from drillsergeant.memory.layout import PAGE_BYTES


def allocate(pages: int, *, shared: bool) -> Any:
    """Return a new `WebAssembly.Memory` of exactly `pages` 64 KiB pages, zeroed.

    Shared ones work only where the page is cross-origin isolated. Raises: JsException when the browser has no room.
    """
    options = {"initial": pages, "maximum": pages, "shared": shared}
    return js.WebAssembly.Memory.new(js_object(**options))


def taken(memory: Any) -> Any:
    """Return what INIT names as memory: that of all workers, or, where it gives a number of pages, a new one."""
    return allocate(memory, shared=False) if isinstance(memory, int) else memory


class BrowserMemory:
    """`memory.access.Memory` over a `WebAssembly.Memory`. `wait` works on a shared one only."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self._words = js.Int32Array.new(handle.buffer)
        self._bytes = js.Uint8Array.new(handle.buffer)
        self._load, self._store, self._add = js.Atomics.load, js.Atomics.store, js.Atomics.add
        self._exchange, self._wait, self._notify = js.Atomics.compareExchange, js.Atomics.wait, js.Atomics.notify

    def __reduce__(self) -> tuple[Callable[[bytes], BrowserMemory], tuple[bytes]]:
        content = bytearray(self.handle.buffer.byteLength)
        self.read(0, content)
        return _again, (bytes(content),)

    def load(self, word: int) -> int:
        """Return the i32 cell `word`, sequentially consistent."""
        return int(self._load(self._words, word))

    def store(self, word: int, value: int) -> None:
        """Set the i32 cell `word`, sequentially consistent."""
        self._store(self._words, word, value)

    def add(self, word: int, value: int) -> int:
        """Add to the i32 cell `word` and return what it held before."""
        return int(self._add(self._words, word, value))

    def compare_exchange(self, word: int, expected: int, value: int) -> int:
        """Set the cell to `value` if it holds `expected`; returns what it held."""
        return int(self._exchange(self._words, word, expected, value))

    def wait(self, word: int, expected: int, timeout_s: float) -> None:
        """Sleep until the cell is notified, no longer holds `expected`, or `timeout_s` passed. Workers only."""
        self._wait(self._words, word, expected, timeout_s * 1000)

    def notify(self, word: int) -> None:
        """Wake everyone who waits on the cell."""
        self._notify(self._words, word)

    def read(self, offset_bytes: int, target: Any) -> None:
        """Fill the writable buffer `target` from shared memory."""
        size = memoryview(target).nbytes
        self._bytes.subarray(offset_bytes, offset_bytes + size).assign_to(memoryview(target).cast("B"))

    def write(self, offset_bytes: int, source: Any) -> None:
        """Copy the buffer `source` into shared memory."""
        view = memoryview(source).cast("B")
        self._bytes.subarray(offset_bytes, offset_bytes + view.nbytes).assign(view)


def _again(content: bytes) -> BrowserMemory:
    """A memory copied or read from a pickle, this worker's own."""
    memory = BrowserMemory(allocate(len(content) // PAGE_BYTES, shared=False))
    memory.write(0, content)
    return memory

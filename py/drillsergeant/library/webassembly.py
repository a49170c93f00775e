"""Where kernels run: in the WebAssembly of whatever Python runs in.

In a browser that is the browser's, over a memory that is not shared; in CPython it is wasmtime's, where installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from drillsergeant.learn.wasm.calls import Kernels
from drillsergeant.memory.access import Memory

REMEDY = "install it (pip install 'drillsergeant[wasm]') or use engine='numpy', the slower reference"


@dataclass(frozen=True)
class EnginePlace:
    """A memory of this thread's own; `link` makes a module that imports an unshared memory work on it."""

    memory: Memory
    link: Callable[[bytes], Kernels]


def in_pyodide() -> bool:
    """Whether this Python runs in WebAssembly itself."""
    return sys.platform == "emscripten"


def has_webassembly() -> bool:
    """Whether `place` can be had here."""
    return in_pyodide() or find_spec("wasmtime") is not None


def place(size_bytes: int) -> EnginePlace:
    """A new memory of at least this size, zeroed. Raises ModuleNotFoundError in CPython without wasmtime."""
    if in_pyodide():
        from drillsergeant.browser.kernels import OwnPlace

        own = OwnPlace(size_bytes)
        return EnginePlace(own.memory, own.link)
    if not has_webassembly():
        raise ModuleNotFoundError(f"kernels run in wasmtime here, which is not installed: {REMEDY}")
    from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory

    native = NativeMemory(size_bytes)
    return EnginePlace(native, native.link)

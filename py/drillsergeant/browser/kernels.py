"""A compiled program in the browser: the module, made once by the page, linked here to the shared memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import to_js

from drillsergeant.browser.js_values import js_object
from drillsergeant.browser.memory import BrowserMemory, allocate
from drillsergeant.memory.access import SoloMemory
from drillsergeant.memory.layout import PAGE_BYTES


def compiled(binary: bytes) -> Any:
    """Compile a module here and now: for pages of others, where nobody has compiled it before."""
    return js.WebAssembly.Module.new(to_js(binary))


class BrowserKernels:
    """`learn.wasm.calls.Kernels` over a `WebAssembly.Instance`, which lives as long as the worker."""

    def __init__(self, module: Any, memory: Any) -> None:
        imports = js_object(env={"memory": memory})
        self._exports = js.WebAssembly.Instance.new(module, imports).exports

    def function(self, name: str) -> Callable[..., object]:
        """Return the exported function `name`."""
        function: Callable[..., object] = getattr(self._exports, name)
        return function


class OwnPlace:
    """`learn.rig.KernelPlace`: a memory of this thread's own, and modules made here for it."""

    def __init__(self, size_bytes: int) -> None:
        self._browser = BrowserMemory(allocate(-(-size_bytes // PAGE_BYTES), shared=False))
        self.memory = SoloMemory(self._browser)

    def link(self, binary: bytes) -> OwnKernels:
        """A module that imports an unshared memory, made to work on this one."""
        return OwnKernels(binary, self._browser)


class OwnKernels(BrowserKernels):
    """A module made here and now for this worker's own memory. A copy is linked to the copy of the memory."""

    def __init__(self, binary: bytes, memory: BrowserMemory) -> None:
        self._made_of = binary, memory
        super().__init__(compiled(binary), memory.handle)

    def __reduce__(self) -> tuple[type[OwnKernels], tuple[bytes, BrowserMemory]]:
        return OwnKernels, self._made_of

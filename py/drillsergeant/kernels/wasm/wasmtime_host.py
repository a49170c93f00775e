"""Running kernels outside a browser: the same binary module through wasmtime, over memory that NumPy views in place.

`NativeMemory` has the interface of `memory.access.Memory` and is the linear memory of the modules linked to it, so the
runtimes' protocols and the kernels meet in it as they do in a browser. Modules for it are compiled for unshared memory.
They share one wasmtime store, which may be in one call at a time: calls from other threads wait. (wasmtime has shared
memories, but version 50 of its Python binding cannot pass one to a module.) A call by itself takes a few us.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from ctypes import POINTER, byref
from functools import cache, lru_cache
from typing import Any

import numpy as np
import wasmtime
from wasmtime import _ffi as binding

from drillsergeant.kernels.ir.interpret import Array
from drillsergeant.kernels.wasm.module import PAGE_BYTES, MemoryImport
from drillsergeant.memory.access import PlainMemory


class NativeMemory(PlainMemory):
    """A WebAssembly memory of this process. `size_bytes` is rounded up to whole pages of 64 KiB."""

    def __init__(self, size_bytes: int) -> None:
        self.pages = -(-size_bytes // PAGE_BYTES)
        self._store = wasmtime.Store(_engine())
        self._in_call = threading.Lock()
        super().__init__(self.pages * PAGE_BYTES)

    def _allocate(self, size_bytes: int) -> memoryview:
        limits = wasmtime.Limits(self.pages, self.pages)  # equal, so that it never moves
        self._memory = wasmtime.Memory(self._store, wasmtime.MemoryType(limits))
        block = self._memory.get_buffer_ptr(self._store, size_bytes)
        block.owner = self._store  # type: ignore[attr-defined]  # any view of the bytes keeps them mapped
        return memoryview(block).cast("B")

    @property
    def imported(self) -> MemoryImport:
        """What a module must declare to be linked to this memory."""
        return MemoryImport(self.pages, self.pages, shared=False)

    def array(self, offset_bytes: int, shape: int | tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """A NumPy array of any shape, a part of this memory and no copy; ValueError where the memory ends before it."""
        flat = np.frombuffer(self.buffer, dtype, int(np.prod(shape)), offset_bytes)
        return flat.reshape(shape)

    def link(self, binary: bytes) -> NativeModule:
        """Compile a module and link it to this memory."""
        return NativeModule(self._store, self._memory, self._in_call, binary)


class NativeModule:
    """The exported functions of a linked module, called with numbers as in a browser."""

    def __init__(self, store: wasmtime.Store, memory: wasmtime.Memory, in_call: threading.Lock, binary: bytes) -> None:
        self._store, self._in_call = store, in_call
        self._instance = wasmtime.Instance(store, _compiled(binary), [memory])

    def function(self, name: str) -> Callable[..., object]:
        """The exported function `name`; KeyError where there is none."""
        exported = self._instance.exports(self._store)[name]
        assert isinstance(exported, wasmtime.Func), f"export {name} is no function"
        return _prepared(self._store, exported, self._in_call)


@cache
def _engine() -> wasmtime.Engine:
    """That of all memories: a module is compiled for one engine."""
    return wasmtime.Engine()


@lru_cache(maxsize=16)
def _compiled(binary: bytes) -> wasmtime.Module:
    """The module as machine code. Kept, since whoever trains a drill and then plays it links the same one again."""
    return wasmtime.Module(_engine(), binary)


#: A number as wasmtime's C interface takes it, 16 bytes each; of an integer the lower 32 bits count.
_PACKED = {"i32": "q8x", "f32": "f12x"}


def _prepared(store: wasmtime.Store, exported: wasmtime.Func, in_call: threading.Lock) -> Callable[..., object]:
    """The call of a function of i32 and f32 that returns one such number or nothing.

    `wasmtime.Func.__call__` asks for the types anew and makes objects of every argument, which takes longer than most
    kernels run: some 50 us with nine arguments, and this 3 us.
    """
    kind = exported.type(store)
    arguments = struct.Struct("<" + "".join(_PACKED[str(each)] for each in kind.params))
    (result,) = [str(each) for each in kind.results] or [""]
    slots = (binding.wasmtime_val_raw_t * max(len(kind.params), 1))()
    function, pointer = byref(exported._func), POINTER(binding.wasm_trap_t)
    context = store._context  # bound to the store, which lives as long as a call can be made

    def call(*numbers: float) -> object:
        with in_call:
            arguments.pack_into(slots, 0, *numbers)
            trap: Any = pointer()  # the error that is raised of one owns it
            error: Any = binding.wasmtime_func_call_unchecked(context(), function, slots, len(slots), byref(trap))
            if error:
                raise wasmtime.WasmtimeError._from_ptr(error)
            if trap:
                raise wasmtime.Trap._from_ptr(trap)
            return getattr(slots[0], result) if result else None

    return call

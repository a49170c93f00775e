"""Running kernels outside a browser: the same binary module through wasmtime, over memory that NumPy views in place.

`NativeMemory` has the interface of `memory.access.Memory` and is the linear memory of the modules linked to it, so the
runtimes' protocols and the kernels meet in it as they do in a browser. Modules for it are compiled for unshared memory.
A memory may be in one call at a time: calls from other threads wait. (wasmtime has shared memories, but version 50 of
its Python binding cannot pass one to a module.) A call by itself takes a few us.

A memory takes as much address space as it is large, where wasmtime would reserve 4 GiB so that no access needs a check:
batch systems limit it. The check costs nothing that can be measured once it is a branch (of 26 ms an update of Ball
Drill; made safe against speculation, which code of our own has no need of, it costs a third).

Memories and what is linked to them can be copied and pickled, and go on in a forked process. There wasmtime's pool of
compiling threads is gone, and whoever waits for it waits for ever: a child compiles in its one thread.
"""

from __future__ import annotations

import os
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
from drillsergeant.memory.turns import new_turn


class NativeMemory(PlainMemory):
    """A WebAssembly memory of this process. `size_bytes` is rounded up to whole pages of 64 KiB."""

    def __init__(self, size_bytes: int) -> None:
        self.pages = -(-size_bytes // PAGE_BYTES)
        self._in_call = new_turn()
        super().__init__(self.pages * PAGE_BYTES)

    def _allocate(self, size_bytes: int) -> memoryview:
        limits = wasmtime.Limits(self.pages, self.pages)  # equal, so that it never moves
        with _making:
            self._store = wasmtime.Store(_engine())
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
        return NativeModule(self, binary)

    def instance(self, binary: bytes) -> tuple[wasmtime.Store, wasmtime.Instance, threading.RLock]:
        """A module linked to this memory, the store that it lives in, and what is held for as long as it is called."""
        with _making:
            return self._store, wasmtime.Instance(self._store, _compiled(binary), [self._memory]), self._in_call


class NativeModule:
    """The exported functions of a linked module, called with numbers as in a browser."""

    def __init__(self, memory: NativeMemory, binary: bytes) -> None:
        self._made_of = memory, binary
        self._store, self._instance, self._in_call = memory.instance(binary)

    def __reduce__(self) -> tuple[type[NativeModule], tuple[NativeMemory, bytes]]:
        return NativeModule, self._made_of

    def function(self, name: str) -> Callable[..., object]:
        """The exported function `name`; KeyError where there is none."""
        exported = self._instance.exports(self._store)[name]
        assert isinstance(exported, wasmtime.Func), f"export {name} is no function"
        return _prepared(self._store, exported, self._in_call)


#: Held by who makes or compiles anything in wasmtime, whose own locks a fork would leave locked in the child.
_making = threading.RLock()
#: What wasmtime reserves around a memory and for its growth, up to version 26 and since.
_RESERVED = (
    *("memory_reservation", "memory_guard_size", "memory_reservation_for_growth", "static_memory_maximum_size"),
    *("static_memory_guard_size", "dynamic_memory_guard_size", "dynamic_memory_reserved_for_growth"),
)
_is_child = False


def _in_child() -> None:
    """After a fork, in the new process."""
    global _is_child
    _is_child = _engine.cache_info().currsize > 0  # else there is no pool of threads yet
    _making.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_making.acquire, after_in_parent=_making.release, after_in_child=_in_child)


@cache
def _engine(parallel: bool = True) -> wasmtime.Engine:
    """That of all memories, for which modules are compiled; or one that compiles in the thread that asks for it."""
    config = wasmtime.Config()
    config.parallel_compilation = parallel
    for name in _RESERVED:
        if set_bytes := getattr(binding, f"wasmtime_config_{name}_set", None):
            set_bytes(config.ptr(), 0)
    # The C function, since Config has had a method for it only since version 26.
    binding.wasmtime_config_cranelift_flag_set(config.ptr(), b"enable_heap_access_spectre_mitigation", b"false")
    return wasmtime.Engine(config)


@lru_cache(maxsize=64)
def _compiled(binary: bytes) -> wasmtime.Module:
    """The module as machine code. Kept, since whoever trains a drill and then plays it links the same one again."""
    if _is_child:
        return wasmtime.Module.deserialize(_engine(), wasmtime.Module(_engine(parallel=False), binary).serialize())
    return wasmtime.Module(_engine(), binary)


#: A number as wasmtime's C interface takes it, 16 bytes each; of an integer the lower 32 bits count.
_PACKED = {"i32": "q8x", "f32": "f12x"}


def _prepared(store: wasmtime.Store, exported: wasmtime.Func, in_call: threading.RLock) -> Callable[..., object]:
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

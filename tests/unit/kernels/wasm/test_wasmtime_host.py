"""The native memory speaks the protocol of shared memory and is the very memory the kernels compute in."""

from __future__ import annotations

import struct
import threading

import numpy as np
import pytest
import wasmtime
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.compile import compile_kernels
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.memory.access import Memory

from tests.rigs.kernels.kernel_calls import KernelArrays, call_kernel

DOUBLE = Kernel("double", lambda x: {"y": [x[0] + x[0]]}, {"x": ("i32",)}, {"y": ("i32",)})


def test_size_is_rounded_up_to_pages() -> None:
    assert len(NativeMemory(1).buffer) == 65536
    assert NativeMemory(65537).imported.minimum_pages == 2


def test_words_bytes_arrays_and_kernels_see_the_same_cells() -> None:
    memory = NativeMemory(65536)
    cells: Memory = memory
    cells.store(3, 21)
    memory.link(compile_kernels([DOUBLE], memory.imported)).function("double")(4, 0, 16, 64, 16)
    view = memory.array(64, 4, np.dtype(np.int32))
    assert view.tolist() == [0, 0, 0, 42]
    view[3] = 43
    assert cells.load(19) == 43
    assert cells.add(19, 1) == 43
    target = bytearray(4)
    cells.read(76, target)
    assert int.from_bytes(target, "little") == 44


def test_arrays_outlive_the_variable_that_held_the_memory() -> None:
    view = NativeMemory(65536).array(0, (2, 3), np.dtype(np.float32))
    view[:] = 1.5
    assert view.sum() == 9.0


def test_array_beyond_the_end_is_refused() -> None:
    with pytest.raises(ValueError, match="buffer"):
        NativeMemory(65536).array(65536 - 8, 4, np.dtype(np.float32))


def test_missing_export_is_a_key_error() -> None:
    memory = NativeMemory(65536)
    with pytest.raises(KeyError):
        memory.link(compile_kernels([DOUBLE], memory.imported)).function("treble")


def test_bench_rows_of_a_power_of_two_do_not_share_cache_lines_of_one_set() -> None:
    bench = KernelArrays(NativeMemory(1 << 20))
    rows = bench.rows(("i32",) * 3, 1024)
    assert rows.stride % 4096 != 0
    assert rows.stride >= 4096


def test_call_kernel_passes_groups_by_name() -> None:
    memory = NativeMemory(65536)
    bench = KernelArrays(memory)
    x, y = bench.rows(("i32",), 5), bench.rows(("i32",), 5)
    x.write([np.arange(5, dtype=np.int32)])
    call_kernel(memory.link(compile_kernels([DOUBLE], memory.imported)), DOUBLE, {"x": x}, {"y": y})
    assert y.read()[0].tolist() == [0, 2, 4, 6, 8]


NUMBERS = """
(module (import "host" "memory" (memory 1 1))
  (func (export "sum") (param i32 f32 i32) (result f32)
    (f32.add (local.get 1) (f32.convert_i32_s (i32.add (local.get 0) (local.get 2)))))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "nothing")))
"""


def test_numbers_go_in_and_come_back_as_what_the_function_says_they_are() -> None:
    function = NativeMemory(65536).link(bytes(wasmtime.wat2wasm(NUMBERS))).function
    assert function("sum")(-3, 0.5, 1) == -1.5
    assert function("sum")(0xFFFF_FFFF, 0.5, 0) == -0.5, "an unsigned number is the same 32 bits"
    assert function("sum")(1, 3.0e38, 1) == np.float32(3.0e38)
    assert function("load")(0) == 0 and function("nothing")() is None
    for numbers in ((1, 1.0), (1, 1.0, 1, 1), (1.5, 1.0, 1), ("1", 1.0, 1)):
        with pytest.raises(struct.error):
            function("sum")(*numbers)


def test_an_access_beyond_the_memory_is_an_error_and_calls_go_on() -> None:
    memory = NativeMemory(65536)
    load = memory.link(bytes(wasmtime.wat2wasm(NUMBERS))).function("load")
    memory.store(0, 7)
    for _ in range(3):
        with pytest.raises(wasmtime.Trap, match="out of bounds"):
            load(65536 - 3)
        assert load(0) == 7


def test_what_two_memories_are_linked_to_is_compiled_once_and_works_on_each() -> None:
    memories = NativeMemory(65536), NativeMemory(65536)
    linked = [memory.link(bytes(wasmtime.wat2wasm(NUMBERS))) for memory in memories]
    for number, memory in enumerate(memories):
        memory.store(0, number + 1)
    assert [each.function("load")(0) for each in linked] == [1, 2]


def test_threads_may_call_at_the_same_time() -> None:
    memory = NativeMemory(1 << 20)
    call = memory.link(compile_kernels([DOUBLE], memory.imported)).function("double")
    rows = memory.array(0, (8, 8192), np.dtype(np.int32))
    rows[:] = 1

    def work(row: int) -> None:
        for _ in range(20):
            call(8192, row * 32768, 32768, row * 32768, 32768)

    threads = [threading.Thread(target=work, args=(row,)) for row in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (rows == 1 << 20).all()

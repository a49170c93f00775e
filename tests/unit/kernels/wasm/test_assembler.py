"""Instructions encode as wat2wasm encodes them, and what an engine would refuse is refused while emitting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import wasmtime
from drillsergeant.kernels.wasm.assembler import AssemblyError, Function
from drillsergeant.kernels.wasm.module import MemoryImport, Module
from drillsergeant.kernels.wasm.opcodes import OPCODES, Opcode

ZEROS = {"i32": "i32.const 0", "f32": "f32.const 0", "v128": "v128.const i32x4 0 0 0 0"}


def push_zero(function: Function, value_type: str) -> None:
    {
        "i32": lambda: function.i32_const(0),
        "f32": lambda: function.f32_const(0.0),
        "v128": lambda: function.i32x4_const(0),
    }[value_type]()


def emit_row(function: Function, row: Opcode) -> str:
    """Emits `row` and returns its spelling in the text format."""
    if row.operand == "":
        function.op(row.name)
        return row.name
    if row.operand == "lane":
        function.lane(row.name, row.lanes - 1)
        return f"{row.name} {row.lanes - 1}"
    function.memory(row.name, 300)
    return f"{row.name} offset=300"


def without_names(binary: bytes) -> bytes:
    """The module up to its last, custom section."""
    return binary[: binary.rindex(b"\x04name") - 2]


@pytest.mark.parametrize("row", OPCODES.values(), ids=lambda row: row.name)
def test_every_opcode_encodes_as_wat2wasm_does(row: Opcode) -> None:
    module = Module(MemoryImport(1, 1, shared=True))
    function = module.function("f", results=row.gives, export=True)
    for value_type in row.takes:
        push_zero(function, value_type)
    spelling = emit_row(function, row)
    body = "\n".join([*(ZEROS[value_type] for value_type in row.takes), spelling])
    result = f"(result {row.gives[0]})" if row.gives else ""
    text = f'(module (import "env" "memory" (memory 1 1 shared)) (func (export "f") {result} {body}))'
    assert without_names(module.encode()) == bytes(wasmtime.wat2wasm(text))


def build_everything() -> Module:
    """A module with every kind of instruction that is not a table row."""
    module = Module(MemoryImport(2, 3, shared=True))
    helper = module.function("helper", [("a", "i32"), ("b", "f32")], ["f32"])
    main = module.function("main", [("n", "i32")], ["f32"], export=True)
    total, vector, count = main.local("f32", "total"), main.local("v128"), main.local("i32", "count")
    with main.block() as out:
        main.local_get(main.params["n"])
        main.i32_const(1)
        main.op("i32.lt_u")
        main.br_if(out)
        with main.loop() as again:
            main.local_get(count)
            main.local_get(total)
            main.call(helper)
            main.local_set(total)
            main.local_get(count)
            main.i32_const(1)
            main.op("i32.add")
            main.local_tee(count)
            main.local_get(main.params["n"])
            main.op("i32.lt_u")
            main.br_if(again)
            main.br(out)
    main.f32x4_const(-1.5)
    main.local_get(vector)
    main.shuffle([0, 5, 2, 7])
    main.drop()
    for value in (0, 63, 64, -64, -65, 0x7FFFFFFF, 0xFFFFFFFF, -0x80000000):
        main.i32_const(value)
        main.drop()
    for emit in (main.memory_fill, main.memory_copy):
        for value in (0, 0, 16):
            main.i32_const(value)
        emit()
    main.local_get(total)
    main.f32_const(0.1)
    main.local_get(count)
    main.select()
    main.return_()
    helper.local_get(helper.params["a"])
    with helper.if_(["f32"]):
        helper.f32_const(1.0)
        helper.else_()
        helper.local_get(helper.params["b"])
    return module


def test_module_text_and_binary_are_the_same_module() -> None:
    module = build_everything()
    assert without_names(module.encode()) == without_names(bytes(wasmtime.wat2wasm(module.text())))


def test_calls_run_forward_and_backward_and_results_come_back() -> None:
    module = Module(MemoryImport(1, 1, shared=False))
    first = module.function("first", [("x", "i32")], ["i32"], export=True)
    second = module.function("second", [("x", "i32")], ["i32"])
    first.local_get(first.params["x"])
    first.call(second)
    second.local_get(second.params["x"])
    second.i32_const(7)
    second.op("i32.mul")
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    memory = wasmtime.Memory(store, wasmtime.MemoryType(wasmtime.Limits(1, 1)))
    instance = wasmtime.Instance(store, wasmtime.Module(engine, module.encode()), [memory])
    exported = instance.exports(store)["first"]
    assert isinstance(exported, wasmtime.Func)
    assert exported(store, 6) == 42


def wrong_type(f: Function) -> None:
    f.i32_const(1)
    f.f32x4_const(1.0)
    f.op("f32x4.add")


def among_others(f: Function, name: str) -> None:
    for number in range(5):
        f.i32_const(number)
    f.op(name)


def below_the_block(f: Function) -> None:
    f.i32_const(1)
    with f.block():
        f.op("i32x4.splat")


def left_over(f: Function) -> None:
    with f.loop():
        f.i32_const(1)


def dead_code(f: Function) -> None:
    with f.block() as out:
        f.br(out)
        f.i32_const(1)


def closed_label(f: Function) -> None:
    with f.block() as out:
        pass
    f.br(out)


def store_operands_swapped(f: Function) -> None:
    f.f32_const(1.0)
    f.i32_const(0)
    f.memory("f32.store")


def if_without_else(f: Function) -> None:
    f.i32_const(1)
    with f.if_(["i32"]):
        f.i32_const(2)


def unfinished(f: Function) -> None:
    f.finish()


MISTAKES: list[tuple[Callable[[Function], None], str]] = [
    (wrong_type, r"f: f32x4.add expects \[v128, v128\] on top of the stack, found \[i32, v128\]"),
    (
        partial(among_others, name="v128.bitselect"),
        r"expects \[v128, v128, v128\] on top of the stack, found \[i32, i32, i32, i32\] \(top last\)",
    ),
    (partial(among_others, name="f32x4.neg"), r"expects \[v128\] on top of the stack, found \[i32, i32, i32\]"),
    (below_the_block, r"f: i32x4.splat expects \[i32\] on top of the stack, found \[\]"),
    (left_over, r"f: end of loop expects \[\] on top of the stack, found \[i32\]"),
    (dead_code, r"f: i32.const can never run"),
    (closed_label, r"f: branch to a block that is not open here"),
    (store_operands_swapped, r"f: f32.store expects \[i32, f32\] on top of the stack, found \[f32, i32\]"),
    (if_without_else, r"f: an if with results \['i32'\] needs an else_"),
    (lambda f: f.op("f32x4.fma"), r"f: no instruction 'f32x4.fma'"),
    (lambda f: f.op("v128.load"), r"f: v128.load is emitted with memory\('v128.load', ...\)"),
    (lambda f: f.local_set(f.params["x"]), r"f: local.set expects \[i32\]"),
    (lambda f: f.i32_const(1 << 32), r"f: i32.const 4294967296 does not fit 32 bits"),
    (lambda f: f.return_(), r"f: return expects \[f32\] on top of the stack, found \[\]"),
    (unfinished, r"f: end of function expects \[f32\]"),
]


@pytest.mark.parametrize(("mistake", "message"), MISTAKES)
def test_a_mistake_raises_where_it_is_emitted(mistake: Callable[[Function], None], message: str) -> None:
    function = Module(MemoryImport(1, 1, shared=False)).function("f", [("x", "i32")], ["f32"])
    with pytest.raises(AssemblyError, match=message):
        mistake(function)


def test_two_functions_of_one_name_are_refused() -> None:
    module = Module(MemoryImport(1, 1, shared=False))
    module.function("f")
    with pytest.raises(AssemblyError, match="already has a function 'f'"):
        module.function("f")


def test_there_are_as_many_lanes_as_a_vector_has_words() -> None:
    function = Module(MemoryImport(1, 1, shared=True)).function("f")
    function.i32x4_const(0)
    function.lane("f32x4.extract_lane", 3)
    function.i32x4_const(0)
    with pytest.raises(AssemblyError, match=r"has lanes 0\.\.3, not 4"):
        function.lane("f32x4.extract_lane", 4)


def test_functions_have_their_names_where_tools_look_for_them() -> None:
    module = Module(MemoryImport(1, 1, shared=True))
    for name in ("alone", "other"):
        module.function(name)
    binary = module.encode()
    section = binary[binary.rindex(b"\x04name") + 5 :]
    assert section == b"\x01" + bytes([15]) + b"\x02" + b"\x00\x05alone" + b"\x01\x05other"

"""A WebAssembly assembler that knows the types on the operand stack while it emits.

`Function` emits instructions one call each and raises `AssemblyError` at the emitting line when an operand is missing
or has another type, so a generator's mistake shows where it was made and not as an engine's compile error. `Module`
(module.py) owns the functions and the imported memory. Instruction names are the spec's (`opcodes.OPCODES`).

    module = Module(MemoryImport(1, 1, shared=False))
    double = module.function("double", [("at", "i32")], export=True)
    at = double.params["at"]
    double.local_get(at)
    double.local_get(at)
    double.memory("f32.load")
    double.f32_const(2.0)
    double.op("f32.mul")
    double.memory("f32.store")
    binary = module.encode()

Every function of a module can call every other one, declared before or after it. Code after an unconditional branch can
never run; emitting any is an error too.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from types import TracebackType
from typing import Final, NoReturn

from drillsergeant.kernels.wasm.opcodes import OPCODES, V128, VALUE_TYPES, Opcode, signed_leb128, unsigned_leb128
from drillsergeant.kernels.wasm.text_format import Listing, Local, format_function

_NOTHING_MAY_FOLLOW: Final = 1 << 30  # a stack floor no instruction can satisfy: the code position cannot be reached
_I32_PATTERN: Final = struct.Struct("<4i")
_U32_MAX: Final = 0xFFFFFFFF


class AssemblyError(Exception):
    """An instruction that WebAssembly validation would refuse, named where it was emitted."""


class Label:
    """An open block, loop or if; use as a context manager, and hand to `br` and `br_if` while it is open."""

    __slots__ = ("depth", "function", "height", "kind", "outer_floor", "results")

    def __init__(self, function: Function, kind: str, results: list[str], depth: int, outer_floor: int) -> None:
        self.function, self.kind, self.results, self.depth = function, kind, results, depth
        self.outer_floor = outer_floor
        self.height = len(function.stack)

    def __enter__(self) -> Label:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.function.end(self)


class Function:
    """One function being emitted. `stack` holds the types of the operands at the current position."""

    def __init__(self, index: int, name: str, params: Sequence[tuple[str, str]], results: Sequence[str]) -> None:
        self.index, self.name = index, name
        self.stack: list[str] = []
        self.listing: Listing = []
        self.locals: list[Local] = []
        self.params = {param: self.local(value_type, param) for param, value_type in params}
        self.results = list(results)
        self._code = bytearray()
        self._floor = 0
        self._labels: list[Label] = []

    def local(self, value_type: str, name: str = "") -> Local:
        """A new local variable of `value_type`; zero when the function is entered."""
        if value_type not in VALUE_TYPES:
            raise AssemblyError(f"{self.name}: no value type {value_type!r}; use one of {', '.join(VALUE_TYPES)}")
        local = Local(len(self.locals), value_type, name)
        self.locals.append(local)
        return local

    # -- instructions without operands in the code ----------------------------------------------------------------

    def op(self, name: str) -> None:
        """An instruction that takes its operands from the stack only, such as "f32x4.add"."""
        row = OPCODES.get(name)
        if row is None or row.operand:
            self._refuse_name(name, row)
        stack, takes = self.stack, row.takes
        at = len(stack) - len(takes)
        if at < self._floor or stack[at:] != takes:
            self._mismatch(name, takes)
        stack[at:] = row.gives
        self._code += row.encoding
        self.listing.append((name,))

    def drop(self) -> None:
        """Removes the topmost value."""
        self._take("drop", self.stack[-1:] or ["any"])
        self._emit(b"\x1a", "drop")

    def select(self) -> None:
        """`[a, b, i32 condition] -> [a if condition else b]`, for two values of one type."""
        value_type = self.stack[-2] if len(self.stack) >= 2 else "any"
        self._take("select", [value_type, value_type, "i32"])
        self.stack.append(value_type)
        self._emit(b"\x1b", "select")

    # -- constants ----------------------------------------------------------------------------------------------

    def i32_const(self, value: int) -> None:
        """Pushes `value`, given signed or unsigned."""
        if not -0x80000000 <= value <= _U32_MAX:
            raise AssemblyError(f"{self.name}: i32.const {value} does not fit 32 bits")
        signed = value - (1 << 32) if value > 0x7FFFFFFF else value
        self._push("i32.const", b"\x41" + signed_leb128(signed), "i32", signed)

    def f32_const(self, value: float) -> None:
        """Pushes `value` rounded to f32."""
        self._push("f32.const", b"\x43" + struct.pack("<f", value), "f32", value)

    def v128_const(self, data: bytes) -> None:
        """Pushes the 16 bytes of `data`, lane 0 first."""
        if len(data) != 16:
            raise AssemblyError(f"{self.name}: v128.const takes 16 bytes, not {len(data)}")
        self._push("v128.const i32x4", b"\xfd\x0c" + data, V128, *_I32_PATTERN.unpack(data))

    def f32x4_const(self, value: float) -> None:
        """Pushes four lanes of `value` rounded to f32."""
        self.v128_const(struct.pack("<f", value) * 4)

    def i32x4_const(self, value: int) -> None:
        """Pushes four lanes of `value`, given signed or unsigned."""
        self.v128_const((value & _U32_MAX).to_bytes(4, "little") * 4)

    # -- locals ---------------------------------------------------------------------------------------------------

    def local_get(self, local: Local) -> None:
        """Pushes the value of `local`."""
        if self._floor == _NOTHING_MAY_FOLLOW:
            self._mismatch("local.get", [])
        self.stack.append(local.type)
        self._code += local.get
        self.listing.append(("local.get", local))

    def local_set(self, local: Local) -> None:
        """Moves the topmost value into `local`."""
        self._take("local.set", [local.type])
        self._emit(local.set, "local.set", local)

    def local_tee(self, local: Local) -> None:
        """Copies the topmost value into `local` and leaves it on the stack."""
        self._take("local.tee", [local.type])
        self.stack.append(local.type)
        self._emit(local.tee, "local.tee", local)

    # -- instructions with operands in the code -------------------------------------------------------------------

    def memory(self, name: str, offset: int = 0) -> None:
        """A load or store such as "v128.load" at the i32 address below its other operands, plus `offset` bytes. The
        alignment hint is the natural one."""
        row = OPCODES.get(name)
        if row is None or row.operand != "memory":
            self._refuse_name(name, row)
        self._take(name, row.takes)
        self.stack += row.gives
        self._emit(row.encoding + bytes([row.align]) + unsigned_leb128(offset), name, f"offset={offset}")

    def lane(self, name: str, lane: int) -> None:
        """An extract_lane."""
        row = OPCODES.get(name)
        if row is None or row.operand != "lane":
            self._refuse_name(name, row)
        self._take(name, row.takes)
        self.stack += row.gives
        self._emit(row.encoding + self._lane(row, lane), name, lane)

    def shuffle(self, lanes: Sequence[int]) -> None:
        """i8x16.shuffle of whole 32-bit lanes: 0..3 are those of the lower vector, 4..7 those of the upper one."""
        if len(lanes) != 4 or not all(0 <= lane < 8 for lane in lanes):
            raise AssemblyError(f"{self.name}: shuffle takes four lanes of 0..7, not {list(lanes)}")
        self._take("i8x16.shuffle", [V128, V128])
        self.stack.append(V128)
        data = bytes(4 * lane + byte for lane in lanes for byte in range(4))
        self._emit(b"\xfd\x0d" + data, "i8x16.shuffle", *data)

    def memory_fill(self) -> None:
        """memory.fill: `[address, byte, length in bytes] -> []`."""
        self._take("memory.fill", ["i32", "i32", "i32"])
        self._emit(b"\xfc\x0b\0", "memory.fill")

    def memory_copy(self) -> None:
        """memory.copy: `[to address, from address, length in bytes] -> []`; the ranges may overlap."""
        self._take("memory.copy", ["i32", "i32", "i32"])
        self._emit(b"\xfc\x0a\0\0", "memory.copy")

    def call(self, callee: Function) -> None:
        """Calls another function of the same module."""
        self._take(f"call {callee.name}", [param.type for param in callee.params.values()])
        self.stack += callee.results
        self._emit(b"\x10" + unsigned_leb128(callee.index), "call", f"${callee.name}")

    # -- control --------------------------------------------------------------------------------------------------

    def block(self, results: Sequence[str] = ()) -> Label:
        """`with f.block() as out:` a branch to `out` leaves the block."""
        return self._open("block", 0x02, results)

    def loop(self, results: Sequence[str] = ()) -> Label:
        """`with f.loop() as again:` a branch to `again` starts the next round; falling off the end leaves the loop."""
        return self._open("loop", 0x03, results)

    def if_(self, results: Sequence[str] = ()) -> Label:
        """`with f.if_():` runs when the i32 on top of the stack is not zero; `else_` starts the other arm."""
        self._take("if", ["i32"])
        return self._open("if", 0x04, results)

    def else_(self) -> None:
        """Starts the other arm of the innermost if."""
        label = self._labels[-1] if self._labels else None
        if label is None or label.kind != "if":
            raise AssemblyError(f"{self.name}: else outside an if; the innermost block is {label and label.kind}")
        self._check_end("else", label.results)
        del self.stack[label.height :]
        self._floor = label.height
        label.kind = "else"
        self._emit(b"\x05", "else")

    def br(self, label: Label) -> None:
        """Branches to `label`; nothing may follow in this block."""
        self._check_end("br", self._target(label), exact=False)
        self._emit(b"\x0c" + self._depth(label), "br", len(self._labels) - 1 - label.depth)
        self._floor = _NOTHING_MAY_FOLLOW

    def br_if(self, label: Label) -> None:
        """Branches to `label` when the i32 on top of the stack is not zero."""
        self._take("br_if", ["i32"])
        self._check_end("br_if", self._target(label), exact=False)
        self._emit(b"\x0d" + self._depth(label), "br_if", len(self._labels) - 1 - label.depth)

    def return_(self) -> None:
        """Leaves the function with its results; nothing may follow in this block."""
        self._check_end("return", self.results, exact=False)
        self._emit(b"\x0f", "return")
        self._floor = _NOTHING_MAY_FOLLOW

    def unreachable(self) -> None:
        """Traps; nothing may follow in this block."""
        self._emit(b"\0", "unreachable")
        self._floor = _NOTHING_MAY_FOLLOW

    def end(self, label: Label) -> None:
        """Closes `label`; called by its `with` statement."""
        if not self._labels or self._labels[-1] is not label:
            raise AssemblyError(f"{self.name}: a {label.kind} is closed while another block inside it is open")
        if label.kind == "if" and label.results:
            raise AssemblyError(f"{self.name}: an if with results {label.results} needs an else_")
        self._check_end(f"end of {label.kind}", label.results)
        self._labels.pop()
        self.stack[label.height :] = label.results
        self._floor = label.outer_floor
        self._emit(b"\x0b", "end")

    # -- the finished function ------------------------------------------------------------------------------------

    def finish(self) -> bytes:
        """The emitted instructions; raises AssemblyError when a block is open or the results are not there."""
        if self._labels:
            raise AssemblyError(f"{self.name}: {self._labels[-1].kind} is still open at the end of the function")
        self._check_end("end of function", self.results)
        return bytes(self._code)

    def text(self) -> str:
        """The function in the text format, one instruction a line."""
        return format_function(self)

    # -- checks ---------------------------------------------------------------------------------------------------

    def _emit(self, code: bytes, *listed: object) -> None:
        if self._floor == _NOTHING_MAY_FOLLOW and listed[0] not in ("end", "else"):
            self._mismatch(str(listed[0]), [])
        self._code += code
        self.listing.append(listed)

    def _push(self, name: str, code: bytes, value_type: str, *listed: object) -> None:
        self._emit(code, name, *listed)
        self.stack.append(value_type)

    def _take(self, name: str, takes: list[str]) -> None:
        stack = self.stack
        at = len(stack) - len(takes)
        if at < self._floor or stack[at:] != takes:
            self._mismatch(name, takes)
        del stack[at:]

    def _check_end(self, name: str, results: list[str], *, exact: bool = True) -> None:
        if self._floor == _NOTHING_MAY_FOLLOW:
            return
        present = self.stack[self._floor :]
        if (present if exact else present[len(present) - len(results) :]) != results:
            self._mismatch(name, results)

    def _mismatch(self, name: str, takes: list[str]) -> NoReturn:
        if self._floor == _NOTHING_MAY_FOLLOW:
            raise AssemblyError(f"{self.name}: {name} can never run, it follows an unconditional branch; remove it")
        found = self.stack[self._floor :][-max(len(takes) + 1, 3) :]
        raise AssemblyError(
            f"{self.name}: {name} expects [{', '.join(takes)}] on top of the stack, "
            f"found [{', '.join(found)}] (top last)"
        )

    def _refuse_name(self, name: str, row: Opcode | None) -> NoReturn:
        if row is None:
            raise AssemblyError(f"{self.name}: no instruction {name!r} in opcodes.OPCODES")
        raise AssemblyError(f"{self.name}: {name} is emitted with {row.operand or 'op'}({name!r}, ...)")

    def _lane(self, row: Opcode, lane: int) -> bytes:
        if not 0 <= lane < row.lanes:
            raise AssemblyError(f"{self.name}: {row.name} has lanes 0..{row.lanes - 1}, not {lane}")
        return bytes([lane])

    def _open(self, kind: str, code: int, results: Sequence[str]) -> Label:
        if len(results) > 1:
            raise AssemblyError(f"{self.name}: a {kind} has at most one result here, not {list(results)}; use locals")
        self._emit(bytes([code, VALUE_TYPES[results[0]] if results else 0x40]), kind, *results)
        label = Label(self, kind, list(results), len(self._labels), self._floor)
        self._labels.append(label)
        self._floor = label.height
        return label

    def _target(self, label: Label) -> list[str]:
        if label.depth >= len(self._labels) or self._labels[label.depth] is not label:
            raise AssemblyError(f"{self.name}: branch to a {label.kind} that is not open here")
        return [] if label.kind == "loop" else label.results

    def _depth(self, label: Label) -> bytes:
        return unsigned_leb128(len(self._labels) - 1 - label.depth)

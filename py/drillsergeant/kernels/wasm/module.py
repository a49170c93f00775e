"""A WebAssembly module: one imported memory and functions that may call one another, encoded to its binary form.

The memory is imported as ("env", "memory"), the SharedArrayBuffer every runtime sees, so kernels copy nothing.
Section numbers: WebAssembly Core Specification 2.0, "Binary Format, Modules".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from drillsergeant.kernels.wasm.assembler import AssemblyError, Function
from drillsergeant.kernels.wasm.opcodes import VALUE_TYPES, unsigned_leb128

PAGE_BYTES: Final = 65536
_TYPE, _IMPORT, _FUNCTION, _EXPORT, _CODE, _CUSTOM = 1, 2, 3, 7, 10, 0
_UNSHARED, _SHARED = 1, 3  # kinds of limits, both with a maximum


@dataclass(frozen=True, slots=True)
class MemoryImport:
    """The size in pages of 64 KiB and the kind of memory the module accepts.

    An engine links a shared memory only to a module that says `shared`, and only when the memory's own minimum is at
    least `minimum_pages` and its maximum at most `maximum_pages`.
    """

    minimum_pages: int
    maximum_pages: int
    shared: bool

    def encode(self) -> bytes:
        """The import's entry in the import section."""
        limits = bytes([_SHARED if self.shared else _UNSHARED])
        pages = unsigned_leb128(self.minimum_pages) + unsigned_leb128(self.maximum_pages)
        return _name("env") + _name("memory") + b"\x02" + limits + pages


class Module:
    """Functions over one imported memory. `functions` are in the order of their indices."""

    def __init__(self, memory: MemoryImport) -> None:
        self.memory = memory
        self.functions: list[Function] = []
        self._exports: list[Function] = []

    def function(
        self, name: str, params: Sequence[tuple[str, str]] = (), results: Sequence[str] = (), *, export: bool = False
    ) -> Function:
        """A new, empty function; `params` are (name, value type). Raises AssemblyError for a name already taken."""
        if any(function.name == name for function in self.functions):
            raise AssemblyError(f"the module already has a function {name!r}; give this one another name")
        function = Function(len(self.functions), name, params, results)
        self.functions.append(function)
        if export:
            self._exports.append(function)
        return function

    def encode(self) -> bytes:
        """The binary module. Raises AssemblyError when a function is unfinished."""
        types: dict[bytes, int] = {}
        for function in self.functions:
            types.setdefault(_type_of(function), len(types))
        indices = [unsigned_leb128(types[_type_of(function)]) for function in self.functions]
        exports = [_name(function.name) + b"\x00" + unsigned_leb128(function.index) for function in self._exports]
        names = [unsigned_leb128(function.index) + _name(function.name) for function in self.functions]
        return b"".join(
            [
                b"\0asm\x01\0\0\0",
                _section(_TYPE, _vector(types)),
                _section(_IMPORT, _vector([self.memory.encode()])),
                _section(_FUNCTION, _vector(indices)),
                _section(_EXPORT, _vector(exports)),
                _section(_CODE, _vector([_code_entry(function) for function in self.functions])),
                _section(_CUSTOM, _name("name") + _section(1, _vector(names))),
            ]
        )

    def text(self) -> str:
        """The module in the text format."""
        memory, shared = self.memory, " shared" if self.memory.shared else ""
        limits = f"{memory.minimum_pages} {memory.maximum_pages}{shared}"
        exports = [f'(export "{function.name}" (func ${function.name}))' for function in self._exports]
        parts = [f'(import "env" "memory" (memory {limits}))', *(f.text() for f in self.functions), *exports]
        return "(module\n" + "\n".join(parts) + ")\n"


def for_unshared_memory(binary: bytes) -> bytes:
    """The module for an unshared memory, from one that imports a shared memory of the same limits.

    No instruction here needs a shared memory, so the kind of the import's limits is all that differs. Raises
    AssemblyError where `binary` is no module of this package's making for a shared memory.
    """
    before = _name("env") + _name("memory") + b"\x02"
    place = binary.find(before) + len(before)
    if place < len(before) or binary[place] != _SHARED or binary.find(before, place) >= 0:
        raise AssemblyError("the module does not import one shared memory as env.memory: compile it for a shared one")
    return binary[:place] + bytes([_UNSHARED]) + binary[place + 1 :]


def _name(text: str) -> bytes:
    data = text.encode()
    return unsigned_leb128(len(data)) + data


def _vector(items: Iterable[bytes]) -> bytes:
    items = list(items)
    return unsigned_leb128(len(items)) + b"".join(items)


def _section(number: int, content: bytes) -> bytes:
    return bytes([number]) + unsigned_leb128(len(content)) + content


def _type_of(function: Function) -> bytes:
    params = bytes(VALUE_TYPES[param.type] for param in function.params.values())
    results = bytes(VALUE_TYPES[result] for result in function.results)
    return b"\x60" + unsigned_leb128(len(params)) + params + unsigned_leb128(len(results)) + results


def _code_entry(function: Function) -> bytes:
    runs: list[tuple[int, int]] = []  # (how many, value type code) of neighbouring locals of one type
    for local in function.locals[len(function.params) :]:
        code = VALUE_TYPES[local.type]
        if runs and runs[-1][1] == code:
            runs[-1] = (runs[-1][0] + 1, code)
        else:
            runs.append((1, code))
    content = _vector(unsigned_leb128(count) + bytes([code]) for count, code in runs) + function.finish() + b"\x0b"
    return unsigned_leb128(len(content)) + content

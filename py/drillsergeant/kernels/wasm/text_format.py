"""Local variables, and the text form of an assembled function: what the documentation shows of the emitted code.

A listing is the emitted instructions in order, each a tuple of the name and its operands as given.
"""

from __future__ import annotations

from typing import Protocol

from drillsergeant.kernels.wasm.opcodes import unsigned_leb128

Listing = list[tuple[object, ...]]


class Local:
    """A parameter or local variable of one function, with its encoded accesses."""

    __slots__ = ("get", "index", "name", "set", "tee", "type")

    def __init__(self, index: int, value_type: str, name: str) -> None:
        number = unsigned_leb128(index)
        self.index, self.type, self.name = index, value_type, name
        self.get, self.set, self.tee = b"\x20" + number, b"\x21" + number, b"\x22" + number

    def __str__(self) -> str:
        return f"${self.name or 'v'}.{self.index}"


class Listed(Protocol):
    """What is read of an assembled function."""

    name: str
    params: dict[str, Local]
    results: list[str]
    locals: list[Local]
    listing: Listing


def format_function(function: Listed) -> str:
    """The function in the WebAssembly text format, one instruction a line, nested blocks indented."""
    params = "".join(f" (param {local} {local.type})" for local in function.params.values())
    results = f" (result {' '.join(function.results)})" if function.results else ""
    lines = [f"(func ${function.name}{params}{results}"]
    own = function.locals[len(function.params) :]
    lines += [f"  (local {local} {local.type})" for local in own]
    depth = 1
    for name, *operands in function.listing:
        if name in ("end", "else"):
            depth -= 1
        lines.append("  " * depth + " ".join([str(name), *(_spell_operand(name, operand) for operand in operands)]))
        if name in ("block", "loop", "if", "else"):
            depth += 1
    return "\n".join(lines) + ")"


def _spell_operand(name: object, operand: object) -> str:
    if name in ("block", "loop", "if"):
        return f"(result {operand})"
    return str(operand)

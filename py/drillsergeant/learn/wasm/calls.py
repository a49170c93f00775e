"""Calling the functions of a program by the names of their parameters, wherever they run."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from drillsergeant.learn.program import Program
from drillsergeant.memory.access import signed

Function = Callable[..., object]
Call = Callable[[], object]


class Kernels(Protocol):
    """A program's module, linked to the memory it works on: `wasmtime_host.NativeModule`, or an instance in a browser.

    The binary must have been compiled for a memory of that kind (shared or not).
    """

    def function(self, name: str) -> Function:
        """The exported function `name`, called with integers (i32) and floats (f32); returns a number or None."""
        ...


class Rows(NamedTuple):
    """A group of arrays: byte offset of the first, bytes from one to the next."""

    base: int
    stride: int


class Calls:
    """Exported functions of one linked program, looked up once."""

    def __init__(self, program: Program, kernels: Kernels) -> None:
        self._signatures = program.signatures
        self._kernels = kernels
        self._functions: dict[str, Function] = {}

    def bind(self, name: str, numbers: Mapping[str, float], **groups: Rows) -> Call:
        """The call of `name` with these numbers, ready to be made many times.

        `groups` gives base and stride of a kernel's groups: `in_state=rows` is "in.state.base" and "in.state.stride".
        Raises KeyError naming a parameter that is not given.
        """
        return BoundCall(self, name, self._arguments(name, numbers, groups))

    def run(self, name: str, numbers: Mapping[str, float], **groups: Rows) -> object:
        """Make the call once; returns what the function returns."""
        return self.function(name)(*self._arguments(name, numbers, groups))

    def _arguments(self, name: str, numbers: Mapping[str, float], groups: Mapping[str, Rows]) -> tuple[float, ...]:
        """What a function is called with, in order."""
        given = dict(numbers)
        for group, rows in groups.items():
            place = group.replace("_", ".", 1)
            given |= {f"{place}.base": rows.base, f"{place}.stride": rows.stride}
        return tuple(_number(given[param]) for param in self._signatures[name])

    def run_integer(self, name: str, numbers: Mapping[str, float]) -> int:
        """Make the call of a function that returns an i32."""
        result = self.run(name, numbers)
        assert isinstance(result, int), f"{name} returned {result!r}"
        return result

    def run_float(self, name: str, numbers: Mapping[str, float]) -> float:
        """Make the call of a function that returns an f32."""
        result = self.run(name, numbers)
        assert isinstance(result, int | float), f"{name} returned {result!r}"
        return float(result)

    def function(self, name: str) -> Function:
        """The exported function `name`."""
        if name not in self._functions:
            self._functions[name] = self._kernels.function(name)
        return self._functions[name]

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "_functions": {}}  # looked up again by whoever has a copy


class BoundCall:
    """A function of `calls` with its arguments."""

    def __init__(self, calls: Calls, name: str, arguments: tuple[float, ...]) -> None:
        self._made_of = calls, name, arguments
        self._function, self._arguments = calls.function(name), arguments

    def __call__(self) -> object:
        """Make the call; returns what the function returns."""
        return self._function(*self._arguments)

    def __reduce__(self) -> tuple[type[BoundCall], tuple[Calls, str, tuple[float, ...]]]:
        return BoundCall, self._made_of


def bits_of(value: float) -> int:
    """The bits of an f32, as a signed word."""
    word: int = struct.unpack("<i", struct.pack("<f", value))[0]
    return word


def _number(value: float) -> float:
    return signed(value) if isinstance(value, int) else value

"""NumPy functions as machine code, for anybody's use: `drillsergeant.compile(kernel)`."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np

from drillsergeant.elementary import Array
from drillsergeant.kernels.arguments import lane_count
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Groups, Kernel, row_stride_bytes
from drillsergeant.kernels.wasm.compile import compile_kernels
from drillsergeant.kernels.wasm.module import PAGE_BYTES, MemoryImport
from drillsergeant.learn.wasm.calls import Function
from drillsergeant.library.public import public_names
from drillsergeant.library.webassembly import EnginePlace, has_webassembly, place
from drillsergeant.memory.access import WORD_BYTES, signed
from drillsergeant.memory.layout import MAX_PAGES


class Block:
    """The arrays of one group: a copy here, [rows][stride words], and its place in the memory of the kernel."""

    def __init__(self, types: Sequence[DType], base: int, stride_bytes: int) -> None:
        self.types, self.base, self.stride = types, base, stride_bytes
        self.words: Array = np.zeros((len(types), stride_bytes // WORD_BYTES), np.uint32)

    @property
    def size_bytes(self) -> int:
        """Bytes it takes in the memory."""
        return self.words.nbytes

    def fill(self, arrays: Sequence[Array]) -> None:
        """Copy arrays [count] of the declared types here."""
        for row, array, dtype in zip(self.words, arrays, self.types, strict=True):
            row[: len(array)] = np.asarray(array).astype(dtype.stored, copy=False).view(np.uint32)

    def arrays(self, count: int) -> list[Array]:
        """Copies of the arrays [count]."""
        rows = zip(self.words, self.types, strict=True)
        return [row[:count].view(dtype.stored).astype(dtype.numpy) for row, dtype in rows]


class Room:
    """A memory with a kernel's arrays of up to so many lanes, and the module linked to it: what one thread calls."""

    def __init__(self, kernel: Kernel, binary: bytes, lanes: int) -> None:
        stride, end = row_stride_bytes(lanes), 0
        groups = list[dict[str, Block]]()
        rows = sum(map(len, [*kernel.inputs.values(), *kernel.outputs.values()]))
        if rows * stride > MAX_PAGES * PAGE_BYTES:
            raise ValueError(
                f"kernel {kernel.name}: {rows} arrays of {lanes} lanes take {rows * stride / 2**30:.1f} GiB, a "
                f"WebAssembly memory holds {MAX_PAGES * PAGE_BYTES / 2**30:.0f}; call it on fewer lanes at a time"
            )
        for table, types_of in ((kernel.inputs, kernel.types_in), (kernel.outputs, kernel.types_out)):
            groups.append({})
            for group in table:
                block = groups[-1][group] = Block(types_of(group), end, stride)
                end += block.size_bytes
        self.lanes = lanes
        self._inputs, self._outputs = groups
        self._place: EnginePlace = place(max(end, PAGE_BYTES))
        self._places = [number for group in groups for block in group.values() for number in (block.base, block.stride)]
        self._function: Function = self._place.link(binary).function(kernel.name)

    def call(
        self, count: int, inputs: Mapping[str, Sequence[Array]], numbers: Sequence[float]
    ) -> dict[str, list[Array]]:
        """Output group -> its arrays [count]."""
        for group, arrays in inputs.items():
            block = self._inputs[group]
            block.fill(arrays)
            self._place.memory.write(block.base, block.words.data)
        self._function(count, *self._places, *numbers)
        for block in self._outputs.values():
            self._place.memory.read(block.base, block.words.data)
        return {group: block.arrays(count) for group, block in self._outputs.items()}


@dataclass(frozen=True)
class LeftBehind:
    """In the place of a kernel's function that no pickle holds: what was compiled of it needs it no more."""

    kernel: str

    def __call__(self, **_: object) -> NoReturn:
        """Raises ValueError."""
        raise ValueError(
            f"kernel {self.kernel} came here by pickle without its function, one that pickle cannot name, so it runs "
            "only where there is WebAssembly: define the function at the top of a module"
        )


class Compiled:
    """A kernel that runs in the host's WebAssembly, or, where there is none, as the NumPy it is written in.

    Either way it gives the same bits (`kernels/README.md` says where they may differ: NaN, signs of zeros). Any number
    of threads may call it at the same time, each in a memory of its own, and it can be pickled.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._here = threading.local()  # .room, from a thread's first call on
        self._binary = b""
        if has_webassembly():
            self._binary = compile_kernels([kernel], MemoryImport(1, MAX_PAGES, shared=False))

    def __call__(
        self, inputs: Mapping[str, Sequence[Array]], scalars: Mapping[str, float] | None = None
    ) -> dict[str, list[Array]]:
        """Output group -> its arrays [count], from input group -> its arrays [count] in the declared types.

        Raises ValueError naming an array of another type or length.
        """
        kernel = self.kernel
        count = lane_count(kernel.name, {group: kernel.types_in(group) for group in kernel.inputs}, inputs)
        typed = kernel.scalar_values(scalars)
        if not self._binary or not count:
            return self.kernel.reference(inputs, scalars)
        room: Room | None = getattr(self._here, "room", None)
        if room is None or count > room.lanes:
            room = self._here.room = Room(kernel, self._binary, count)
        # WebAssembly takes unsigned numbers as the signed ones of the same bits
        numbers = [signed(value) if isinstance(value, int) else value for value in map(np.generic.item, typed.values())]
        return room.call(count, inputs, numbers)

    def __repr__(self) -> str:
        where = "WebAssembly" if self._binary else "NumPy"
        return f"<Compiled {self.kernel.name}: {_said(self.kernel.inputs)} -> {_said(self.kernel.outputs)}, {where}>"

    def __dir__(self) -> list[str]:
        return public_names(super().__dir__())

    def __copy__(self) -> Compiled:
        return self  # nothing in it changes that anybody sees

    def __deepcopy__(self, memo: object) -> Compiled:
        return self

    def __reduce__(self) -> tuple[Callable[[Kernel, bytes], Compiled], tuple[Kernel, bytes]]:
        kernel = self.kernel
        if self._binary and not _is_named(kernel.fn):
            kernel = replace(kernel, fn=LeftBehind(kernel.name))
        return _again, (kernel, self._binary)


def _again(kernel: Kernel, binary: bytes) -> Compiled:
    """One read from a pickle."""
    compiled = Compiled.__new__(Compiled)
    compiled.kernel, compiled._here = kernel, threading.local()
    compiled._binary = binary if has_webassembly() else b""
    return compiled


def _is_named(fn: Callable[..., Any]) -> bool:
    """Whether pickle can say which function it is."""
    try:
        pickle.dumps(fn)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def _said(groups: Groups) -> str:
    """Groups and the types of their arrays."""
    return ", ".join(f"{group} [{' '.join(map(str, types))}]" for group, types in groups.items())


def compile(kernel: Kernel) -> Compiled:
    """Trace a kernel and make it machine code.

    Raises TraceError at what a kernel cannot do, with file and line, and TypeError for what is no kernel.
    """
    if not isinstance(kernel, Kernel):
        said = kernel.__name__ if isinstance(kernel, type) else f"{type(kernel).__name__} {kernel!r:.40}"
        raise TypeError(f"compile takes a kernel, drillsergeant.Kernel(name, fn, inputs, outputs), not {said}")
    return Compiled(kernel)

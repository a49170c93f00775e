"""Tracers: objects that stand where a function expects arrays, and record what it does to them.

A `Tracer` implements NumPy's two override protocols and, through NumPy's mixin, Python's operators, so unchanged code
(`np.sqrt(x)`, `np.where(c, a, b)`, `x * 0.5`) runs on it and leaves an IR graph behind. Element types follow
NumPy >= 2: a Python number adapts to the array beside it, everything else keeps its type. Where NumPy would leave the
four types of a kernel, or a kernel cannot follow (a branch on data, a reduction), the tracer raises TraceError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.trace.entries import REDUCTIONS
from drillsergeant.kernels.trace.errors import branch_error, trace_error, unsupported
from drillsergeant.kernels.trace.operands import Operand, Wide, cast, narrowed, reinterpret, varies
from drillsergeant.kernels.trace.rules import (
    ELEMENTARY,
    FUNCTIONS,
    TAKES_WIDE,
    UFUNCS,
    Rule,
    operator_power,
)

#: What an array inside a kernel has.
METHODS = ("astype", "clip", "copy", "dtype", "view")

_ACROSS = "an array of a kernel is the lanes of one quantity and cannot be looked into"
_ACROSS_INSTEAD = "np.where(mask, a, b) to choose in each lane, or a Python list with one array per entry"
_LIST_INSTEAD = "np.sum, np.mean, np.max, np.min, np.argmax or np.linalg.norm of the list, with axis=0,"


class Tracer(NDArrayOperatorsMixin):
    """One value per lane, standing for a NumPy array [count] or for a scalar parameter."""

    def __init__(self, graph: Graph, value: Node | Wide) -> None:
        self.graph = graph
        self.value = value

    @property
    def node(self) -> Node:
        """The node of a value of 32 bits."""
        if isinstance(self.value, Wide):
            kind = "int32" if self.value.dtype.kind == "i" else "float32"
            raise trace_error(f"{self.value.dtype} is computed, which a kernel does not have", f".astype(np.{kind})")
        return self.value

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """NumPy dtype of the array this stands for."""
        return self.value.dtype if isinstance(self.value, Wide) else self.value.dtype.numpy

    def __repr__(self) -> str:
        node = self.value.node if isinstance(self.value, Wide) else self.value
        return f"<tracer of {self.graph.name}: {node}>"

    # -- what is recorded -----------------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **options: object) -> Any:
        name = ufunc.__name__
        if method != "__call__":
            raise trace_error(f"np.{name}.{method} works across lanes", "an elementwise expression")
        if "out" in options:
            raise trace_error("x += y and out= change the caller's array", "x = x + y, which makes a new one,")
        operands = [self._operand(value) for value in inputs]
        wide = next((each for each in operands if isinstance(each, Wide)), None)
        if wide is not None and name not in TAKES_WIDE:
            remedy = "x.astype(np.float32) or x.astype(np.int32) first, or np.float32(number) for the constants,"
            raise trace_error(f"np.{name} of a {wide.dtype} array makes 64 bits in NumPy", remedy)
        if name in ELEMENTARY and not options:
            return self._elementary(name, operands[0])
        return self._record(name, UFUNCS.get(name), operands, options)

    def __array_function__(
        self,
        function: Callable[..., object],
        types: Iterable[type],
        args: tuple[object, ...],
        options: dict[str, object],
    ) -> Any:
        name = function.__name__
        rule, keywords = FUNCTIONS.get(name, (None, {}))
        known = {keywords[key]: self._argument(value) for key, value in options.items() if key in keywords}
        unknown = {key: value for key, value in options.items() if key not in keywords}
        return self._record(name, rule, [self._argument(value) for value in args], unknown, known)

    def astype(self, dtype: object, copy: bool = True) -> Tracer:
        """The values converted to `dtype`: np.float32, np.int32, np.uint32 or bool."""
        if isinstance(self.value, Wide):
            return Tracer(self.graph, narrowed(self.graph, self.value, dtype))
        return Tracer(self.graph, cast(self.graph, self.value, dtype))

    def view(self, dtype: object) -> Tracer:
        """The same bits as `dtype`: np.float32, np.int32 or np.uint32."""
        return Tracer(self.graph, reinterpret(self.graph, self.node, dtype))

    def clip(self, *bounds: object, **named: object) -> Tracer:
        """np.clip of this."""
        clipped: Tracer = np.clip(self, *bounds, **named)  # type: ignore[call-overload]
        return clipped

    def copy(self) -> Tracer:
        """Itself: nothing changes a tracer in place."""
        return self

    def __pow__(self, exponent: object) -> Any:
        return self._record("power", operator_power, [self._operand(self), self._operand(exponent)], {})

    def reduced(self, name: str, entries: Sequence[object], axis: object, options: dict[str, object]) -> Tracer:
        """NumPy's reduction `name` over a Python list in which this is one of the arrays."""
        if axis not in (0, (0,), -2) or isinstance(axis, bool):
            raise trace_error(f"np.{name} without axis=0 works across lanes", f"np.{name}([a, b, ...], axis=0)")
        nodes = []
        for entry in entries:
            if not isinstance(entry, Tracer) or not varies(self._node_of(entry)):
                raise trace_error(
                    f"np.{name} of a list with {type(entry).__name__} {entry!r:.40} in it",
                    "np.full_like(x, number) for a constant",
                )
            nodes.append(self._node_of(entry))
        unknown = set(options) - ({"dtype"} if name in ("sum", "prod") else {"ord"} if name == "linalg.norm" else set())
        if unknown:
            raise trace_error(f"np.{name}({', '.join(unknown)}=...) is not known", "it without that argument")
        return Tracer(self.graph, REDUCTIONS[name](self.graph, tuple(nodes), **options))

    def _node_of(self, other: Tracer) -> Node:
        self._operand(other)
        return other.node

    def _elementary(self, name: str, operand: Operand) -> Tracer:
        """What stands for a function of the C library: built from the operations a kernel has."""
        if not isinstance(operand, Node) or operand.dtype.numpy != np.float32:
            raise trace_error(f"np.{name} of {self.dtype} makes another float in NumPy", "x.astype(np.float32) first")
        result: Tracer = ELEMENTARY[name](Tracer(self.graph, operand))
        return result

    def _record(
        self,
        name: str,
        rule: Rule | None,
        operands: Iterable[object],
        unknown: dict[str, object],
        known: dict[str, Any] | None = None,
    ) -> Any:
        if rule is None:
            raise unsupported(name)
        if unknown:
            raise trace_error(f"np.{name}({', '.join(unknown)}=...) is not known", "it without that argument")
        result = rule(self.graph, *operands, **(known or {}))
        if isinstance(result, tuple):
            return tuple(Tracer(self.graph, each) for each in result)
        return Tracer(self.graph, result)

    def _argument(self, value: object) -> Any:
        """An argument of a function: an operand, a list of them, or something that is not computed with."""
        if isinstance(value, list | tuple):
            return [self._operand(each) for each in value]
        if isinstance(value, np.ndarray) and value.ndim == 1:  # a table
            return [self._operand(each) for each in value]
        return value if value is None or isinstance(value, str | type | np.dtype) else self._operand(value)

    def _operand(self, value: object) -> Operand:
        """A node, a NumPy scalar or a Python number out of what the user combined with this."""
        if isinstance(value, Tracer):
            if value.graph is self.graph:
                return value.value
            raise trace_error(
                f"an array kept from tracing kernel {value.graph.name} is used in {self.graph.name}",
                "a function that takes it as an argument",
            )
        if isinstance(value, np.ndarray):
            if value.ndim == 0:
                scalar: np.generic = value.flat[0]
                return scalar
            raise trace_error(
                f"an array of shape {value.shape} from outside is used in kernel {self.graph.name}",
                "a function that takes it as an argument, a number, or np.choose(index, table) for a small table",
            )
        if isinstance(value, bool | int | float | np.generic):
            return value
        raise trace_error(
            f"{type(value).__name__} {value!r:.60} cannot be combined with an array", "a number or an array"
        )

    # -- what a kernel cannot follow ------------------------------------------------------------------------------

    def __bool__(self) -> NoReturn:
        raise branch_error()

    def _number(self) -> NoReturn:
        raise trace_error(
            "a traced array has no number yet (int(), float(), range(), math.*, TABLE[i])",
            "the NumPy function of the same name, .astype(np.int32), or np.choose(i, np.array(TABLE, np.float32))",
        )

    __index__ = __int__ = __float__ = __complex__ = __round__ = _number

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise trace_error(
            "a traced array cannot be turned into a NumPy array (np.array, np.float32(x), TABLE[i])",
            f"x itself, x.astype(np.float32), {_LIST_INSTEAD} or np.choose(i, np.array(TABLE, np.float32))",
        )

    def _across(self, *_: object) -> NoReturn:
        raise trace_error(_ACROSS, _ACROSS_INSTEAD)

    __len__ = __iter__ = __contains__ = _across

    def __getitem__(self, key: object) -> NoReturn:
        if isinstance(key, Tracer):
            raise trace_error("x[mask] picks lanes, and a kernel computes all of them", "np.where(mask, x, 0.0)")
        self._across()

    def __setitem__(self, key: object, value: object) -> NoReturn:
        raise trace_error("x[...] = y changes the caller's array", "x = np.where(mask, y, x), which makes a new one,")

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        what = f".{name} is not known for an array inside a kernel"
        if name in ("any", "all"):
            raise trace_error(f".{name}() looks across lanes, and each is a match of its own", "np.where(mask, a, b)")
        if name in REDUCTIONS:
            raise trace_error(
                f".{name}() works across lanes, and each is a match of its own",
                f"it elementwise, or np.{name}([a, b, ...], axis=0) of a list,",
            )
        near = get_close_matches(name, METHODS, 1)
        raise trace_error(
            what,
            f"x.{near[0]}" if near else "it elementwise with NumPy functions, .astype, .view, .clip or np.zeros_like",
        )

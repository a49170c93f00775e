"""Tracers: objects that stand where a function expects arrays, and record what it does to them.

A `Tracer` implements NumPy's two override protocols and, through NumPy's mixin, Python's operators, so unchanged code
(`np.sqrt(x)`, `np.where(c, a, b)`, `x * 0.5`) runs on it and leaves an IR graph behind. Element types follow
NumPy >= 2: a Python number adapts to the array beside it, everything else keeps its type. Where NumPy would leave the
four types of a kernel, or a kernel cannot follow (a branch on data, a reduction), the tracer raises TraceError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.trace.errors import trace_error, unsupported
from drillsergeant.kernels.trace.rules import FUNCTIONS, UFUNCS, Operand, Rule, cast, reinterpret

_BRANCH = "a Python branch (if, while, and, or, not, min, max) on a traced array: its lanes may disagree"
_BRANCH_INSTEAD = "np.where(condition, a, b), np.minimum, np.maximum, or & | ~ between masks,"
_ACROSS = "an array of a kernel is the lanes of one quantity and cannot be looked into"
_ACROSS_INSTEAD = "a Python list with one array per entry"


class Tracer(NDArrayOperatorsMixin):
    """One value per lane, standing for a NumPy array [count] or for a scalar parameter."""

    def __init__(self, graph: Graph, node: Node) -> None:
        self.graph = graph
        self.node = node

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """NumPy dtype of the array this stands for."""
        return self.node.dtype.numpy

    def __repr__(self) -> str:
        return f"<tracer of {self.graph.name}: {self.node}>"

    # -- what is recorded -----------------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **options: object) -> Tracer:
        name = ufunc.__name__
        if method != "__call__":
            raise trace_error(f"np.{name}.{method} works across lanes", "an elementwise expression")
        if "out" in options:
            raise trace_error("x += y and out= change the caller's array", "x = x + y, which makes a new one,")
        return self._record(name, UFUNCS.get(name), inputs, options)

    def __array_function__(
        self,
        function: Callable[..., object],
        types: Iterable[type],
        args: tuple[object, ...],
        options: dict[str, object],
    ) -> Tracer:
        return self._record(function.__name__, FUNCTIONS.get(function.__name__), args, options)

    def astype(self, dtype: object, copy: bool = True) -> Tracer:
        """The values converted to `dtype`: np.float32, np.int32, np.uint32 or bool."""
        return Tracer(self.graph, cast(self.graph, self.node, dtype))

    def view(self, dtype: object) -> Tracer:
        """The same bits as `dtype`: np.float32, np.int32 or np.uint32."""
        return Tracer(self.graph, reinterpret(self.graph, self.node, dtype))

    def copy(self) -> Tracer:
        """Itself: nothing changes a tracer in place."""
        return self

    def __pow__(self, exponent: object) -> Tracer:
        if isinstance(exponent, int | float) and exponent == 2:
            return self._record("square", UFUNCS["square"], (self,), {})
        raise unsupported("power")

    def _record(self, name: str, rule: Rule | None, inputs: Iterable[object], options: dict[str, object]) -> Tracer:
        if rule is None:
            raise unsupported(name)
        if options:
            raise trace_error(f"np.{name}({', '.join(options)}=...) is not known", "it without that argument")
        return Tracer(self.graph, rule(self.graph, *(self._operand(value) for value in inputs)))

    def _operand(self, value: object) -> Operand:
        """A node, a NumPy scalar or a Python number out of what the user combined with this."""
        if isinstance(value, Tracer):
            if value.graph is self.graph:
                return value.node
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
                "a function that takes it as an argument, or a number",
            )
        if isinstance(value, bool | int | float | np.generic):
            return value
        raise trace_error(f"{type(value).__name__} {value!r} cannot be combined with an array", "a number or an array")

    # -- what a kernel cannot follow ------------------------------------------------------------------------------

    def __bool__(self) -> NoReturn:
        raise trace_error(_BRANCH, _BRANCH_INSTEAD)

    def _number(self) -> NoReturn:
        raise trace_error(
            "a traced array has no number yet (int(), float(), range(), math.*, indexing by it)",
            "the NumPy function of the same name, or .astype(np.int32),",
        )

    __index__ = __int__ = __float__ = __complex__ = __round__ = _number

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise trace_error(
            "a traced array cannot be turned into a NumPy array (np.array, np.float32(x))",
            "x itself, or x.astype(np.float32),",
        )

    def _across(self, *_: object) -> NoReturn:
        raise trace_error(_ACROSS, _ACROSS_INSTEAD)

    __len__ = __iter__ = __getitem__ = __setitem__ = __contains__ = _across

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise trace_error(
            f".{name} is not known for an array inside a kernel",
            "it elementwise with NumPy functions, .astype, .view or np.zeros_like",
        )

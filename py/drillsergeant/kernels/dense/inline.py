"""A traced function of one f32 array, emitted inside a hand-written kernel: an activation behind a product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Node
from drillsergeant.kernels.ir.ops import SHIFTS, Op
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.lowering import lower, operands
from drillsergeant.kernels.wasm.opcodes import V128
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.memory.access import SIMD_LANES, WORD_BYTES


class Inline:
    """`fn`, f32 -> f32 of the same shape, to be applied to vectors in locals. Raises TraceError if it cannot be."""

    def __init__(self, fn: Callable[[Array], Array]) -> None:
        name = fn.__name__
        kernel = Kernel(name, lambda x: {"y": [fn(x[0])]}, inputs={"x": ["f32"]}, outputs={"y": ["f32"]})
        graph = optimise(kernel.trace())
        self._result = graph.outputs[0].node
        self._uses: Counter[Node] = Counter(operand for node in graph.nodes for operand in operands(node))
        self._shared: dict[tuple[Function, Node], Local] = {}  # the local of a value used more than once

    def __call__(self, f: Function, vector: Local) -> None:
        """Emit `vector` = fn(`vector`)."""
        self._push(f, self._result, vector, set())
        f.local_set(vector)

    def _push(self, f: Function, node: Node, vector: Local, known: set[Node]) -> None:
        if node.op is Op.LOAD:
            f.local_get(vector)
        elif node.op is Op.CONST:
            assert isinstance(node.attr, int), f"{node} has no value"
            f.v128_const(node.attr.to_bytes(WORD_BYTES, "little") * SIMD_LANES)
        elif node in known:
            f.local_get(self._shared[f, node])
        else:
            for operand in operands(node):
                self._push(f, operand, vector, known)
            if node.op in SHIFTS:
                assert isinstance(node.attr, int), f"{node} has no amount"
                f.i32_const(node.attr)
            instruction = lower(node).instruction
            if instruction:
                f.op(instruction)
            if self._uses[node] > 1:
                if (f, node) not in self._shared:
                    self._shared[f, node] = f.local(V128)
                f.local_tee(self._shared[f, node])
                known.add(node)

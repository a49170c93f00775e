"""Programs nobody wrote: hypothesis builds expression graphs out of all operations, and every target must agree."""

from __future__ import annotations

import numpy as np
from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import LEAVES, OPERANDS, SHIFTS, DType, Op, arity
from drillsergeant.kernels.kernel import Kernel
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rigs.kernels.agreement import assert_graph_agrees, samples
from tests.rigs.length import AT_LENGTH

# Conversion to integer is undefined outside the integers; it is tested alone, on numbers inside.
CHOICES = [
    (op, dtype) for op in Op if op not in LEAVES | {Op.TO_I32, Op.TO_U32} for dtype in DType if dtype in OPERANDS[op]
]
CONSTANTS = {
    DType.F32: [0, 0x80000000, 0x3F800000, 0xBF800000, 0x40000000, 0x00000001, 0x7F7FFFFF, 0x3E800000],
    DType.I32: [0, 1, 2, 0x80000000, 0xFFFFFFFF, 8],
    DType.U32: [0, 1, 2, 0x80000000, 0xFFFFFFFF, 16],
    DType.MASK: [0, 1],
}


@st.composite
def programs(draw: st.DrawFn) -> Graph:
    """A graph of up to 40 operations over two inputs and some constants of each type, a few values of it as outputs."""
    graph = Graph("random")
    known: dict[DType, list[Node]] = {}
    for dtype in DType:
        bits = draw(st.lists(st.sampled_from(CONSTANTS[dtype]), max_size=2))
        loads = [graph.load(dtype.value, k, dtype) for k in range(2)]
        known[dtype] = [*loads, *(graph.const_bits(each, dtype) for each in bits)]
    for op, dtype in draw(st.lists(st.sampled_from(CHOICES), min_size=1, max_size=40)):
        types = (DType.MASK, dtype, dtype) if op is Op.SELECT else (dtype,) * arity(op)
        # the latest values are the likeliest operands, so that programs are deep
        args = [known[kind][-1 - draw(st.integers(0, min(5, len(known[kind]) - 1)))] for kind in types]
        node = graph.apply(op, *args, attr=draw(st.integers(0, 31)) if op in SHIFTS else None)
        known[node.dtype].append(node)
    for dtype in DType:
        for k, node in enumerate(known[dtype][-2:]):
            graph.output(dtype.value, k, node)
    return graph


@settings(max_examples=150 if AT_LENGTH else 60, deadline=None)
@given(programs(), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_interpreter_passes_and_wasm_agree_on_any_program(graph: Graph, count: int, seed: int) -> None:
    groups = {dtype.value: (dtype, dtype) for dtype in DType}
    rng = np.random.default_rng(seed)
    inputs = {name: [samples(dtype, count, rng) for dtype in types] for name, types in groups.items()}
    kernel = Kernel("random", lambda **_: {}, groups, groups)
    assert_graph_agrees(graph, kernel, inputs, count)

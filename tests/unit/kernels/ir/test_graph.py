"""The verifier accepts what the graph builds and names what is wrong with a graph built by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from drillsergeant.kernels.ir.graph import Attr, Graph, Node, Output, constant_value, verify
from drillsergeant.kernels.ir.ops import DType, Op, result_dtype


def small() -> Graph:
    graph = Graph("small")
    x, y = graph.load("x", 0, DType.F32), graph.load("x", 1, DType.F32)
    total = graph.apply(Op.ADD, x, y)
    graph.output("y", 0, graph.apply(Op.SELECT, graph.apply(Op.LT, x, y), total, graph.const(0.5, DType.F32)))
    return graph


def test_graph_reads_as_one_line_per_node() -> None:
    assert str(small()).splitlines() == [
        "kernel small",
        "%0 = load.f32 x[0]",
        "%1 = load.f32 x[1]",
        "%2 = add.f32 %0 %1",
        "%3 = lt.mask %0 %1",
        "%4 = const.f32 0.5",
        "%5 = select.f32 %3 %2 %4",
        "y[0] <- %5",
    ]


def test_what_the_graph_builds_is_legal_and_nothing_is_built_twice() -> None:
    graph = small()
    verify(graph)
    count = len(graph.nodes)
    graph.apply(Op.ADD, graph.nodes[1], graph.nodes[0])
    assert len(graph.nodes) == count


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        *((number, DType.F32) for number in (-0.0, 0.0, 1e-45)),
        *((-1, DType.I32), (2**32 - 1, DType.U32), (True, DType.MASK)),
    ],
)
def test_constant_keeps_its_value_and_sign(value: float, dtype: DType) -> None:
    kept = constant_value(Graph("g").const(value, dtype))
    assert kept.dtype == dtype.numpy
    assert kept == dtype.numpy.type(value)
    assert np.signbit(float(kept)) == np.signbit(float(value))


def test_zeros_of_both_signs_are_two_constants() -> None:
    graph = Graph("g")
    assert graph.const(0.0, DType.F32) is not graph.const(-0.0, DType.F32)


def by_hand(op: Op, dtype: DType, args: tuple[int, ...], attr: Attr = None) -> Callable[[Graph], None]:
    def append(graph: Graph) -> None:
        graph.nodes.append(Node(len(graph.nodes), op, dtype, tuple(graph.nodes[k] for k in args), attr))

    return append


def foreign_operand(graph: Graph) -> None:
    graph.nodes.append(Node(6, Op.NEG, DType.F32, (small().nodes[0],), None))


def later_operand(graph: Graph) -> None:
    graph.nodes[2], graph.nodes[5] = graph.nodes[5], graph.nodes[2]


FAULTS: dict[str, tuple[Callable[[Graph], object], str]] = {
    "wrong type": (by_hand(Op.ADD, DType.I32, (0, 0)), "must be f32"),
    "mixed operands": (by_hand(Op.ADD, DType.F32, (0, 3)), "must share one type out of f32, i32, u32"),
    "wrong arity": (by_hand(Op.ADD, DType.F32, (0,)), "ADD takes 2 operands, not 1"),
    "no such op": (by_hand(Op.SQRT, DType.MASK, (3,)), "must share one type out of f32"),
    "select by number": (by_hand(Op.SELECT, DType.F32, (0, 0, 1)), "SELECT takes a mask first, not f32"),
    "repeated": (by_hand(Op.ADD, DType.F32, (0, 1)), "repeats an earlier node"),
    "foreign operand": (foreign_operand, "not an earlier node of the same graph"),
    "out of order": (later_operand, "stands at position 2"),
    "scalar mask": (by_hand(Op.SCALAR, DType.MASK, (), "k"), "cannot be a mask leaf"),
    "constant too wide": (by_hand(Op.CONST, DType.F32, (), 1 << 32), "cannot have the attribute 4294967296"),
    "mask of two": (by_hand(Op.CONST, DType.MASK, (), 2), "cannot have the attribute 2"),
    "load from nowhere": (by_hand(Op.LOAD, DType.F32, ()), "cannot have the attribute None"),
    "nameless scalar": (by_hand(Op.SCALAR, DType.F32, (), 3), "cannot have the attribute 3"),
    "attribute on add": (by_hand(Op.ADD, DType.F32, (0, 0), 3), "cannot have the attribute 3"),
    "written twice": (lambda graph: graph.output("y", 0, graph.nodes[0]), "output y[0] is written twice"),
    "foreign output": (lambda graph: graph.outputs.append(Output("y", 1, small().nodes[0])), "is of another graph"),
}


@pytest.mark.parametrize("case", sorted(FAULTS))
def test_verifier_names_the_fault(case: str) -> None:
    graph = small()
    breaks, message = FAULTS[case]
    breaks(graph)
    with pytest.raises(ValueError, match="kernel small") as caught:
        verify(graph)
    assert message in str(caught.value)


def test_shift_amounts_outside_the_word_are_refused() -> None:
    graph = Graph("g")
    graph.apply(Op.SHL, graph.load("x", 0, DType.U32), attr=32)
    with pytest.raises(ValueError, match="cannot have the attribute 32"):
        verify(graph)


def test_leaves_have_no_result_type_of_their_own() -> None:
    with pytest.raises(TypeError, match="CONST takes 0 operands"):
        result_dtype(Op.CONST, ())

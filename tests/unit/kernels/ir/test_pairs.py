"""No rewrite of two or three operations changes a bit, whichever operations, operands and constants they are of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import pytest
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Graph
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Kernel

from tests.rigs.kernels.agreement import assert_graph_agrees
from tests.rigs.kernels.pairs import COUNT, FAMILIES, Expression, inputs, nested, with_two_constants
from tests.rigs.length import AT_LENGTH

EVERY = 1 if AT_LENGTH else 7  # of the two large families: 7 divides none of the numbers of operands they go through
PER_GRAPH = 180  # more of them are faster, as equal parts are one node; so many fit into the rig's memory


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_passes_and_wasm_keep_every_bit_of(family: Callable[[], Iterator[Expression]]) -> None:
    arrays = inputs(7)
    expressions = islice(family(), 0, None, EVERY if family in (nested, with_two_constants) else 1)
    while some := list(islice(expressions, PER_GRAPH)):
        said = check(some, arrays)
        assert not said, said


def check(some: Sequence[Expression], arrays: dict[str, list[Array]]) -> str:
    """What differs, and of which expression it is; nothing where nothing does."""
    graph, said = Graph("pairs"), dict[str, list[str]]()
    loads = {dtype: [graph.load(dtype.value, k, dtype) for k in range(3)] for dtype in DType}
    for text, build in some:
        node = build(graph, loads)
        group = said.setdefault(node.dtype.value, [])
        graph.output(node.dtype.value, len(group), node)
        group.append(text)
    outputs = {group: [group] * len(texts) for group, texts in said.items()}
    kernel = Kernel("pairs", lambda **_: {}, {dtype.value: [dtype.value] * 3 for dtype in DType}, outputs)
    try:
        assert_graph_agrees(graph, kernel, arrays, COUNT)
    except AssertionError as wrong:
        place = re.search(r"in (\w+)\[(\d+)\]", str(wrong))
        assert place is not None, wrong
        return f"{said[place[1]][int(place[2])]}: {wrong}"
    return ""

"""The order of a loop is legal, complete, and keeps few values alive where the work allows it."""

from __future__ import annotations

import numpy as np
from drillsergeant.drills import make
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import LEAVES
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.scheduling import schedule
from drillsergeant.learn.compile.kernel_table import DrillKernels


def computed(graph: Graph) -> list[Node]:
    return [node for node in graph.nodes if node.op not in LEAVES]


def scheduled(graph: Graph) -> list[Node]:
    return schedule(computed(graph), {node: node.args for node in graph.nodes})


def most_alive(order: list[Node]) -> int:
    """How many values are alive at once: computed, and with a user still to come."""
    last = {arg: position for position, node in enumerate(order) for arg in node.args}
    alive = [sum(before <= at < last.get(node, -1) for before, node in enumerate(order)) for at in range(len(order))]
    return max(alive)


def test_every_node_comes_once_and_after_its_operands() -> None:
    for kernel in DrillKernels(make("ball")).all():
        graph = optimise(kernel.trace())
        order = scheduled(graph)
        assert sorted(node.index for node in order) == [node.index for node in computed(graph)]
        place = {node: position for position, node in enumerate(order)}
        assert all(place[arg] < place[node] for node in order for arg in node.args if arg in place)


def test_many_live_values_are_used_up_before_new_ones_are_begun() -> None:
    """A sum of 64 squares, pair by pair: in the traced order all squares are alive at once."""

    def total(x: list[Array]) -> dict[str, list[Array]]:
        level = [each * each for each in x]
        while len(level) > 1:
            level = [a + b for a, b in zip(level[::2], level[1::2], strict=True)]
        return {"y": level}

    graph = optimise(Kernel("total", total, {"x": ("f32",) * 64}, {"y": ("f32",)}).trace())
    assert most_alive(computed(graph)) >= 64
    assert most_alive(scheduled(graph)) <= 16


def test_longest_chain_is_begun_first() -> None:
    def uneven(x: list[Array]) -> dict[str, list[Array]]:
        short = x[0] + 1.0
        long = x[1]
        for _ in range(5):
            long = np.sqrt(long)
        return {"y": [short + long]}

    graph = optimise(Kernel("uneven", uneven, {"x": ("f32",) * 2}, {"y": ("f32",)}).trace())
    assert [node.op.value for node in scheduled(graph)] == ["sqrt"] * 5 + ["add"] * 2

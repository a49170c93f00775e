"""The order of a loop is legal, complete, and keeps few values alive where the work allows it."""

from __future__ import annotations

import sys

import numpy as np
from drillsergeant.drills import make
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import LEAVES
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.scheduling import _LATENCY, _MAX_LIVE, schedule
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


def plainly_scheduled(graph: Graph) -> list[Node]:
    """The rule itself, at its plainest: look at every ready node for every node that is taken."""
    nodes = computed(graph)
    users = {node: [user for user in nodes if node in user.args] for node in nodes}
    height: dict[Node, int] = {}
    for node in reversed(nodes):
        height[node] = _LATENCY.get(node.op, 1) + max((height[user] for user in users[node]), default=0)
    order: list[Node] = []
    live = 0
    while len(order) < len(nodes):
        waiting = [node for node in nodes if node not in order]
        ready = [node for node in waiting if not any(arg in waiting for arg in node.args)]
        growth = {
            node: bool(users[node])
            - sum([each for each in users[arg] if each in waiting] == [node] for arg in set(node.args) if arg in users)
            for node in ready
        }
        urgency = {node: (height[node], -node.index) for node in ready}
        frugality = {node: (-growth[node], *urgency[node]) for node in ready}
        taken = max(ready, key=lambda node: frugality[node] if live >= _MAX_LIVE else urgency[node])
        live += growth[taken]
        order.append(taken)
    return order


def test_the_order_is_that_of_the_plain_rule() -> None:
    for kernel in [*DrillKernels(make("ball")).all(), *DrillKernels(make("chase")).all()]:
        graph = optimise(kernel.trace())
        if len(graph.nodes) < 400:
            assert scheduled(graph) == plainly_scheduled(graph), kernel.name


def squares(width: int) -> Graph:
    def fn(x: list[Array]) -> dict[str, list[Array]]:
        values = [x[0] * float(k + 1) for k in range(width)]
        total = values[0]
        for value in values:
            total = total + value * value
        return {"y": [total]}

    return optimise(Kernel("squares", fn, {"x": ["f32"]}, {"y": ["f32"]}).trace())


def calls_to_schedule(graph: Graph) -> int:
    """How many functions are called: the time it takes, whatever else the machine does."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        scheduled(graph)
    finally:
        sys.setprofile(None)
    return count


def test_work_grows_with_the_nodes_and_not_with_their_square() -> None:
    """A thousand values may be ready at once; the heaps are not searched through for each."""
    few, many = (calls_to_schedule(squares(width)) for width in (500, 1000))
    assert many < 2.5 * few

"""The kernels of a reader's drill, traced one after another as long as they are not too much for a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drillsergeant.drills.contract import Drill
from drillsergeant.kernels.ir.graph import Graph
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.edit_errors import EditRefused, guarded
from drillsergeant.learn.compile.kernel_table import DrillKernels

# Operations of one kernel, and of all together, each of which takes some 50 us to compile on a page: 10 s are patience
# enough. Ball Drill has 4,500, Squad Drill of three against three 15,000, of eleven against eleven 138,000 (its tick
# alone 32,000).
MOST_NODES, MOST_IN_ALL = 50_000, 200_000


def trace_kernels(drill: Drill, names: Iterable[str]) -> Iterator[tuple[Kernel, Graph]]:
    """Every kernel of a drill, each with its trace. `names` are those that the text may use. Raises EditRefused."""
    in_all, graphs = 0, dict[int, Graph]()  # by what is traced: a decision is a tick, repeated
    for kernel in DrillKernels(drill).all():
        if id(kernel.fn) not in graphs:
            traced: Graph = guarded(lambda kernel=kernel: kernel.trace(MOST_NODES), names)  # type: ignore[misc]
            graphs[id(kernel.fn)] = traced
        graph = graphs[id(kernel.fn)]
        in_all += len(graph.nodes)
        if in_all > MOST_IN_ALL:
            who = f"what {sum(drill.teams)} players do is more than {MOST_IN_ALL:,} operations"
            raise EditRefused(f"{who} together, the most that a page compiles: do less, or for fewer players")
        yield kernel, graph

"""Whether a drill can be compiled, and is the same game then."""

from __future__ import annotations

from collections.abc import Iterator

from drillsergeant.check.findings import DrillFinding, Kind
from drillsergeant.check.playthrough import Playthrough
from drillsergeant.check.source_lines import line_of, line_of_error
from drillsergeant.drills.contract import Drill
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.edit_errors import EditRefused
from drillsergeant.learn.compile.edit_play import Moments, compare, moments_of
from drillsergeant.learn.compile.kernel_table import DrillKernels

STATES = 8  # moments of the play, with all matches
# The function of a drill that a kernel is made of, by how its name begins.
PARTS = {"tick": "tick", "observe": "observe", "scripted": "scripted", "judge": "reward", "reset": "reset"}


def find_uncompiled(played: Playthrough) -> Iterator[DrillFinding]:
    """Trace every function and compare what is recorded with what NumPy does; the first that differs."""
    drill = played.seats.drill
    step = max(1, len(played.before) // STATES)
    states = [each for pair in zip(played.before[::step], played.after[::step], strict=True) for each in pair]
    moments = moments_of(states)
    for kernel in DrillKernels(drill).all():
        found = _compiled(drill, kernel, moments)
        if found is not None:
            yield found
            return


def _compiled(drill: Drill, kernel: Kernel, moments: Moments) -> DrillFinding | None:
    part = PARTS.get(kernel.name.partition("_")[0], "outcome")
    try:
        graph = kernel.trace()
    except Exception as error:  # TraceError, or what the drill's code makes of a tracer
        said = f"{part} cannot be compiled: {type(error).__name__}: {error}"
        remedy = (
            "`drills/contract.py` lists what a kernel may use; an array stands for all matches, so there is no `if`"
        )
        return DrillFinding(Kind.COMPILED, said, remedy, line_of_error(drill, error) or line_of(drill, part))
    try:
        if kernel.name == "tick_once" or part != "tick":
            compare(kernel, graph, moments)
    except EditRefused as refused:
        remedy = "leave out whatever is decided when Python runs: `np.random`, `isinstance`, the shape of an array"
        return DrillFinding(
            Kind.COMPILED, f"{part} is another game when compiled: {refused}", remedy, line_of(drill, part)
        )
    return None

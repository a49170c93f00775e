"""Playing a reader's drill on sample states, as NumPy and as it is traced, and comparing the two."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

import numpy as np

from drillsergeant.drills.contract import Drill, Outcome, State
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Graph
from drillsergeant.kernels.ir.interpret import interpret
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.trace.numpy_hooks import hooked
from drillsergeant.kernels.trace.tracer import Tracer
from drillsergeant.learn.compile.drill_checks import NamedArrays
from drillsergeant.learn.compile.edit_errors import FILE, EditRefused, Place
from drillsergeant.learn.engine import MOST_REWARD_TERMS
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.learn.reference.rollout import random_action

SAMPLES, SAMPLE_DECISIONS = 32, 40
LARGEST = 1e4  # of an observation or a reward: more is a slip, and no network learns from it
MOST_ENTRIES = 256  # of an observation
#: The arrays of states by the groups that kernels have of them: "state", or "before" and "after".
Moments = Mapping[str, list[Array]]
PlaceOf = Callable[[str, int, int], Place]


def traced_once(drill: Drill, most_nodes: int) -> None:
    """Call what a reader edits with tracers. Raises TraceError with a remedy where NumPy only says it is ambiguous,
    GraphTooLarge for what would be played for minutes before it turned out to be too much."""
    with hooked(reference=False):
        for player in range(sum(drill.teams)):
            drill.observe(_traced(drill, "observe", most_nodes)[1], player)
            drill.reward(*_traced(drill, "reward", most_nodes), player)
        drill.outcome(_traced(drill, "outcome", most_nodes)[1])


def _traced(drill: Drill, part: str, most_nodes: int) -> tuple[State, State]:
    """Tracers for a state and the next one, of a graph of their own."""
    graph, fields = Graph(part, most_nodes), list(enumerate(drill.fields.items()))
    before, after = (
        NamedArrays("the state", {name: _tracer(graph, group, k, kind) for k, (name, kind) in fields})
        for group in ("before", "after")
    )
    return before, after


def _tracer(graph: Graph, group: str, k: int, kind: str) -> Any:
    return Tracer(graph, graph.load(group, k, DType(kind)))


def sampled(drill: Drill, place_of: PlaceOf) -> tuple[int, int, Moments]:
    """Play a few matches by chance and look at everything: how many entries and reward terms there are, and moments of
    the play.

    `place_of` tells where a function of the text returns: its name, how many entries, and which one, 0 for all of them.
    """
    matches = MatchBatch(drill, SAMPLES, 7)
    observed = earned = 0
    states = [matches.state]
    for decision in range(SAMPLE_DECISIONS):
        before = NamedArrays("the state", matches.state)
        draws = [matches.draw(player, decision) for player in range(sum(drill.teams))]
        allowed = [matches.allowed(player) for player in range(sum(drill.teams))]
        actions = [random_action(draw, drill.heads, masks) for draw, masks in zip(draws, allowed, strict=True)]
        for _ in range(drill.action_repeat):
            matches.state = drill.tick(matches.state, actions)
        after = NamedArrays("the state", matches.state)
        for player in range(sum(drill.teams)):
            observed = _checked("observe", drill.observe(after, player), observed, place_of)
            earned = _checked("reward", drill.reward(before, after, player), earned, place_of)
        states.append(matches.state)
        matches.restart(Outcome(*drill.outcome(after)).over)
    return observed, earned, moments_of(states)


def _checked(part: str, values: Sequence[Array], count: int, place_of: PlaceOf) -> int:
    """Refuse what `part` may not return; returns how many arrays there are."""

    def refused(why: str, number: int = 0) -> EditRefused:
        return EditRefused(why, place_of(part, len(values) if number else 0, number))

    if values is None:
        raise refused(f"{part} returned nothing: is its `return` forgotten?")
    if not isinstance(values, (list, tuple)) or not values:
        raise refused(f"{part} must return a list of arrays, not {type(values).__name__} {_short(values)}")
    if count and len(values) != count:
        raise refused(f"{part} returned {count} arrays once and {len(values)} another time")
    most = MOST_REWARD_TERMS if part == "reward" else MOST_ENTRIES
    if len(values) > most:
        raise refused(f"{part} returned {len(values)} arrays, at most {most} are allowed")
    for number, value in enumerate(values, 1):
        if fault := _fault(value):
            raise refused(f"entry {number} of {part} {fault}", number)
    return len(values)


def _fault(value: object) -> str:
    """What is wrong with an entry."""
    if not isinstance(value, np.ndarray) or value.shape != (SAMPLES,):
        kind = f"of shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
        what = kind if isinstance(value, np.ndarray) else f"{kind} {_short(value)}"
        return f"is {what}; an array with one number per match is wanted, shape ({SAMPLES},)"
    if value.dtype != np.float32:
        return f"is {value.dtype}: write .astype(np.float32), or np.float32(number) for the constants in it"
    if not np.all(np.isfinite(value)):
        return f"is {value[~np.isfinite(value)][0]} in some match"
    if np.max(np.abs(value)) > LARGEST:
        return f"reaches {np.max(np.abs(value)):.3g}, at most {LARGEST:g} is allowed"
    return ""


def _short(value: object) -> str:
    return repr(value)[:40]


# -- the same as it is traced -----------------------------------------------------------------------------------------


def compare(kernel: Kernel, graph: Graph, moments: Moments) -> None:
    """Refuse a kernel whose trace, `graph`, computes something else than its function does with arrays, with the line.

    A random number of one's own is one number for ever when it is traced, and code may ask what kind of array it has.
    """
    count, scalars = len(moments["state"][0]), dict.fromkeys(kernel.scalars, 7)
    inputs = {
        group: moments[group]
        if group in moments
        else [np.zeros(count, dtype.numpy) for dtype in kernel.types_in(group)]
        for group in kernel.inputs
    }
    played = kernel.reference(inputs, scalars)
    compiled = interpret(graph, inputs, scalars, count)
    for group, arrays in played.items():
        for own, other in zip(arrays, compiled[group], strict=True):
            lanes = np.flatnonzero(_differ(own, other))
            if lanes.size:
                said = f"as NumPy this gives {own[lanes[0]]}, compiled {other[lanes[0]]}"
                why = "code that draws random numbers of its own, or asks what kind of array it has, cannot be compiled"
                raise EditRefused(f"{said}: {why}", Place(_first_difference(kernel, inputs, scalars, count)))


def moments_of(states: Sequence[State]) -> Moments:
    """States of a match and the next ones, and, as nobody can tell what happens in so few, each field of any other."""
    rng = np.random.default_rng(7)
    names = list(states[0])
    earlier, later = (
        {name: np.concatenate([state[name] for state in some]) for name in names} for some in (states[:-1], states[1:])
    )
    mixed = [{name: _mixed(array, rng) for name, array in each.items()} for each in (earlier, later)]
    before, after = (
        [np.concatenate([part[name] for part in parts]) for name in names]
        for parts in ((earlier, mixed[0]), (later, mixed[1]))
    )
    return {"before": before, "after": after, "state": after}


def _mixed(array: Array, rng: np.random.Generator) -> Array:
    """Values of any match; 0 and 1 of what never changed, such as a goal that nobody shot."""
    if array.dtype == np.float32 and (array == array[0]).all():
        return rng.integers(0, 2, len(array)).astype(np.float32)
    return array[rng.permutation(len(array))]


def _differ(own: Array, other: Array) -> Array:
    """Where two arrays differ in what is promised: not in the sign of 0, nor where NumPy makes NaN or infinity."""
    with np.errstate(all="ignore"):
        promised: Array = np.isfinite(own) if own.dtype == np.float32 else np.ones_like(own, np.bool_)
        differs: Array = promised & (own != other)
    return differs


def _first_difference(
    kernel: Kernel, inputs: Mapping[str, list[Array]], scalars: Mapping[str, float], count: int
) -> int:
    """The line of the text after which the two runs differ: they go on elsewhere, or a variable has another value."""
    graph: list[Graph] = []
    traced = _followed(lambda: graph.append(kernel.trace()))
    played = _followed(lambda: kernel.reference(inputs, scalars))
    line = 0
    for (line_traced, variables), (line_played, own) in zip(traced, played, strict=False):
        for name, value in variables.items():
            array = own.get(name)
            if isinstance(value, Tracer) and isinstance(array, np.ndarray) and array.shape == (count,):
                probe = Graph("probe")
                probe.nodes, probe.outputs = value.graph.nodes, []
                probe.output("y", 0, value.node)
                if _differ(array, interpret(probe, inputs, scalars, count)["y"][0]).any():
                    return line or line_traced
        line = line_played
        if line_traced != line_played:
            return min(line_traced, line_played)
    return line


def _followed(work: Callable[[], object]) -> list[tuple[int, dict[str, Any]]]:
    """The lines of the text that `work` comes to, each with the variables as they are before it."""
    lines: list[tuple[int, dict[str, Any]]] = []

    def follow(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename != FILE:
            return None
        if event in ("line", "return"):
            lines.append((frame.f_lineno, dict(frame.f_locals)))
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines

"""Every kernel of every drill as WGSL, in the browser's own compiler, from states of played matches.

What is computed from integers alone is equal. A float is near NumPy's after one decision from the same state, but where
the rounding of one decides a branch, such as whether two bodies touch, all that follows may differ.

At length: more than 100,000 states a drill, and prints how far off each kernel is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pytest
from drillsergeant.drills import OWN
from drillsergeant.drills.contract import COMMON_FIELDS, Drill
from drillsergeant.elementary import Array
from drillsergeant.kernels.kernel import Kernel

from tests.rigs.engines import drill_named
from tests.rigs.graphics.at_length import AT_LENGTH
from tests.rigs.graphics.gpu_stand import Stand
from tests.rigs.graphics.wgsl_runs import run_wgsl
from tests.rigs.kernels.drill_kernels import kernels_of, plausible, random_actions, started

MATCHES, DECISIONS, EVERY = (8192, 131, 10) if AT_LENGTH else (96, 31, 5)
PART = 8192  # states in one message to the page


class Bound(NamedTuple):
    """How far a kernel's floats may be from NumPy's, as a share of 1 + |x|, and in what share of all states another
    branch may have been taken."""

    error: float
    branched: float


# By what a kernel is called without its player's number.
BOUNDS: Mapping[str, Bound] = {
    "reset": Bound(1e-5, 0.0),
    "tick": Bound(1e-5, 0.005),
    "judge": Bound(1e-5, 0.005),
    "rewards": Bound(1e-5, 0.005),
    "truncate": Bound(1e-5, 0.0),
    "finish": Bound(1e-5, 0.0),
    "sample": Bound(1e-5, 0.005),
    "observe": Bound(1e-5, 0.005),
    "scripted": Bound(1e-5, 0.005),
    "random": Bound(1e-5, 0.0),
}
Results = Mapping[str, Sequence[Array]]


@pytest.mark.parametrize("name", [*OWN, "mixed"])
def test_every_kernel_of_a_drill(stand: Stand, name: str) -> None:
    drill, rng = drill_named(name), np.random.default_rng(8)
    kernels = kernels_of(drill)
    known = around_decisions(drill, kernels, rng)
    count = len(known["before"][0])
    known |= kernels["observe_0"].reference({"state": known["before"]})  # what is drawn and allowed
    for kernel in kernels.values():
        if kernel.name == "tick_once" or kernel.name.rpartition("_")[2] in map(str, range(1, sum(drill.teams) - 1)):
            continue  # as the tick, and as the first and the last player
        known["state"] = known["before" if kernel.name == "tick" else "after"]
        inputs = {group: known.get(group) or plausible(kernel, group, count, rng) for group in kernel.inputs}
        scalars = dict(zip(kernel.scalars, (7, 3 << 28), strict=False))
        expected = kernel.reference(inputs, scalars)
        found = differences(kernel, expected, run_in_parts(stand, kernel, inputs, scalars))
        if AT_LENGTH:
            print(f"| {name} | {kernel.name} | {count} | {found.error:.1e} | {found.branched * count:.0f} |")
        if AT_LENGTH and "verdict" in expected:
            print(f"| {name} | matches that end | {np.any(expected['verdict'][:2], axis=0).sum()} | | |")
        bound = BOUNDS[kernel.name.rstrip("0123456789").rstrip("_")]
        assert found.branched <= bound.branched, f"{kernel.name}: {found} of {count} states, at most {bound}"


def around_decisions(drill: Drill, kernels: Mapping[str, Kernel], rng: np.random.Generator) -> dict[str, list[Array]]:
    """States before and after some decisions of matches, kick-offs among them, and what everybody did there."""
    after = started(kernels, MATCHES, seed=5)
    seen: list[dict[str, list[Array]]] = []
    for decision in range(DECISIONS):
        before, action = after, random_actions(drill, MATCHES, rng)
        for player in range(decision % 2, sum(drill.teams), 2):
            action[f"action_{player}"] = kernels[f"scripted_{player}"].reference({"state": before})["action"]
        after = kernels["tick"].reference({"state": before, **action})["state"]
        if decision % EVERY == 0:
            seen.append({"before": before, "after": after, **action})
        after = kernels["finish"].reference({"state": after})["state"]
    return {
        group: [np.concatenate(parts) for parts in zip(*(each[group] for each in seen), strict=True)]
        for group in seen[0]
    }


def run_in_parts(stand: Stand, kernel: Kernel, inputs: Results, scalars: Mapping[str, float]) -> dict[str, list[Array]]:
    """What `run_wgsl` gives, of so many states at a time that they fit into a message to the page."""
    count = len(next(iter(inputs.values()))[0])
    parts = [
        run_wgsl(stand, kernel, {group: [array[k : k + PART] for array in inputs[group]] for group in inputs}, scalars)
        for k in range(0, count, PART)
    ]
    return {
        group: [np.concatenate(each) for each in zip(*(part[group] for part in parts), strict=True)]
        for group in kernel.outputs
    }


def differences(kernel: Kernel, expected: Results, found: Results) -> Bound:
    """Equal where there are integers only; the largest error of floats in the states that are within the bound, and the
    share of the others, which are of another branch."""
    bound = BOUNDS[kernel.name.rstrip("0123456789").rstrip("_")]
    whole = len(COMMON_FIELDS) if kernel.name in ("reset", "tick") else 0
    exact = {"state": whole, "draw": 1}
    count = len(next(iter(expected.values()))[0])
    branched, largest = np.zeros(count, np.bool_), np.zeros(count)
    for group, arrays in expected.items():
        for k, (want, got) in enumerate(zip(arrays, found[group], strict=True)):
            differs = got != want
            if k < exact.get(group, 0):
                assert not differs.any(), (kernel.name, group, k)
            elif want.dtype == np.float32:
                with np.errstate(invalid="ignore"):
                    error = np.where(differs, np.abs(got - want) / (1.0 + np.abs(want)), 0.0)
                differs = ~(error <= bound.error)
                largest = np.fmax(largest, error)
            branched |= differs
    return Bound(float(largest[~branched].max(initial=0.0)), float(branched.mean()))

"""Every kernel of every drill as WGSL, in the browser's own compiler, from states of played matches.

What is computed from integers alone is equal. A float is near NumPy's after one decision from the same state, but where
the rounding of one decides a branch, such as whether two bodies touch, all that follows may differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from drillsergeant.drills import OWN
from drillsergeant.drills.contract import COMMON_FIELDS, Drill
from drillsergeant.elementary import Array
from drillsergeant.kernels.kernel import Kernel

from tests.rigs.engines import drill_named
from tests.rigs.graphics.gpu_stand import Stand
from tests.rigs.graphics.wgsl_runs import run_wgsl
from tests.rigs.kernels.drill_kernels import kernels_of, plausible, random_actions, started

MATCHES, DECISIONS, EVERY = 96, 31, 5
BOUND = 1e-5  # of 1 + |x|
BRANCHED = 0.005  # of all states
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
        assert_near(kernel, kernel.reference(inputs, scalars), run_wgsl(stand, kernel, inputs, scalars))


def around_decisions(drill: Drill, kernels: Mapping[str, Kernel], rng: np.random.Generator) -> dict[str, list[Array]]:
    """States before and after some decisions of matches, kick-offs among them, and what everybody did there."""
    after = started(kernels, MATCHES, seed=5)
    seen: list[dict[str, list[Array]]] = []
    for decision in range(DECISIONS):
        before, action = after, random_actions(drill, MATCHES, rng)
        if decision % 2:
            action["action_0"] = kernels["scripted_0"].reference({"state": before})["action"]
        after = kernels["tick"].reference({"state": before, **action})["state"]
        if decision % EVERY == 0:
            seen.append({"before": before, "after": after, **action})
        after = kernels["finish"].reference({"state": after})["state"]
    return {
        group: [np.concatenate(parts) for parts in zip(*(each[group] for each in seen), strict=True)]
        for group in seen[0]
    }


def assert_near(kernel: Kernel, expected: Results, found: Results) -> None:
    """Equal where there are integers only, near where there are floats, in all states but those of another branch."""
    whole = len(COMMON_FIELDS) if kernel.name in ("reset", "tick") else 0
    exact = {"state": whole, "draw": 1}
    branched = np.zeros(len(next(iter(expected.values()))[0]), np.bool_)
    for group, arrays in expected.items():
        for k, (want, got) in enumerate(zip(arrays, found[group], strict=True)):
            differs = got != want
            if k < exact.get(group, 0):
                assert not differs.any(), (kernel.name, group, k)
            elif want.dtype == np.float32:
                with np.errstate(invalid="ignore"):
                    differs &= ~(np.abs(got - want) <= BOUND * (1.0 + np.abs(want)))
            branched |= differs
    assert branched.mean() <= BRANCHED, f"{kernel.name}: {branched.sum()} of {len(branched)} states"

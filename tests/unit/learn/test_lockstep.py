"""Training in lockstep comes to the same weights whenever and wherever it is run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.learn.engine import Engine
from drillsergeant.learn.lockstep import Recipe, lockstep_run, run
from drillsergeant.learn.ppo.hyper import Hyper

from build.measure.lockstep import golden, native_digest
from build.promises.records import tally
from tests.rigs.engines import pair

SMALL = Recipe("chase", workers=2, matches=9, horizon=4, seed=7, updates=5, hyper=Hyper(minibatch_size=64))


def test_fifty_updates_come_to_the_golden_weights() -> None:
    recipe, wanted = golden()
    assert recipe.updates == 50
    assert native_digest(recipe) == wanted, (
        "if game or learner was meant to change, write the new value: `python -m build.measure.lockstep --write`"
    )
    tally(18, "digests", 1)


@pytest.mark.parametrize("workers", [1, 2, 4, 8])
def test_kernels_and_numpy_come_to_the_same_weights_and_again(workers: int) -> None:
    recipe = replace(SMALL, workers=workers)
    digests = []
    for _ in range(2):
        both = pair(recipe.drill, recipe.matches, recipe.horizon, workers)
        engines: list[Engine] = [both.kernel, both.numpy]
        digests += [run(each, both.layout, memory, recipe) for each, memory in zip(engines, both.memories, strict=True)]
    assert len(set(digests)) == 1
    tally(18, "digests", len(digests))


def test_evaluation_in_between_changes_nothing_and_the_seed_everything() -> None:
    plain, disturbed, other = (pair(SMALL.drill, SMALL.matches, SMALL.horizon, SMALL.workers) for _ in range(3))
    expected = run(plain.kernel, plain.layout, plain.kernel_memory, SMALL)
    lockstep = lockstep_run(disturbed.kernel, disturbed.layout, disturbed.kernel_memory, SMALL)
    for _ in range(SMALL.updates):
        lockstep.update(SMALL.hyper)
        disturbed.kernel.show_match(3).decide({})
        lockstep.collectors[1].evaluate(disturbed.layout["weights.0"].offset)
    assert lockstep.digest() == expected
    seeded = replace(SMALL, seed=8)
    assert run(other.kernel, other.layout, other.kernel_memory, seeded) != expected


def test_a_recipe_survives_the_way_through_a_file() -> None:
    assert Recipe.from_plain(SMALL.plain()) == SMALL


def test_a_layout_of_other_sizes_is_refused() -> None:
    both = pair(SMALL.drill, SMALL.matches, SMALL.horizon, SMALL.workers)
    with pytest.raises(ValueError, match=r"\(2, 9, 4\), the recipe \(3, 9, 4\)"):
        lockstep_run(both.kernel, both.layout, both.kernel_memory, replace(SMALL, workers=3))

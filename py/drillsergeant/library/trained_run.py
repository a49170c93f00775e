"""A player from nothing, trained natively as a workshop's worker on the page trains it: to the same weights."""

from __future__ import annotations

from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.rig import kernel_rig
from drillsergeant.learn.trials.recipe import TrialRecipe
from drillsergeant.learn.trials.short_run import ShortRun
from drillsergeant.library.webassembly import place


def trained_run(drill: Drill, hidden: tuple[int, ...], recipe: TrialRecipe) -> ShortRun:
    """A run of `drill` by `recipe`, gone to its end. `hidden`: units of each hidden layer of its network.

    Raises FloatingPointError where nothing can be learned, see `EvaluatedRun.update`.
    """
    program = build_program(drill, shared=False, hidden=hidden)
    run = ShortRun(kernel_rig(drill, program, recipe.sizes.layout(program), place), program.drill, hidden, recipe)
    while not run.is_over:
        run.step()
    return run

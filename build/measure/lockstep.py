"""Train in lockstep natively and compare with the golden value: `python -m build.measure.lockstep [--write]`.

The golden value is the SHA-256 of Ball Drill's weights after 50 updates. It changes when the game, the learner or the
order of a sum changes, and never by itself: write it anew only with a change that is meant to change it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from drillsergeant.drills import make
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.lockstep import Recipe, run
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.layout import Layout

from build.console import say
from build.pins import ROOT

GOLDEN = ROOT / "tests" / "golden" / "lockstep.json"
RECIPE = Recipe(
    drill="ball",
    workers=2,
    matches=64,
    horizon=16,
    seed=1,
    updates=50,
    hyper=Hyper(
        learning_rate=3e-3,
        clip_coef=0.2,
        entropy_coef=0.005,
        epochs=2,
        minibatch_size=2048,
        gamma=0.99,
        gae_lambda=0.95,
        value_coef=0.5,
        max_grad_norm=0.5,
    ),
)


def golden(path: Path = GOLDEN) -> tuple[Recipe, str]:
    """The recipe and the digest that stand in the repository."""
    values = json.loads(path.read_text())
    return Recipe.from_plain(values["recipe"]), str(values["sha256"])


def native_digest(recipe: Recipe) -> str:
    """The digest of the weights that this machine comes to."""
    program = build_program(make(recipe.drill), shared=False)
    layout = Layout(plan_for(program, recipe.workers, recipe.matches, recipe.horizon))
    memory = NativeMemory(layout.total_bytes)
    return run(KernelEngine(program, memory.link(program.binary), layout, memory), layout, memory, recipe)


def main() -> None:
    """Train, print both digests; exit status 1 where they differ and nothing was to be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="make this machine's result the golden value")
    if parser.parse_args().write:
        digest = native_digest(RECIPE)
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(json.dumps({"recipe": RECIPE.plain(), "sha256": digest}, indent=1) + "\n")
        say(f"{digest} written to {GOLDEN.relative_to(ROOT)}")
        return
    recipe, wanted = golden()
    digest = native_digest(recipe)
    say(f"golden {wanted}\nhere   {digest}")
    raise SystemExit(digest != wanted)


if __name__ == "__main__":
    main()

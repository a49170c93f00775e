"""Training in lockstep inside Chromium comes to the very weights it comes to natively: the golden value."""

from typing import Any

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import build_program
from pytest_pyodide import run_in_pyodide

from build.measure.lockstep import golden


@run_in_pyodide(packages=["drillsergeant"])
async def digest_in_chromium(selenium: Any, facts: str, binary: bytes, recipe: dict[str, object]) -> str:
    """The SHA-256 of the weights after the recipe, computed on a shared WebAssembly memory by V8."""
    import js
    from drillsergeant.browser.kernels import BrowserKernels
    from drillsergeant.browser.memory import BrowserMemory, allocate
    from drillsergeant.learn.lockstep import Recipe, run
    from drillsergeant.learn.program import Program
    from drillsergeant.learn.wasm.engine import KernelEngine
    from drillsergeant.learn.wasm.scratch import plan_for
    from drillsergeant.memory.layout import Layout
    from pyodide.ffi import to_js

    program, wanted = Program.from_json(facts), Recipe.from_plain(recipe)
    layout = Layout(plan_for(program, wanted.workers, wanted.matches, wanted.horizon))
    memory = BrowserMemory(allocate(layout.pages, shared=True))
    kernels = BrowserKernels(await js.WebAssembly.compile(to_js(binary)), memory.handle)
    return run(KernelEngine(program, kernels, layout, memory), layout, memory, wanted)


@pytest.mark.driver_timeout(120)
@pytest.mark.skip_refcount_check  # the engine keeps its exported functions
def test_fifty_updates_in_chromium_come_to_the_golden_weights(selenium_standalone: Any) -> None:
    recipe, wanted = golden()
    program = build_program(make(recipe.drill), shared=True)
    facts, plain = program.to_json(), recipe.plain()
    assert digest_in_chromium(selenium_standalone, facts, program.binary, plain) == wanted

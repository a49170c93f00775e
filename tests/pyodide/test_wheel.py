"""The wheel as anyone would use it: installed with micropip, imported, and bit for bit what it is natively."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_pyodide import run_in_pyodide

DECISIONS = 30


def fingerprint(name: str, decisions: int) -> list[str]:
    """SHA-256 over every bit of a drill's matches after each decision: state, observations, rewards and outcome.

    Side 0 plays at random, player 1 is the frozen scripted bot. Runs natively and, as source, inside Pyodide.
    """
    import hashlib

    import numpy as np
    from drillsergeant.drills import make
    from drillsergeant.elementary import hash_u32
    from drillsergeant.learn.heads import choices_of

    drill = make(name)
    seed = np.arange(64, dtype=np.uint32)
    state = drill.reset(seed, seed * np.uint32(0))
    digests = []
    for _ in range(decisions):
        before = state
        bits = [hash_u32(seed, state["clock"], 7, number) for number in range(len(drill.heads))]
        counts = map(len, choices_of(drill.heads))
        choices = [draw % np.uint32(count) for draw, count in zip(bits, counts, strict=True)]
        actions = [
            [choice.astype(np.int32) for choice in choices],
            *(drill.scripted(state, player) for player in range(1, sum(drill.teams))),
        ]
        for _ in range(drill.action_repeat):
            state = drill.tick(state, actions)
        seen = [column for player in range(sum(drill.teams)) for column in drill.observe(state, player)]
        earned = [term for player in range(sum(drill.teams)) for term in drill.reward(before, state, player)]
        everything = [*state.values(), *seen, *earned, *drill.outcome(state)]
        assert all(array.dtype != np.float64 for array in everything)
        digests.append(hashlib.sha256(b"".join(array.tobytes() for array in everything)).hexdigest())
    return digests


def wheel_in(request: pytest.FixtureRequest) -> Path:
    """The very wheel the browser gets; the checkout's files may be newer."""
    (wheel,) = Path(request.config.option.dist_dir).glob("drillsergeant-*.whl")
    return wheel


def native_fingerprint(wheel: Path, name: str) -> list[str]:
    """What the wheel's code gives in native Python."""
    script = f"{inspect.getsource(fingerprint)}\nimport json\nprint(json.dumps(fingerprint({name!r}, {DECISIONS})))"
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    answer = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    digests: list[str] = json.loads(answer.stdout)
    return digests


@run_in_pyodide(packages=["micropip"])
async def install(selenium: Any, address: str) -> str:
    import micropip

    await micropip.install(address)
    import drillsergeant

    return drillsergeant.__file__


@pytest.mark.driver_timeout(90)
@pytest.mark.skip_refcount_check  # micropip itself keeps JavaScript's functions it imports
def test_the_wheel_installs_with_micropip_and_plays_the_native_match(
    selenium_standalone: Any, request: pytest.FixtureRequest
) -> None:
    wheel = wheel_in(request)
    address = f"{selenium_standalone.base_url}/{wheel.name}"
    assert install(selenium_standalone, address).endswith("drillsergeant/__init__.py")
    inside = selenium_standalone.run(f"{inspect.getsource(fingerprint)}\nfingerprint('ball', {DECISIONS})")
    natively = native_fingerprint(wheel, "ball")
    assert len(set(natively)) == DECISIONS, "the match moves"
    differing = [decision for decision, pair in enumerate(zip(inside, natively, strict=True)) if pair[0] != pair[1]]
    assert differing == [], "decisions after which Pyodide's NumPy and the native one disagree"


@pytest.mark.driver_timeout(60)
@pytest.mark.parametrize("drill", ["ball", "chase"])
def test_every_drill_agrees_bit_for_bit_through_the_lock(
    selenium: Any, drill: str, request: pytest.FixtureRequest
) -> None:
    selenium.load_package(["drillsergeant"])
    inside = selenium.run(f"{inspect.getsource(fingerprint)}\nfingerprint({drill!r}, {DECISIONS})")
    assert inside == native_fingerprint(wheel_in(request), drill)


@run_in_pyodide(packages=["drillsergeant"])
def import_everything(selenium: Any, native_only: list[str]) -> dict[str, str]:
    """Every module of the wheel -> the error its import raised, empty where it raised none."""
    import importlib
    import pkgutil

    import drillsergeant

    errors = {}
    for module in pkgutil.walk_packages(drillsergeant.__path__, "drillsergeant."):
        if module.name not in native_only and not module.name.endswith("__main__"):
            try:
                importlib.import_module(module.name)
                errors[module.name] = ""
            except Exception as error:
                errors[module.name] = repr(error)
    return errors


@pytest.mark.driver_timeout(60)
@pytest.mark.skip_refcount_check  # browser/ keeps the JavaScript objects it imports
def test_every_module_imports_inside_pyodide(selenium: Any) -> None:
    # These run emitted kernels natively, or are for frameworks, with tools that do not exist in the browser.
    native_only = [
        "drillsergeant.kernels.wasm.wasmtime_host",
        "drillsergeant.bench.native",
        "drillsergeant.learn.train",
    ]
    native_only += [f"drillsergeant.gym{part}" for part in ("", ".batch", ".single", ".vector", ".parallel", ".spaces")]
    errors = import_everything(selenium, native_only)
    assert len(errors) > 30
    assert {name: error for name, error in errors.items() if error} == {}

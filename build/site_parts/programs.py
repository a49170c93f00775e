"""The drills compiled ahead of time: traced with NumPy here, so that no worker in the browser has to load NumPy."""

import os
from pathlib import Path

from build.console import run_tool
from build.pins import ROOT
from build.stamps import step, tree_key
from build.venv import python_in

# What a program is made from; the page, the workers and the browser's glue have no part in it.
SOURCES = ("elementary.py", "drills", "kernels", "learn", "memory/layout.py")


def programs_folder(cache: Path) -> Path:
    """The folder of every drill's .wasm and .json, and of what the workshop shows of it."""
    package = ROOT / "py" / "drillsergeant"

    def make(part: Path) -> None:
        command: list[str | Path] = [
            python_in(ROOT / ".venv"),
            "-m",
            "drillsergeant.learn.compile.program_builder",
            part,
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "py")}
        run_tool(command, "compiling the drills to WebAssembly", "see the lines above", cwd=ROOT, env=environment)

    return step(cache, "programs", tree_key(package, [package / name for name in SOURCES]), make)

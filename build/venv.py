"""Makes the virtual environment `.venv`, for building and testing.

Run by the system's Python before anything else exists (`python3 -m build.venv site|test`), so only the standard library
is imported here.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from build import apt
from build.console import BuildError, guarded, run_tool, say
from build.pins import CACHE, VENV, Pins, Requirements, pins
from build.stamps import exclusive, key_of

# What PyTorch brings where its build is for graphics processors: gigabytes, for a network that fits into a cache.
HUGE = ("nvidia-", "cuda-", "triton")
HUGE_REMEDY = "let pip find a build for processors, with PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu"
PIP_REMEDY = "check the network and pip's configuration (`pip config list`), then run the same command again"


def python_in(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / "bin" / "python"


def ensure(venv: Path, group: str, requirements: Requirements, interpreter: str) -> bool:
    """Bring a virtual environment to exactly these requirements; True if anything had to be done.

    The stamp is written last, so an installation that was interrupted is done again.
    """
    wanted = key_of(interpreter, *requirements.direct, "constraints", *requirements.constraints)
    stamp = venv / f"installed-{group}"
    if stamp.is_file() and stamp.read_text() == wanted and python_in(venv).exists():
        return False
    say(f"[{venv.name}: {group}]")
    if not _works(venv):
        run_tool([interpreter, "-m", "venv", "--clear", venv], f"creating {venv}", "see the lines above")
    _pip_install(venv, requirements)
    stamp.write_text(wanted)
    return True


def _works(venv: Path) -> bool:
    """Whether this folder holds a virtual environment with a pip that starts."""
    python = python_in(venv)
    if not python.exists():
        return False
    try:
        run_tool([python, "-m", "pip", "--version"], f"checking {venv.name}", "it will be made anew")
    except BuildError:
        return False
    return True


def _pip_install(venv: Path, requirements: Requirements) -> None:
    with tempfile.TemporaryDirectory() as folder:
        direct, constraints = Path(folder, "requirements.txt"), Path(folder, "constraints.txt")
        direct.write_text("\n".join(requirements.direct))
        constraints.write_text("\n".join(requirements.constraints))
        pip: list[str | Path] = [python_in(venv), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        pip += ["-c", constraints]
        for torch in (line for line in requirements.direct if line.startswith("torch==")):
            report = Path(folder, "report.json")
            run_tool([*pip, "--dry-run", "--report", report, torch], "looking for PyTorch", PIP_REMEDY)
            refuse_huge(report.read_text())
        doing = f"installing {len(requirements.direct)} pinned Python tools and what they need"
        run_tool([*pip, "-r", direct], doing, PIP_REMEDY)


def refuse_huge(report: str) -> None:
    """Raise BuildError where pip's report of what it would install names libraries of graphics processors."""
    names = [str(item["metadata"]["name"]) for item in json.loads(report)["install"]]
    if huge := [name for name in names if name.startswith(HUGE)]:
        raise BuildError(f"PyTorch for this platform comes with {len(huge)} packages like {huge[0]}: {HUGE_REMEDY}")


def ensure_project_venv(group: str, pinned: Pins) -> bool:
    """Bring the project's `.venv` up to date to build (`site`), to test (`test`), or for a suite with its own tools."""
    if find_spec("ensurepip") is None:
        apt.install(pinned.debian["venv"], "Python here cannot make virtual environments")
    tools = {"site": pinned.site_tools, "test": pinned.test_tools, **pinned.own_tools}
    if group not in tools:
        raise BuildError(f"unknown group of tools {group!r}, expected one of {', '.join(tools)}")
    return ensure(VENV, group, tools[group], sys.executable)


def main(arguments: Sequence[str]) -> int:
    """Make `.venv` for the group named on the command line (default: site)."""
    with exclusive(CACHE):
        ensure_project_venv(arguments[0] if arguments else "site", pins())
    return 0


if __name__ == "__main__":
    guarded(main)

"""Precompiles Pyodide's standard library and wheels to bytecode, which halves a worker's boot.

The bytecode must be made by the Python version that Pyodide contains. Without one the site is built all the same, with
sources, and the build says so.
"""

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from build.console import BuildError, run_tool, say
from build.pins import Requirements
from build.venv import ensure, python_in

INSTALLED = "/lib/python3.12/site-packages"  # where Pyodide puts wheels: what tracebacks name
REPRODUCIBLE_DATE = (2020, 1, 1, 0, 0, 0)


def find_python(version: str, environment: Mapping[str, str]) -> Path | None:
    """An interpreter of exactly this minor version: on PATH, or among pyenv's versions; None where there is none."""
    for candidate in _candidates(version, environment):
        if _version_of(candidate) == version:
            return candidate
    return None


def _candidates(version: str, environment: Mapping[str, str]) -> Iterator[Path]:
    for name in (f"python{version}", "python3"):
        if found := shutil.which(name, path=environment.get("PATH", "")):
            yield Path(found)
    pyenv = Path(environment.get("PYENV_ROOT") or Path(environment.get("HOME", "/"), ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))


def _version_of(interpreter: Path) -> str | None:
    """Its minor version, or None where it does not start (a pyenv shim of a version not selected, for one)."""
    script = "import sys, ensurepip, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([interpreter, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def prepare(cache: Path, version: str, requirements: Requirements) -> Path | None:
    """The interpreter of an environment with pyodide-build in it, or None, having said why there is none."""
    interpreter = find_python(version, os.environ)
    if interpreter is None:
        say(
            f"  no Python {version} here: the standard library and NumPy stay uncompiled, and workers will start about "
            f"half as fast; install Python {version} and run again for the faster site"
        )
        return None
    venv = cache / f"compiler-{version}"
    try:
        ensure(venv, "compiler", requirements, str(interpreter))
    except BuildError as error:
        say(f"  going on without precompiling, workers will start about half as fast: {error}")
        return None
    return python_in(venv)


def compile_folder(python: Path, folder: Path) -> None:
    """Rewrite the zip, the wheels and the lock in a distribution folder in place, sources replaced by bytecode."""
    command: list[str | Path] = [python, "-m", "pyodide_cli", "py-compile", folder]
    run_tool(command, "precompiling stdlib and NumPy", "run `make clean` and try again", cwd=folder)


def add_bytecode(python: Path, wheel: Path, target: Path) -> None:
    """Write `target`, the wheel with bytecode beside its sources: workers start sooner, tracebacks keep their lines.

    The bytecode is marked as never to be compared with its source, which inside a wheel cannot change.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        command: list[str | Path] = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
        command += ["-s", folder, "-p", INSTALLED, folder]
        run_tool(command, "precompiling the drillsergeant wheel", "see the lines above", cwd=folder)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), REPRODUCIBLE_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, file.read_bytes())

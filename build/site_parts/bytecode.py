"""Precompiles Pyodide's standard library and wheels to bytecode, which halves a worker's boot.

The bytecode must be made by the Python version that Pyodide contains. Without one the site is built all the same, with
sources, and the build says so.
"""

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from build.console import run_tool, say

INSTALLED = "/lib/python3.12/site-packages"  # where Pyodide puts wheels: what tracebacks name
REPRODUCIBLE_DATE = (2020, 1, 1, 0, 0, 0)
ARCHIVES = (".whl", ".zip")
REPRODUCIBLE = {"PYTHONHASHSEED": "0"}


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
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([interpreter, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def prepare(version: str) -> Path | None:
    """An interpreter to compile with, or None, having said why there is none."""
    interpreter = find_python(version, os.environ)
    if interpreter is None:
        say(
            f"  no Python {version} here: the standard library and NumPy stay uncompiled, and workers will start about "
            f"half as fast; install Python {version} and run again for the faster site"
        )
    return interpreter


def compile_folder(python: Path, folder: Path) -> None:
    """Rewrite the zips and wheels in a distribution folder in place, every source replaced by its bytecode."""
    for archive in sorted(file for file in folder.iterdir() if file.suffix in ARCHIVES):
        replace_sources(python, archive)


def replace_sources(python: Path, archive: Path) -> None:
    """Rewrite a zip or a wheel in place: bytecode instead of sources, all else as it was and in the order it had."""
    with _unpacked(archive) as (folder, names):
        # Names within the archive are what Python looks for there and what tracebacks show.
        _compile(python, folder, ["-b", "-s", folder], f"precompiling {archive.name}")
        kept = [name for name in names if not name.endswith(".pyc")]
        _pack(folder, [f"{name}c" if name.endswith(".py") else name for name in kept], archive)


def add_bytecode(python: Path, wheel: Path, target: Path) -> None:
    """Write `target`, the wheel with bytecode beside its sources: workers start sooner, tracebacks keep their lines."""
    with _unpacked(wheel) as (folder, _):
        _compile(python, folder, ["-s", folder, "-p", INSTALLED], "precompiling the drillsergeant wheel")
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        _pack(folder, [file.relative_to(folder).as_posix() for file in files], target)


@contextmanager
def _unpacked(archive: Path) -> Iterator[tuple[Path, list[str]]]:
    """A temporary folder with the contents of a zip, and its entries' names in their order."""
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(archive) as opened:
        opened.extractall(scratch)
        yield Path(scratch), opened.namelist()


def _compile(python: Path, folder: Path, options: Sequence[str | Path], doing: str) -> None:
    """Compile every source below a folder.

    The bytecode holds its source's hash and no date, so that it is the same whenever it is made, and is marked as never
    to be compared with the source, which inside a zip cannot change.
    """
    command: list[str | Path] = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    run_tool([*command, *options, folder], doing, "see the lines above", cwd=folder, env={**os.environ, **REPRODUCIBLE})


def _pack(folder: Path, names: Sequence[str], target: Path) -> None:
    """Write a zip of these entries, in this order and with one date; a name that ends in a slash is a folder's."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, REPRODUCIBLE_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, b"" if name.endswith("/") else (folder / name).read_bytes())

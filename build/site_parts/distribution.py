"""A Pyodide distribution folder: core files, the verified wheels wanted, a lock listing just those, all precompiled.

`site/pyodide` is one with NumPy and our own wheel; the tests inside Pyodide get one with micropip and tblib as well.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from build.console import BuildError, run_tool
from build.pins import NPM_FOLDER, ROOT, Pins
from build.site_parts import bytecode, lockfile, pyodide_core, wheels
from build.stamps import PART, file_sha256, key_of, step, tree_key
from build.venv import python_in

# Pyodide's entry module, under a name that every server calls a script: many know no .mjs, and browsers refuse a module
# that is served as plain text.
LOADER, LOADER_IN_SITE = "pyodide.mjs", "pyodide-loader.js"
WHEEL_SOURCES = ("py", "pyproject.toml", "LICENSE", "docs/package.md")
REPRODUCIBLE = {"SOURCE_DATE_EPOCH": "1577836800"}


@dataclass(frozen=True)
class Places:
    """Where results are kept, and the sources of Pyodide's wheels: those tried first, and the large one tried last."""

    cache: Path
    sources: tuple[wheels.Source, ...]
    fallback: wheels.PipPackage


def pyodide_wheels(core_folder: Path, packages: tuple[str, ...], places: Places) -> list[Path]:
    """Verified wheels of these packages and their dependencies."""
    wanted = wheels.wanted(lockfile.read(core_folder), packages)
    return wheels.obtain(wanted, places.cache / "wheels", [*places.sources, places.fallback])


def pyodide_folder(pinned: Pins, places: Places) -> tuple[Path, Path]:
    """Pyodide's core folder as npm has it, and the distribution folder for the site, without our own wheel."""
    core_folder = pyodide_core.fetch(places.cache, NPM_FOLDER)
    pyodide_core.check(core_folder, pinned.pyodide_version, pinned.core_files)
    found = pyodide_wheels(core_folder, pinned.site_packages, places)
    if places.fallback.at_hand:  # a large download: what the tests need is taken out of it as well
        pyodide_wheels(core_folder, pinned.test_packages, places)
    compile_with = bytecode.prepare(pinned.compiler_python)

    def make(part: Path) -> None:
        for file in [*(core_folder / name for name in pinned.core_files), *found]:
            shutil.copyfile(file, part / file.name)
        lockfile.trim(core_folder, part)
        if compile_with:
            bytecode.compile_folder(compile_with, part)
            lockfile.hash_anew(part)

    key = key_of(
        tree_key(core_folder, [core_folder]),
        *(file_sha256(file) for file in found),
        "compiled" if compile_with else "source",
        code_key("site_parts/bytecode", "site_parts/lockfile", "site_parts/distribution"),
    )
    return core_folder, step(places.cache, "pyodide", key, make)


def our_wheel(pinned: Pins, cache: Path) -> Path:
    """The project's own wheel, built by hatchling from `py/`: readable source, with bytecode where it can be made."""
    sources = [ROOT / name for name in WHEEL_SOURCES if (ROOT / name).exists()]

    def make(part: Path) -> None:
        command: list[str | Path] = [python_in(ROOT / ".venv"), "-m", "hatchling", "build", "-t", "wheel", "-d", part]
        doing, remedy = "building the drillsergeant wheel", "see the lines above"
        run_tool(command, doing, remedy, cwd=ROOT, env={**os.environ, **REPRODUCIBLE})
        if compile_with:
            (plain,) = part.glob("*.whl")
            source = plain.rename(part / "source.zip")
            bytecode.add_bytecode(compile_with, source, plain)
            source.unlink()

    compile_with = bytecode.prepare(pinned.compiler_python)
    key = key_of(tree_key(ROOT, sources), "compiled" if compile_with else "source", code_key("site_parts/bytecode"))
    folder = step(cache, "wheel", key, make)
    found = list(folder.glob("*.whl"))
    if len(found) != 1:
        raise BuildError(f"{folder} holds {len(found)} wheels, expected 1: run `make clean` and build again")
    return found[0]


def test_folder(pinned: Pins, places: Places, core_folder: Path, site_pyodide: Path) -> Path:
    """The distribution the tests inside Pyodide use: the site's own, with micropip and tblib added."""
    extra = pyodide_wheels(core_folder, pinned.test_packages, places)
    traceback_wheel = wheels.Wheel("tblib", pinned.traceback.file, pinned.traceback.sha256)

    def make(part: Path) -> None:
        for file in [*site_pyodide.iterdir(), core_folder / LOADER, *extra]:
            shutil.copyfile(file, part / file.name)
        with tempfile.TemporaryDirectory(prefix=PART, dir=places.cache) as scratch:
            source = wheels.PipFile(pinned.traceback.requirement, Path(scratch))
            added = wheels.obtain([traceback_wheel], places.cache / "wheels", [source])
        shutil.copyfile(added[0], part / added[0].name)
        lockfile.add(part, [part / file.name for file in [*extra, *added]])

    key = key_of(
        tree_key(site_pyodide, [site_pyodide]),
        pinned.traceback.sha256,
        code_key("site_parts/lockfile", "site_parts/distribution"),
    )
    return step(places.cache, "testdist", key, make)


def code_key(*modules: str) -> str:
    """Digest of modules of the build itself, named from `build/`, so that a change of how a step works reruns it."""
    return key_of(*(file_sha256(ROOT / "build" / f"{name}.py") for name in modules))

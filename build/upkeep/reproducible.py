"""Builds the site twice, from copies in two folders whose files have other dates, and compares every byte.

    make reproducible

What is fetched is copied from this checkout's cache, whose contents are checked against their hashes; all else is made
twice, the second time some minutes later. A file that differs is named and the exit status is 1.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from build.console import BuildError, guarded, run_tool, say
from build.pins import CACHE, ROOT, VENV
from build.stamps import exclusive, file_sha256, files_below, part_folder

READ = ("build", "docs", "py", "shaders", "web", "workers", "LICENSE", "pyproject.toml")
FETCHED = ("npm-*", "wheels")
A_YEAR_S = 365 * 24 * 3600


def main(arguments: Sequence[str]) -> int:
    """Build twice and compare; 0 where all bytes are the same."""
    if arguments:
        raise BuildError(f"{' '.join(arguments)!r} is not understood: this command takes no arguments")
    with exclusive(CACHE), part_folder(CACHE, "one") as one, part_folder(CACHE, "another-of-a-longer-name") as another:
        for folder, years in ((one, 0), (another, 3)):
            _copy(folder)
            set_back(folder, years * A_YEAR_S)
            environment = {**os.environ, "PYTHONHASHSEED": str(1 + years)}
            command = [sys.executable, "-m", "build.site"]
            run_tool(command, "building the site of a copy", "see the lines above", cwd=folder, env=environment)
        found = differences(one / "site", another / "site")
        count = len(files_below([one / "site"]))
    for name in found:
        say(f"differs: {name}")
    if found:
        raise BuildError(f"{len(found)} of {count} files differ between two builds, expected none")
    say(f"two builds in two folders, at two dates: all {count} files are the same to the last byte")
    return 0


def _copy(folder: Path) -> None:
    """What the build reads, with what it would fetch."""
    for name in READ:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    for pattern in FETCHED:
        for source in CACHE.glob(pattern):
            shutil.copytree(source, folder / CACHE.name / source.name, symlinks=True)
    (folder / VENV.name).symlink_to(VENV.resolve())


def set_back(folder: Path, seconds: int) -> None:
    """Give every file of a folder a date that lies this much earlier."""
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            dated = file.stat().st_mtime - seconds
            os.utime(file, (dated, dated))


def differences(one: Path, another: Path) -> list[str]:
    """Names of files that are in one folder only or whose bytes differ, sorted."""
    sums = [
        {file.relative_to(side).as_posix(): file_sha256(file) for file in files_below([side])}
        for side in (one, another)
    ]
    return sorted(name for name in sums[0].keys() | sums[1].keys() if sums[0].get(name) != sums[1].get(name))


if __name__ == "__main__":
    guarded(main)

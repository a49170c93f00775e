"""Pyodide's lock file: trimmed to what a distribution folder holds, with wheels of our own added."""

import json
from pathlib import Path
from typing import Any

from pyodide_lock import PyodideLockSpec
from pyodide_lock.utils import add_wheels_to_spec

from build.site_parts.pyodide_core import LOCK
from build.stamps import file_sha256


def read(folder: Path) -> dict[str, Any]:
    """The lock file of a distribution folder."""
    lock: dict[str, Any] = json.loads((folder / LOCK).read_text())
    return lock


def trim(source: Path, folder: Path) -> None:
    """Write into `folder` the lock of `source`, listing only packages whose files are in `folder`."""
    spec = PyodideLockSpec.from_json(source / LOCK)
    spec.packages = {name: entry for name, entry in spec.packages.items() if (folder / entry.file_name).is_file()}
    spec.to_json(folder / LOCK)


def hash_anew(folder: Path) -> None:
    """Give the lock of a folder the hashes of its packages' files as they are now."""
    spec = PyodideLockSpec.from_json(folder / LOCK)
    for entry in spec.packages.values():
        entry.sha256 = file_sha256(folder / entry.file_name)
    spec.to_json(folder / LOCK)


def without_dependencies(folder: Path, name: str) -> None:
    """Let the loader bring package `name` alone: the site's workers run compiled drills and need no NumPy."""
    spec = PyodideLockSpec.from_json(folder / LOCK)
    spec.packages[name].depends = []
    spec.to_json(folder / LOCK)


def add(folder: Path, wheels: list[Path]) -> None:
    """Add wheels that lie in `folder` to its lock, with the hashes the loader will check."""
    spec = PyodideLockSpec.from_json(folder / LOCK)
    add_wheels_to_spec(spec, wheels, base_path=folder).to_json(folder / LOCK)

"""Pyodide's core files from npm, whose lock file holds the integrity hash of the package."""

import json
from pathlib import Path

from build import npm
from build.console import BuildError

LOCK = "pyodide-lock.json"


def fetch(cache: Path, npm_folder: Path) -> Path:
    """The folder of the installed npm package `pyodide`, with its core files and its full lock file.

    Args:
        cache: where the result is kept.
        npm_folder: holds package.json and package-lock.json.
    """
    return npm.modules(cache, "npm", npm_folder, "Pyodide core, the page's libraries") / "pyodide"


def check(core: Path, version: str, files: tuple[str, ...]) -> None:
    """Refuse a Pyodide package of another version than the pins', or one that lacks a file."""
    for name in (*files, LOCK):
        if not (core / name).is_file():
            raise BuildError(
                f"{core / name} is missing, expected in npm's pyodide {version}: run `make clean` and try again"
            )
    found = json.loads((core / LOCK).read_text())["info"]["version"]
    if found != version:
        raise BuildError(
            f"build/site_parts/npm/package-lock.json brings Pyodide {found}, expected {version} as in build/pins.toml: "
            f"run `npm install --save-exact pyodide@{version}` in build/site_parts/npm"
        )

"""Pyodide's core files from npm, whose lock file holds the integrity hash of the package."""

import json
import shutil
from pathlib import Path

from build.console import BuildError, run_tool
from build.stamps import step, tree_key

LOCK = "pyodide-lock.json"


def fetch(cache: Path, npm_folder: Path) -> Path:
    """The folder of the installed npm package `pyodide`, with its core files and its full lock file.

    Args:
        cache: where the result is kept.
        npm_folder: holds package.json and package-lock.json.
    """

    def make(part: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy2(npm_folder / name, part / name)
        remedy = "install Node 20 with npm, check the network and npm's configuration, then run the same command again"
        command = ["npm", "ci", "--include=dev", "--no-audit", "--no-fund", "--ignore-scripts"]
        run_tool(command, "npm ci (Pyodide core, the page's libraries)", remedy, cwd=part)

    return step(cache, "npm", tree_key(npm_folder, [npm_folder]), make) / "node_modules" / "pyodide"


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

"""Tools and libraries from npm, by lock files that hold the integrity hash of every package."""

import shutil
from pathlib import Path

from build.console import run_tool
from build.stamps import step, tree_key


def modules(cache: Path, name: str, folder: Path, what: str) -> Path:
    """The node_modules of a package.json, installed if they are not yet. The caller holds `exclusive(cache)`.

    Args:
        cache: where the result is kept, as `name`.
        name: of the step.
        folder: holds package.json and package-lock.json.
        what: what it brings, as a message says it.
    """

    def make(part: Path) -> None:
        for file in ("package.json", "package-lock.json"):
            shutil.copy2(folder / file, part / file)
        remedy = "install Node 20 with npm, check the network and npm's configuration, then run the same command again"
        command = ["npm", "ci", "--include=dev", "--no-audit", "--no-fund", "--ignore-scripts"]
        run_tool(command, f"npm ci ({what})", remedy, cwd=part)

    return step(cache, name, tree_key(folder, [folder]), make) / "node_modules"

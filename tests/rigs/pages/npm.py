"""The npm package as its users have it: packed, and installed into a project of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def installed(package: Path, scratch: Path) -> Path:
    """The folder in a new project's `node_modules` where npm has put what it packed of `package`; no network needed."""
    project = scratch / "project"
    project.mkdir(parents=True)
    (project / "package.json").write_text('{"private": true}')
    quiet = {**os.environ, "npm_config_cache": str(scratch / "cache"), "npm_config_update_notifier": "false"}

    def npm(folder: Path, *words: str | Path) -> None:
        subprocess.run(["npm", *words], cwd=folder, env=quiet, check=True, stdout=subprocess.PIPE)

    npm(package, "pack", "--pack-destination", scratch)
    (packed,) = scratch.glob("*.tgz")
    npm(project, "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", packed)
    return project / "node_modules" / "drillsergeant"

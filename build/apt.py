"""Installs Debian packages where a tool is missing, or prints the one command that does."""

import os
import shutil
from collections.abc import Sequence

from build.console import BuildError, run_tool, say


def install(packages: Sequence[str], reason: str) -> None:
    """Install packages with apt-get as root; `reason` says which tool was missing.

    Raises:
        BuildError: not a Debian system, not root, or apt-get failed.
    """
    command = f"apt-get install -y {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        named = ", ".join(packages)
        raise BuildError(f"{reason}, and there is no apt-get here: install {named} with your system's own tool")
    if os.geteuid() != 0:
        raise BuildError(f"{reason}, and installing it needs root: run `sudo {command}` once, then try again")
    say(f"{reason}: installing {', '.join(packages)} from Debian")
    remedy = f"check the network and apt's sources, then run `{command}` by hand to see more"
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_tool(["apt-get", "update"], "apt-get update", remedy, env=env)
    run_tool(["apt-get", "install", "-y", "--no-install-recommends", *packages], command, remedy, env=env)

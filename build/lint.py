"""Lint of JavaScript and CSS: `python -m build.lint [PATH ...]`, by default everything of ours that is tracked.

Biome, pinned in build/biome/ by npm's own lock file, which holds the integrity hashes. Rules that biome.json turns off:
sheets are ordered by what they style and not by specificity, three assignments are expressions on purpose, `new` takes
no arrow function, and a gradient of two variables has no direction that could be wrong.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from build import npm
from build.console import guarded, say
from build.pins import CACHE, ROOT
from build.stamps import exclusive

BIOME = Path(__file__).with_name("biome")
SUFFIXES = ("*.js", "*.mjs", "*.css")


def installed(cache: Path) -> Path:
    """Biome's program, installed from build/biome/ if it is not yet."""
    with exclusive(cache):
        return npm.modules(cache, "biome", BIOME, "Biome, which checks JavaScript and CSS") / ".bin" / "biome"


def ours() -> list[str]:
    """Every tracked file of JavaScript and CSS, relative to the project's folder."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *SUFFIXES]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def lint(paths: Sequence[str]) -> int:
    """Check these files, what is wrong printed as it is found; Biome's exit status, 0 where nothing is."""
    command = [str(installed(CACHE)), "lint", f"--config-path={BIOME}", "--error-on-warnings", *paths]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    """Check the files named, or all of ours."""
    paths = list(arguments) or ours()
    say(f"biome: {len(paths)} files of JavaScript and CSS")
    return lint(paths)


if __name__ == "__main__":
    guarded(main)

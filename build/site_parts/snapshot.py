"""The memory of a Python that has imported everything, made with Node: page and workers start from it, not from files.

It fits exactly the core it was made with, which is why it is a step of the build, and the page goes without it where
it is missing or does not fit (`web/runtime.js`).
"""

import shutil
from pathlib import Path

from build.console import BuildError, run_tool, say
from build.stamps import file_sha256, key_of, step, tree_key

NAME = "snapshot.bin"
SCRIPT = Path(__file__).with_suffix(".mjs")


def snapshot_folder(cache: Path, pyodide: Path, wheel: Path) -> Path | None:
    """The folder of the snapshot, or None, having said why, where none can be made.

    Args:
        cache: where the result is kept.
        pyodide: a distribution folder with Pyodide's core and standard library.
        wheel: our own.
    """
    node = shutil.which("node")
    if node is None:
        say("  no Node here: the page will start without a memory snapshot, about three times as slowly")
        return None

    def make(part: Path) -> None:
        command: list[str | Path] = [node, SCRIPT, pyodide, wheel, part / NAME]
        run_tool(command, "a memory snapshot of Python", "the page starts without one, more slowly")

    key = key_of(tree_key(pyodide, [pyodide]), file_sha256(wheel), file_sha256(SCRIPT), file_sha256(Path(__file__)))
    try:
        return step(cache, "snapshot", key, make)
    except BuildError as error:
        say(f"  going on without a memory snapshot, the page will start about three times as slowly: {error}")
        return None

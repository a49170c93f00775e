"""How the build speaks: progress while a slow tool runs, and one clear sentence when something is wrong."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HEARTBEAT_S = 5.0
LAST_LINES = 15


class BuildError(Exception):
    """What went wrong, what was expected and what to do, in one sentence a visitor of the project understands."""


def say(message: str) -> None:
    """Print one line of progress at once, also when the output is a pipe."""
    print(message, flush=True)


def run_tool(
    command: Sequence[str | Path],
    doing: str,
    remedy: str,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run an outside program, saying what it does and, while it is slow, that it still does it.

    Returns:
        Everything it printed.

    Raises:
        BuildError: it is not installed, or ended with an exit status other than 0.
    """
    arguments = [str(part) for part in command]
    say(f"  {doing} ...")
    started_s = time.monotonic()
    try:
        process = subprocess.Popen(
            arguments, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    except FileNotFoundError as error:
        raise BuildError(f"{doing} failed: the program {arguments[0]!r} is not installed; {remedy}") from error
    lines = _follow(process, doing, started_s)
    if process.returncode != 0:
        for line in lines[-LAST_LINES:]:
            print(f"    | {line}", file=sys.stderr, flush=True)
        raise BuildError(
            f"{doing} failed: `{' '.join(arguments)}` exited with {process.returncode}, expected 0; {remedy}"
        )
    return "\n".join(lines)


def _follow(process: subprocess.Popen[str], doing: str, started_s: float) -> list[str]:
    """Collect the lines of a running program and print a sign of life every HEARTBEAT_S seconds."""
    lines: list[str] = []

    def collect() -> None:
        assert process.stdout is not None, "run_tool opens the pipe"
        for line in process.stdout:
            lines.append(line.rstrip())

    reader = threading.Thread(target=collect, daemon=True)
    reader.start()
    while True:
        try:
            process.wait(HEARTBEAT_S)
            break
        except subprocess.TimeoutExpired:
            say(f"  {doing} ... {time.monotonic() - started_s:.0f} s")
    reader.join()
    return lines


def guarded(main: Callable[[Sequence[str]], int]) -> None:
    """Run a command-line entry: a BuildError becomes one sentence on stderr and exit status 1, never a traceback."""
    try:
        status = main(sys.argv[1:])
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        status = 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr, flush=True)
        status = 130
    sys.exit(status)

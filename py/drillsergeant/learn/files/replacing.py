"""Writing a file whole or not at all: whatever goes wrong, what lay there before is as it was.

The content goes into a file of its own beside, which is flushed to the disk and only then takes the other's name. So a
full disk, a crash or a power cut leaves the old file or the new one, and never a part of one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

BESIDE = ".drillsergeant-{}.part"  # what the file is called until it is whole; short, whatever the other's name


def replace_file(path: str | Path, content: bytes) -> None:
    """Make `content` what lies at `path`. Raises OSError; what lay there before is whole then.

    A link stays one, and what it leads to is replaced; a device or a pipe is simply written to. A file that was there
    keeps its permissions.
    """
    target = Path(os.path.realpath(path))
    mode = target.stat().st_mode if target.exists() else None
    if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        target.write_bytes(content)
        return
    beside = target.with_name(BESIDE.format(secrets.token_hex(8)))
    with _told(target, kept=mode is not None):
        try:
            _fill(beside, content, mode)
            os.replace(beside, target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    _flush_folder(target.parent)


def checked_kind(path: str | Path, ending: str) -> None:
    """Raise ValueError for a file whose name ends as that of another kind of file."""
    if Path(path).suffix.lower() not in ("", ending):
        raise ValueError(
            f"{Path(path).name} would hold {ending[1:].upper()}, the only kind there is: end it in {ending}"
        )


def checked_folder(path: str | Path) -> None:
    """Raise ValueError for a file in a folder that there is not."""
    if not Path(path).parent.is_dir():
        raise ValueError(f"there is no folder {Path(path).parent} for {Path(path).name}: make it, or name another")


def _fill(beside: Path, content: bytes, mode: int | None) -> None:
    """Write a new file and return once it would survive a crash."""
    with beside.open("xb") as opened:
        if mode is not None:
            os.chmod(beside, stat.S_IMODE(mode))
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


@contextlib.contextmanager
def _told(target: Path, *, kept: bool) -> Iterator[None]:
    """What goes wrong is told of the file that was wanted."""
    try:
        yield
    except OSError as wrong:
        state = "what lay there before is as it was" if kept else "nothing is left of it"
        reason = wrong.strerror or str(wrong)
        text = f"it was not written: {reason}; {state}; make room, or write it into another folder"
        raise OSError(wrong.errno, text, str(target)) from wrong


def _flush_folder(folder: Path) -> None:
    """Let the new name survive a crash, too, where the system can do that."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

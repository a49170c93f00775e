"""Steps that rerun only when their inputs changed, and never leave anything half-made behind.

A step's result is a folder `<cache>/<name>-<key>`, where the key is a digest of everything the step reads. It is made
in a temporary folder beside it and renamed into place as the last act, so a folder with the right name is complete.
"""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from build.console import say

PART = ".part-"
KEY_LENGTH = 16
# Names of what nothing is made from: a word in a README must not make anybody download the site anew.
NOT_BUILT = ("__pycache__", "README.md")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def key_of(*parts: str) -> str:
    """Short digest of an ordered list of texts; the boundaries between them count."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()[:KEY_LENGTH]


def files_below(paths: Iterable[Path]) -> list[Path]:
    """Every file in these files and folders, sorted, without Python's caches and what only readers of the code read."""
    found: set[Path] = set()
    for path in paths:
        inside = path.rglob("*") if path.is_dir() else [path]
        found.update(file for file in inside if file.is_file() and not set(NOT_BUILT) & set(file.parts))
    return sorted(found)


def tree_key(root: Path, paths: Iterable[Path]) -> str:
    """Digest of names (relative to root) and contents of every file in these files and folders."""
    return key_of(*(f"{file.relative_to(root)} {file_sha256(file)}" for file in files_below(paths)))


def step(cache: Path, name: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder of this step's result, made by `make(empty_folder)` unless one with this key exists.

    Results of the same step with other keys are removed once the new one stands. The caller holds `exclusive(cache)`.
    """
    target = cache / f"{name}-{key}"
    if target.is_dir():
        return target
    say(f"[{name}]")
    with part_folder(cache, name) as part:
        make(part)
        part.rename(target)
    for other in cache.glob(f"{name}-*"):
        if other != target:
            shutil.rmtree(other)
    return target


@contextmanager
def part_folder(parent: Path, name: str) -> Iterator[Path]:
    """A temporary folder in `parent`, to be renamed into place by the caller; removed if that did not happen."""
    parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f"{PART}{name}-", dir=parent))
    part.chmod(0o755)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def swap_folder(part: Path, target: Path) -> None:
    """Put a finished folder in the place of an older one; the older one stands until the new one is complete."""
    retired = part.with_name(f"{part.name}-retired")
    if target.exists():
        target.rename(retired)
    part.rename(target)
    shutil.rmtree(retired, ignore_errors=True)


@contextmanager
def exclusive(cache: Path) -> Iterator[None]:
    """Let one build at a time work in this cache, and clear what a killed one left half-made."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another build in this folder to end ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        for dead in cache.glob(f"{PART}*"):
            shutil.rmtree(dead, ignore_errors=True)
        yield

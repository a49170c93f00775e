"""Prints how old each pin is and the newest version there is, from the registries pip and npm are configured for.

    make pins                        what builds and tests the site, and the page's libraries
    make pins ARGS="--interop"       and what other people's tools are tested with

How to move a pin: docs/pins.md.
"""

import argparse
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from build.console import BuildError, guarded, say
from build.pins import NPM_FOLDER, Pins, pins

SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
PIP_DEFAULT = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
TIMEOUT_S = 30.0
Dates = Mapping[str, datetime]
"""When each version of a package was uploaded."""


@dataclass(frozen=True)
class Age:
    """A pin next to the newest version."""

    pinned_days: int | None
    newest: str
    newest_days: int


def python_pins(pinned: Pins, interop: bool) -> dict[str, str]:
    """Versions of the Python packages that are asked for by name, by their names without extras."""
    tools = pinned.own_tools["interop"] if interop else pinned.test_tools
    split = [re.sub(r"\[.*?\]", "", line).split("==") for line in tools.direct]
    return {name: version for name, version in split}


def npm_pins(folder: Path) -> dict[str, str]:
    """Versions of the npm packages that are asked for by name."""
    package = json.loads((folder / "package.json").read_text())
    return {**package["dependencies"], **package.get("devDependencies", {})}


def age_of(version: str, dates: Dates, now: datetime) -> Age:
    """How old this version and the newest final one are, in days; None where the registry has this one no more."""
    final = {known: parsed for known in dates if (parsed := _parsed(known)) and not parsed.is_prerelease}
    if not final:
        raise BuildError(f"the registry lists no final version beside {version}: try again, or look at it by hand")
    newest = max(final, key=final.__getitem__)
    pinned = (now - dates[version]).days if version in dates else None
    return Age(pinned, newest, (now - dates[newest]).days)


def _parsed(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None


def row(name: str, version: str, age: Age) -> str:
    """One line of the table."""
    old = "?" if age.pinned_days is None else str(age.pinned_days)
    newer = "" if age.newest == version else f"{age.newest} ({age.newest_days} days)"
    return f"{name:28} {version:12} {old:>6}   {newer}".rstrip()


def python_dates(listing: Mapping[str, Any]) -> Dates:
    """Dates of the versions that a package index lists, as its simple JSON says them."""
    found: dict[str, datetime] = {}
    for file in listing["files"]:
        name = re.sub(r"\.(tar\.gz|zip|tar\.bz2)$", "", file["filename"])
        version = name.split("-")[1] if file["filename"].endswith(".whl") else name.rpartition("-")[2]
        if "upload-time" in file:
            found.setdefault(version, datetime.fromisoformat(file["upload-time"]))
    return found


def npm_dates(times: Mapping[str, str]) -> Dates:
    """Dates of the versions, as `npm view NAME time` says them."""
    return {name: datetime.fromisoformat(time) for name, time in times.items() if name not in ("created", "modified")}


def _index() -> str:
    """The address of the index pip asks."""
    configured = _output([sys.executable, "-m", "pip", "config", "list"])
    found = re.search(r"^\S*\.index-url='([^']*)'", configured, re.MULTILINE)
    return (found[1] if found else _output([sys.executable, "-c", PIP_DEFAULT]).strip()).rstrip("/")


def _output(command: Sequence[str]) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise BuildError(f"`{' '.join(command)}` exited with {answer.returncode}: {answer.stderr.strip()[-300:]}")
    return answer.stdout


def _ask_index(index: str, name: str) -> Dates:
    request = urllib.request.Request(
        f"{index}/{re.sub(r'[-_.]+', '-', name).lower()}/", headers={"Accept": SIMPLE_JSON}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return python_dates(json.loads(answer.read()))
    except (OSError, ValueError) as error:
        raise BuildError(
            f"{name} could not be looked up: {error}; check the network and pip's configuration"
        ) from error


def _ask_npm(name: str) -> Dates:
    return npm_dates(json.loads(_output(["npm", "view", name, "time", "--json"])))


def main(arguments: Sequence[str]) -> int:
    """Print a table of pins: the version, its age in days, and the newest version where that is another."""
    parser = argparse.ArgumentParser(prog="python -m build.upkeep.pins_age", description=main.__doc__)
    parser.add_argument("--interop", action="store_true", help="also what `make interop` installs")
    options = parser.parse_args(arguments)
    index, now = _index(), datetime.now(UTC)

    def from_index(name: str) -> Dates:
        return _ask_index(index, name)

    tables: list[tuple[str, dict[str, str], Callable[[str], Dates]]] = [
        ("Python, build/pins.toml", python_pins(pins(), options.interop), from_index),
        ("npm, build/site_parts/npm/package.json", npm_pins(NPM_FOLDER), _ask_npm),
    ]
    for title, found, ask in tables:
        say(f"\n{title}\n{'':28} {'pinned':12} {'days':>6}   newest")
        for name, version in found.items():
            try:
                say(row(name, version, age_of(version, ask(name), now)))
            except BuildError as error:
                say(f"{name:28} {version:12}      ?   {error}")
    return 0


if __name__ == "__main__":
    guarded(main)

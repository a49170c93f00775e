"""Reads pins.toml, the one file that holds every version, and the places of this checkout."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINS_FILE = Path(__file__).with_name("pins.toml")
NPM_FOLDER = Path(__file__).with_name("site_parts") / "npm"
CACHE = ROOT / ".cache"
SITE = ROOT / "site"
VENV = ROOT / ".venv"


@dataclass(frozen=True)
class Requirements:
    """What pip installs together: direct requirements, and the versions of everything they pull in."""

    direct: tuple[str, ...]
    constraints: tuple[str, ...]


@dataclass(frozen=True)
class PinnedFile:
    """One file taken from a PyPI package, with the hash it must have."""

    requirement: str
    file: str
    sha256: str


@dataclass(frozen=True)
class Pins:
    """The contents of pins.toml."""

    pyodide_version: str
    core_files: tuple[str, ...]
    site_packages: tuple[str, ...]
    test_packages: tuple[str, ...]
    official_address: str
    official_timeout_s: float
    fallback_requirement: str
    fallback_folder: str
    traceback: PinnedFile
    compiler_python: str
    site_tools: Requirements
    test_tools: Requirements
    own_tools: dict[str, Requirements]
    debian: dict[str, tuple[str, ...]]
    content_security_policy: str


def parse(text: str) -> Pins:
    """Read the text of a pins file."""
    table: dict[str, Any] = tomllib.loads(text)
    pyodide, python = table["pyodide"], table["python"]
    constraints = tuple(python["constraints"])
    test = (*python["site"], *python["test"])
    sb3 = (*test, *python["sb3"])
    return Pins(
        pyodide_version=pyodide["version"],
        core_files=tuple(pyodide["core"]),
        site_packages=tuple(pyodide["site_packages"]),
        test_packages=tuple(pyodide["test_packages"]),
        official_address=pyodide["official"]["address"],
        official_timeout_s=pyodide["official"]["timeout_s"],
        fallback_requirement=pyodide["fallback"]["requirement"],
        fallback_folder=pyodide["fallback"]["folder"],
        traceback=PinnedFile(**pyodide["traceback"]),
        compiler_python=table["compiler"]["python"],
        site_tools=Requirements(tuple(python["site"]), constraints),
        test_tools=Requirements(test, constraints),
        own_tools={
            "sb3": Requirements(sb3, constraints),
            "interop": Requirements((*sb3, *python["interop"]), constraints),
        },
        debian={name: tuple(packages) for name, packages in table["debian"].items()},
        content_security_policy=table["site"]["content_security_policy"],
    )


@cache
def pins() -> Pins:
    """The project's own pins."""
    return parse(PINS_FILE.read_text(encoding="utf-8"))

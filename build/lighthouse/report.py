"""Lighthouse on the built site: `make lighthouse` prints its scores and what it finds, and keeps its reports.

Its mobile preset, a phone on a slow line, simulated from a load without either; the site comes from the server of
`make play`, compressed. Scores of performance differ from run to run by what else the machine does: the median counts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from build import npm
from build.browsers.chromium import FLAGS, ensure
from build.console import BuildError, guarded, run_tool, say
from build.pins import CACHE, ROOT, SITE, pins
from build.serve import serving
from build.site_parts.headers import site_headers
from build.stamps import exclusive

TOOL = Path(__file__).with_name("npm")
FOLDER = ROOT / "out" / "lighthouse"
LEAST = {"performance": 90, "accessibility": 100, "best-practices": 100, "seo": 100}  # points of 100
METRICS = {  # as Lighthouse names them; unit, and so many of its own in one
    "first-contentful-paint": ("s", 1000),
    "largest-contentful-paint": ("s", 1000),
    "speed-index": ("s", 1000),
    "total-blocking-time": ("ms", 1),
    "cumulative-layout-shift": ("", 1),
}


def visit(program: Path, address: str, out: Path) -> dict[str, Any]:
    """Lighthouse's report of one load."""
    command: list[str | Path] = [program, address, "--quiet", "--output=json", f"--output-path={out}"]
    command += [f"--only-categories={','.join(LEAST)}", f"--chrome-flags={' '.join(('--headless=new', *FLAGS))}"]
    environment = {**os.environ, "CHROME_PATH": str(ensure(pins()))}
    run_tool(command, f"Lighthouse of {address}", "see the lines above", cwd=FOLDER, env=environment)
    report: dict[str, Any] = json.loads(out.read_text())
    if trouble := report.get("runtimeError"):
        raise BuildError(f"Lighthouse could not load {address}: {trouble['message']}")
    return report


def points(reports: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The median of each category over all runs, of 100."""
    return {name: statistics.median(100 * run["categories"][name]["score"] for run in reports) for name in LEAST}


def metrics(reports: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The median of each metric, and in brackets the least and the greatest."""
    lines = {}
    for name, (unit, share) in METRICS.items():
        values = [run["audits"][name]["numericValue"] / share for run in reports]
        lines[name] = f"{statistics.median(values):.3g} {unit} ({min(values):.3g} to {max(values):.3g})"
    return lines


def findings(report: Mapping[str, Any]) -> list[str]:
    """What costs points: the audits that were not passed, with their category and what they name."""
    found = []
    for category, told in report["categories"].items():
        for reference in told["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                items = (audit.get("details") or {}).get("items") or []
                where = [str(item.get("node", {}).get("snippet") or item.get("description") or "") for item in items]
                said = audit.get("displayValue") or ""
                found.append(f"{category}: {audit['title']} {said} {' '.join(where)}".strip()[:400])
    return found


def main(arguments: Sequence[str]) -> int:
    """Look, print, and fail where a category has fewer points than it should."""
    parser = argparse.ArgumentParser(prog="make lighthouse", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="loads, of which the median counts")
    parser.add_argument("--page", default="", help='another page than the first, such as "tutorial/index.html"')
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with exclusive(CACHE):
        program = npm.modules(CACHE, "lighthouse", TOOL, "Lighthouse") / ".bin" / "lighthouse"
    with serving(SITE, site_headers(pins().content_security_policy)) as server:
        server.compress = True
        address = server.url + options.page
        reports = [visit(program, address, FOLDER / f"{number}.json") for number in range(options.runs)]
    first = reports[0]
    browser = subprocess.run([ensure(pins()), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    say(f"Lighthouse {first['lighthouseVersion']}, {browser}, {first['configSettings']['formFactor']}")
    got = points(reports)
    for name, value in [*got.items(), *metrics(reports).items()]:
        say(f"{name:<26}{value}")
    for finding in findings(first):
        say(finding)
    short = [f"{name} {got[name]:.0f}, expected {least}" for name, least in LEAST.items() if got[name] < least]
    for text in short:
        print(f"error: {text}", file=sys.stderr)
    return 1 if short else 0


if __name__ == "__main__":
    guarded(main)

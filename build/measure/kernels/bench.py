"""The benchmark: `make bench ARGS="--only rollout --seconds 20"`. What the kernels do, next to NumPy doing the same.

Every figure is measured in a worker of headless Chromium and natively (wasmtime), kernels and NumPy by turns, and all
of it several times over: first round dropped, then median and range of the others. Everything runs on one core. Prints
a table, and writes all samples to out/bench.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from build.console import BuildError, guarded, say
from build.measure.kernels.bench_places import ChromiumSide, NativeSide, Side, chromium_side
from build.measure.kernels.bench_report import BenchFinding, machine, printed, tables
from build.pins import ROOT, SITE

OUT = ROOT / "out" / "bench.json"
LEAST_REPEATS = 2


def measure(sides: Sequence[Side], name: str, seconds: float, repeats: int) -> BenchFinding:
    """All rounds of one measurement, the sides by turns."""
    say(f"  {name} ...")
    slice_s = seconds / (repeats * len(sides))
    finding = BenchFinding(name, sides[0].unit(name))
    for side in sides:
        side.round(name, slice_s)
    for _ in range(repeats):
        for side in sides:
            finding.add(side.where, side.round(name, slice_s))
    for side in sides:
        side.drop(name)
    return finding


def chosen(names: Sequence[str], only: Sequence[str]) -> list[str]:
    """The names that contain one of the texts in `only`; all of them where nothing is asked for."""
    found = [name for name in names if not only or any(text in name for text in only)]
    if not found:
        raise BuildError(f"nothing is called {' or '.join(only)}; there are: {', '.join(names)}")
    return found


def as_json(findings: Sequence[BenchFinding], sides: Sequence[Side], settings: Mapping[str, object]) -> str:
    """Everything that was found, and on what."""
    versions = {name: version for side in sides for name, version in side.versions().items()}
    content = {
        "machine": machine(),
        "versions": versions,
        "settings": dict(settings),
        "findings": [finding.as_dict() for finding in findings],
    }
    return json.dumps(content, indent=1) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, measure, print, write."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="for each figure, warming up not counted")
    parser.add_argument("--repeats", type=int, default=5, help="rounds of each figure")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="figures whose name contains this")
    parser.add_argument("--native", action="store_true", help="not in Chromium")
    parser.add_argument("--browser", action="store_true", help="not natively")
    parser.add_argument("--out", type=Path, default=OUT, help="where the samples go, as JSON")
    options = parser.parse_args(arguments)
    if options.repeats < LEAST_REPEATS:
        raise BuildError(f"--repeats is {options.repeats}, a spread needs at least {LEAST_REPEATS}")
    both = options.native == options.browser
    with ExitStack() as stack:
        sides: list[Side] = [NativeSide()] if both or options.native else []
        if both or options.browser:
            sides.append(_chromium(stack))
        findings = [
            measure(sides, name, options.seconds, options.repeats) for name in chosen(sides[0].names(), options.only)
        ]
        settings = {"seconds": options.seconds, "repeats": options.repeats}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(as_json(findings, sides, settings))
    for table in tables(findings):
        say(printed(table))
    return 0


def _chromium(stack: ExitStack) -> ChromiumSide:
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    return stack.enter_context(chromium_side())


if __name__ == "__main__":
    guarded(main)

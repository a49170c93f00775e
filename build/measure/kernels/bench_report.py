"""What the benchmark found, as numbers and as tables that read well in a terminal and as Markdown."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from build.measure.kernels.bench_places import CHROMIUM, NATIVE
from build.pins import ROOT

PROFILE = "profile: "
WHOLE = "whole"
# Units of which less is better.
TIMES = ("ms", "us")
SUFFIXES = ((1e6, "M"), (1e3, "k"), (1.0, ""))
WHO = {
    (NATIVE, "kernels"): "kernels, native",
    (NATIVE, "numpy"): "NumPy, native",
    (CHROMIUM, "kernels"): "kernels, Chromium",
    (CHROMIUM, "numpy"): "NumPy, Pyodide",
}

Row = Sequence[str]
Key = tuple[str, str]


@dataclass
class BenchFinding:
    """The samples of one measurement, one a round, by (where, contestant or part)."""

    name: str
    unit: str
    samples: dict[Key, list[float]] = field(default_factory=dict)

    def add(self, where: str, numbers: Mapping[str, float]) -> None:
        """One more round of one side."""
        for who, number in numbers.items():
            self.samples.setdefault((where, who), []).append(number)

    def ratios(self, key: Key) -> list[float]:
        """Round by round, how many times as fast as `key` the kernels in Chromium were, or the native ones without."""
        subject = next(at for at in ((CHROMIUM, "kernels"), (NATIVE, "kernels")) if at in self.samples)
        pairs = zip(self.samples[subject], self.samples[key], strict=True)
        return [theirs / ours if self.unit in TIMES else ours / theirs for ours, theirs in pairs]

    @property
    def is_profile(self) -> bool:
        """Whether the samples are parts of a whole."""
        return self.name.startswith(PROFILE)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        rows = []
        for (where, who), samples in self.samples.items():
            row: dict[str, object] = {"where": where, "who": who, **spread(samples), "samples": samples}
            if not self.is_profile:
                row["kernels_are_times_as_fast"] = spread(self.ratios((where, who)))
            rows.append(row)
        return {"name": self.name, "unit": self.unit, "rows": rows}


def spread(samples: Sequence[float]) -> dict[str, float]:
    """Median and range."""
    return {"median": statistics.median(samples), "min": min(samples), "max": max(samples)}


def number(value: float) -> str:
    """Three digits and a suffix."""
    for scale, suffix in SUFFIXES:
        if abs(value) >= scale:
            scaled = value / scale
            return f"{scaled:.{2 if abs(scaled) < 10 else 1 if abs(scaled) < 100 else 0}f}{suffix}"
    return f"{value:.2f}"


def with_range(samples: Sequence[float]) -> str:
    """Median (min..max)."""
    return f"{number(statistics.median(samples))} ({number(min(samples))}..{number(max(samples))})"


def tables(findings: Sequence[BenchFinding]) -> list[list[Row]]:
    """One table of the figures, and one for each profile."""
    figures = [finding for finding in findings if not finding.is_profile]
    profiles = [_profile(finding) for finding in findings if finding.is_profile]
    return [*([_figures(figures)] if figures else []), *profiles]


def _figures(findings: Sequence[BenchFinding]) -> list[Row]:
    rows: list[Row] = [("figure", "who", "median (min..max)", "kernels are times as fast")]
    for finding in findings:
        name = f"{finding.name}, {finding.unit}"
        for where, who in sorted(finding.samples, key=lambda key: (key[1], key[0])):
            samples, ratios = finding.samples[where, who], finding.ratios((where, who))
            itself = all(ratio == 1.0 for ratio in ratios)
            rows.append((name, WHO[where, who], with_range(samples), "" if itself else with_range(ratios)))
            name = ""
    return rows


def _profile(finding: BenchFinding) -> list[Row]:
    """Medians and shares of the whole, the largest part first; parts of parts behind the whole."""
    places = list(dict.fromkeys(where for where, _ in finding.samples))
    rows: list[Row] = [(f"{finding.name}, {finding.unit}", *(cell for where in places for cell in (where, "share")))]
    medians = {key: statistics.median(samples) for key, samples in finding.samples.items()}
    names = list(dict.fromkeys(part for _, part in finding.samples))
    end = names.index(WHOLE)
    parts = sorted(names[:end], key=lambda part: -medians.get((places[-1], part), 0.0))
    for part in [*parts, *names[end:]]:
        cells = [part]
        for where in places:
            value = medians.get((where, part), 0.0)
            cells += [f"{value:.2f}", f"{100 * value / medians[where, WHOLE]:.0f} %"]
        rows.append(cells)
    return rows


def printed(rows: Sequence[Row]) -> str:
    """A Markdown table with aligned columns, the first one to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for row in (rows[0], rule, *rows[1:]):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n" + "\n".join(lines)


def machine() -> dict[str, object]:
    """What it ran on, and how busy that was."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_1_min": round(os.getloadavg()[0], 2),
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _cpu() -> str:
    table = Path("/proc/cpuinfo")
    lines = table.read_text().splitlines() if table.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "unknown"

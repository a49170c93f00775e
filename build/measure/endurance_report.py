"""What an endurance run comes to: its minutes, and whether it kept what the project promises of a long run.

Everything here is arithmetic over samples; `endurance` takes them.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

WIN_AT_END = 0.95
FALL = 0.10  # below the best
ANSWERED_WITHIN_S = 60.0  # of training: a fall that is followed by a rewind in this time was guarded
SLOPE_MB_A_MINUTE = 1.0
SETTLING_MINUTES = 2  # caches and heaps grow to their size at first
WORST_SHARE = 0.80


@dataclass(frozen=True)
class Sample:
    """One look at the trainer's numbers: seconds and decisions of training, win rate now and best, rewinds so far."""

    t_s: float
    decisions: float
    win: float | None
    best: float | None
    rewinds_t_s: tuple[float, ...] = ()


@dataclass(frozen=True)
class Minute:
    """One row of the log. Memory in MB; `proxies` counts what each role holds of the other language."""

    minute: float
    win: float | None
    best: float | None
    rewinds: int
    decisions_per_s: float
    js_mb: float
    wasm_mb: float
    process_mb: float
    frames: int
    proxies: Mapping[str, int] = field(default_factory=dict)

    @property
    def memory_mb(self) -> float:
        """JavaScript's and WebAssembly's."""
        return self.js_mb + self.wasm_mb


@dataclass(frozen=True)
class PromiseVerdict:
    """One promise: what was found, what was promised, and whether it was kept. `number` in docs/promises.md, or 0."""

    claim: str
    found: str
    kept: bool
    number: int = 0

    def line(self) -> str:
        """Return it for the terminal."""
        return f"{'kept  ' if self.kept else 'BROKEN'} {self.claim}: {self.found}"


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the least-squares line through (x, y); 0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    found = statistics.linear_regression([x for x, _ in points], [y for _, y in points])
    return found.slope


def unguarded_falls(samples: Sequence[Sample]) -> list[Sample]:
    """Return the looks at a win rate surely lost, to which no rewind came within the time to answer."""
    falls = [s for s in samples if s.win is not None and s.best is not None and s.win < s.best - FALL]
    rewinds = [t_s for sample in samples[-1:] for t_s in sample.rewinds_t_s]
    return [
        fall
        for fall in falls
        if not any(abs(rewind - fall.t_s) <= ANSWERED_WITHIN_S for rewind in rewinds)
        and samples[-1].t_s - fall.t_s > ANSWERED_WITHIN_S
    ]


def leaked(minutes: Sequence[Minute]) -> dict[str, float]:
    """Return by how much what each role holds grew per thousand frames, from its first count to its last."""
    counted = [minute for minute in minutes if minute.proxies]
    if len(counted) < 2:
        return {}
    first, last = counted[0], counted[-1]
    frames = max(1, last.frames - first.frames)
    return {role: 1000.0 * (last.proxies[role] - first.proxies[role]) / frames for role in first.proxies}


def verdicts(samples: Sequence[Sample], minutes: Sequence[Minute]) -> list[PromiseVerdict]:
    """Return what became of each promise."""
    last = minutes[-1]
    rates = [minute.decisions_per_s for minute in minutes]
    middle = statistics.median(rates)
    annealed = [minute for minute in minutes if minute.minute > SETTLING_MINUTES] or minutes
    growth = slope([(minute.minute, minute.memory_mb) for minute in annealed])
    falls = unguarded_falls(samples)
    grown = leaked(minutes)
    worst_leak = max(grown.values(), default=0.0)
    return [
        PromiseVerdict(f"wins at the end >= {WIN_AT_END:.0%}", _percent(last.win), (last.win or 0.0) >= WIN_AT_END),
        PromiseVerdict(
            f"no unguarded fall below the best - {FALL:.0%}",
            f"{len(falls)} looks{f', the first at {falls[0].t_s:.0f} s' if falls else ''}; {last.rewinds} rewinds",
            not falls,
        ),
        PromiseVerdict(
            f"memory slope < {SLOPE_MB_A_MINUTE:g} MB/min", f"{growth:+.2f} MB/min", growth < SLOPE_MB_A_MINUTE, 15
        ),
        PromiseVerdict(
            f"worst minute >= {WORST_SHARE:.0%} of the median throughput",
            f"{min(rates) / 1e3:.0f} k/s of {middle / 1e3:.0f} k/s, {min(rates) / max(middle, 1e-9):.0%}",
            min(rates) >= WORST_SHARE * middle,
            4,
        ),
        PromiseVerdict(
            "no proxies leaked per 1000 frames",
            ", ".join(f"{role} {share:+.2f}" for role, share in grown.items()) or "not counted",
            bool(grown) and round(worst_leak) <= 0,
            15,
        ),
    ]


def throughput(samples: Sequence[Sample]) -> float:
    """Return decisions trained per second of training over these looks, whatever pauses lay between them."""
    steps = [(b.decisions - a.decisions, b.t_s - a.t_s) for a, b in pairwise(samples) if b.t_s > a.t_s]
    seconds = sum(time for _, time in steps)
    return sum(count for count, _ in steps) / seconds if seconds else 0.0


def table(minutes: Sequence[Minute]) -> str:
    """Return the minutes as a table in Markdown."""
    rows = [
        "| minute | wins | best | rewinds | trained decisions/s | JavaScript | WebAssembly | process |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    rows += [
        f"| {m.minute:.0f} | {_percent(m.win)} | {_percent(m.best)} | {m.rewinds} | {m.decisions_per_s / 1e3:.0f} k "
        f"| {m.js_mb:.1f} MB | {m.wasm_mb:.1f} MB | {m.process_mb:.0f} MB |"
        for m in minutes
    ]
    return "\n".join(rows)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"

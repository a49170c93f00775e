"""Several addresses of the page, and of other builds of it, trained in turns.

`python -m build.measure.training.turns "?learner=wasm" "?learner=wasm&mode=solo" "before=/tmp/before?learner=wasm"`
opens each in a browser of its own, presses Train, and goes round `--rounds` times. A run's name and the folder of
another built site go before the query. Prints the median and the range of what each trained, and what each thread used.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from build.browsers.chromium import chromium, served
from build.console import guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.pins import SITE

WARM_S = 1.5  # of training before it is measured
REST_S = 1.0  # before Train is pressed
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
LEAST_SHARE = 0.03  # of a core: a thread with less is not told


class Contender(NamedTuple):
    """What is opened: a query on the site in a folder."""

    name: str
    folder: Path
    query: str

    @classmethod
    def parsed(cls, text: str) -> Contender:
        """From "[name=][folder]?query"."""
        where, _, query = text.partition("?")
        name, _, folder = where.rpartition("=")
        return cls(name or text, Path(folder) if folder else SITE, f"?{query}")


class Turn(NamedTuple):
    """One run: decisions and updates a second, when 90 % of the matches were won, shares of a core by thread."""

    decisions_per_s: float
    updates_per_s: float
    seconds_to_win_90: float | None
    cores: dict[str, float]


def _stat(path: Path) -> tuple[str, list[str]]:
    """A thread's or process's name and the fields behind it."""
    text = path.read_text()
    begin, end = text.index("("), text.rindex(")")
    return text[begin + 1 : end], text[end + 2 :].split()


def processor_s(root: int) -> dict[tuple[str, int], float]:
    """Seconds of processor time of every thread of `root` and its descendants, by name and number."""
    children: dict[int, list[int]] = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and (process / "stat").exists():
            children.setdefault(int(_stat(process / "stat")[1][1]), []).append(int(process.name))
    found, todo = dict[tuple[str, int], float](), [root]
    while todo:
        number = todo.pop()
        todo += children.get(number, [])
        for thread in Path(f"/proc/{number}/task").glob("*/stat"):
            name, fields = _stat(thread)
            found[name, int(thread.parent.name)] = (int(fields[11]) + int(fields[12])) * TICK_S
    return found


def measured(entry: Contender, seconds: float) -> Turn:
    """Train for so long in a browser of its own."""
    with served(entry.folder) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(address + entry.query)
        wait_until_ready(page)
        page.wait_for_timeout(REST_S * 1000)
        page.click("#train")
        page.wait_for_timeout(WARM_S * 1000)
        looks = []
        for wait_s in (0.0, seconds - WARM_S):
            page.wait_for_timeout(wait_s * 1000)
            looks.append((telemetry(page)["trainer"], processor_s(os.getpid()), time.monotonic()))
    (before, began, began_s), (after, ended, ended_s) = looks
    passed_s = after["t_s"] - before["t_s"]
    used = {key: (ended[key] - began.get(key, 0.0)) / (ended_s - began_s) for key in ended}
    return Turn(
        (after["decisions"] - before["decisions"]) / passed_s,
        (after["updates"] - before["updates"]) / passed_s,
        next((point["t_s"] for point in after["curve"] or () if point["win"] >= 0.9), None),
        {f"{name} {number}": share for (name, number), share in sorted(used.items()) if share >= LEAST_SHARE},
    )


def _told(values: Iterable[float | None], digits: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "never"
    each = f",.{digits}f"
    return f"{statistics.median(known):{each}} ({min(known):{each}} to {max(known):{each}}; {len(known)} runs)"


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, go round, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each trains at a time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("entries", nargs="+", type=Contender.parsed, metavar="[NAME=][FOLDER]?QUERY")
    options = parser.parse_args(arguments)
    rounds: dict[str, list[Turn]] = {}
    for number in range(options.rounds):
        for entry in options.entries:
            one = measured(entry, options.seconds)
            rounds.setdefault(entry.name, []).append(one)
            cores = ", ".join(f"{name} {share:.2f}" for name, share in one.cores.items())
            say(f"{number + 1}. {entry.name}: {one.decisions_per_s:,.0f} decisions/s; cores: {cores}")
    say("| run | trained decisions/s | updates/s | 90 % wins after, s |\n|---|---|---|---|")
    for name, ones in rounds.items():
        cells = (
            _told((one.decisions_per_s for one in ones), 0),
            _told((one.updates_per_s for one in ones), 1),
            _told((one.seconds_to_win_90 for one in ones), 1),
        )
        say(f"| {name} | {' | '.join(cells)} |")
    return 0


if __name__ == "__main__":
    guarded(main)

"""Headless driver: open the built site, press Train, watch, write figures: `make drive ARGS="--seconds 60"`.

An agent decision is one policy choice by one agent for one action-repeat period; *trained* counts each collected
decision once, however many epochs use it. `curve` holds shares of finished episodes of the current, sampling policy
against the frozen scripted bot, at least 200 episodes a point.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.pins import SITE

PRINT_EVERY_S = 2.0
READY_LIMIT_S = 60.0
WIN_SHARES = (50, 90)


def telemetry(page: Page) -> dict[str, Any]:
    """Return what the page last wrote for machines to read: {show, trainer, errors, fleet, timings}."""
    text = page.evaluate("document.getElementById('telemetry')?.textContent || '{}'")
    found: dict[str, Any] = json.loads(text or "{}")
    return found


def wait_until_ready(page: Page) -> dict[str, Any]:
    """Wait for the Train button to work; returns the telemetry of that moment."""
    try:
        page.wait_for_selector("#train:not([disabled])", timeout=READY_LIMIT_S * 1000)
    except Exception as late:
        errors = page.inner_text("#errors") if page.query_selector("#errors") else ""
        raise BuildError(f"training was not ready after {READY_LIMIT_S:.0f} s; the page says: {errors!r}") from late
    return telemetry(page)


def watch(page: Page, seconds: float) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """Print a line every two seconds; returns the last telemetry and a sample per line."""
    began_s = time.monotonic()
    samples: list[dict[str, float]] = []
    state = telemetry(page)
    while (passed_s := time.monotonic() - began_s) < seconds:
        page.wait_for_timeout(1000 * min(PRINT_EVERY_S, seconds - passed_s))
        state = telemetry(page)
        trainer, show = state.get("trainer") or {}, state.get("show") or {}
        samples.append({key: float(trainer.get(key) or 0.0) for key in ("decisions", "updates", "t_s")})
        say(_line(trainer, show))
    return state, samples


def _line(trainer: Mapping[str, Any], show: Mapping[str, Any]) -> str:
    def number(source: Mapping[str, Any], key: str, digits: int = 0) -> str:
        value = source.get(key)
        return "-" if value is None else f"{value:,.{digits}f}"

    return (
        f"{number(trainer, 't_s', 1):>6} s  {number(trainer, 'decisions'):>12} decisions "
        f"{number(trainer, 'trained_decisions_per_s'):>9}/s  v{number(show, 'version'):<6} "
        f"win {number(trainer, 'win_rate', 2)} loss {number(trainer, 'loss_rate', 2)} "
        f"random {number(trainer, 'win_rate_random', 2)}  entropy {number(trainer, 'entropy', 2)}  "
        f"show {number(show, 'frames_per_s', 1)} fps"
    )


def median_rate(samples: Sequence[Mapping[str, float]], key: str) -> float:
    """Return the median of the rates between neighbouring samples, leaving out the first (start-up)."""
    pairs = list(pairwise(samples))[1:]
    rates = [(b[key] - a[key]) / (b["t_s"] - a["t_s"]) for a, b in pairs if b["t_s"] > a["t_s"]]
    return statistics.median(rates) if rates else 0.0


def report(state: Mapping[str, Any], samples: Sequence[Mapping[str, float]], isolated: bool) -> dict[str, Any]:
    """Return the figures of one run in the form of docs/benchmarks.md."""
    trainer, show = state.get("trainer") or {}, state.get("show") or {}
    timings, fleet = state.get("timings") or {}, state.get("fleet") or {}
    curve = trainer.get("curve") or []
    figures: dict[str, Any] = {
        "boot_s": {"match_moving": timings.get("match_moving_s"), "train_ready": timings.get("train_ready_s")},
        "trained_decisions_per_s": median_rate(samples, "decisions"),
        "rollout_decisions_per_s": trainer.get("rollout_decisions_per_s"),
        "updates_per_s": median_rate(samples, "updates"),
        "versions_published": trainer.get("version"),
        "versions_adopted": show.get("versions_adopted"),
        "show_restarts": state.get("show_restarts", 0),
        "show_frame_ms": {"p50": show.get("frame_ms_p50"), "p99": show.get("frame_ms_p99")},
        "frames_per_s": show.get("frames_per_s"),
        "decisions": trainer.get("decisions"),
        "win_rate_random": trainer.get("win_rate_random"),
        "loss_rate_random": trainer.get("loss_rate_random"),
        "curve": curve,
    }
    for share in WIN_SHARES:
        figures[f"seconds_to_win_{share}"] = next((p["t_s"] for p in curve if p["win"] >= share / 100), None)
    figures |= {
        "learner": trainer.get("learner"),
        "learner_why": trainer.get("learner_why"),
        "renderer": show.get("renderer"),
        "rollout_workers": sum(name.startswith("rollout") for name in fleet),
        "cross_origin_isolated": isolated,
        "errors": state.get("errors") or [],
    }
    return figures


def drive(seconds: float, query: str, screenshot: Path | None) -> dict[str, Any]:
    """Run the site for `seconds` of training and return the figures."""
    with served() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        console: list[str] = []
        page.on("console", lambda message: console.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: console.append(str(error)))
        page.goto(address + query)
        wait_until_ready(page)
        page.click("#train")
        state, samples = watch(page, seconds)
        if screenshot is not None:
            page.screenshot(path=screenshot)
        figures = report(state, samples, bool(page.evaluate("crossOriginIsolated")))
        figures["errors"] = [*figures["errors"], *console]
        page.click("#train")
        return figures


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, drive, print a summary; non-zero when nothing was trained or the page reported errors."""
    parser = argparse.ArgumentParser(prog="make drive", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to train")
    parser.add_argument("--out", type=Path, help="write the figures here as JSON")
    parser.add_argument("--query", default="", help='page address parameters, such as "?seed=2"')
    parser.add_argument("--screenshot", type=Path, help="save a picture of the page at the end")
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    figures = drive(options.seconds, options.query, options.screenshot)
    text = json.dumps(figures, indent=1)
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n")
    say(json.dumps({key: value for key, value in figures.items() if key != "curve"}, indent=1))
    if not figures["decisions"]:
        print("error: nothing was trained", file=sys.stderr)
        return 1
    if figures["errors"]:
        print(f"error: the page reported {len(figures['errors'])} errors", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    guarded(main)

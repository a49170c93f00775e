"""Takes the pictures of the README and draws the icons: `make pictures` opens the built site, trains, and writes PNGs.

    docs/page.png      the page in the middle of training
    docs/match.png     the field and the score, when something happens
    docs/factory.png   the factory: 64 of the training matches
    docs/design/       the page at the sizes that docs/design.md speaks of, with a dock open
    web/icons/         web/assets/icon.svg as pixels, for systems that the page is installed on

Something happens when both players are near the ball, the ball has just moved far and a goal is near; of the moments
seen, the liveliest is kept.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FloatRect, Page, ViewportSize

from build.browsers.chromium import chromium, served
from build.browsers.docks import reach_into_docks
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready, watch
from build.pins import ROOT, SITE

FOLDER = ROOT / "docs"
SIZE: ViewportSize = {"width": 1280, "height": 860}
SHARPNESS = 1.2
MOST_BYTES = 300_000
# Width, height, and the dock that is open there; on a phone, none and one.
LAYOUTS = ((1440, 900, "code"), (1024, 768, "charts"), (844, 390, "inside"), (390, 844, "none"), (390, 844, "runs"))
LAYOUT_SHARPNESS = 0.75
LOOKS = 25
PLAY_MS, REPORT_MS = 300, 1200  # the match goes on; then it is held until the page has surely said where
FAR_M = 100.0
AIR = 8
ICON, ICONS = ROOT / "web/assets/icon.svg", ROOT / "web/icons"
# By name: pixels, the share that the drawing takes, and what lies under it. Systems cut a maskable icon to a circle of
# 80 % of its width, and iOS puts black under what is transparent.
ICON_KINDS = {
    "icon-192": (192, 1.0, "transparent"),
    "icon-512": (512, 1.0, "transparent"),
    "maskable-512": (512, 0.62, "#f4f3ee"),
    "icon-180": (180, 0.8, "#f4f3ee"),
}


def liveliness(before: Mapping[str, Any], now: Mapping[str, Any]) -> float:
    """How much happens in the match now, by two reports of the show a moment apart."""

    def place(values: Mapping[str, Any], body: str) -> tuple[float, float]:
        return float(values.get(f"{body}_x", FAR_M)), float(values.get(f"{body}_y", FAR_M))

    ball = place(now, "ball")
    moved = min(math.dist(ball, place(before, "ball")), 4.0)
    apart = sum(math.dist(ball, place(now, player)) for player in ("player0", "player1"))
    return moved - 0.5 * apart + 0.4 * (abs(ball[0]) - abs(ball[1]))


def around(page: Page, *selectors: str) -> FloatRect:
    """The smallest rectangle that holds all these elements, in CSS pixels, with a little air."""
    boxes = [box for selector in selectors if (box := page.locator(selector).bounding_box()) is not None]
    left, top = min(box["x"] for box in boxes) - AIR, min(box["y"] for box in boxes) - AIR
    right = max(box["x"] + box["width"] for box in boxes) + AIR
    bottom = max(box["y"] + box["height"] for box in boxes) + AIR
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def take_match(page: Page, folder: Path) -> Path:
    """Keep a picture of field and score at the liveliest of many moments; the match is held while one is looked at."""
    target, best = folder / "match.png", -math.inf
    seen: Mapping[str, Any] = {}
    for _ in range(LOOKS):
        page.wait_for_timeout(PLAY_MS)
        page.click("#play")
        page.wait_for_timeout(REPORT_MS)
        now: Mapping[str, Any] = telemetry(page).get("show") or {}
        score = liveliness(seen, now)
        if seen and score > best:
            best = score
            page.screenshot(path=target, clip=around(page, "#match-board", "#stage"))
        page.click("#play")
        seen = now
    return target


def take(page: Page, folder: Path, seconds: float) -> list[Path]:
    """Train for `seconds`, then take all pictures; returns their paths."""
    page.click("#train")
    watch(page, seconds)
    whole, factory = folder / "page.png", folder / "factory.png"
    page.screenshot(path=whole)
    match = take_match(page, folder)
    page.click("#factory")
    page.wait_for_timeout(3000)
    page.screenshot(path=factory, clip=around(page, "#factory-board", "#stage"))
    errors = telemetry(page).get("errors") or []
    if errors:
        raise BuildError(f"the page reported errors, so its pictures are not worth keeping: {errors}")
    return [whole, match, factory]


def take_layouts(page: Page, folder: Path) -> list[Path]:
    """Keep a picture of the whole page at each size; returns their paths."""
    folder.mkdir(exist_ok=True)
    wait_until_ready(page)
    page.click("#train")
    watch(page, 10.0)
    pictures = []
    for width, height, dock in LAYOUTS:
        page.set_viewport_size({"width": width, "height": height})
        shown = page.get_attribute("html", "data-docked") or "none"
        if dock != shown:
            page.click(f"#dock-{shown if dock == 'none' else dock}")
        page.wait_for_timeout(1500)
        pictures.append(folder / f"{width}x{height}-{dock}.png")
        page.screenshot(path=pictures[-1])
    return pictures


def draw_icons(browser: Browser, folder: Path) -> list[Path]:
    """Draw every kind of icon; returns their paths."""
    svg, drawn = ICON.read_text(), []
    for name, (pixels, share, ground) in ICON_KINDS.items():
        page = browser.new_page(viewport={"width": pixels, "height": pixels})
        side = f"{100 * share:.0f}%"
        page.set_content(
            f"<style>html, body {{ margin: 0; height: 100%; background: {ground}; display: grid; place-items: center }}"
            f"body {{ width: 100% }} svg {{ width: {side}; height: {side} }}</style>{svg}"
        )
        drawn.append(folder / f"{name}.png")
        page.screenshot(path=drawn[-1], omit_background=True)
        page.close()
    return drawn


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; non-zero where one is larger than a README should load."""
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=40.0, help="how long to train first")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write them")
    parser.add_argument("--query", default="", help='page address parameters, such as "?renderer=webgpu"')
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    options.folder.mkdir(parents=True, exist_ok=True)
    with served() as address, chromium() as browser:
        page = reach_into_docks(browser.new_page(viewport=SIZE, device_scale_factor=SHARPNESS))
        page.goto(address + options.query)
        wait_until_ready(page)
        pictures = take(page, options.folder, options.seconds)
        small = browser.new_page(viewport=SIZE, device_scale_factor=LAYOUT_SHARPNESS)
        small.goto(address + options.query)
        pictures += take_layouts(small, options.folder / "design")
        pictures += draw_icons(browser, ICONS)
    too_large = [picture for picture in pictures if picture.stat().st_size > MOST_BYTES]
    for picture in pictures:
        say(f"{picture}  {picture.stat().st_size / 1000:.0f} kB")
    for picture in too_large:
        print(f"error: {picture} is over {MOST_BYTES / 1000:.0f} kB: lower SHARPNESS", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    guarded(main)

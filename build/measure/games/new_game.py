"""How long it takes from Run to the first chunk that a new game has played: `python -m build.measure.games.new_game`.

In the page, with training on: Run is pressed on games that differ in what their players see, so that each begins anew
on a memory of its own. There the head of the first rollout worker's ring says when a chunk is whole.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from drillsergeant.drills.new_game import text_of
from drillsergeant.memory.layout import Layout
from playwright.sync_api import Page

from build.browsers.chromium import chromium, served
from build.console import guarded, say
from build.measure.drive import wait_until_ready

PLACE = "my-blank"
SEEN = ('("x", "mark")', '[state["x"] / self.half_m, ')
WAIT_MS = 60_000
# The page's INIT messages to rollout workers, when each was posted and over which memory.
LISTEN = """
window.inits = [];
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...rest) {
  if (message?.type === "INIT" && message.role === "rollout" && message.index === 0) {
    const { memory, layout } = message;
    window.inits.push({ at: performance.now(), memory, layout });
  }
  return post.call(this, message, ...rest);
};
"""
PRESS = "() => { const at = performance.now(); document.getElementById('workshop-run').click(); return at; }"
FIRST = """(word) => new Promise((resolve) => {
  const cells = new Int32Array(window.inits.at(-1).memory.buffer);
  const look = () => (Atomics.load(cells, word) ? resolve(performance.now()) : setTimeout(look, 2));
  look();
})"""


def games(count: int) -> Iterator[str]:
    """Games whose players see three numbers, four, five, three and so on."""
    text = text_of(PLACE)
    for number in range(count):
        more = number % 3 + 1
        names = ", ".join(["x", "mark", *(f"again_{k}" for k in range(more))])
        yield text.replace(SEEN[0], f"tuple({names.split(', ')!r})").replace(SEEN[1], SEEN[1] + 'state["x"], ' * more)


def timed(page: Page, text: str) -> tuple[float, float]:
    """Run this game; seconds until the workers are told of it, and until the first chunk of it was played."""
    known = page.evaluate("window.inits.length")
    page.evaluate("(text) => { document.getElementById('workshop-editor').value = text; }", text)
    pressed: float = page.evaluate(PRESS)
    page.wait_for_function("(known) => window.inits.length > known", arg=known, timeout=WAIT_MS)
    told: dict[str, Any] = page.evaluate("(({ at, layout }) => ({ at, layout }))(window.inits.at(-1))")
    head = Layout.from_dict(told["layout"])["ring.0.producer"].word
    played: float = page.evaluate(FIRST, head)
    return (told["at"] - pressed) / 1000, (played - pressed) / 1000


def main(arguments: Sequence[str]) -> int:
    """Measure, and print a line for each Run and the median."""
    parser = argparse.ArgumentParser(prog="python -m build.measure.games.new_game", description=main.__doc__)
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument(
        "--rest", type=float, default=8.0, help="seconds before the first Run, as for a visitor who types"
    )
    given = parser.parse_args(arguments)
    with served() as address, chromium() as browser:
        page = browser.new_page()
        page.add_init_script(LISTEN)
        page.goto(f"{address}?drill={PLACE}")
        wait_until_ready(page)
        page.wait_for_selector("#workshop-editor[data-ready]")
        page.click("#train")
        page.select_option("#workshop-weights", "fresh")
        page.wait_for_timeout(1000 * given.rest)
        found = []
        for number, text in enumerate(games(given.runs), 1):
            told_s, played_s = timed(page, text)
            found.append(played_s)
            say(f"run {number}: compiled and told after {told_s:.2f} s, the first chunk after {played_s:.2f} s")
            page.wait_for_timeout(2000)
        say(f"median {statistics.median(found):.2f} s, worst {max(found):.2f} s")
    return 0


if __name__ == "__main__":
    guarded(main)

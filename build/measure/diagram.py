"""Draws the four programs and the three channels between them: `python -m build.measure.diagram`.

Writes docs/architecture.svg. Words and places are below, nothing is measured. Colours follow the reader's: light, or
dark where the browser says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from build.console import guarded, say
from build.pins import ROOT

TARGET = ROOT / "docs/architecture.svg"
WIDTH, HEIGHT = 960, 600
LINE_PX = 19  # from one line of text to the next
STYLE = """
  svg { --paper: #fff; --ink: #1c2024; --soft: #596069; --edge: #8b949e; --box: #f4f6f8; --memory: #eaeef2;
        --control: #596069; --weights: #b35900; --play: #0a5cc2; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --soft: #a3adb8; --edge: #6e7681; --box: #1c232c; --memory: #141a21;
          --control: #a3adb8; --weights: #ffa94d; --play: #74b3ff; } }
  text { font: 14px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
  .title { font-weight: 700; font-size: 17px; }
  .file { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 13px; fill: var(--soft); }
  .paper { fill: var(--paper); } .memory { fill: var(--memory); stroke: var(--edge); stroke-dasharray: 6 4; }
  .box { fill: var(--box); stroke: var(--edge); stroke-width: 1.5; }
  .control { stroke: var(--control); } .weights { stroke: var(--weights); } .play { stroke: var(--play); }
  .arrow { fill: none; stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
  text.control { fill: var(--control); stroke: none; } text.weights { fill: var(--weights); stroke: none; }
  text.play { fill: var(--play); stroke: none; } .word { font-weight: 600; }
"""
HEAD_PX = 7.0  # of an arrow


@dataclass(frozen=True)
class Station:
    """A program, or a part of shared memory: a title, what it does, and the file to begin with."""

    x: int
    y: int
    width: int
    height: int
    title: str
    says: Sequence[str]
    file: str
    edge: str = "box"
    copies: int = 1


@dataclass(frozen=True)
class Arrow:
    """Up or down at `x`, from `start` to `end`; with `both`, there and back. `word` stands beside it, on the right."""

    x: int
    start: int
    end: int
    channel: str
    word: str = ""
    both: bool = False


PAGE = Station(
    20, 20, 920, 92, "page", ["main thread: buttons, numbers, charts; starts, watches and replaces the workers"],
    "runtimes/page/page.py, runtimes/supervisor/supervisor.py",
)  # fmt: skip
SHOW = Station(
    20, 190, 260, 112, "show", ["plays and draws the match on", "screen, 120 ticks a second"], "runtimes/show/show.py"
)
TRAINER = Station(
    350, 190, 260, 112, "trainer", ["takes chunks, learns (PPO),", "publishes weights"], "runtimes/trainer/trainer.py"
)
ROLLOUT = Station(
    680, 190, 248, 112, "rollout × N", ["hundreds of matches each,", "without pause"], "runtimes/rollout.py", copies=3
)
RING = Station(470, 408, 380, 72, "rings of chunks, one a rollout worker", [], "memory/ring.py", edge="box play")
WEIGHTS = Station(
    40, 504, 880, 72, "weights: R + 2 slots, one active, a pin for each of R readers", [], "memory/weights.py",
    edge="box weights",
)  # fmt: skip
BOXES = (PAGE, SHOW, TRAINER, ROLLOUT, RING, WEIGHTS)
ARROWS = (
    Arrow(150, 112, 190, "control", "control: PLAY … METRICS", both=True),
    Arrow(480, 112, 190, "control", "control: START_TRAINING …", both=True),
    Arrow(804, 112, 178, "control", "control: INIT …", both=True),
    Arrow(100, 504, 302, "weights", "read"),
    Arrow(400, 302, 504, "weights", "write"),
    Arrow(885, 504, 302, "weights", "read"),
    Arrow(760, 302, 408, "play", "write"),
    Arrow(540, 408, 302, "play", "read"),
)
MEMORY = (20, 366, 920, 224)


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """One line of text, from its left end at (x, y)."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>'


def rectangle(x: float, y: float, width: float, height: float, kind: str) -> str:
    """A rectangle with round corners."""
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8"/>'


def box(each: Station) -> list[str]:
    """A box, with those behind it of which there are more, and its words."""
    behind = range(each.copies - 1, -1, -1)
    drawn = [rectangle(each.x + 6 * k, each.y - 6 * k, each.width, each.height, each.edge) for k in behind]
    lines = [(each.title, "title"), *((line, "") for line in each.says), (each.file, "file")]
    return [*drawn, *(text(each.x + 16, each.y + 30 + LINE_PX * 1.2 * k, *line) for k, line in enumerate(lines))]


def arrow(each: Arrow) -> list[str]:
    """An arrow, its heads, and its word halfway."""
    way = 1 if each.end > each.start else -1
    gap = 3  # to the edges
    start, end = each.start + way * gap, each.end - way * gap
    path = f"M{each.x} {start}V{end}" + head(each.x, end, way) + (head(each.x, start, -way) if each.both else "")
    drawn = [f'<path class="arrow {each.channel}" d="{path}"/>']
    # Beside the upper end of a long arrow, where nothing else is; in the middle of a short one.
    middle = (start + end) / 2 if each.both else min(start, end) + 34
    return [*drawn, text(each.x + 12, middle + 5, each.word, f"word {each.channel}")]


def head(x: float, y: float, way: int) -> str:
    """The two strokes of an arrow's head, which points down where `way` is 1 and up where it is -1."""
    back = y - way * HEAD_PX
    return f"M{x - HEAD_PX:g} {back:g}L{x:g} {y:g}L{x + HEAD_PX:g} {back:g}"


def diagram() -> str:
    """The whole picture as SVG."""
    x, y, width, height = MEMORY
    memory = [
        rectangle(x, y, width, height, "memory"),
        text(140, y + 58, "shared memory", "title"),
        text(140, y + 60 + LINE_PX, "what lies where, who writes it", ""),
        text(140, y + 60 + 2 * LINE_PX, "memory/layout.py", "file"),
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>The page, the show, the trainer and the rollout workers, and the three channels between them</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        *memory,
        *(line for each in BOXES for line in box(each)),
        *(line for each in ARROWS for line in arrow(each)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the picture, to docs/ or to the file named."""
    target = Path(arguments[0]) if arguments else TARGET
    target.write_text(diagram())
    say(f"wrote {target}")
    return 0


if __name__ == "__main__":
    guarded(main)

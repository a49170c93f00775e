"""Draws the loop of agent and game for the tutorial: `python -m build.measure.loop`.

Writes web/assets/loop.svg. Colours follow the reader's: light, or dark where the browser says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from build.console import guarded, say
from build.measure.diagram import HEAD_PX, rectangle
from build.pins import ROOT

TARGET = ROOT / "web/assets/loop.svg"
WIDTH, HEIGHT = 440, 300
STYLE = """
  svg { --ink: #1c2329; --soft: #566069; --box: #ffffff; --edge: #8b949e; --field: #cfe4c2; --line: #f7fbf2;
        --agent: #ee7a1d; --edges: #27323a; --action: #b8500a; --reward: #1f7a4a; --seen: #215cc4; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e9ebe6; --soft: #a3adb3; --box: #1c2226; --edge: #6e7681; --field: #22382c; --line: #5d7a69;
          --agent: #ff9440; --edges: #0d1512; --action: #ff9d4d; --reward: #3fb477; --seen: #7fb0ff; } }
  text { font: 15px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); text-anchor: middle; }
  .name, .word { font-weight: 700; font-size: 18px; } .says { fill: var(--soft); }
  .box { fill: var(--box); stroke: var(--edge); stroke-width: 1.5; }
  .field { fill: var(--field); stroke: var(--line); stroke-width: 2; }
  .agent { fill: var(--agent); stroke: var(--edges); stroke-width: 2; }
  .ball { fill: #fff; stroke: var(--edges); stroke-width: 1.5; }
  .eye { fill: #fff; } .pupil { fill: #1c2329; }
  .arrow { fill: none; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
  path.action { stroke: var(--action); } path.reward { stroke: var(--reward); } path.seen { stroke: var(--seen); }
  text.action { fill: var(--action); } text.reward { fill: var(--reward); } text.seen { fill: var(--seen); }
"""
AGENT, GAME = (16, 92, 124, 116), (300, 92, 124, 116)  # x, y, width, height
MIDDLE = WIDTH / 2


def text(x: float, y: float, words: str, kind: str) -> str:
    """One line of text around x."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{words}</text>'


def square(x: float, y: float, half: float) -> list[str]:
    """The agent, which looks to the right, around (x, y)."""
    eyes = [(x + 0.48 * half, y + side * 0.42 * half) for side in (-1, 1)]
    return [
        f'<rect class="agent" x="{x - half:g}" y="{y - half:g}" width="{2 * half:g}" height="{2 * half:g}"'
        f' rx="{0.34 * half:g}"/>',
        *(f'<circle class="eye" cx="{at:g}" cy="{up:g}" r="{0.24 * half:g}"/>' for at, up in eyes),
        *(f'<circle class="pupil" cx="{at + 0.08 * half:g}" cy="{up:g}" r="{0.12 * half:g}"/>' for at, up in eyes),
    ]


def arrow(points: str, end: tuple[float, float], way: tuple[float, float], kind: str) -> str:
    """A path and the two strokes of its head at `end`, which points along `way`, one of the four directions."""
    (x, y), (right, down) = end, way
    back = [(x - HEAD_PX * (right + side * down), y - HEAD_PX * (down + side * right)) for side in (-1, 1)]
    (x1, y1), (x2, y2) = back
    return f'<path class="arrow {kind}" d="{points}M{x1:g} {y1:g}L{x:g} {y:g}L{x2:g} {y2:g}"/>'


def loop() -> str:
    """The whole picture as SVG."""
    (ax, ay, width, height), (gx, gy, _, _) = AGENT, GAME
    left, right, low = ax + width / 2, gx + width / 2, ay + height
    inside: Sequence[str] = (
        rectangle(*AGENT, "box"),
        *square(left, ay + 46, 24),
        text(left, low - 14, "agent", "name"),
        rectangle(*GAME, "box"),
        f'<rect class="field" x="{gx + 22:g}" y="{gy + 12:g}" width="80" height="66"/>',
        *square(gx + 46, gy + 54, 9),
        f'<circle class="ball" cx="{gx + 82:g}" cy="{gy + 32:g}" r="8"/>',
        text(right, low - 14, "game", "name"),
    )
    arrows = (
        arrow(f"M{left:g} {ay - 6:g}C{left:g} 30 {right:g} 30 {right:g} {gy - 6:g}", (right, gy - 6), (0, 1), "action"),
        text(MIDDLE, 26, "action", "word action"),
        text(MIDDLE, 72, "one of five", "says"),
        arrow(f"M{gx - 6:g} 150H{ax + width + 6:g}", (ax + width + 6, 150), (-1, 0), "reward"),
        text(MIDDLE, 138, "reward", "word reward"),
        text(MIDDLE, 174, "one number", "says"),
        arrow(
            f"M{right:g} {low + 6:g}C{right:g} 270 {left:g} 270 {left:g} {low + 6:g}", (left, low + 6), (0, -1), "seen"
        ),
        text(MIDDLE, 246, "observation", "word seen"),
        text(MIDDLE, 284, "eight numbers", "says"),
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>An action goes from the agent to the game, a reward and an observation come back</title>",
        f"<style>{STYLE}</style>",
        *inside,
        *arrows,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the picture, to web/assets/ or to the file named."""
    target = Path(arguments[0]) if arguments else TARGET
    target.write_text(loop())
    say(f"wrote {target}")
    return 0


if __name__ == "__main__":
    guarded(main)

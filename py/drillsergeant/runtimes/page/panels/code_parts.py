"""The parts of a drill's text that an address may ask for, such as the reward alone: exercises of a tutorial."""

from __future__ import annotations

from collections.abc import Mapping

# How the parts of a drill's text begin, by what an address calls them.
PARTS: Mapping[str, str] = {"reward": "    def reward(", "numbers": "    # Numbers", "observation": "    def observe("}


def part_of(text: str, part: str) -> str:
    """Return a drill's text with this part alone, still a class that runs; "" is all of it, as of a whole game."""
    if not part or not all(mark in text for mark in PARTS.values()):
        return text
    starts = sorted(text.index(mark) for mark in PARTS.values())
    begins = text.index(PARTS[part])
    ends = next((start for start in starts if start > begins), len(text))
    return text[: starts[0]] + text[begins:ends].rstrip() + "\n"

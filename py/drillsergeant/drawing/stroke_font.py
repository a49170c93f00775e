"""Letters as strokes, so that whoever draws lines can write: capitals, figures and some signs, 4 wide and 6 high."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from drillsergeant.drills.shapes import ADVANCE

WIDE, HIGH = 4, 6
# Each word of a letter is a stroke: its points, two digits each, x to the right and y upwards.
LETTERS = {
    "A": "002640 1333", "B": "00063645443303 3342413000", "C": "4536160501103041", "D": "00062644422000",
    "E": "46060040 0333", "F": "460600 0333", "G": "45361605011030414323", "H": "0006 4046 0343", "I": "2026",
    "J": "4641301001", "K": "0006 4602 1340", "L": "060040", "M": "0006234640", "N": "00064046",
    "O": "103041453616050110", "P": "00063645443303", "Q": "103041453616050110 2240", "R": "00063645443303 2340",
    "S": "453616050413334241301001", "T": "0646 2620", "U": "060110304146", "V": "062046", "W": "0610233046",
    "X": "0046 0640", "Y": "062346 2320", "Z": "06460040", "0": "103041453616050110", "1": "152620 1030",
    "2": "05163645440040", "3": "05163645443313 334241301001", "4": "30360242", "5": "460603334241301001",
    "6": "4536160501103041423303", "7": "064610", "8": "13040516364544331302011030414233 3313",
    "9": "0110304145361605041343", ".": "2021", ",": "2110", "-": "1333", "+": "0343 2125", ":": "2122 2425",
    "/": "0046", "%": "0046 0616150506 3040413130", "!": "2622 2021", "?": "05163645442322 2021", "(": "36252130",
    ")": "16252110", "'": "2624", "=": "0242 0444", "<": "460340", ">": "064300", " ": "",
}  # fmt: skip
UNKNOWN = "0006464000"


@lru_cache(maxsize=256)
def strokes(text: str) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The strokes of a text around (0, 0), letters 1 high."""
    return tuple(_strokes(text))


def _strokes(text: str) -> Iterator[tuple[tuple[float, float], ...]]:
    start = -(len(text) - 1) / 2 * ADVANCE
    for place, letter in enumerate(text.upper()):
        middle = start + place * ADVANCE
        for stroke in LETTERS.get(letter, UNKNOWN).split():
            pairs = zip(stroke[::2], stroke[1::2], strict=True)
            yield tuple((middle + (int(x) - WIDE / 2) / HIGH, (int(y) - HIGH / 2) / HIGH) for x, y in pairs)

"""The colours of the match, light and dark. Orange and blue differ in lightness too, for every kind of sight."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

Rgba = tuple[float, float, float, float]


def faded(colour: str, share: float) -> str:
    """Return a `#rrggbb` colour with opacity `share` in [0, 1], as CSS: as it is where it is opaque."""
    if share >= 1.0:
        return colour
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{max(0.0, min(1.0, share)):.3f})"


@lru_cache(maxsize=256)
def rgba(colour: str, share: float = 1.0) -> Rgba:
    """Return a `#rrggbb` or `rgba(...)` colour as numbers in [0, 1], its opacity multiplied by `share`."""
    if colour.startswith("#"):
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return red, green, blue, max(0.0, min(1.0, share))
    *channels, opacity = (float(part) for part in colour.removeprefix("rgba(").removesuffix(")").split(","))
    red, green, blue = (channel / 255 for channel in channels)
    return red, green, blue, max(0.0, min(1.0, share * opacity))


@dataclass(frozen=True)
class Colours:
    """One theme; plain colours are `#rrggbb` so that they can be faded."""

    surround: str
    stripes: tuple[str, str]
    line: str
    teams: tuple[str, str]
    nobody: str
    edge: str
    eye: str
    pupil: str
    ball: str
    ball_edge: str
    trail: str
    shadow: str
    chosen: str
    paper: str
    ink: str

    def named(self, name: str) -> str:
        """The `#rrggbb` of a shape's colour, see `drills.shapes.COLOURS`."""
        if name.startswith("#"):
            light, _, dark = name.partition(" ")
            return dark if dark and self is DARK else light
        if name in ("team0", "team1"):
            return self.teams[int(name[-1])]
        if name in ("ground", "stripe"):
            return self.stripes[name == "stripe"]
        return str(getattr(self, name))


LIGHT = Colours(
    surround="#b3cfa5",
    stripes=("#cfe4c2", "#c7dfb9"),
    line="#f7fbf2",
    teams=("#ee7a1d", "#2460cf"),
    nobody="#6d7680",
    edge="#27323a",
    eye="#ffffff",
    pupil="#1c2329",
    ball="#ffffff",
    ball_edge="#27323a",
    trail="#ffffff",
    shadow="rgba(24,40,28,0.22)",
    chosen="#101a20",
    paper="#eef1f3",
    ink="#2c3640",
)

DARK = Colours(
    surround="#17251e",
    stripes=("#22382c", "#263d31"),
    line="#5d7a69",
    teams=("#ff9440", "#5b9bff"),
    nobody="#8d979f",
    edge="#0d1512",
    eye="#f5f7f4",
    pupil="#10181c",
    ball="#f5f7f4",
    ball_edge="#0d1512",
    trail="#dfe9e2",
    shadow="rgba(0,0,0,0.4)",
    chosen="#fdfffb",
    paper="#20272d",
    ink="#c9d2da",
)

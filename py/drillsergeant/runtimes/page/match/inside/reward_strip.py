"""The strip under the match: what a player has earned, decision by decision and term by term, as it earns it.

It can be scrubbed: the match is held then, and shown as it was at that decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from drillsergeant.drills.contract import Continuous
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.view import STRIP_HIGH, STRIP_WIDE, StripRow, View
from drillsergeant.runtimes.protocol import messages

SLIDER, NOW = "strip-at", "strip-now"
SHOWN = 150  # decisions: as many as the slider in index.html goes back
LEAST = 1e-6  # a row that holds nothing larger is flat
ENDS = {"for": "won", "against": "lost", "reset": "new start", "": ""}  # by the mark of a decision


class Earned(NamedTuple):
    """What was earned by a decision."""

    number: int
    clock_s: float
    mark: str
    terms: Sequence[float]


class RewardStrip:
    """The last decisions of the player who is looked into. `hold` pauses the match."""

    def __init__(
        self, view: View, send: Callable[[messages.Message], None], game: DrillFacts, hold: Callable[[], None]
    ) -> None:
        self._view, self._send, self._heads, self._hold = view, send, game.heads, hold
        self._names = ["reward", *(name.replace("_", " ") for name in game.reward_terms)]
        self.clear()

    def clear(self) -> None:
        """Another player, or nobody: begin anew."""
        self._earned: list[Earned] = []
        self._back = 0  # decisions before the newest
        self._recalled = -1  # what the show has told
        self._view.set_attribute("strip", "hidden", "")
        self._view.set_value(SLIDER, "0")

    def show(self, inside: Mapping[str, object]) -> None:
        """Add what the show tells."""
        told = inside.get("decisions")
        news = told if isinstance(told, list) else []
        for number, clock_s, mark, *terms in news:
            self._earned.append(Earned(int(number), float(clock_s), str(mark), [float(term) for term in terms]))
        self._earned = self._earned[-SHOWN:]
        if self._back:  # what came late is newer than what is looked at
            self._back = min(self._back + len(news), len(self._earned) - 1)
        recalled = inside.get("recalled")
        if self._recalled >= 0 and recalled == -1:
            self._back = 0  # it plays on
        self._recalled = recalled if isinstance(recalled, int) else -1
        if self._recalled >= 0 and "version" in inside:
            self._view.set_text("metric-version", f"{inside['version']}")  # the board is of that moment, too
        if self._earned:
            self._draw(inside)

    def scrub(self, value: str) -> None:
        """Show the match as it was so many decisions ago: from -149 to 0, which is now."""
        back = min(-int(value), len(self._earned) - 1) if value.removeprefix("-").isdigit() else 0
        if back > 0:
            self._hold()
            self._send(messages.Recall(self._earned[-1 - back].number))
        elif self._back > 0:
            self._send(messages.Recall(-1))
        self._back = max(back, 0)
        if self._earned:
            self._draw({})

    def _draw(self, inside: Mapping[str, object]) -> None:
        view, at = self._view, self._earned[-1 - min(self._back, len(self._earned) - 1)]
        view.set_attribute("strip", "hidden", None)
        view.set_value(SLIDER, str(-self._back))
        view.set_attribute(NOW, "disabled", None if self._back else "")
        columns = [[sum(each.terms) for each in self._earned]]
        columns += [[each.terms[term] for each in self._earned] for term in range(len(self._names) - 1)]
        own = [sum(at.terms), *at.terms]
        rows = [
            StripRow(name, _signed(value), (*_bars(column), ("at", self._line())))
            for name, column, value in zip(self._names, columns, own, strict=True)
        ]
        rows.append(StripRow("won or lost", ENDS[at.mark], (*self._ends(), ("at", self._line()))))
        view.set_strip("strip-rows", rows)
        said = self._said(at)
        view.set_attribute(SLIDER, "aria-valuetext", said)
        picked = inside.get("picked")
        if isinstance(picked, list) and len(picked) == len(self._heads) and (self._recalled >= 0 or not self._back):
            said = f"{said} It chose {self._choice(picked)}." if self._recalled == at.number else said
        view.set_text("strip-said", said)

    def _said(self, at: Earned) -> str:
        terms = ", ".join(
            f"{name} {_signed(term)}" for name, term in zip(self._names[1:], at.terms, strict=True) if term
        )
        ended = f" Then: {ENDS[at.mark]}." if at.mark else ""
        ago = f"{self._back} decision{'s' if self._back > 1 else ''} ago"
        when = ago if self._back else "The newest decision"
        return f"{when} ({at.clock_s:.1f} s): earned {_signed(sum(at.terms))}{f' ({terms})' if terms else ''}.{ended}"

    def _choice(self, picked: Sequence[float]) -> str:
        return ", ".join(
            f"{head.name} {part:.2f} {head.unit}".rstrip() if isinstance(head, Continuous) else head.choices[int(part)]
            for head, part in zip(self._heads, picked, strict=True)
        )

    def _line(self) -> str:
        x = _x(SHOWN - 1 - self._back)
        return f"M{x:.1f} 0V{STRIP_HIGH:g}"

    def _ends(self) -> list[tuple[str, str]]:
        """A mark where a match ended: upwards for a win, downwards for a loss, a line for a new start."""
        paths = {"for": "", "against": "", "reset": ""}
        shapes = {"for": "M{0:.1f} 4l4 16h-8z", "against": "M{0:.1f} 20l4 -16h-8z", "reset": "M{0:.1f} 2v20"}
        for slot, each in enumerate(self._earned, SHOWN - len(self._earned)):
            if each.mark:
                paths[each.mark] += shapes[each.mark].format(_x(slot))
        return list(paths.items())


def _x(slot: int) -> float:
    return STRIP_WIDE * (slot + 0.5) / SHOWN


def _bars(column: Sequence[float]) -> list[tuple[str, str]]:
    """From the middle up where something was earned, down where something was lost; each row by its own scale."""
    reach, half = max(LEAST, *map(abs, column)), STRIP_HIGH / 2
    paths = {"gain": "", "loss": ""}
    for slot, value in enumerate(column, SHOWN - len(column)):
        if abs(value) > LEAST:
            paths["gain" if value > 0 else "loss"] += f"M{_x(slot):.1f} {half:g}v{-half * value / reach:.1f}"
    return list(paths.items())


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\u2212")

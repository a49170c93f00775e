"""What a player looks at: the numbers it sees, by how much each speaks for what it chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drillsergeant.runtimes.page.view import Bar, View

ROWS = 8
KEEP = 0.9  # of the order so far, at each telling: rows that jump cannot be read
LEAST_REACH = 0.5  # nats: the bars reach at least so far


class Attention:
    """The list of the entries of an observation that matter most."""

    def __init__(self, view: View, names: Sequence[str]) -> None:
        self._view, self._names = view, names
        self.clear()

    def clear(self) -> None:
        """Another player."""
        self._weights = [0.0] * len(self._names)
        self._view.set_bars("inside-looks", [])

    def show(self, inside: Mapping[str, object]) -> None:
        """Write what the show tells; of a moment that is shown again its own order."""
        told = inside.get("influences")
        if not isinstance(told, list) or len(told) != len(self._names):
            return
        influences = [float(each) for each in told]
        keep = 0.0 if inside.get("recalled", -1) != -1 else KEEP
        self._weights = [
            keep * old + (1.0 - keep) * abs(new) for old, new in zip(self._weights, influences, strict=True)
        ]
        order = sorted(range(len(influences)), key=lambda entry: -self._weights[entry])[:ROWS]
        reach = max(LEAST_REACH, *(abs(influences[entry]) for entry in order))
        self._view.set_bars("inside-looks", [[_bar(self._names[each], influences[each], reach) for each in order]])


def _bar(name: str, influence: float, reach: float) -> Bar:
    """To the right where the number speaks for the choice, to the left where against it."""
    share = influence / reach / 2
    return Bar(name, 0.5 + min(share, 0.0), abs(share), f"{influence:+.2f}".replace("-", "\u2212"))

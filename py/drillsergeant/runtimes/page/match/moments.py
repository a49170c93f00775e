"""What the page does at the moment when something happens in a match: the score on the board jumps, and it is heard."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.page.match.sound import SOUND, SoundSwitch
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

BUMPS = ("a", "b")  # two names for one motion: the browser begins it anew when the name changes


class MomentBoard:
    """Hears at once what the numbers, twice a second, tell later."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._sound = SoundSwitch(view)
        self._bumps = 0

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what the button does."""
        return {SOUND: self._sound.turn}

    def show(self, moment: messages.Happened, on_board: bool) -> None:
        """Something has happened in a match, whose score stands on the board or does not."""
        self._sound.moment(moment)
        if moment.kind == messages.WON and on_board:
            for team, score in enumerate((moment.score_0, moment.score_1)):
                self._view.set_text(f"metric-score_{team}", str(score))
            self._bumps += 1
            self._view.set_attribute(f"metric-score_{moment.team}", "data-bump", BUMPS[self._bumps % len(BUMPS)])

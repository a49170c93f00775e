"""What is on screen: the match, the training matches, two versions, or a replay; and the board above each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

MATCH, FACTORY, COMPARE, REPLAY = messages.VIEWS
# Which matches are on screen, by their numbers in the protocol.
MATCHES: Mapping[str, tuple[int, ...]] = {MATCH: (0,), FACTORY: (), COMPARE: (1, 2), REPLAY: ()}
HELD_CONTROLS = ("play", "step", "speed")  # of the match; nobody holds the training matches
STANDING = 0.05  # times real time; below that nobody sees anything move
# What stands under the field.
HINTS = {
    MATCH: "Drag what moves; tap a player to look inside.",
    FACTORY: "Every match in here is learned from. Press one to watch it large.",
    COMPARE: "The same start twice, each against the hand-written bot. Who is done first waits for the other.",
    REPLAY: "What was played, again. Pull the slider to any moment of it.",
}
WATCHED = "One of the matches it learns from, as fast as it plays it. Press it for all, \u2190 and \u2192 for the next."
ALONE_TWICE = "The same start twice, played then and now. Who is done first waits for the other."


class Views:
    """Which view the visitor has chosen. `send` reaches the show."""

    def __init__(self, view: View, send: Callable[[messages.Message], None]) -> None:
        self._view, self._send = view, send
        self.now = MATCH

    @property
    def matches(self) -> tuple[int, ...]:
        """The matches on screen."""
        return MATCHES[self.now]

    def turn(self, name: str) -> None:
        """Change to the view `name`, if it is another one."""
        if name == self.now:
            return
        self.now = name
        self.repeat()
        for each in messages.VIEWS:
            self._view.set_attribute(f"{each}-board", "hidden", None if each == name else "")
        for each in (FACTORY, COMPARE):
            self._view.set_attribute(each, "aria-pressed", "true" if each == name else "false")
        self.enable()

    def repeat(self) -> None:
        """Tell the show what is on screen; a replay is there as soon as it is opened."""
        if self.now != REPLAY:
            self._send(messages.SetView(self.now))

    def enable(self) -> None:
        """Let the controls of the match work where a match is on screen."""
        for control in HELD_CONTROLS:
            works = self.matches or (self.now == REPLAY and control != "step")
            self._view.set_attribute(control, "disabled", None if works else "")

    def show(self, values: Mapping[str, object], watched: str) -> None:
        """Write the boards: how many matches are trained on and how fast, or which one is `watched`, and the scores of
        the two compared."""
        second = values.get("second")
        if isinstance(second, Mapping):
            for name, match in (("then", values), ("now", second)):
                goals = [number_text.number(match.get(f"score_{team}")) or 0.0 for team in range(2)]
                self._view.set_text(f"compare-{name}-score", f"{goals[0]:.0f}\u2009:\u2009{goals[1]:.0f}")
        count, shown = (number_text.number(values.get(f"factory_{name}")) for name in ("matches", "shown"))
        if count is None or shown is None:
            return
        speed = number_text.number(values.get("factory_speed")) or 0.0
        self._view.set_text("factory-count", number_text.compact(count))
        here = f"{watched}, " if watched else "" if shown == count else f"{shown:.0f} of them here, "
        pace = f"{speed:.0f}\u00d7 as fast as life" if speed >= 10 else f"{speed:.1f}\u00d7 as fast as life"
        self._view.set_text("factory-pace", here + (pace if speed > STANDING else "waiting for Train"))

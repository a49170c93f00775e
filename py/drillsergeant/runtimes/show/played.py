"""What a visitor plays on screen, decision by decision, for whoever is to learn from it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from drillsergeant.drills.contract import Continuous
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.protocol.messages import PlayedDecisions
from drillsergeant.runtimes.show.screen_match import ScreenMatch

AT_ONCE = 15  # decisions in a message
IDLE_S = 2.0  # who lets go of everything for longer does not play


class PlayRecorder:
    """Notes what the visitor's player saw and did, and hands it on, some decisions at a time."""

    def __init__(self, drill: DrillFacts, tell: Callable[[PlayedDecisions], None]) -> None:
        self._drill, self._tell = drill, tell
        self._most_idle = IDLE_S * drill.tick_hz / drill.action_repeat
        self._idle = self._most_idle  # nobody has touched anything yet
        self._rows: list[list[float]] = []

    def note(self, screen_match: ScreenMatch) -> None:
        """A match has just decided. What nobody steers, and who stands idle, is not noted."""
        player = screen_match.visited
        if player is None:
            self._idle = self._most_idle
            self._hand_on()
            return
        action = self._numbers(screen_match.match.actions(), player)
        resting = action == list(map(float, self._drill.from_keys(player, 0, 0, 0, False)))
        self._idle = self._idle + 1 if resting else 0
        if self._idle >= self._most_idle:
            self._hand_on()
            return
        insight = screen_match.match.insight(player)
        self._rows.append([*insight.observation, *action, *map(float, insight.allowed)])
        if len(self._rows) >= AT_ONCE:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._rows:
            self._tell(PlayedDecisions(self._drill.name, self._rows))
            self._rows = []

    def _numbers(self, words: Sequence[int], player: int) -> list[float]:
        """A player's action, a number a head."""
        heads = self._drill.heads
        own = words[player * len(heads) : (player + 1) * len(heads)]
        return [
            struct.unpack("<f", struct.pack("<i", word))[0] if isinstance(head, Continuous) else float(word)
            for head, word in zip(heads, own, strict=True)
        ]

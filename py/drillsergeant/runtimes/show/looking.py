"""Whom the visitor looks into, and what is asked about that player: its decisions, one of them again, its map."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.drawing.maps.cells import things_of
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.show.map_maker import MapMaker
from drillsergeant.runtimes.show.screen_match import ScreenMatch

NO_THING = -1


class Looking:
    """At most one player of one match. Costs nothing while nobody is looked into."""

    def __init__(self, drill: DrillFacts, matches: Sequence[ScreenMatch]) -> None:
        self._drill, self._all = drill, matches
        self._at: tuple[int, int] | None = None
        self._thing, self._arrows = NO_THING, True

    @property
    def match(self) -> ScreenMatch | None:
        """The match of the player who is looked into."""
        return None if self._at is None else self._all[self._at[0]]

    def obey(self, message: messages.Message, playing: bool) -> messages.Message | None:
        """Obey what is asked about a player, while the match is `playing` or held; returns the answer, if there is one.
        Raises ProtocolError for what cannot be shown."""
        match message:
            case messages.Inspect(player=player, match=number):
                self.inspect(player, number)
            case messages.SetMap():
                self.set_map(message)
            case messages.Recall(decision=decision):
                self.recall(decision, playing)
            case messages.ExportMap():
                return self.file()
        return None

    def inspect(self, player: int, number: int) -> None:
        """Look into a player of match `number`; -1: into nobody. Raises ProtocolError for one there is not."""
        players = sum(self._drill.teams)
        if player >= players:
            raise codec.ProtocolError(f"INSPECT.player must be below {players}, not {player}")
        before, self._at = self._at, (number, player) if player >= 0 else None
        if self._at == before:
            return  # asked again: what it did so far is still told
        for each, screen_match in enumerate(self._all):
            screen_match.follow(player if player >= 0 and each == number else None)
        self._begin_map()

    def set_map(self, message: messages.SetMap) -> None:
        """Show another map, or none. Raises ProtocolError for a thing there is not."""
        things = len(things_of(self._drill.scene))
        if message.thing >= things:
            raise codec.ProtocolError(f"SET_MAP.thing must be below {things}, not {message.thing}")
        self._thing, self._arrows = message.thing, message.arrows
        self._begin_map()

    def _begin_map(self) -> None:
        for screen_match in self._all:
            screen_match.map = None
        if self._at is not None and self._thing > NO_THING:
            number, player = self._at
            screen_match = self._all[number]
            screen_match.map = MapMaker(self._drill, screen_match.match, player, self._thing, self._arrows)

    def recall(self, decision: int, playing: bool) -> None:
        """Show the match as it was at a decision; -1, or one that is not kept: as it is. Raises ProtocolError while it
        plays."""
        screen_match = self.match
        if playing:
            raise codec.ProtocolError("RECALL works while paused; the match is playing: pause it first")
        found = None if screen_match is None or decision < 0 else screen_match.log.find(decision)
        if screen_match is not None:
            screen_match.recalled = found

    def forget(self) -> None:
        """Show the match as it is."""
        for screen_match in self._all:
            screen_match.recalled = None

    def frame(self) -> None:
        """A frame's share of the map."""
        screen_match = self.match
        if screen_match is not None and screen_match.map is not None:
            team = 0 if self._at is None or self._at[1] < self._drill.teams[0] else 1
            screen_match.map.frame(screen_match.seen, screen_match.versions[team])

    def file(self) -> messages.Exported:
        """The map as a file. Raises ProtocolError where there is none."""
        screen_match = self.match
        if screen_match is None or screen_match.map is None:
            raise codec.ProtocolError("EXPORT_MAP: there is no map; choose one first")
        return messages.Exported("value-map.json", screen_match.map.file())

    def facts(self) -> dict[str, object] | None:
        """What the page hears of the player; None where there is nobody."""
        screen_match = self.match
        if screen_match is None or self._at is None:
            return None
        recalled, log = screen_match.recalled, screen_match.log
        number, player = self._at
        return {
            "match": number,
            "player": player,
            **(recalled.facts if recalled else log.latest(screen_match.clock_s)),
            "recalled": recalled.number if recalled else -1,
            **({"version": recalled.version} if recalled and recalled.version >= 0 else {}),
            "decisions": log.news(),
            **({"map": screen_match.map.facts()} if screen_match.map else {}),
        }

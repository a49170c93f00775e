"""The show's end of replays: the last seconds of its match become a file, and a file is put on screen, to the bit.

All of a replay is played before any of it is shown, in one of the matches that are compared: what is on screen then is
a look at states that are there, forwards, backwards or at rest. The match itself stands meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping

from drillsergeant.drawing.match import drawn_fields
from drillsergeant.learn.files.dshr import LONGEST_NAME, SUFFIX, ReplayFileError, read_replay, write_replay
from drillsergeant.learn.program import DrillFacts
from drillsergeant.learn.replay.playback import Trajectory, play
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.show.screen_match import ScreenMatch

NOTHING_YET = "nothing has been played yet: let the match run first"
LONG_AGO_S = 1e9
PICTURES_HZ = 15  # of a film, per second of the match


class ReplayStage:
    """A replay on screen, in `screen_match`, of games as the code `edit` has them ("" is the original)."""

    def __init__(self, drill: DrillFacts, screen_match: ScreenMatch, edit: str = "") -> None:
        self._drill, self.screen_match, self.edit = drill, screen_match, edit
        self._film: Trajectory | None = None
        self._at = 0.0  # ticks
        self._playing = False
        self._final = ""

    @property
    def there(self) -> bool:
        """Whether there is a replay to look at."""
        return self._film is not None

    def cut(self, names: object, live: ScreenMatch, seed: int) -> messages.ReplayCut | messages.ReplayRead:
        """The last seconds of the match `live` as a file; or that there are none. `names`: who plays each team."""
        told = [str(name)[:LONGEST_NAME] for name in names[:2]] if isinstance(names, list | tuple) else []
        replay = live.recorder.replay(live.after, seed, self.edit, told)
        if replay is None:
            return messages.ReplayRead(NOTHING_YET)
        return messages.ReplayCut(write_replay(replay), f"{replay.drill}{SUFFIX}")

    def open(self, content: object) -> messages.ReplayRead:
        """Play a file through and put it on screen, from its beginning; where it cannot be, say why."""
        if not isinstance(content, bytes | bytearray | memoryview):
            return messages.ReplayRead(f"a file holds bytes, this is {type(content).__name__}")
        try:
            replay = read_replay(bytes(content))
        except ReplayFileError as refused:
            return messages.ReplayRead(str(refused))
        try:
            film = play(replay, self._drill, self.screen_match.match, self.edit)
        except ReplayFileError as refused:
            return messages.ReplayRead(str(refused), edit=replay.edit)
        self._film, self._final, self._at, self._playing = film, replay.final, 0.0, True
        return messages.ReplayRead("", film.ticks, self._drill.tick_hz, list(replay.names))

    def seek(self, tick: int, playing: bool) -> None:
        """Go to a moment, and on from there or not."""
        last = 0 if self._film is None else self._film.ticks
        self._at, self._playing = float(min(tick, last)), playing

    def frame(self, passed_s: float) -> None:
        """Go on by so much time, and put the moment on screen."""
        film, screen = self._film, self.screen_match
        assert film is not None, "it is looked at only where there is one"
        if self._playing:
            self._at = min(self._at + passed_s * film.tick_hz, float(film.ticks))
            self._playing = self._at < film.ticks
        tick = int(self._at)
        screen.after = film.state(min(tick + 1, film.ticks))
        screen.before = film.next_from(tick) if tick < film.ticks else screen.after
        screen.waiting, screen.win, screen.drop = False, None, None
        screen.moment.ahead = self._at - tick
        screen.moment.scores = film.scores(tick)
        since = [each for each in film.won if each.tick <= tick]
        screen.moment.scored_by = since[-1].team if since else None
        screen.moment.since_goal_s = (self._at - since[-1].tick) / film.tick_hz if since else LONG_AGO_S

    def pictures(self) -> messages.ReplayPictures | messages.ReplayRead:
        """The states of it that a film shows; or that there is none."""
        film = self._film
        if film is None:
            return messages.ReplayRead("there is no replay on screen to make a film of")
        step = max(1, round(film.tick_hz / PICTURES_HZ))
        drawn = drawn_fields(self._drill.scene)
        states = [film.state(tick) for tick in range(0, film.ticks + 1, step)]
        return messages.ReplayPictures([{name: state[name] for name in drawn} for state in states], film.tick_hz / step)

    def told(self) -> Mapping[str, object]:
        """The numbers of it for the page."""
        return {"tick": int(self._at), "playing": self._playing, "final": self._final}

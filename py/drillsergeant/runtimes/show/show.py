"""The show: what is on screen plays here. Fixed physics step, drawing at the display's rate, policies swapped at
decisions.

Owns one match, and a pair of matches to compare, which begin every kick-off together. Never waits for training: a newer
policy is adopted at the next decision, and the match's state is not touched by that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from drillsergeant.drills.contract import Continuous, Head
from drillsergeant.learn.engine import ShowMatch
from drillsergeant.learn.program import DrillFacts
from drillsergeant.memory.weights import WeightsReader
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.show.beat import FASTEST
from drillsergeant.runtimes.show.dragging import Dragging
from drillsergeant.runtimes.show.frame_clock import FrameClock
from drillsergeant.runtimes.show.looking import Looking
from drillsergeant.runtimes.show.played import PlayRecorder
from drillsergeant.runtimes.show.replay_stage import ReplayStage
from drillsergeant.runtimes.show.screen_match import Fetch, ScreenMatch

MAX_CATCH_UP_S = 0.1
METRICS_EVERY_S = 0.5
INSIDE_EVERY_S = 0.2


class Show:
    """The loop state of the render worker. `frame` is called once per displayed frame."""

    def __init__(
        self,
        drill: DrillFacts,
        matches: Sequence[ShowMatch],
        weights: WeightsReader,
        fetch: Fetch,
        draw: Callable[[str, Sequence[ScreenMatch]], None],
        seed: int,
        lesson: Callable[[], int] = lambda: 0,
        tell: Callable[[messages.Message], None] = lambda _message: None,
    ) -> None:
        """`matches`: its own and two to compare. `fetch` gives the byte offset of a snapshot's parameters, `lesson`
        the lesson at which training plays; `tell` hears at once what happens on screen, and answers."""
        self._lesson, self.lesson, self._tell = lesson, 0, tell
        self._drill, self._weights, self._fetch, self._draw = drill, weights, fetch, draw
        self._tick_s = 1.0 / drill.tick_hz
        self._clock = FrameClock()
        self._dragging = Dragging(drill.scene)
        self._visitor_action: list[float] = [0] * len(drill.heads)
        self._unspent_s, self._now_s, self._seed = 0.0, 0.0, seed
        self.playing, self.speed, self.view = True, 1.0, "match"
        self.calm = False  # where nothing should move but the match, nothing lingers either
        self.version, self.versions_adopted = 0, 0
        self._all = [ScreenMatch(drill, match, seed) for match in matches]
        self.replays = ReplayStage(drill, self._all[1])
        self._played = PlayRecorder(drill, tell)
        self._looking = Looking(drill, self._all)

    @property
    def screen_matches(self) -> Sequence[ScreenMatch]:
        """The matches that go on: the pair while it is looked at, else the one, seen or behind the factory; or the
        one in which a replay is seen."""
        if self.view == "replay":
            return [self.replays.screen_match]
        return self._all[1:] if self.view == "compare" else self._all[:1]

    @property
    def report_every_s(self) -> float:
        """How often the page wants to know: more often while a visitor looks into a player, or at a replay."""
        quick = self._looking.match is not None or self.view == "replay"
        return INSIDE_EVERY_S if quick else METRICS_EVERY_S

    def _reset(self, seed: int) -> None:
        self._seed, self._unspent_s = seed, 0.0
        self._dragging.let_go()
        for screen_match in self._all[:1] if self.view == "replay" else self.screen_matches:
            screen_match.reset(seed, self.lesson)

    def _follow_lesson(self) -> None:
        """Play at the lesson that training has come to."""
        lesson = self._lesson()
        if lesson != self.lesson:
            self.lesson = lesson
            self._dragging.let_go()
            for screen_match in self._all:
                screen_match.reset(self._seed, lesson)

    @property
    def late(self) -> bool:
        """Whether the last frame came late."""
        return self._clock.late

    def frame(self, now_s: float) -> None:
        """Advance what is on screen by the time since the last frame and draw it."""
        self._follow_lesson()
        self._now_s = now_s
        passed_s = min(self._clock.frame(now_s), MAX_CATCH_UP_S)
        if self.view == "replay":
            self.replays.frame(passed_s * self.speed)
            self._draw(self.view, self.screen_matches)
            return
        if self.playing:
            self._play(passed_s * self.speed)
        self._dragging.apply()
        for screen_match in self.screen_matches:
            screen_match.moment.since_goal_s += passed_s
            screen_match.moment.ahead = 0.0 if screen_match.waiting else self._unspent_s / self._tick_s
        self._looking.frame()
        self._draw(self.view, self.screen_matches)

    def _play(self, passed_s: float) -> None:
        """Play so much show time, or hold a match that was just won as long as that lingers."""
        for screen_match in self.screen_matches:
            screen_match.linger(passed_s)
        self._unspent_s += passed_s
        while self._unspent_s >= self._tick_s:
            if any(screen_match.win and not screen_match.waiting for screen_match in self.screen_matches):
                self._unspent_s = 0.0
                return
            self._unspent_s -= self._tick_s
            self.advance()

    def advance(self) -> None:
        """Play one physics tick of every match on screen. Of a pair, who is done waits for the other."""
        running = [screen_match for screen_match in self.screen_matches if not screen_match.waiting]
        deciding = [screen_match for screen_match in running if screen_match.decides]
        self._adopt_newest(deciding)
        ended = [screen_match for screen_match in running if screen_match.advance(self._visitor_action)]
        if self.view == "match" and deciding:
            self._played.note(deciding[0])
        for screen_match in running:
            self._announce(screen_match)
        if ended:
            self._dragging.let_go()
        if len(self.screen_matches) > 1:
            for screen_match in ended:
                screen_match.waiting = True
            if all(screen_match.waiting for screen_match in self.screen_matches):
                for screen_match in self.screen_matches:
                    screen_match.waiting = False

    def _announce(self, screen_match: ScreenMatch) -> None:
        """Tell what has happened in a match, where it is looked at; too fast or calm, it does not linger."""
        for kind, team in screen_match.news if self.view != "factory" else ():
            number = self._all.index(screen_match)
            self._tell(messages.Happened(kind, team, number, *screen_match.moment.scores))
        if self.calm or self.speed > FASTEST or self.view == "factory":
            screen_match.go_on()

    def _adopt_newest(self, deciding: Sequence[ScreenMatch]) -> None:
        """Bring every team of `deciding` up to date that plays, or would play, by the newest weights."""
        known = self._weights.version
        if not self._weights.newer() and not any(screen_match.outdated(known) for screen_match in deciding):
            return
        adopted = False
        with self._weights.pinned() as weights:
            if weights is None:
                return
            for screen_match in deciding:
                teams = screen_match.outdated(weights.version)
                screen_match.adopt(weights.offset, weights.version, teams)
                adopted |= bool(teams)
        if adopted and weights.version != self.version:
            self.version = weights.version
            self.versions_adopted += 1

    def handle(self, message: messages.Message) -> None:
        """Obey one decoded message from the page."""
        match message:
            case messages.Play() | messages.Pause():
                self.playing = isinstance(message, messages.Play)
                self._looking.forget()
            case messages.StepShow(ticks=ticks):
                self._step(ticks)
            case messages.ResetShow(seed=seed):
                self._reset(seed)
            case messages.SetSpeed(speed=speed):
                self.speed = speed
            case messages.SetPlayers(left=left, right=right, match=number):
                self._seat(number, (left, right))
            case messages.StartContest():
                for screen_match in self._all:
                    screen_match.begin_contest()
            case messages.SetView(view=view):
                self._look_at(view)
            case messages.OpenReplay() | messages.CutReplay() | messages.SeekReplay() | messages.FilmReplay():
                self._replay(message)
            case _:
                self._touch(message)

    def _touch(self, message: messages.Message) -> None:
        """Obey a message of a visitor's hand on the field, or one about a player."""
        match message:
            case messages.Inspect() | messages.SetMap() | messages.Recall() | messages.ExportMap():
                answer = self._looking.obey(message, self.playing)
                if answer is not None:
                    self._tell(answer)
            case messages.Tap() as tap:
                self._tap(tap)
            case messages.Input(action=None) as drag:
                self._drag(drag)
            case messages.Input(action=action):
                self._set_action(action)

    def _replay(self, message: messages.Message) -> None:
        match message:
            case messages.OpenReplay(content=content):
                answer = self.replays.open(content)
                self._tell(answer)
                if self.view == "compare":  # in whose match it was played
                    self._reset(self._seed)
                if not answer.why:
                    self._look_at("replay")
            case messages.CutReplay(names=names):
                self._tell(self.replays.cut(names, self._all[0], self._seed))
            case messages.FilmReplay():
                self._tell(self.replays.pictures())
            case messages.SeekReplay(tick=tick, playing=playing):
                self.replays.seek(tick, playing)

    def _look_at(self, view: str) -> None:
        if view == self.view:
            return
        if view == "replay" and not self.replays.there:
            raise codec.ProtocolError("there is no replay to look at: open one first")
        self._dragging.let_go()
        self._looking.inspect(-1, 0)
        self.view = view
        if view == "compare":
            self._reset(self._seed)

    def _seat(self, number: int, players: Sequence[int]) -> None:
        for player in players:
            if player > messages.NEWEST and self._fetch(player) is None:
                raise codec.ProtocolError(f"snapshot {player} is not kept any more: choose another one")
        self._all[number].seat(players, self._fetch)

    def _step(self, ticks: int) -> None:
        if self.view == "replay":
            raise codec.ProtocolError("STEP is for the match, and a replay is on screen: go to a moment of it")
        if self.playing:
            raise codec.ProtocolError("STEP works while paused; the match is playing: pause it first")
        for _ in range(ticks):
            self.advance()

    def _drag(self, drag: messages.Input) -> None:
        if drag.released:
            self._dragging.let_go(self._now_s)
        else:
            self._looking.forget()
            self._dragging.drag(self._all[drag.match], drag.x_m, drag.y_m, self._now_s)
            self._all[drag.match].go_on()

    def _tap(self, tap: messages.Tap) -> None:
        player = self._dragging.player_at(self._all[tap.match], tap.x_m, tap.y_m)
        if player is not None:
            self._looking.inspect(player, tap.match)

    def _set_action(self, action: object) -> None:
        heads = self._drill.heads
        if not isinstance(action, list | tuple) or len(action) != len(heads):
            named = ", ".join(head.name for head in heads)
            raise codec.ProtocolError(f"INPUT.action must be a number for each of {named}, not {action!r}")
        self._visitor_action = [_checked(head, number) for head, number in zip(heads, action, strict=True)]

    def metrics(self) -> dict[str, object]:
        """Return the numbers the page shows of what is on screen; `second` is the other match of a pair."""
        first, *others = self.screen_matches
        values: dict[str, object] = {
            **self._clock.summary(),
            "version": self.version,
            "versions_adopted": self.versions_adopted,
            "view": self.view,
            "mode": "human_vs_ai" if messages.VISITOR in first.players else "ai_vs_ai",
            "playing": self.playing,
            "frames": self._clock.frames,
            **self._match_metrics(first),
        }
        if others:
            values["second"] = self._match_metrics(others[0])
        if self.view == "replay":
            values["replay"] = self.replays.told()
        if (inside := self._looking.facts()) is not None:
            values["inside"] = inside
        return values

    def _match_metrics(self, screen_match: ScreenMatch) -> dict[str, object]:
        bodies = self._drill.scene.bodies
        scores, clock_s = screen_match.board
        return {
            "players": list(screen_match.players),
            "score_0": scores[0],
            "score_1": scores[1],
            "clock_s": clock_s,
            "ticks": screen_match.ticks,
            **{name: screen_match.after[name] for body in bodies for name in (body.x, body.y)},
        }


def _checked(head: Head, number: Any) -> float:
    """A visitor's number for a head. Raises ProtocolError for one that does not exist."""
    if isinstance(head, Continuous):
        low, high = head.low, head.high
        known = isinstance(number, int | float) and low <= number <= high
    else:
        low, high = 0, len(head.choices) - 1
        known = number in range(len(head.choices))
    if not known:
        raise codec.ProtocolError(f"INPUT.action's {head.name} must be between {low} and {high}, not {number!r}")
    return float(number) if isinstance(head, Continuous) else int(number)

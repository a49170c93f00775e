"""One match on screen: whose policy plays which team, tick by tick, and what the drawing remembers of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from drillsergeant.drawing.beat import ball_of
from drillsergeant.drawing.match import JUMP_M
from drillsergeant.drills.contract import Player, team_of
from drillsergeant.learn.engine import ShowMatch
from drillsergeant.learn.program import DrillFacts
from drillsergeant.learn.replay.recorder import Recorder
from drillsergeant.runtimes.protocol.messages import DROPPED, NEWEST, OTHERS, VISITOR, WON
from drillsergeant.runtimes.show.beat import DropBeat, WinBeat
from drillsergeant.runtimes.show.decisions import DecisionLog, PastDecision
from drillsergeant.runtimes.show.map_maker import MapMaker

NO_POLICY = -1
NO_TEAM = -1
Fetch: TypeAlias = Callable[[int], int | None]


@dataclass
class MatchInstant:
    """What the drawing needs beside the state: who just scored and how long ago, how far into the next tick it is."""

    since_goal_s: float = 1e9
    scored_by: int | None = None
    ahead: float = 0.0
    scores: list[int] = field(default_factory=lambda: [0, 0])


class ScreenMatch:
    """A match, its players, and its last two states. `waiting`: it is over, and stands at its next kick-off.
    `log` is of the player who is looked into, `map` what that one expects; the match is shown as it was at the decision
    `recalled`, where there is one. `win` and `drop` linger on screen; `news` is what happened in the
    last tick, and by which team."""

    def __init__(self, drill: DrillFacts, match: ShowMatch, seed: int) -> None:
        self._drill, self.match, self.recorder = drill, match, Recorder(drill)
        self.players = [NEWEST] * len(drill.teams)  # who plays each team; a visitor takes one of its players
        self.log = DecisionLog(drill, match)
        self.recalled: PastDecision | None = None
        self.map: MapMaker | None = None
        self._ball = ball_of(drill.scene)
        # Of the newest weights each team holds; 0 none yet, NO_POLICY: a snapshot.
        self.versions = [0] * len(drill.teams)
        self.reset(seed)

    def reset(self, seed: int, lesson: int = 0) -> None:
        """Start a new match from `seed` at a lesson, with the policies in hand."""
        self.match.reset(seed, lesson)
        self.recorder.moved(self.match.state())
        self.ticks, self.clock_s, self.waiting = 0, 0.0, False
        self.moment = MatchInstant()
        self.recalled = None
        self.log.drop()
        self.win: WinBeat | None = None
        self.drop: DropBeat | None = None
        self.news: list[tuple[str, int]] = []
        self.look_again()

    def put(self, values: Mapping[str, float]) -> None:
        """Overwrite state fields: a hand is at work."""
        self.match.put(values)
        self.recorder.moved(values)

    def look_again(self) -> None:
        """Take the match's state as it is now: it was put there, it did not travel."""
        self.before = self.after = dict(self.match.state())

    def follow(self, player: int | None) -> None:
        """Look into a player from the next decision on, or into nobody."""
        self.recalled = None
        self.log.follow(player)

    @property
    def chosen(self) -> int | None:
        """The player who is looked into."""
        return self.log.player

    @property
    def seen(self) -> Mapping[str, float]:
        """The state that is looked into: as it was, or as it is."""
        return self.after if self.recalled is None else self.recalled.state

    @property
    def board(self) -> tuple[Sequence[int], float]:
        """The scores, and the clock in s, of what is seen."""
        past = self.recalled
        return (self.moment.scores, self.clock_s) if past is None else (past.scores, past.clock_s)

    @property
    def shown(self) -> Mapping[str, float]:
        """The state that is drawn, but for how far it is into the next tick."""
        return self.match.state() if self.win is None else self.win.state

    def linger(self, passed_s: float) -> None:
        """So much show time has passed for what lingers."""
        if self.win is not None:
            self.win.since_s += passed_s
            self.win = None if self.win.over else self.win
        if self.drop is not None:
            self.drop.since_s += passed_s
            self.drop = None if self.drop.over else self.drop

    def go_on(self) -> None:
        """Let nothing linger."""
        self.win = self.drop = None

    def seat(self, players: Sequence[int], fetch: Fetch) -> None:
        """Let `players` play from the next decision on; every snapshot among them must be there to `fetch`.

        The score is of one contest: it begins anew when others play.
        """
        before = [*self.players]
        for team, player in enumerate(players[: len(self.players)]):
            if player > NEWEST and self.players[team] != player:
                weights_offset = fetch(player)
                assert weights_offset is not None, f"snapshot {player} is gone"
                self.match.adopt(weights_offset, team)
                self.versions[team] = NO_POLICY
            self.players[team] = player
        if self.players != before:
            self.begin_contest()

    def begin_contest(self) -> None:
        """Count from nothing."""
        self.moment.scores = [0] * len(self.moment.scores)

    def outdated(self, version: int) -> list[int]:
        """Return the teams that should hold the newest weights and hold others than `version`."""
        return [team for team, player in enumerate(self.players) if player <= NEWEST and self.versions[team] != version]

    def adopt(self, weights_offset: int, version: int, teams: Sequence[int]) -> None:
        """Give `teams` the newest weights."""
        for team in teams:
            self.match.adopt(weights_offset, team)
            self.versions[team] = version

    @property
    def visited(self) -> int | None:
        """The player that a visitor has taken: the first of its team. Its mates play by the newest weights."""
        return sum(self._drill.teams[: self.players.index(VISITOR)]) if VISITOR in self.players else None

    @property
    def ringed(self) -> int | None:
        """The player to be ringed: who is looked into, else the visitor's where it has mates of its colour."""
        visited = self.visited
        alone = visited is None or self._drill.teams[team_of(self._drill.teams, visited)] == 1
        return self.chosen if self.chosen is not None or alone else visited

    def _without_policy(self) -> dict[int, Player]:
        """Who plays every player that its team's policy does not."""
        teams, visited = self._drill.teams, self.visited
        found = {}
        for player in range(sum(teams)):
            who = self.players[team_of(teams, player)]
            if who in OTHERS and (who != VISITOR or player == visited):
                found[player] = OTHERS[who]
        return found

    @property
    def decides(self) -> bool:
        """Whether the next tick begins with a decision."""
        return self.ticks % self._drill.action_repeat == 0

    def advance(self, visitor: Sequence[float]) -> bool:
        """Play one physics tick, with the action `visitor` where a visitor plays; returns whether the match ended."""
        self.win, self.recalled, self.news = None, None, []
        if self.decides:
            self.match.decide(self._without_policy(), visitor)
            self.recorder.decided(self.after, self.match.actions())
            self.log.begin(self.after, self.clock_s, self.moment.scores, self.versions)
        self.before = self.after
        self.match.tick()
        self.recorder.ticked()
        self.ticks += 1
        self.clock_s += 1.0 / self._drill.tick_hz
        self.after = dict(self.match.state())
        self._watch_the_ball()
        return self.decides and self._judge()

    def _watch_the_ball(self) -> None:
        """A ball that did not travel was taken and dropped."""
        if self._ball is None:
            return
        (x, y), (new_x, new_y) = ((state[self._ball.x], state[self._ball.y]) for state in (self.before, self.after))
        if math.hypot(new_x - x, new_y - y) > JUMP_M:
            self.drop = DropBeat((x, y))
            self.news.append((DROPPED, NO_TEAM))

    def _judge(self) -> bool:
        earned = [] if self.chosen is None else self.match.earned(self.chosen)
        result = self.match.finish()
        self.log.end(result, earned)
        if result.winner:
            team = 0 if result.winner > 0 else 1
            self.moment.scores[team] += 1
            self.moment.scored_by, self.moment.since_goal_s = team, 0.0
            if text := self._drill.words.shout[team]:
                self.win, self.drop = WinBeat(self._drill.scene, self.after, team, text), None
                self.news.append((WON, team))
        over = result.terminated or result.truncated
        if over:
            self.look_again()
        return over

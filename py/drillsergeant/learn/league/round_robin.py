"""A league of policies: everybody plays everybody, as either team, the same matches wherever it is played.

Matches of two policies are a rollout worker's duels, played in lanes side by side; of every lane its first match
counts, whether it ends soon or late. What is drawn in them follows from the seed and the order of the policies, so a
league of the same files is the same league on a page and natively, to the last match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from drillsergeant.learn.engine import DUEL_TEAMS
from drillsergeant.learn.league.bradley_terry import Rating, rate
from drillsergeant.learn.program import DrillFacts, Program
from drillsergeant.learn.wasm.calls import Kernels
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import Layout, initialise

MATCHES = 32  # of a pair with each as team 0: 64 in all
MOST_MATCHES, MOST_PLAYERS = 1024, 24
LANES = 4  # matches are played in groups of so many


@dataclass
class Standings:
    """Who won how often: `wins` [N][N], of each row against each column, and `games` [N][N]."""

    wins: list[list[int]] = field(default_factory=list)
    games: list[list[int]] = field(default_factory=list)

    @classmethod
    def of(cls, players: int) -> Standings:
        """Nobody has played yet."""
        return cls(*([[0] * players for _ in range(players)] for _ in range(2)))

    def add(self, one: int, two: int, won: int, lost: int, games: int) -> None:
        """So many games of `one` against `two` more, as `one` has won and lost them."""
        self.wins[one][two] += won
        self.wins[two][one] += lost
        self.games[one][two] += games
        self.games[two][one] += games

    @property
    def pairs(self) -> int:
        """How many pairs have played."""
        return sum(played > 0 for row in self.games for played in row) // 2

    @property
    def ratings(self) -> list[Rating]:
        """Of everybody; a draw is half a win. Raises ValueError where somebody has played nobody."""
        scores = [
            [won + (games - won - lost) / 2 for won, games, lost in zip(row, played, others, strict=True)]
            for row, played, others in zip(self.wins, self.games, zip(*self.wins, strict=True), strict=True)
        ]
        return rate(self.games, scores)


def ensure_league(drill: DrillFacts, players: int) -> None:
    """Raises ValueError where there can be no league."""
    if len(drill.teams) != DUEL_TEAMS:
        raise ValueError(f"{drill.words.title} is played by one team: there is nobody to be rated against")
    if not 2 <= players <= MOST_PLAYERS:
        raise ValueError(f"a league takes 2 to {MOST_PLAYERS} players, here are {players}")


def league_layout(program: Program, matches: int = MATCHES) -> Layout:
    """The memory that a league is played in. Raises ValueError for a number of matches that cannot be played."""
    if not LANES <= matches <= MOST_MATCHES or matches % LANES:
        raise ValueError(f"matches is {matches}, needs a multiple of {LANES} from {LANES} to {MOST_MATCHES}")
    return Layout(plan_for(program, 1, matches, horizon=1, ring_slots=1, duels=matches))


class League:
    """Everybody against everybody; `play` a pair at a time."""

    def __init__(self, program: Program, kernels: Kernels, layout: Layout, memory: Memory, seed: int = 0) -> None:
        """`layout` from `league_layout`, `kernels` of the program over `memory`, zeroed."""
        initialise(memory, layout)
        self._layout, self._memory, self._drill = layout, memory, program.drill
        self._collector = KernelEngine(program, kernels, layout, memory).collector(0, seed)
        if program.drill.lessons:
            self._collector.set_lesson(max(len(values) for _, values in program.drill.lessons) - 1)

    def play(self, players: Sequence[bytes]) -> Iterator[Standings]:
        """Play a league of policies, f32 [P] each; the standings after every pair.

        Raises ValueError where there can be none.
        """
        ensure_league(self._drill, len(players))
        standings = Standings.of(len(players))
        for one in range(len(players)):
            for two in range(one):
                for home, away in ((one, two), (two, one)):
                    standings.add(home, away, *self._meet(players[home], players[away]))
                yield standings

    def _meet(self, home: bytes, away: bytes) -> tuple[int, int, int]:
        """Matches of two policies, the first of them team 0: how many it won, lost, and how many there were."""
        offsets = [self._layout[f"weights.{slot}"].offset for slot in range(2)]
        for offset, parameters in zip(offsets, (home, away), strict=True):
            self._memory.write(offset, parameters)
        self._collector.set_opponent(offsets[1])
        matches, chunk = self._layout.plan.duels, self._layout["ring.0.chunks"].offset
        ended: dict[int, int] = {}  # by the match's lane, the first one's winner
        while len(ended) < matches:
            self._collector.collect(offsets[0], chunk)
            over, won, lost = self._collector.ended_duels()
            for lane in range(matches):
                if over[lane] and lane not in ended:
                    ended[lane] = int(won[lane]) - int(lost[lane])
        results = list(ended.values())
        return results.count(1), results.count(-1), matches


def pairs(players: int) -> int:
    """How many pairs a league has."""
    return players * (players - 1) // 2

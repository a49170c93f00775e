"""Playing a replay: the match goes from its start through its actions, and every state on the way is kept."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from drillsergeant.drills.contract import Outcome
from drillsergeant.learn.files.dshr import Moved, Replay, ReplayFileError, ensure_playable, state_digest
from drillsergeant.learn.program import DrillFacts
from drillsergeant.learn.replay.recorder import state_of, value_of, words_of
from drillsergeant.memory.access import signed


class Stage(Protocol):
    """A match of the game to play in: an `engine.ShowMatch` is one."""

    def put(self, values: Mapping[str, float]) -> None:
        """Overwrite state fields."""

    def act(self, actions: Sequence[int]) -> None:
        """Let everybody do this in the coming ticks: i32 words [players x heads]."""

    def tick(self) -> None:
        """Advance the physics by one tick."""

    def finish(self) -> Outcome[bool, int]:
        """Judge the decision that just ended; a match that is over starts its next episode."""

    def state(self) -> Mapping[str, float]:
        """Return every state field of the match."""


@dataclass(frozen=True)
class Won:
    """A match within a replay that `team` has won, by tick `tick`."""

    tick: int
    team: int


@dataclass(frozen=True)
class Trajectory:
    """All states of a replay, one more than it has ticks; where a match ended or a hand moved something after a tick,
    what that led to is among `jumps`, by the tick. And who won when."""

    fields: tuple[str, ...]
    rows: Sequence[array[float]]  # [ticks + 1], f64 [fields]
    jumps: Mapping[int, array[float]]
    won: Sequence[Won]
    tick_hz: int

    @property
    def ticks(self) -> int:
        """How long it is."""
        return len(self.rows) - 1

    def state(self, tick: int) -> dict[str, float]:
        """The state that so many ticks have led to."""
        return dict(zip(self.fields, self.rows[tick], strict=True))

    def next_from(self, tick: int) -> dict[str, float]:
        """The state that the tick after so many begins with."""
        return dict(zip(self.fields, self.jumps.get(tick, self.rows[tick]), strict=True))

    def scores(self, tick: int) -> list[int]:
        """How often each team has won by then."""
        return [sum(each.team == team and each.tick <= tick for each in self.won) for team in (0, 1)]


def play(replay: Replay, drill: DrillFacts, match: Stage, edit: str = "") -> Trajectory:
    """Play all of a replay in `match`, of game `drill` as the code `edit` has it.

    Raises ReplayFileError where it is of another game, or does not end as it did where it was recorded.
    """
    ensure_playable(replay, drill, edit)
    moves: dict[tuple[int, int], list[Moved]] = {}
    for each in replay.moved:
        moves.setdefault((each.decision, each.tick), []).append(each)
    kinds = list(drill.fields.items())

    def move(decision: int, tick: int) -> None:
        if found := moves.get((decision, tick)):
            match.put({kinds[one.field][0]: value_of(kinds[one.field][1], one.word) for one in found})
            jumps[len(rows) - 1] = row()

    def row() -> array[float]:
        state = match.state()
        return array("d", [state[name] for name in drill.fields])

    match.put(state_of(drill.fields, replay.start))
    rows, jumps, won = [row()], {}, []
    for number, (actions, ticks) in enumerate(zip(replay.actions, replay.ticks, strict=True)):
        match.act([signed(word) for word in actions])
        for tick in range(ticks):
            move(number, tick)
            match.tick()
            rows.append(row())
        if ticks == drill.action_repeat:
            result = match.finish()
            if result.winner:
                won.append(Won(len(rows) - 1, 0 if result.winner > 0 else 1))
            if result.terminated or result.truncated:
                jumps[len(rows) - 1] = row()
        move(number, ticks)
    played = Trajectory(tuple(drill.fields), rows, jumps, won, drill.tick_hz)
    if (found := state_digest(words_of(drill.fields, played.next_from(played.ticks)))) != replay.final:
        raise ReplayFileError(
            f"it ends in the state {found} here, and ended in {replay.final}: the rules of {replay.drill!r} were others"
        )
    return played

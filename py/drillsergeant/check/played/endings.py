"""Whether every match ends, and in one way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind
from drillsergeant.check.playthrough import Playthrough
from drillsergeant.check.source_lines import line_of
from drillsergeant.drills.contract import Outcome, State, only_time_ends

STATES = 512
NEAR = 5  # decisions after the limit


def find_wrong_endings(played: Playthrough) -> Iterator[DrillFinding]:
    """Bring matches to their time limit, by their clock, and see what `outcome` says there, and of those decided."""
    drill = played.seats.drill
    where = line_of(drill, "outcome")
    limit = round(drill.time_limit_s * drill.tick_hz)
    late = _at(played.some_states(STATES), limit - drill.action_repeat)
    random = np.random.default_rng(11)
    for _ in range(NEAR):
        late = played.seats.decide(late, [played.seats.random(random, late, each) for each in played.seats.players])
        over = Outcome(*drill.outcome(late)).over
        if over.all():
            break
    else:
        share, limit_s = (~over).mean(), drill.time_limit_s
        said = f"{share:.0%} of the matches still go on {NEAR} decisions after time_limit_s, {limit_s:g} s"
        remedy = 'truncate them: late = (state["clock"] >= round(self.time_limit_s * self.tick_hz)) & ~terminated'
        yield DrillFinding(Kind.ENDLESS, said, remedy, where)
    if only_time_ends(drill) and any(each.terminated.any() for each in played.outcomes):
        said = "a match has terminated, and only_time_ends says that none does"
        yield DrillFinding(Kind.CONTRACT, said, "leave out only_time_ends, or truncate only", where)
    both = [each.terminated & each.truncated for each in played.outcomes]
    decided = [_at(after, limit) for after in _decided(played)]
    both += [each.terminated & each.truncated for each in (Outcome(*drill.outcome(state)) for state in decided)]
    if any(each.any() for each in both):
        said = "a match that is decided at its time limit is terminated and truncated at once"
        yield DrillFinding(Kind.TWO_ENDS, said, "truncate only what is not decided: `late & ~terminated`", where)
    winner = played.winner
    if np.abs(winner).max() > 1:
        said = f"winner is {winner.min()} to {winner.max()}; it is 1 for team 0, -1 for team 1, 0 for nobody"
        yield DrillFinding(Kind.CONTRACT, said, "(team0_won).astype(np.int32) - (team1_won).astype(np.int32)", where)


def _at(state: State, clock: int) -> State:
    return {**state, "clock": np.full_like(state["clock"], max(clock, 0))}


def _decided(played: Playthrough) -> Iterator[State]:
    """Matches [N] that have terminated."""
    for state, outcome in zip(played.after, played.outcomes, strict=True):
        if outcome.terminated.any():
            yield {name: array[outcome.terminated] for name, array in state.items()}

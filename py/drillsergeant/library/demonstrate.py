"""Recording what a drill's hand-written player does, as if a visitor of the page had played."""

from __future__ import annotations

from drillsergeant import drills
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.formulas.actions import as_played
from drillsergeant.learn.heads import masks_of
from drillsergeant.learn.imitation.demonstrations import Demonstrations
from drillsergeant.learn.ppo.limits import checked_seed
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.plain import whole_number


def demonstrate(drill: Drill | str, *, seconds: int = 60, seed: int = 0) -> Demonstrations:
    """What the scripted player of a drill sees and does as player 0, against itself, for so many seconds of the game:
    what a visitor of the page who plays like it would leave. Raises ValueError for values out of range."""
    made = drills.resolve(drill)
    ensure_drill(made)
    count = round(whole_number("seconds", seconds, least=1) * made.tick_hz / made.action_repeat)
    matches, rows = MatchBatch(made, 1, checked_seed(seed)), []
    for _ in range(count):
        actions = [made.scripted(matches.state, player) for player in range(sum(made.teams))]
        numbers = (*matches.observe(0), *as_played(made.heads, actions[0]), *matches.allowed(0))
        rows.append([float(each[0]) for each in numbers])
        outcome = matches.step(actions).outcome
        matches.restart(outcome.terminated | outcome.truncated)
    return Demonstrations.of(made, masks_of(made)).extended(rows)

"""Recording what a drill's hand-written player does, as if a visitor of the page had played."""

from __future__ import annotations

from drillsergeant import drills
from drillsergeant.drills.contract import Drill, Outcome
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.formulas.actions import as_played, to_words
from drillsergeant.learn.heads import masks_of
from drillsergeant.learn.imitation.demonstrations import Demonstrations
from drillsergeant.learn.ppo.limits import checked_seed
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.library.compiler import Compiled
from drillsergeant.plain import whole_number


def demonstrate(drill: Drill | str, *, seconds: int = 60, seed: int = 0) -> Demonstrations:
    """What the scripted player of a drill sees and does as player 0, against itself, for so many seconds of the game:
    what a visitor of the page who plays like it would leave. Raises ValueError for values out of range."""
    made = drills.resolve(drill)
    ensure_drill(made)
    count = round(whole_number("seconds", seconds, least=1) * made.tick_hz / made.action_repeat)
    matches, rows = MatchBatch(made, 1, checked_seed(seed)), []
    (kernel,) = [each for each in DrillKernels(made).all() if each.name == "tick"]
    decide = Compiled(kernel)  # the ticks are most of the work
    for _ in range(count):
        actions = [made.scripted(matches.state, player) for player in range(sum(made.teams))]
        numbers = (*matches.observe(0), *as_played(made.heads, actions[0]), *matches.allowed(0))
        rows.append([float(each[0]) for each in numbers])
        words = {f"action_{player}": to_words(made.heads, action) for player, action in enumerate(actions)}
        after = decide({"state": [matches.state[name] for name in made.fields], **words})["state"]
        matches.state = dict(zip(made.fields, after, strict=True))
        matches.restart(Outcome(*made.outcome(matches.state)).over)
    return Demonstrations.of(made, masks_of(made)).extended(rows)

"""How good a policy is: matches from start to end, and the share of them that it wins."""

from __future__ import annotations

import numpy as np

from drillsergeant import drills
from drillsergeant.drills.contract import Drill
from drillsergeant.gym.batch import Batch, Opponent
from drillsergeant.library.policy import Policy


def win_share(
    policy: Policy, opponent: Opponent = "scripted", matches: int = 256, seed: int = 0, drill: Drill | str | None = None
) -> float:
    """The share of `matches` that `policy`, drawing its actions by their chances, wins on side 0.

    Nobody's win counts as none. `drill`: the policy's own with other rules; without it, as on the page.
    """
    drill = drills.resolve(drill or policy.content.schema.drill)
    batch = Batch(drill, matches)
    batch.reset(seed)
    won, counted = np.zeros(matches, np.bool_), np.zeros(matches, np.bool_)
    while not counted.all():
        others = [batch.choose(opponent, side) for side in range(1, drill.sides)]
        outcome = batch.step([batch.choose(policy, 0), *others]).outcome
        won |= outcome.over & ~counted & (outcome.winner > 0)
        counted |= outcome.over
        batch.restart(outcome.over)
    return float(won.mean())

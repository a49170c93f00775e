"""How good a policy is: matches from start to end, and the share of them that it wins."""

from __future__ import annotations

import numpy as np

from drillsergeant import drills
from drillsergeant.drills.contract import Drill, team_of
from drillsergeant.gym.batch import Batch, Opponent, checked_opponent, drill_of
from drillsergeant.plain import whole_number


def win_share(
    policy: Opponent,
    opponent: Opponent = "scripted",
    matches: int = 256,
    seed: int = 0,
    drill: Drill | str | None = None,
    team: int = 0,
) -> float:
    """The share of `matches` that `policy`, drawing its actions by their chances, wins as `team`.

    Nobody's win counts as none. `drill`: the policy's own with other rules; without it, as on the page. To be named
    where "scripted" or "random" is to be judged.
    """
    drill = drills.resolve(drill or drill_of(policy))
    matches, seed = whole_number("matches", matches, least=1), whole_number("seed", seed)
    team = whole_number("team", team, most=len(drill.teams) - 1)
    policy = checked_opponent(policy, "policy", drill)
    batch, opponent = Batch(drill, matches), checked_opponent(opponent, drill=drill)
    batch.reset(seed)
    sign = -1 if team else 1
    won, counted = np.zeros(matches, np.bool_), np.zeros(matches, np.bool_)
    while not counted.all():
        players = [policy if team_of(drill.teams, each) == team else opponent for each in range(sum(drill.teams))]
        outcome = batch.step([batch.choose(who, player) for player, who in enumerate(players)]).outcome
        won |= outcome.over & ~counted & (outcome.winner == sign)
        counted |= outcome.over
        batch.restart(outcome.over)
    return float(won.mean())

"""The hand-written player of Squad Drill: who is nearest plays the ball as Ball Drill's does, the others cover.

It never changes: win rates over months of training runs are measured against it.
All arrays are f32 [N] unless said otherwise; positions are seen from the team it plays for (it attacks towards +x).
"""

import numpy as np

from drillsergeant.drills.ball import scripted as soloist
from drillsergeant.drills.ball.rules import ball_of
from drillsergeant.drills.boxes.players import player_of, seen_from, unit
from drillsergeant.drills.boxes.scripted import move_towards, turn_towards
from drillsergeant.drills.contract import State, team_of
from drillsergeant.drills.squad.rules import SquadRules, nearer
from drillsergeant.elementary import Array

COVER = 0.9  # how far from the own goal to the ball the first one who covers stands, as a share; the others are even
ASIDE_M = 2.0  # that one stands so far to the inside of the line between the two


def action(rules: SquadRules, state: State, player: int) -> list[Array]:
    """Return actions, i32 [N] a head, see `boxes.actions`."""
    own, ball, team = player_of(state, player), ball_of(state), team_of(rules.teams, player)
    x, y = seen_from(team, own.x), seen_from(team, own.y)
    bx, by = seen_from(team, ball.x), seen_from(team, ball.y)
    place = nearer(rules, state, player)
    share = COVER - place * (COVER / len(rules.team(player)))
    aside = np.where(by > 0.0, by * 0.0 - ASIDE_M, by * 0.0 + ASIDE_M)
    want_x = -rules.half_length_m + (bx + rules.half_length_m) * share - x
    want_y = by * share + np.where(place < 1.5, aside, 0.0) - y
    turn, _ = turn_towards(own, team, *unit(bx - x, by - y))
    cover = (move_towards(want_x, want_y), turn, turn * 0)
    alone = soloist.action(rules, state, player)
    return [np.where(place < 0.5, one, other) for one, other in zip(alone, cover, strict=True)]

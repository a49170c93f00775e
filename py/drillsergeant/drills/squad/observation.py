"""What a player of Squad Drill observes, and what it is rewarded for.

Everybody plays by one network and nobody has a number: others are told by how near they are, and what makes
players of a team differ is where they stand. All arrays are f32 [N], seen from the team's own end (`seen_from`).
"""

from collections.abc import Sequence

import numpy as np

from drillsergeant.drills.ball.observation import BALL, GOAL, NEAR_M, OWN, SPEED, SPIN
from drillsergeant.drills.ball.rules import Disc, ball_of, gap, lead
from drillsergeant.drills.boxes.players import Box, length, player_of, seen_from
from drillsergeant.drills.contract import State, team_of
from drillsergeant.drills.squad.rules import SquadRules, least, nearer
from drillsergeant.elementary import Array

SEEN_OF_OTHERS = ("dx", "dy", "distance", "vx", "vy", "ball_distance")
ABSENT = 4.0  # the distance of a player who is not there, beyond the field
DISTANCE = SEEN_OF_OTHERS.index("distance")
REWARD_TERMS = ("goal", "ball_to_goal", "to_ball")


def names(rules: SquadRules) -> tuple[str, ...]:
    """Names of the OBS entries; mate1 and opponent1 are the nearest ones. A smaller team has some that never come."""
    most = max(rules.teams)
    others = [f"mate{place}" for place in range(1, most)] + [f"opponent{place}" for place in range(1, most + 1)]
    return (*OWN, *BALL, *GOAL, "mates_nearer", *(f"{who}_{what}" for who in others for what in SEEN_OF_OTHERS), "time")


def observe(rules: SquadRules, state: State, player: int) -> list[Array]:
    """The entries of `names`, f32 [N] each."""
    own, ball, team = player_of(state, player), ball_of(state), team_of(rules.teams, player)
    limit_ticks = rules.time_limit_s * rules.tick_hz
    most = max(rules.teams)
    mates = [_other(state, own, mate, team) for mate in rules.mates(player)]
    opponents = [_other(state, own, other, team) for other in rules.opponents(player)]
    absent = [own.x * 0.0 + (ABSENT if what == "distance" else 0.0) for what in SEEN_OF_OTHERS]
    others = [*_by_distance(mates), *[absent] * (most - 1 - len(mates))]
    others += [*_by_distance(opponents), *[absent] * (most - len(opponents))]
    return [
        *_own(rules, own, team),
        *_ball(rules, own, ball, team),
        nearer(rules, state, player) * (1.0 / max(len(mates), 1)),
        *(entry for other in others for entry in other),
        np.minimum(state["clock"].astype(np.float32) * (1.0 / limit_ticks), 1.0),
    ]


def _own(rules: SquadRules, own: Box, team: int) -> list[Array]:
    """The entries OWN."""
    return [
        seen_from(team, own.x) * (1.0 / rules.half_length_m),
        seen_from(team, own.y) * (1.0 / rules.half_width_m),
        seen_from(team, own.hx),
        seen_from(team, own.hy),
        seen_from(team, own.vx) * (1.0 / SPEED),
        seen_from(team, own.vy) * (1.0 / SPEED),
        own.spin * (1.0 / SPIN),
        own.cooldown * (1.0 / rules.dash_cooldown_s),
    ]


def _ball(rules: SquadRules, own: Box, ball: Disc, team: int) -> list[Array]:
    """The entries BALL and GOAL, as in `ball.observation`."""
    dx, dy = seen_from(team, ball.x - own.x), seen_from(team, ball.y - own.y)
    distance = length(dx, dy)
    ux, uy = dx / distance, dy / distance
    hx, hy = seen_from(team, own.hx), seen_from(team, own.hy)
    bx, by = seen_from(team, ball.x), seen_from(team, ball.y)
    gx = rules.half_length_m - bx
    to_goal = length(gx, by)
    gx, gy = gx / to_goal, -by / to_goal
    near = 1.0 / NEAR_M
    return [
        dx * near, dy * near, distance * near, ux, uy, ux * hx + uy * hy, uy * hx - ux * hy,
        seen_from(team, ball.vx) * (1.0 / SPEED), seen_from(team, ball.vy) * (1.0 / SPEED),
        bx * (1.0 / rules.half_length_m), by * (1.0 / rules.half_width_m),
        gx, gy, ux * gx + uy * gy, ux * gy - uy * gx,
    ]  # fmt: skip


def _other(state: State, own: Box, number: int, team: int) -> list[Array]:
    """The entries SEEN_OF_OTHERS of one other player."""
    other = player_of(state, number)
    dx, dy = seen_from(team, other.x - own.x), seen_from(team, other.y - own.y)
    near = 1.0 / NEAR_M
    return [
        dx * near,
        dy * near,
        length(dx, dy) * near,
        seen_from(team, other.vx) * (1.0 / SPEED),
        seen_from(team, other.vy) * (1.0 / SPEED),
        gap(state, number) * near,
    ]


def _by_distance(others: Sequence[list[Array]]) -> list[list[Array]]:
    """Others, nearest first: neighbours are exchanged, in as many rounds as there are others (a sorting network)."""
    placed = [list(other) for other in others]
    for round_ in range(len(placed)):
        for at in range(round_ % 2, len(placed) - 1, 2):
            one, two = placed[at], placed[at + 1]
            swap = two[DISTANCE] < one[DISTANCE]
            placed[at] = [np.where(swap, b, a) for a, b in zip(one, two, strict=True)]
            placed[at + 1] = [np.where(swap, a, b) for a, b in zip(one, two, strict=True)]
    return placed


def reward(rules: SquadRules, before: State, after: State, player: int) -> list[Array]:
    """The terms named in REWARD_TERMS, f32 [N] each, earned between two states, the same for a whole team.

    goal: +-1. The others are differences of potentials: how much nearer the ball is to the opponents' goal than to
    one's own, and how near the team's nearest player is to the ball. Who is farther away earns nothing for coming.
    """
    team = team_of(rules.teams, player)
    goal = seen_from(team, after["scored"] - before["scored"]) * rules.goal_reward
    forward = (lead(rules, ball_of(after)) - lead(rules, ball_of(before))) * (
        rules.ball_to_goal_reward / (4.0 * rules.half_length_m)
    )
    closed = _nearest(rules, before, player) - _nearest(rules, after, player)
    return [goal, seen_from(team, forward), closed * (rules.to_ball_reward / (2.0 * rules.half_length_m))]


def _nearest(rules: SquadRules, state: State, player: int) -> Array:
    """Distance between the ball and the player of one's team that is nearest to it, m."""
    return least([gap(state, mate) for mate in rules.team(player)])

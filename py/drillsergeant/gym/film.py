"""A match from start to end as pictures: shown, or as a GIF that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from drillsergeant import drills
from drillsergeant.drills.contract import Drill, team_of
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch, Opponent, checked_opponent, drill_of
from drillsergeant.gym.render import picture
from drillsergeant.learn.files.replacing import checked_kind, replace_file
from drillsergeant.pictures.image_files import gif

OUTCOMES = {1: "team 0 wins", -1: "team 1 wins", 0: "nobody wins"}


class Shot(NamedTuple):
    """A moment of a match: `draw()` is its picture u8 [HEIGHT][WIDTH][3], `winner` 1, -1 or 0 once it is over."""

    draw: Callable[[], Array]
    winner: int | None


def moments(drill: Drill | str, teams: Sequence[Opponent], seed: int = 0) -> Iterator[Shot]:
    """A match of `drill` between who plays each team, decision by decision."""
    drill = drills.resolve(drill)
    batch = Batch(drill, 1)
    batch.reset(seed)
    players = [teams[team_of(drill.teams, player)] for player in range(sum(drill.teams))]
    yield Shot(partial(picture, drill, batch.state), None)
    while True:
        outcome = batch.step([batch.choose(who, player) for player, who in enumerate(players)]).outcome
        over = bool(outcome.over[0])
        yield Shot(partial(picture, drill, batch.state), int(outcome.winner[0]) if over else None)
        if over:
            return


def film(
    policy: Opponent, path: str | Path, opponent: Opponent = "scripted", drill: Drill | str | None = None, seed: int = 0
) -> str:
    """Write a match of `policy` against `opponent` as a GIF; returns how it ended, in words.

    `drill`: the policy's own with other rules; to be named where "scripted" or "random" plays.
    """
    checked_kind(path, ".gif")
    drill = drills.resolve(drill or drill_of(policy))
    teams = [checked_opponent(policy, "policy", drill), checked_opponent(opponent, drill=drill)]
    shots = list(moments(drill, teams, seed))
    replace_file(path, gif([shot.draw() for shot in shots], drill.tick_hz / drill.action_repeat))
    return OUTCOMES[shots[-1].winner or 0]

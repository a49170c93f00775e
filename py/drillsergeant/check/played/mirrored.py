"""Whether two teams of the same size play the same game, each seen from its own end of the field.

Nobody can tell from outside which fields of a state change their signs when a field is turned round, but what players
see tells it all: if both teams play alike, whatever is seen, done and earned goes together in the same way for both. A
sign that is forgotten on one side shows as two things that rise together for one player and against each other for the
other. Compared are the means over a match of all products of two such things, in matches of players by chance and of
scripted ones, player by player.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind
from drillsergeant.check.playthrough import GROUPS, Playthrough
from drillsergeant.check.source_lines import line_of
from drillsergeant.elementary import Array

EVERY = 2  # decisions: those between tell nearly the same
SURE = 4.5  # standard errors, in either half of the matches
LEAST = 0.05  # of a product of two things that are scaled to 1
CLIP = 4.0  # of a thing so scaled
REMEDY = (
    "write everything as seen from one's own end: what lies to the right for team 0 lies to the left for team 1 "
    "(`drills/boxes/players.py` has `seen_from`)"
)


class Thing(NamedTuple):
    """Something that goes on for a player: in words, the function that has it, its entry there."""

    words: str
    part: str
    entry: int | None


def find_not_mirrored(played: Playthrough) -> Iterator[DrillFinding]:
    """Compare each player of team 0 with the one in its place in team 1."""
    seats = played.seats
    if not seats.even:
        return
    for player in range(seats.teams[0]):
        pair = (player, player + seats.teams[0])
        values = np.stack([_values(played, each) for each in pair])  # [2, N, things, T]
        for group in ("random", "scripted"):
            found = _compared(played, pair, values[:, GROUPS[group]])
            if found is not None:
                yield found
                return
    for group in ("random", "scripted"):
        lanes = GROUPS[group]
        for ended, how, where in ((played.by_time, " that the time limit ended", "outcome"), (played.over, "", "tick")):
            won = played.winner[:, lanes][ended[:, lanes]]
            wins, losses = int((won > 0).sum()), int((won < 0).sum())
            if abs(wins - losses) > SURE * np.sqrt(wins + losses):
                whose = f"{len(won)} matches of {group} players against their like{how}"
                said = f"of {whose}, team 0 wins {wins}, team 1 {losses}"
                yield DrillFinding(Kind.NOT_MIRRORED, said, REMEDY, line_of(seats.drill, where))
                return


def _compared(played: Playthrough, pair: tuple[int, int], values: Array) -> DrillFinding | None:
    """What differs for sure between two players, by what goes on for them, f64 [2, N, things, T]."""
    things = _things(played)
    size = np.sqrt(np.mean(values * values, (0, 1, 3)))[:, None]
    scaled = np.clip(values / np.where(size > 0.0, size, 1.0), -CLIP, CLIP)
    products = scaled @ scaled.swapaxes(-1, -2) / scaled.shape[-1]  # [2, N, things, things]
    differs = products[0] - products[1]
    halves = np.array_split(differs, 2)
    means = np.stack([half.mean(0) for half in halves])
    errors = np.stack([half.std(0) / np.sqrt(len(half)) for half in halves])
    sure = (np.abs(means) > SURE * errors + LEAST).all(0) & (np.sign(means[0]) == np.sign(means[1]))
    if not sure.any():
        return None
    mean = products.mean(1)
    return _finding(played, things, pair, sure, mean)


def _things(played: Playthrough) -> list[Thing]:
    """What is compared, in the order of `_values`; the first is 1, so that means are among the products."""
    drill = played.seats.drill
    things = [Thing("", "", None)]
    things += [Thing(name, "observe", entry) for entry, name in enumerate(drill.observation)]
    things += [Thing(f"the next change of {name}", "observe", entry) for entry, name in enumerate(drill.observation)]
    things += [Thing(f"the reward {name}", "reward", entry) for entry, name in enumerate(drill.reward_terms)]
    for head in played.seats.heads:
        things += [Thing(f"the choice of {choice!r}", "tick", None) for choice in head.choices]
        if not head.choices:
            things.append(Thing(f"the choice of {head.name}", "tick", None))
    return things


def _values(played: Playthrough, player: int) -> Array:
    """The things of a player in matches in which all players are alike, f64 [N, things, T]."""
    when, lanes = slice(0, -1, EVERY), slice(0, GROUPS["scripted"].stop)
    seen = played.observations(player)[..., lanes].astype(np.float64)  # [T, OBS, N]
    goes_on = ~played.over[:-1, lanes][:, None]
    change = np.where(goes_on, seen[1:] - seen[:-1], 0.0)[::EVERY]
    rows = [np.ones_like(seen[when, :1]), seen[when], change, played.rewards(player)[when, :, lanes]]
    for number, head in enumerate(played.seats.heads):
        chosen = np.stack([actions[player][number][lanes] for actions in played.actions[when]])[:, None]
        rows += [chosen == value for value in range(len(head.choices))] or [chosen]
    values: Array = np.concatenate([np.asarray(row, np.float64) for row in rows], 1).transpose(2, 1, 0)
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)


def _finding(
    played: Playthrough, things: Sequence[Thing], players: tuple[int, int], sure: Array, mean: Array
) -> DrillFinding:
    """The finding on products [things, things] that differ for sure, of these means [2, things, things].

    The thing that is part of most of them is the one to look at; an action only where each of them has one.
    """
    is_seen = np.array([thing.part != "tick" for thing in things])
    among_seen = sure & is_seen & is_seen[:, None]
    pairs = among_seen if among_seen.any() else sure
    is_culprit = ~is_seen if not among_seen.any() else is_seen
    differs = np.where(pairs, np.abs(mean[0] - mean[1]), 0.0)
    culprit = int(np.argmax(np.where(is_culprit & (np.arange(len(things)) > 0), differs.sum(1), -1.0)))
    with_it = int(np.argmax(differs[culprit]))
    one, two = mean[0, culprit, with_it], mean[1, culprit, with_it]
    thing, partner = things[culprit], things[with_it]
    if not partner.words:
        said = f"{thing.words} is {one:+.2f} on average for player {players[0]} and {two:+.2f} for player {players[1]}"
    else:
        said = (
            f"{thing.words} and {partner.words} go together by {one:+.2f} for player {players[0]} and by {two:+.2f} "
            f"for player {players[1]}"
        )
    where = line_of(played.seats.drill, thing.part, thing.entry)
    return DrillFinding(Kind.NOT_MIRRORED, f"the two teams do not play the same game: {said}", REMEDY, where)

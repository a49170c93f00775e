"""Ratings of a league, with intervals: who is how strong, and how sure the games make of it.

The model of R. A. Bradley and M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 39, 1952: of two
players rated a and b points, the first takes 1 / (1 + 10^((b - a) / 400)) of the score (Elo's scale; a draw is half a
win). Ratings are the likeliest ones with D. Firth's correction, "Bias reduction of maximum likelihood estimates",
Biometrika 80, 1993: finite where somebody won everything, and without the bias towards extremes. The mean of a league
is 1000. Intervals are 95 %, by Fisher's information: 1.96 standard errors to either side of a rating, the league's mean
being known. A draw tells more than a coin would, so where many are drawn the intervals are wide rather than narrow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from drillsergeant.learn.league.elo import ANCHOR, POINTS

NORMAL_95 = 1.959964
STEPS, STEP_MAX, CLOSE = 200, 1.0, 1e-10  # in natural units of log-odds
Matrix = list[list[float]]


@dataclass(frozen=True)
class Rating:
    """In points, with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def rate(games: Sequence[Sequence[float]], scores: Sequence[Sequence[float]]) -> list[Rating]:
    """The ratings of N players: `games` [N][N] how many two played, `scores` [N][N] how much of them each row took.

    Raises ValueError where somebody has played nobody, directly or by way of others: then nothing compares them.
    """
    count = len(games)
    if count and len(_reached(games)) < count:
        raise ValueError("some players are compared with nobody else, by no game: let everybody play")
    strengths = [0.0] * count
    for _ in range(STEPS):
        covariance = _covariance(_information(games, strengths))
        gradient = _gradient(games, scores, strengths, covariance)
        step = [sum(map(float.__mul__, row, gradient)) for row in covariance]
        longest = max(map(abs, step), default=0.0)
        shorter = min(1.0, STEP_MAX / longest) if longest > 0.0 else 1.0
        strengths = [own + shorter * by for own, by in zip(strengths, step, strict=True)]
        if longest < CLOSE:
            break
    covariance = _covariance(_information(games, strengths))
    found = []
    for place, strength in enumerate(strengths):
        value, half = ANCHOR + POINTS * strength, POINTS * NORMAL_95 * math.sqrt(max(covariance[place][place], 0.0))
        found.append(Rating(value, value - half, value + half))
    return found


def ranking(ratings: Sequence[Rating]) -> list[int]:
    """The players, the best first; of equals the one that comes first."""
    return sorted(range(len(ratings)), key=lambda player: -ratings[player].value)


def _share(own: float, other: float) -> float:
    return 1.0 / (1.0 + math.exp(min(other - own, 700.0)))


def _information(games: Sequence[Sequence[float]], strengths: Sequence[float]) -> Matrix:
    """Fisher's information [N][N]; rows sum to zero, since only differences tell."""
    count = len(strengths)
    found = [[0.0] * count for _ in range(count)]
    for one in range(count):
        for two in range(one):
            share = _share(strengths[one], strengths[two])
            weight = games[one][two] * share * (1.0 - share)
            found[one][two] = found[two][one] = -weight
            found[one][one] += weight
            found[two][two] += weight
    return found


def _covariance(information: Matrix) -> Matrix:
    """Of strengths whose mean is known: the inverse of the information, apart from what all have in common."""
    count = len(information)
    together = [[value + 1.0 / count for value in row] for row in information]
    inverse = _inverse(together)
    return [[value - 1.0 / count for value in row] for row in inverse]


def _gradient(
    games: Sequence[Sequence[float]], scores: Sequence[Sequence[float]], strengths: Sequence[float], covariance: Matrix
) -> list[float]:
    """How much more everybody scored than its strength says, corrected as by Firth: [N]."""
    count = len(strengths)
    found = [0.0] * count
    for one in range(count):
        for two in range(one):
            share = _share(strengths[one], strengths[two])
            spread = covariance[one][one] + covariance[two][two] - 2.0 * covariance[one][two]
            leverage = games[one][two] * share * (1.0 - share) * spread
            surplus = scores[one][two] - games[one][two] * share + leverage * (0.5 - share)
            found[one] += surplus
            found[two] -= surplus
    return found


def _inverse(matrix: Matrix) -> Matrix:
    """By Gauss and Jordan, with the largest pivot."""
    count = len(matrix)
    rows = [[*row, *(float(place == at) for place in range(count))] for at, row in enumerate(matrix)]
    for column in range(count):
        best = max(range(column, count), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column][column]
        rows[column] = [value / pivot for value in rows[column]]
        for row in range(count):
            factor = rows[row][column]
            if row != column and factor:
                rows[row] = [own - factor * other for own, other in zip(rows[row], rows[column], strict=True)]
    return [row[count:] for row in rows]


def _reached(games: Sequence[Sequence[float]]) -> set[int]:
    """Who has played the first one, or somebody who has, or so on."""
    known, new = {0}, [0]
    while new:
        one = new.pop()
        more = [two for two in range(len(games)) if two not in known and games[one][two] > 0]
        known.update(more)
        new += more
    return known

"""The versions of a policy that its run has kept, in the policy's file: to watch, to play against, to go back to.

Tensors: `versions.<name>`, f32 [V][...], for each tensor of the policy the same one of V versions, in the order of the
run. A version has no optimiser: who goes back to it begins with a fresh one. Metadata: `versions`, JSON, a list of V
objects with the fields of `KeptVersion`, and `games`, JSON, a list of [own, other, games, wins, losses]: own and other
are versions, counted from 1, or the policy itself, 0, and other may be the scripted player, -1; numbers are not whole,
as older games count for less.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from drillsergeant.drills.contract import MOST_LESSONS
from drillsergeant.learn.files.safetensors import PolicyFileError, Tensor, check_values, strict_json
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.limits import (
    MOST_COUNT,
    MOST_DECISIONS,
    MOST_S,
    MOST_VERSION,
    SANE,
    known_within,
    within,
)

PREFIX = "versions."
VERSIONS, GAMES = "versions", "games"
MOST_VERSIONS = 64
MOST_GAMES, MOST_RATING = 1e9, 1e6
LONGEST_KIND = 16  # characters
POLICY, SCRIPTED = 0, -1  # beside the numbers of versions
# Games won and lost are part of the games played, but for rounding.
ROUNDING = 1e-3


@dataclass(frozen=True)
class KeptVersion:
    """One of them, with what was known of it. `parameters` is f32 [P], `t_s` in seconds of training, `win` a share.

    `kind` says why it was kept, `rating` is on an Elo-like scale, `mean_return` what an episode earned, where that is
    the drill's measure, `lesson` the one of the drill's that was played then, from 0.
    """

    parameters: bytes
    version: int
    decisions: int
    updates: int
    t_s: float
    win: float | None
    kind: str
    rating: float | None = None
    mean_return: float | None = None
    lesson: int = 0


class VersionGames(NamedTuple):
    """What came of the games of `own` against `other`; see above."""

    own: int
    other: int
    games: float
    wins: float
    losses: float


def version_tensors(versions: Sequence[KeptVersion], schema: Schema) -> dict[str, Tensor]:
    """The tensors of `versions`; none where there are none."""
    if not versions:
        return {}
    each = [schema.split(version.parameters) for version in versions]
    return {
        PREFIX + name: Tensor((len(versions), *shape), b"".join(tensors[name].content for tensors in each))
        for name, shape in schema.tensors.items()
    }


def version_metadata(versions: Sequence[KeptVersion], games: Sequence[VersionGames]) -> dict[str, str]:
    """The metadata of `versions`; nothing where there are none."""
    if not versions:
        return {}
    rows = [{name: value for name, value in vars(_bounded(each)).items() if name != "parameters"} for each in versions]
    return {VERSIONS: json.dumps(rows), GAMES: json.dumps(list(map(_bounded_games, games)))}


def _bounded(version: KeptVersion) -> KeptVersion:
    """What was measured of it as far as it makes sense."""
    rating = version.rating
    return replace(
        version,
        t_s=within(version.t_s, 0.0, MOST_S),
        win=known_within(version.win, 0.0, 1.0),
        rating=None if rating is None else within(rating, -MOST_RATING, MOST_RATING),
        mean_return=known_within(version.mean_return, -SANE, SANE),
    )


def _bounded_games(row: VersionGames) -> VersionGames:
    """So many games that one more counts for nothing, or fewer; their shares stay."""
    factor = MOST_GAMES / max(MOST_GAMES, row.games)
    return row if factor == 1.0 else VersionGames(*row[:2], *(number * factor for number in row[2:]))


def split_versions(
    tensors: Mapping[str, Tensor], metadata: Mapping[str, str], schema: Schema
) -> tuple[dict[str, Tensor], tuple[KeptVersion, ...]]:
    """All other tensors, and the versions, none where the file has none. Raises PolicyFileError."""
    others = {name: tensor for name, tensor in tensors.items() if not name.startswith(PREFIX)}
    found = {name.removeprefix(PREFIX): tensor for name, tensor in tensors.items() if name.startswith(PREFIX)}
    rows = _rows(metadata)
    if not rows and not found:
        return others, ()
    expected = {name: (len(rows), *shape) for name, shape in schema.tensors.items()}
    for name in sorted({*found, *expected}):
        shape, wanted = found[name].shape if name in found else None, expected.get(name)
        if shape != wanted:
            has = "is missing" if shape is None else f"has shape {list(shape)}"
            needs = "there is no such tensor" if wanted is None else f"{len(rows)} versions have {list(wanted)}"
            raise PolicyFileError(f"tensor {PREFIX + name!r} {has}; {needs}")
    for name, tensor in found.items():
        check_values(PREFIX + name, tensor.content, -SANE)
    parts = [found[name].content for name in schema.tensors]
    sizes = [len(part) // len(rows) for part in parts]
    return others, tuple(
        _version(row, b"".join(part[at * size : (at + 1) * size] for part, size in zip(parts, sizes, strict=True)))
        for at, row in enumerate(rows)
    )


def read_games(metadata: Mapping[str, str], versions: int) -> tuple[VersionGames, ...]:
    """What came of games among so many versions. Raises PolicyFileError."""
    found = strict_json(metadata.get(GAMES, "[]"), depth=2)
    rows = found if isinstance(found, list) else [None]
    games = []
    for row in rows:
        if not isinstance(row, list) or len(row) != len(VersionGames._fields):
            raise PolicyFileError(f"metadata {GAMES!r} must be a list of lists of {len(VersionGames._fields)} numbers")
        own, other = (_whole(GAMES, place, -1, versions) for place in row[:2])
        played, wins, losses = (_number(GAMES, value, 0.0, MOST_GAMES) for value in row[2:])
        if own == SCRIPTED or wins + losses > played * (1.0 + ROUNDING) + ROUNDING:
            raise PolicyFileError(f"metadata {GAMES!r} has {str(row)[:80]!a}: more won and lost than played")
        games.append(VersionGames(own, other, played, wins, losses))
    return tuple(games)


def _rows(metadata: Mapping[str, str]) -> list[Mapping[str, object]]:
    found = strict_json(metadata.get(VERSIONS, "[]"), depth=2)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise PolicyFileError(f"metadata {VERSIONS!r} must be a list of objects")
    if len(found) > MOST_VERSIONS:
        raise PolicyFileError(f"metadata {VERSIONS!r} has {len(found)} entries, at most {MOST_VERSIONS} are read")
    return found


def _version(row: Mapping[str, object], parameters: bytes) -> KeptVersion:
    kind, win, rating, mean = (row.get(name) for name in ("kind", "win", "rating", "mean_return"))
    if not isinstance(kind, str) or len(kind) > LONGEST_KIND:
        raise PolicyFileError(f"metadata {VERSIONS!r}: kind must be a word, not {str(kind)[:40]!a}")
    return KeptVersion(
        parameters,
        _whole(VERSIONS, row.get("version"), 0, MOST_VERSION),
        _whole(VERSIONS, row.get("decisions"), 0, MOST_DECISIONS),
        _whole(VERSIONS, row.get("updates"), 0, MOST_COUNT),
        _number(VERSIONS, row.get("t_s"), 0.0, MOST_S),
        None if win is None else _number(VERSIONS, win, 0.0, 1.0),
        kind,
        None if rating is None else _number(VERSIONS, rating, -MOST_RATING, MOST_RATING),
        None if mean is None else _number(VERSIONS, mean, -SANE, SANE),
        _whole(VERSIONS, row.get("lesson", 0), 0, MOST_LESSONS - 1),
    )


def _whole(where: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise PolicyFileError(f"metadata {where!r} holds {str(value)[:40]!a}, expected a whole number {low} to {high}")
    return value


def _number(where: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise PolicyFileError(f"metadata {where!r} holds {str(value)[:40]!a}, expected a number {low:g} to {high:g}")
    return float(value)

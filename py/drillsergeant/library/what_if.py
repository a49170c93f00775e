"""What if a number of a game were another one? A player is trained from nothing for each value, to be compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from pathlib import Path

from drillsergeant import drills
from drillsergeant.drawing.trial_grid import TrialCell, trial_grid
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.defaults import default_hidden
from drillsergeant.learn.files.replacing import checked_kind, replace_file
from drillsergeant.learn.ppo.hidden import checked_hidden
from drillsergeant.learn.ppo.hyper import current_names
from drillsergeant.learn.ppo.limits import checked_seed
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.learn.trials.film import Film
from drillsergeant.learn.trials.recipe import DECISIONS, TrialRecipe, won_share
from drillsergeant.learn.trials.tunables import readable
from drillsergeant.learn.trials.values import tunable_name, with_values
from drillsergeant.library.policy import Policy
from drillsergeant.library.trained_run import trained_run
from drillsergeant.plain import real_number, whole_number

MOST_AXES, MOST_PLAYERS = 2, 64


@dataclass(frozen=True)
class TriedPlayer:
    """One player of `WhatIf`: the `values` it was trained with, by name, its `policy`, its `metrics` (those of its last
    update, and of a match of its own), and where everybody was in that match."""

    values: Mapping[str, float]
    policy: Policy
    metrics: Mapping[str, float]
    film: Film

    def __repr__(self) -> str:
        said = ", ".join(f"{name} {value:g}" for name, value in self.values.items())
        return f"<TriedPlayer {said}: {_caption(self.metrics)}>"


class WhatIf:
    """Players from nothing, one for each value of one number of a game, or for each pair of values of two.

    `axes` are the numbers by the names the game has for them, each with its values; `players` come row after row, the
    first axis across. `table()` has their numbers, `picture()` is all of them as SVG, which a notebook shows by itself.
    """

    def __init__(self, drill: Drill, axes: Mapping[str, Sequence[float]], players: Sequence[TriedPlayer]) -> None:
        self.drill, self.axes, self.players = drill, {name: tuple(each) for name, each in axes.items()}, tuple(players)

    def __len__(self) -> int:
        return len(self.players)

    def __repr__(self) -> str:
        axes = " x ".join(f"{name} {', '.join(f'{value:g}' for value in each)}" for name, each in self.axes.items())
        return f"<WhatIf {self.drill.name}: {len(self.players)} players, {axes}>"

    @property
    def policies(self) -> list[Policy]:
        """What was learned, in the order of `players`."""
        return [player.policy for player in self.players]

    def table(self) -> list[dict[str, float]]:
        """A row of numbers for each player: its values, then its metrics; NaN where there is none."""
        names = list(dict.fromkeys(name for player in self.players for name in player.metrics))
        metrics = [{name: player.metrics.get(name, math.nan) for name in names} for player in self.players]
        return [{**player.values, **row} for player, row in zip(self.players, metrics, strict=True)]

    def picture(self) -> str:
        """All players side by side, SVG: their ways over the field in one match against the scripted player."""
        (across, first), *rest = self.axes.items()
        down, second = rest[0] if rest else ("", ())
        cells = [
            TrialCell(each.film.all_ways(), won_share(each.metrics), _caption(each.metrics)) for each in self.players
        ]
        labels = [f"{value:g}" for value in first], [f"{value:g}" for value in second]
        columns, rows = (readable(across), labels[0]), (readable(down), labels[1])
        return trial_grid(f"{self.drill.words.title}: what if?", self.drill.scene, columns, rows, cells)

    def save(self, path: str | Path) -> None:
        """Write the picture as an SVG file. Raises OSError where it cannot be written, ValueError for another kind."""
        checked_kind(path, ".svg")
        replace_file(path, self.picture().encode())

    def _repr_html_(self) -> str:
        rows = self.table()
        names = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
        lines = ["".join(f"<td>{value:.4g}</td>" for value in row.values()) for row in rows]
        table = "".join(f"<tr>{line}</tr>" for line in lines)
        return f"{self.picture()}<table><tr>{names}</tr>{table}</table>"


def what_if(
    drill: Drill | str,
    *,
    seed: int = 0,
    decisions: int = DECISIONS,
    matches: int = RunSizes.matches,
    stops: bool = True,
    hyper: Mapping[str, float] | None = None,
    hidden: Sequence[int] | None = None,
    **values: Sequence[float],
) -> WhatIf:
    """Train a player from nothing for each of the `values` of one number of a drill, or each pair of those of two:
    `what_if("ball", to_ball=[0, 1], ball_to_goal=[0, 1])`.

    A name is that of a number of the drill, or of a reward term, of which it says what it is worth (`to_ball_reward`)
    or how much it counts, 1 as it is. Each player learns from `decisions` decisions, or fewer where it `stops` once the
    drill's measure is reached; all else is as in `train`, and the weights are those that `train` comes to with that
    drill. The page's dock What if comes to the same, to the last bit. Raises ValueError for a name that there is not,
    for values that are no numbers, more than two axes or more than 64 players, TypeError for values that are no list.
    """
    made = drills.resolve(drill)
    ensure_drill(made)
    axes = _axes(made, values)
    recipe = TrialRecipe(
        checked_seed(seed),
        whole_number("decisions", decisions, least=1),
        whole_number("matches", matches, least=1),
        stops=stops,
        hyper=current_names(hyper or {}),
    )
    network = default_hidden(made) if hidden is None else checked_hidden(hidden)
    # The first axis runs across, so it is the one that changes fastest.
    points = [dict(zip(axes, reversed(each), strict=True)) for each in product(*reversed(axes.values()))]
    return WhatIf(made, axes, [_trained(made, point, network, recipe) for point in points])


def _axes(drill: Drill, values: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """The values by the names that the drill has. Raises ValueError and TypeError."""
    if not 1 <= len(values) <= MOST_AXES:
        raise ValueError(f"what_if takes the values of one number or of two, such as to_ball=[0, 1]; got {len(values)}")
    axes: dict[str, list[float]] = {}
    for name, given in values.items():
        if isinstance(given, str) or not hasattr(given, "__iter__"):
            raise TypeError(f"{name} is {given!r:.40}; give a list of numbers, such as [0, 0.5, 1]")
        numbers = [real_number(f"a value of {name}", value) for value in given]
        if not numbers:
            raise ValueError(f"{name} has no values; give a list of numbers, such as [0, 0.5, 1]")
        known = tunable_name(drill, name)
        if known in axes:
            raise ValueError(f"{name} is {known}, which is there already: give another number of {drill.name}")
        axes[known] = numbers
    players = math.prod(len(each) for each in axes.values())
    if players > MOST_PLAYERS:
        raise ValueError(f"these are {players} players, at most {MOST_PLAYERS} are trained at once: give fewer values")
    return axes


def _trained(drill: Drill, values: Mapping[str, float], hidden: tuple[int, ...], recipe: TrialRecipe) -> TriedPlayer:
    other = with_values(drill, values)
    run = trained_run(other, hidden, recipe)
    film, seen = run.film()
    return TriedPlayer(values, Policy(run.policy()), {**run.metrics(), **seen}, film)


def _caption(metrics: Mapping[str, float]) -> str:
    if "lasts_s" in metrics:
        return f"lasts {metrics['lasts_s']:.3g} s"
    if "mean_return" in metrics:
        return f"{metrics['mean_return']:.4g} on average"
    return f"{metrics['win_rate']:.0%} wins" if "win_rate" in metrics else "no match counted"

"""What has become of the players: in a few letters, and all of them as a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from drillsergeant.drawing.trial_grid import TrialCell, trial_grid
from drillsergeant.drills.contract import Scene
from drillsergeant.learn.trials.recipe import won_share
from drillsergeant.learn.trials.tunables import readable
from drillsergeant.runtimes.page.number_text import compact, percent
from drillsergeant.runtimes.page.view import CellEntry, CellGrid
from drillsergeant.runtimes.page.what_if.grid import PlayerSoFar, WhatIfQuestion

AWAY = "_away_m"  # the end of the name of how far the player is from something
SAID: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "decisions": ("learned from", lambda value: f"{compact(value)} decisions"),
    "win_rate": ("wins against the bot", percent),
    "win_rate_random": ("wins against chance", percent),
    "lasts_s": ("a match lasts", lambda value: f"{value:.3g} s"),
    "mean_return": ("earns in a match, by its own reward", lambda value: f"{value:.4g}"),
    "speed_m_s": ("runs", lambda value: f"{value:.2f} m/s"),
}


def picture(question: WhatIfQuestion, players: Mapping[int, PlayerSoFar], title: str, scene: Scene) -> str:
    """All players side by side, SVG, as `drillsergeant.what_if` draws them."""
    first, *rest = question.axes
    down: tuple[str, Sequence[str]] = ("", ())
    if rest:
        down = readable(rest[0].name), [f"{value:g}" for value in rest[0].values]
    cells = []
    for place in range(len(question.points())):
        player = players.get(place) or PlayerSoFar()
        text = "refused" if player.why else caption(player.metrics, True)
        share = won_share(player.metrics)
        cells.append(TrialCell(player.film.all_ways(), share, text) if player.is_over else None)
    across = readable(first.name), [f"{value:g}" for value in first.values]
    return trial_grid(title, scene, across, down, cells)


def told(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    """A player's numbers in words, a row each."""
    rows = []
    for name, value in metrics.items():
        if name.startswith("win_rate") and "mean_return" in metrics:
            continue  # there is nobody to win against
        if name in SAID:
            words, shown = SAID[name]
            rows.append((words, shown(value)))
        elif name.endswith(AWAY):
            rows.append((f"on average from the {name.removesuffix(AWAY)}", f"{value:.2f} m"))
    return rows


def cell_grid(
    question: WhatIfQuestion, players: Mapping[int, PlayerSoFar], name: Callable[[int], str], chosen: int, scene: Scene
) -> CellGrid:
    """All players side by side as the page shows them; `name` is what the cell of a place is called."""
    first, *rest = question.axes
    columns = tuple(f"{readable(first.name)} {value:g}" for value in first.values)
    rows = tuple(f"{readable(rest[0].name)} {value:g}" for value in rest[0].values) if rest else ()
    entries = []
    for place in range(len(question.points())):
        player = players.get(place) or PlayerSoFar()
        said = caption(player.metrics, player.is_over) if not player.why else "refused"
        share = won_share(player.metrics) if not player.why else None
        entries.append(CellEntry(name(place), said, f"{question.words(place)}: {said}", share, place == chosen))
    return CellGrid(columns, rows, tuple(entries), scene.half_width_m / max(scene.half_length_m, 1e-9))


def progress(question: WhatIfQuestion, players: Iterable[PlayerSoFar]) -> tuple[int, float]:
    """How many are trained, and which share of all that there is to learn is over."""
    every = list(players)
    learned = sum(
        1.0 if player.is_over else player.metrics.get("decisions", 0.0) / question.decisions for player in every
    )
    return sum(bool(player.content) for player in every), learned / len(question.points())


def there(players: Iterable[PlayerSoFar]) -> str:
    """How many were trained, and how many could not be."""
    every = list(players)
    done = sum(bool(player.content) for player in every)
    refused = len(every) - done
    counted = "1 player is there" if done == 1 else f"{done} players are there"
    return f"{counted}, {refused} could not be trained (press it for why)." if refused else f"{counted}."


def caption(metrics: Mapping[str, float], is_over: bool) -> str:
    """A player in a few letters."""
    if not metrics:
        return "waits" if not is_over else "plays"
    if "lasts_s" in metrics:
        return f"lasts {metrics['lasts_s']:.3g} s"
    if "mean_return" in metrics:
        return f"{metrics['mean_return']:.4g} on average"
    if "win_rate" in metrics:
        return f"{metrics['win_rate']:.0%} wins"
    return "no match over yet" if is_over else "begins"

"""How the settings of two runs differ, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drillsergeant.learn.ppo.hyper import RANGES
from drillsergeant.learn.trials.curves import LearningCurve
from drillsergeant.learn.trials.tunables import readable, tunables_of, with_values
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.number_text import compact

LABELS: Mapping[str, str] = {
    "learning_rate": "learning rate", "clip_coef": "clip range", "entropy_coef": "entropy bonus", "epochs": "epochs",
    "minibatch_size": "minibatch rows", "gamma": "discount γ", "gae_lambda": "GAE λ",
    "value_coef": "value coefficient", "max_grad_norm": "max gradient norm",
}  # fmt: skip
NOTHING_YET = "nothing is known of how good it is yet"


@dataclass(frozen=True)
class ComparedRun:
    """A run as it is compared. `edit`: the code of its game, "" for the original; `seed`: None where nobody knows it;
    `changes`: how often its settings were changed on the way."""

    name: str
    hyper: Mapping[str, float] = field(default_factory=dict)
    hidden: str = ""
    seed: int | None = None
    edit: str = ""
    changes: int = 0
    curve: LearningCurve = field(default_factory=LearningCurve)


def difference(one: ComparedRun, other: ComparedRun, original: str = "") -> str:
    """What `other` has that `one` has not. `original`: the game's own code, where it is known."""
    parts = [
        f"{LABELS[name]} {other.hyper[name]:g} instead of {one.hyper[name]:g}"
        for name in RANGES
        if name in one.hyper and name in other.hyper and one.hyper[name] != other.hyper[name]
    ]
    if one.hidden and other.hidden and one.hidden != other.hidden:
        parts.append(f"a network of {other.hidden} instead of {one.hidden}")
    if None not in (one.seed, other.seed) and one.seed != other.seed:
        parts.append(f"seed {other.seed} instead of {one.seed}")
    parts += _of_games(one.edit, other.edit, original)
    told = f"{', '.join(parts)}; otherwise the same" if parts else "the same settings and the same game"
    ways = [_way(each) for each in (one, other) if each.changes]
    return f"{_first_letter(other.name)}: {told}.{''.join(ways)}"


def _of_games(one: str, other: str, original: str) -> list[str]:
    """How two games differ: in their numbers, and whether in more."""
    if one == other:
        return []
    texts = one or original, other or original
    if "" in texts:  # whose code is not here
        return ["code of its own instead of the original" if other else "the original game instead of code of its own"]
    here, there = ({each.name: each.value for each in tunables_of(text, ())} for text in texts)
    changed = {name: there[name] for name in here if name in there and here[name] != there[name]}
    parts = [f"{readable(name)} {value:g} instead of {here[name]:g}" for name, value in changed.items()]
    try:
        rest = with_values(texts[0], (), changed) != with_values(texts[1], (), changed)
    except ValueError:
        rest = True
    if not rest:
        return parts
    return [*parts, "other code" if other and one else "code of its own" if other else "the original's code"]


def _way(run: ComparedRun) -> str:
    often = "once" if run.changes == 1 else f"{run.changes} times"
    return f" In {run.name} settings were changed {often} on the way."


def _first_letter(text: str) -> str:
    return text[:1].upper() + text[1:]


def how_far(curve: LearningCurve, measure: DrillMeasure) -> str:
    """How good a run is, and after how much: "93 % after 31 M decisions"."""
    if curve.last is None:
        return NOTHING_YET
    return f"{measure.text(curve.last)} after {compact(curve.end)} decisions"

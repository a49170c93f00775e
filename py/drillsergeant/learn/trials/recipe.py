"""How short runs are trained, all of them alike. Needs no NumPy: the page asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drillsergeant.learn.run_sizes import RunSizes

DECISIONS = 700_000  # three seconds of a core; of Ball Drill, from nothing to beating the bot now and then


@dataclass(frozen=True)
class TrialRecipe:
    """How each player is trained. `stops`: as soon as the drill's measure is reached, see `Score.enough`."""

    seed: int = 0
    decisions: int = DECISIONS
    matches: int = RunSizes.matches
    horizon: int = RunSizes.horizon
    stops: bool = True
    hyper: Mapping[str, float] = field(default_factory=dict)

    @property
    def sizes(self) -> RunSizes:
        """How much each plays, in one thread."""
        return RunSizes(matches=self.matches, horizon=self.horizon)


def won_share(metrics: Mapping[str, float]) -> float | None:
    """The share of matches a player wins; None in a drill of returns, where nobody is played against."""
    return None if "mean_return" in metrics else metrics.get("win_rate")

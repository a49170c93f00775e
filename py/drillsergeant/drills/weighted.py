"""A drill whose reward terms count for more or less than they do in it."""

from __future__ import annotations

from collections.abc import Mapping

from drillsergeant.drills.around import Around
from drillsergeant.drills.contract import Drill, State
from drillsergeant.elementary import Array


class Weighted(Around):
    """`base` with each of its reward terms multiplied by the weight of its name, where there is one."""

    def __init__(self, base: Drill, weights: Mapping[str, float]) -> None:
        super().__init__(base)
        self.weights = dict(weights)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Weighted) and self.weights == other.weights and super().__eq__(other)

    def __hash__(self) -> int:
        return super().__hash__()

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """One f32 [N] per reward term, as it counts here."""
        terms = dict(zip(self.reward_terms, self.base.reward(before, after, player), strict=True))
        return [term * self.weights[name] if name in self.weights else term for name, term in terms.items()]

"""The form of the dock What if: which numbers of the game, and which values each is to have."""

from __future__ import annotations

from drillsergeant.learn.program import DrillFacts
from drillsergeant.learn.trials.recipe import TrialRecipe
from drillsergeant.learn.trials.tunables import Tunable, readable, tunables_of
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.page.what_if import grid as grids
from drillsergeant.runtimes.page.what_if.grid import AskedNumber, WhatIfQuestion

LINK = "what_if"  # in the address
SELECTS, VALUES = ("what-if-first", "what-if-second"), ("what-if-first-values", "what-if-second-values")
BUDGET = "what-if-decisions"
RUN = "what-if-run"
NOBODY = "-"
FACTORS = (0.0, 0.25, 0.5, 1.0, 2.0)  # of what a number is now
BEGIN = "Choose a number, and press Try it. The run you have goes on untouched."
NOTHING = "There is no number in this game's code to ask about."


class WhatIfForm:
    """What is asked is of the game's code as it was offered last."""

    def __init__(self, view: View, address: Address, game: DrillFacts) -> None:
        self._view, self._address = view, address
        self.clear(game)

    def clear(self, game: DrillFacts) -> None:
        """Nothing is known of this game's code yet."""
        self._game, self._code, self._is_original = game, "", True
        self._tunables: list[Tunable] = []

    def offer(self, code: str, is_original: bool) -> str:
        """What there is to ask about in this code; returns what there is to say of it, "" where that is known."""
        if code == self._code:
            return ""
        self._code, self._is_original = code, is_original
        self._tunables = tunables_of(code, self._game.reward_terms)
        self._fill()
        return BEGIN if self._tunables else NOTHING

    def _fill(self) -> None:
        options = [(each.name, f"{readable(each.name)} ({each.value:g})") for each in self._tunables]
        self._view.set_options(SELECTS[0], options)
        self._view.set_options(SELECTS[1], [(NOBODY, "nothing else"), *options])
        self._view.set_attribute(RUN, "disabled", None if options else "")
        rewards = [each for each in self._tunables if each.is_reward]
        wanted = self._linked() or [AskedNumber(each.name, ()) for each in rewards[-1:] or self._tunables[:1]]
        for place, select in enumerate(SELECTS):
            axis = wanted[place] if place < len(wanted) else None
            self._view.set_value(select, axis.name if axis else NOBODY)
            if axis and axis.values:
                self._view.set_value(VALUES[place], ", ".join(f"{value:g}" for value in axis.values))
            else:
                self.propose(place)

    def _linked(self) -> list[AskedNumber]:
        """What the page's address asks about."""
        text = self._address.get(LINK)
        try:
            axes = grids.parsed_link(text) if text else ()
        except ValueError as bad:
            self._address.complain(f"In the page's address, {LINK} is left out: {bad}")
            return []
        known = {each.name for each in self._tunables}
        return list(axes) if all(axis.name in known for axis in axes) else []

    def propose(self, place: int) -> None:
        """Values around the one a number has."""
        name = self._view.get_value(SELECTS[place])
        found = next((each for each in self._tunables if each.name == name), None)
        values = dict.fromkeys(factor * (found.value or 1.0) for factor in FACTORS) if found else ()
        self._view.set_value(VALUES[place], ", ".join(f"{value:g}" for value in values))
        self._view.set_attribute(VALUES[place], "disabled", None if found else "")

    def asked(self) -> WhatIfQuestion:
        """What the form asks. Raises ValueError with a sentence."""
        axes = []
        for select, values in zip(SELECTS, VALUES, strict=True):
            if (name := self._view.get_value(select)) and name != NOBODY:
                axes.append(AskedNumber(name, grids.parsed_values(self._view.get_value(values))))
        if len({axis.name for axis in axes}) < len(axes) or not axes:
            raise ValueError("Choose two different numbers, or nothing else beside the first.")
        budget = self._view.get_value(BUDGET)
        decisions = int(budget) if budget.isdecimal() else TrialRecipe().decisions
        terms = tuple(self._game.reward_terms)
        return WhatIfQuestion(
            self._game.name, self._code, terms, tuple(axes), decisions=decisions, original=self._is_original
        )

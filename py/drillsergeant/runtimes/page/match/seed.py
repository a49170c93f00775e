"""The field for the seed: what is no seed is put back and explained."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.learn.ppo.typed_number import whole_within
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.sentences import shortened
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

LONGEST = 20  # characters of what is no seed that are worth repeating


class SeedField:
    """The seed in force. `refuse` hears in a sentence what was wrong."""

    def __init__(self, view: View, seed: int, address: Address, refuse: Callable[[str], None]) -> None:
        self._view, self._address, self._refuse = view, address, refuse
        self.value = seed
        view.set_value("seed", str(seed))

    def read(self) -> bool:
        """Take the field over; returns whether it holds a seed."""
        text = self._view.get_value("seed").strip()
        low, high = messages.SEED_RANGE
        if (typed := whole_within(text, low, high)) is not None:
            self.value = typed
            self._view.set_value("seed", str(self.value))  # as it was understood
            self._address.note("seed", str(self.value), "1")
            return True
        self._view.set_value("seed", str(self.value))
        shown = shortened(text, LONGEST)
        self._refuse(f"A seed is a whole number from {low} to {high}, not “{shown}”. It stays at {self.value}.")
        return False

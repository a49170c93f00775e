"""The set-up in the page's address: what a link says is checked value by value, and what is changed is written back.

These are values; code comes after the `#` (`panels/code_link.py`). A value that makes no sense is left out and
explained; the page works without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field

from drillsergeant.learn.ppo.hyper import Hyper, current_names
from drillsergeant.runtimes.page.panels.drill import GAMES
from drillsergeant.runtimes.page.sentences import shortened
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.supervisor.setup import Setup

SHORT = 160  # characters of a bad value, or of what is wrong with it, that are worth repeating
# What can be opened beside the match; "none" closes all.
DOCKS = ("settings", "charts", "inside", "code", "compare", "whatif", "runs", "checks")
# What the page itself takes from the address; the first of each is what it does without.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "view": messages.VIEWS[:3],  # not a replay, which is in no address
    "speed": ("1", "0.25", "0.5", "2", "4"),
    "dock": ("", *DOCKS, "none"),
    "embed": ("", "minimal", "full", "none"),  # inside somebody else's page, with so much around the match
    "editor": ("", "reward", "observation", "numbers", "all"),  # there, so much of the drill's Python beside the match
    "panel": ("", "inside", "learning"),  # there, a look into orange, or how it learns
    "theme": ("", "light", "dark"),  # there, the colours of the page around
}


def _hyper() -> dict[str, float]:
    return {name: float(value) for name, value in asdict(Hyper()).items()}


@dataclass(frozen=True)
class Opening:
    """What a page opens with: the address's good values, what was wrong with the others, and the hyperparameters in
    use and as they would be without the address. Former names of hyperparameters have become those of today."""

    given: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    hyper: Mapping[str, float] = field(default_factory=_hyper)
    defaults: Mapping[str, float] = field(default_factory=_hyper)


def first_of_each(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The first value of every name, as `web/boot.js` takes it, and a sentence for each other value of a name."""
    first: dict[str, str] = {}
    complaints = []
    for name, text in pairs:
        if first.setdefault(name, text) != text:
            told = f"{_short(name)}={_short(text)} is left out: {_short(name)}={_short(first[name])} stands before it"
            complaints.append(f"In the page's address, {told}.")
    return first, tuple(complaints)


def opened(
    pairs: Iterable[tuple[str, str]], choose: Callable[[Mapping[str, str]], Setup], drill: str
) -> tuple[Setup, Opening]:
    """The set-up for an address's names and values, and what the page opens with. `choose` refuses with ValueError.

    `drill` is the one that was loaded: the address's, where there is one of that name.
    """
    parameters, repeated = first_of_each(pairs)

    def accept(values: Mapping[str, str]) -> None:
        for name, allowed in CHOICES.items():
            if values.get(name, allowed[0]) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}")
        if values.get("drill", drill) != drill:
            raise ValueError(f"drill must be one of {', '.join(GAMES)}")
        choose(values)

    given, complaints = sensible(parameters, accept)
    setup = choose(given)
    return setup, Opening(current_names(given), (*repeated, *complaints), _numbers(setup), _numbers(choose({})))


def sensible(
    parameters: Mapping[str, str], accept: Callable[[Mapping[str, str]], None]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the values that `accept` takes, and for each other one why not.

    `accept` raises ValueError with a sentence. Where values are good one by one and not together, none is taken.
    """
    good: dict[str, str] = {}
    complaints = []
    for name, text in parameters.items():
        try:
            accept({name: text})
            good[name] = text
        except ValueError as bad:
            complaints.append(f"In the page's address, {_short(name)}={_short(text)} is left out: {_short(str(bad))}.")
    try:
        accept(good)
    except ValueError as bad:
        return {}, (*complaints, f"The values in the page's address do not go together and are left out: {bad}.")
    return good, tuple(complaints)


def _numbers(setup: Setup) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(setup.options.hyper).items()}


def _short(text: str) -> str:
    return shortened(text, SHORT)


class Address:
    """Keeps the address in step with the set-up. Values at their defaults do not stand in it."""

    def __init__(self, view: View, given: Mapping[str, str]) -> None:
        self._view = view
        self._values = dict(given)
        self._stale = False

    def complain(self, *complaints: str) -> None:
        """Say what of it is left out, and why."""
        if complaints:
            self._view.set_text("address-note-text", " ".join(complaints))
            self._view.set_attribute("address-note", "hidden", None)

    def get(self, name: str) -> str:
        """Return a value; empty where there is none."""
        return self._values.get(name, "")

    def values(self) -> dict[str, str]:
        """Return all of them, by name."""
        return dict(self._values)

    def note(self, name: str, value: str, default: str) -> None:
        """Take a value of the set-up over."""
        wanted = None if value == default else value
        if self._values.get(name) == wanted:
            return
        if wanted is None:
            del self._values[name]
        else:
            self._values[name] = wanted
        self._stale = True

    def write(self) -> None:
        """Put what has changed into the address. Called twice a second: browsers refuse to be asked more often."""
        if self._stale:
            self._stale = False
            self._view.set_address(self._values)

"""One update, step by step: sixteen decisions, what the learner made of each, and the line of source that did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from drillsergeant.runtimes.page.view import Bar, View
from drillsergeant.runtimes.protocol import messages

RUN, NEXT, PREFIX = "update-run", "update-next", "update-"
# Every number in the order in which it is made, and what it is.
NUMBERS: Mapping[str, str] = {
    "chance": "How likely it was to do what it did, when it did it.",
    "reward": "What the game paid for it.",
    "value": "What it expected to earn from here on, before.",
    "surprise": "The reward and what it expects next, less what it had expected. Above zero: better than expected.",
    "advantage": "This surprise and those after it, each counting for less: what the decision is credited with.",
    "normalised": "The advantage, less the mean and over the spread of all decisions of the match.",
    "ratio": "How likely the action is in the last pass, over how likely it was when it was played.",
    "clipped": "The ratio, held near 1 by the leash. Where it is another number than the ratio, it was clipped.",
    "loss": "Minus the smaller of ratio and clipped, each times the normalised advantage. Every step makes it smaller.",
    "after": "How likely it would do the same now. Each step moved every weight a little, by this line.",
}
WAITING = "Playing and learning, slowly. The first time NumPy is loaded, which takes a few seconds."
MARK = {True: "→", False: " "}


class OneUpdate:
    """`send` reaches the trainer."""

    def __init__(self, view: View, send: Callable[[messages.Message], None]) -> None:
        self._view, self._send = view, send
        self._seed, self._shown = 0, ""
        self._told: Mapping[str, Any] = {}

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does."""
        return {RUN: self._run, NEXT: self._next, **{PREFIX + name: partial(self._explain, name) for name in NUMBERS}}

    def _run(self) -> None:
        self._seed += 1
        self._view.set_text("update-said", WAITING)
        self._send(messages.TellUpdate(self._seed))

    def show(self, message: messages.UpdateTold) -> None:
        """The trainer has told one."""
        if message.why or not isinstance(message.table, Mapping):
            self._view.set_text("update-said", message.why)
            return
        self._told = message.table
        self._view.set_attribute("update-body", "hidden", None)
        self._view.set_attribute(NEXT, "disabled", None)
        numbers = [self._told["numbers"][name] for name in NUMBERS]
        self._view.set_rows("update-rows", [
            [str(place + 1), action, *(_short(row[place]) for row in numbers)]
            for place, action in enumerate(self._told["actions"])
        ])  # fmt: skip
        self._view.set_text("update-said", self._changed())
        before, after = self._told["before_chances"], self._told["after_chances"]
        bars = [
            Bar(word, 0.0, new, f"{100 * old:.0f} → {100 * new:.0f} %")
            for word, old, new in zip(self._told["choices"], before, after, strict=True)
        ]
        self._view.set_bars("update-bars", [bars] if bars else [])
        self._explain(next(iter(NUMBERS)))

    def _changed(self) -> str:
        """What became of the decision whose chance moved most."""
        told, place = self._told, self._told["decision"]
        numbers = {name: row[place] for name, row in told["numbers"].items()}
        clip = told["clip_coef"]
        clipped = sum(abs(ratio - 1.0) > clip for ratio in told["numbers"]["ratio"])
        return (
            f"Learned from {told['passes']} times over; {clipped} of {len(told['actions'])} ratios left 1 ± {clip:g}. "
            f"Decision {place + 1} ({told['actions'][place]}) moved most: its normalised advantage was "
            f"{_short(numbers['normalised'])}, its chance went from {_short(numbers['chance'])} to "
            f"{_short(numbers['after'])}."
        )

    def _next(self) -> None:
        names = list(NUMBERS)
        self._explain(names[(names.index(self._shown) + 1) % len(names)])

    def _explain(self, name: str) -> None:
        """Show the line that computes a number."""
        if not self._told:
            return
        self._shown = name
        for each in NUMBERS:
            self._view.set_attribute(PREFIX + each, "aria-pressed", "true" if each == name else "false")
        source = self._told["sources"][name]
        self._view.set_text("update-what", f"{name.capitalize()}: {NUMBERS[name]}")
        self._view.set_text("update-where", f"{source['file']}, line {source['line']}")
        self._view.set_text("update-source", _numbered(source["text"], int(source["first"]), int(source["line"])))


def _numbered(lines: Sequence[str], first: int, marked: int) -> str:
    return "\n".join(f"{MARK[number == marked]} {number:4d}  {line}" for number, line in enumerate(lines, start=first))


def _short(value: float) -> str:
    return f"{value:.3f}".replace("-", "\u2212")

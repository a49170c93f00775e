"""The sentence that says, in plain words, what is happening; read aloud by screen readers, so it changes seldom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.training.result import Result
from drillsergeant.runtimes.page.view import View

EVERY_S = 5.0
LEAST_S = 0.001
MILESTONES = 5  # chance, beats chance, then one for each share of wins against the bot
CHANCE_SHARE = 0.5
BOT_SHARES = (0.1, 0.5, 0.9)
PROGRESS = (0.1, 0.5, 0.9, 1.0)  # the milestones of what has a mark from which on it counts as solved


@dataclass
class Status:
    """All the sentence depends on."""

    moving: bool = False
    ready: bool = False
    training: bool = False
    trained_s: float = 0.0
    chance: float = 0.0  # share of wins against a player that acts by chance
    measure: DrillMeasure = field(default_factory=DrillMeasure)
    trouble: str = ""

    def trained(self, seconds: float) -> bool:
        """Training has lasted so long; returns whether that is of a run just gone on with, at which somebody looks."""
        news = self.trained_s == 0.0 < seconds and not self.training
        self.trained_s = seconds
        return news


def taught_s(values: Mapping[str, object]) -> float:
    """The seconds of training that the trainer tells of. A player taught elsewhere may have decisions behind it
    and no seconds, and knows something all the same."""
    learned = (number_text.number(values.get("decisions")) or 0.0) > 0
    return max(number_text.number(values.get("t_s")) or 0.0, LEAST_S if learned else 0.0)


def describe(now: Status, of_late: Result | None) -> str:
    """One or two short sentences about `now`, without numbers: those stand beside it, and are newer."""
    if now.trouble:
        return now.trouble
    if not (now.moving or now.ready):
        return "Loading Python into your browser. The match starts first, training a little later."
    if not now.ready:
        return "The match is running; its players know nothing yet. The parts that train are still loading."
    if now.training:
        return _training(now, of_late)
    if now.trained_s > 0:
        return "Training is stopped. What was learned is still here; press Train to go on."
    return "Ready. Nobody has taught the players anything, so they act at random. Press Train."


def _training(now: Status, of_late: Result | None) -> str:
    if of_late is None:
        return (
            "Training. Behind this match many others are played and learned from; "
            "the players on screen take over each new version as it comes."
        )
    if of_late.progress is not None:
        return _on_the_way(of_late.progress)
    if now.measure.alone:
        return _alone(of_late.win)
    if of_late.win >= 0.9:
        return "It beats the hand-written bot nearly every time."
    if of_late.win >= 0.5:
        return "It is a better player than the hand-written bot now."
    if of_late.win > of_late.loss:
        return "It wins more often than it loses against the hand-written bot."
    if of_late.win >= 0.1 or of_late.loss < 0.5:
        return "It is getting the idea, but the hand-written bot is still better."
    if now.chance >= CHANCE_SHARE:
        return "It beats players that act by chance more often than not. The hand-written bot is next."
    return "It acts nearly by chance still, and keeps what happens to pay off. Watch its doubt fall."


def _alone(win: float) -> str:
    if win >= 0.9:
        return "It wins nearly every match."
    if win >= 0.5:
        return "It wins more often than not."
    return "It wins now and then, and keeps what happens to pay off."


def _on_the_way(progress: float) -> str:
    if progress >= 1.0:
        return "It is as good as the task asks for. What it learns from here on is more than that."
    if progress >= 0.9:
        return "It is nearly as good as the task asks for."
    if progress >= 0.5:
        return "It has come more than half of the way to what the task asks for."
    if progress >= 0.1:
        return "It is getting the idea, and does better than it did at first."
    return "It acts nearly by chance still, and keeps what happens to pay off. Watch its doubt fall."


def milestone(values: Mapping[str, object], measure: DrillMeasure, progress: float | None = None) -> int:
    """Return how far it has come, by its results against chance and against the bot, or by its `progress` where that
    is its measure: a place on the road."""
    if not measure.of_wins:
        return 0 if progress is None else sum(progress >= share for share in PROGRESS)
    win = number_text.number(values.get("win_rate")) or 0.0
    chance = number_text.number(values.get("win_rate_random")) or 0.0
    reached = [share for share in BOT_SHARES if win >= share]
    return 1 + len(reached) if reached else int(chance >= CHANCE_SHARE)


def show_road(view: View, here: int) -> None:
    """Mark the milestones that are reached, up to the place `here`."""
    for place in range(MILESTONES):
        view.set_attribute(f"road-{place}", "data-reached", "" if place <= here else None)
        view.set_attribute(f"road-{place}", "aria-current", "step" if place == here else None)


def trouble(name: str, state: str, training: bool) -> str:
    """Return a sentence about a worker that ended."""
    parts = {"show": "The part that draws the match", "trainer": "The part that learns"}
    who = parts.get(name, f"A part that plays matches ({name})")
    if state == "dead":
        return f"{who} cannot start any more. Reload the page to go on."
    rest = "; training goes on with what was learned." if training else "."
    return f"{who} stopped and is being started again{rest}"


class StatusLine:
    """Writes the status line, at most once in five seconds unless the visitor has just done something."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._shown = ""
        self._since_s = -EVERY_S

    def tell(self, text: str, answer: bool = False) -> None:
        """Show `text`; `answer` means it answers the visitor and need not wait."""
        now_s = self._view.now_s()
        if text == self._shown or not (answer or now_s - self._since_s >= EVERY_S):
            return
        self._shown, self._since_s = text, now_s
        self._view.set_text("status", text)

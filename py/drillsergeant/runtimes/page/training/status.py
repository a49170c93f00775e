"""The sentence that says, in plain words, what is happening; read aloud by screen readers, so it changes seldom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.number_text import duration, percent
from drillsergeant.runtimes.page.training.result import Result
from drillsergeant.runtimes.page.view import View

EVERY_S = 5.0
MILESTONES = 5  # chance, beats chance, then one for each share of wins against the bot
CHANCE_SHARE = 0.5
BOT_SHARES = (0.1, 0.5, 0.9)


@dataclass
class Status:
    """All the sentence depends on."""

    moving: bool = False
    ready: bool = False
    training: bool = False
    trained_s: float = 0.0
    chance: float = 0.0  # share of wins against a player that acts by chance
    alone: bool = False  # a drill with one side: there is no rival, a match is won or not
    trouble: str = ""


def describe(now: Status, of_late: Result | None) -> str:
    """Return one or two short sentences about `now`."""
    if now.trouble:
        return now.trouble
    if not (now.moving or now.ready):
        return "Loading Python into your browser. The match starts first, training a little later."
    if not now.ready:
        return "The match is running; its players know nothing yet. The parts that train are still loading."
    if now.training:
        return _training(now, of_late)
    if now.trained_s > 0:
        return f"Training is stopped after {duration(now.trained_s)}. What was learned is kept; press Train to go on."
    return "Ready. Nobody has taught the players anything, so they act at random. Press Train."


def _training(now: Status, of_late: Result | None) -> str:
    if of_late is None:
        return (
            "Training. Behind this match hundreds of others are played and learned from; "
            "the players on screen take over each new version as it comes."
        )
    head = f"Trained for {duration(now.trained_s)}. "
    if now.alone:
        return head + f"It wins {percent(of_late.win)} of its matches."
    tail = f" It wins {percent(of_late.win)} of its matches against the hand-written bot."
    if of_late.win >= 0.9:
        return head + "It beats the bot nearly every time." + tail
    if of_late.win >= 0.5:
        return head + "It is the better player now." + tail
    if of_late.win > of_late.loss:
        return head + "It wins more often than it loses." + tail
    if of_late.win >= 0.1 or of_late.loss < 0.5:
        return head + "It is getting the idea, but the bot is still better." + tail
    if now.chance >= CHANCE_SHARE:
        share = percent(now.chance)
        return f"{head}It wins {share} of its matches against a player that acts by chance. The bot is next."
    return f"{head}It acts nearly by chance still, and keeps what happens to pay off. Watch its doubt fall."


def milestone(values: Mapping[str, object]) -> int:
    """Return how far it has come, by its results against chance and against the bot: a place on the road."""
    win = number_text.number(values.get("win_rate")) or 0.0
    chance = number_text.number(values.get("win_rate_random")) or 0.0
    reached = [share for share in BOT_SHARES if win >= share]
    return 1 + len(reached) if reached else int(chance >= CHANCE_SHARE)


def show_road(view: View, values: Mapping[str, object]) -> None:
    """Mark the milestones that are reached."""
    here = milestone(values)
    for place in range(MILESTONES):
        view.set_attribute(f"road-{place}", "data-reached", "" if place <= here else None)
        view.set_attribute(f"road-{place}", "aria-current", "step" if place == here else None)


def trouble(name: str, state: str, training: bool) -> str:
    """Return a sentence about a worker that ended."""
    parts = {"show": "The part that draws the match", "trainer": "The part that learns"}
    who = parts.get(name, f"A part that plays matches ({name})")
    if state == "dead":
        return f"{who} keeps stopping and was given up. Reload the page to try again."
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

"""Which drill: the chooser, and every text on the page that says which game this is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.drills.new_game import PLACES
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.view import View

CHOICE = "drill-choice"
NOTE = "drill-note"
# The drills to choose from, as the options of the chooser say it.
DRILLS: Mapping[str, str] = {
    "ball": "Ball Drill",
    "squad": "Squad Drill, three against three",
    "squad-pair": "Squad Drill, two against two",
    "sumo": "Sumo Drill",
    "chase": "Chase Drill",
    "cartpole": "CartPole",
    "acrobot": "Acrobot",
    "pendulum": "Pendulum",
    "volley": "Volley Drill",
    "hide": "Hide-and-catch",
}
# The games of the reader's own, by the place each has, and what the chooser says of what it begins with.
OWN_GAMES: Mapping[str, str] = {place: game.replace("-", " ").capitalize() for place, game in PLACES.items()}
GAMES: Mapping[str, str] = {**DRILLS, **OWN_GAMES}
FIRST = "ball"
AROUND = " The score stands above it, the events below it."


class DrillPanel:
    """The chooser. `bring` fetches a drill and hands it to the workers; it answers by `arrived` or `missing`."""

    def __init__(self, view: View, game: DrillFacts, bring: Callable[[str], None]) -> None:
        self._view, self._bring, self._game = view, bring, game
        self._write()

    def choose(self, name: str) -> None:
        """The visitor wants this drill."""
        if name == self._game.name or name not in GAMES:
            self._view.set_value(CHOICE, self._game.name)
            return
        self._view.set_attribute(CHOICE, "disabled", "")
        self._view.set_text(NOTE, f"{GAMES[name]} is coming.")
        self._bring(name)

    def arrived(self, game: DrillFacts) -> None:
        """The workers go over to this drill."""
        self._game = game
        self._view.set_text(NOTE, "")
        self._write()

    def missing(self, name: str, why: str) -> None:
        """A drill could not be had; everything stays as it was."""
        self._view.set_text(NOTE, f"{GAMES.get(name, name)} could not be loaded ({why}); this one goes on.")
        self._view.set_value(CHOICE, self._game.name)
        self._view.set_attribute(CHOICE, "disabled", None)

    def ready(self) -> None:
        """The match runs, so another one may be chosen."""
        self._view.set_attribute(CHOICE, "disabled", None)

    def _write(self) -> None:
        view, words = self._view, self._game.words
        view.set_text("page-title", f"{words.title}: a match that learns while you watch")
        view.set_text("drill-sentence", words.sentence)
        view.set_attribute("match", "aria-label", words.picture + AROUND)
        for team, name in enumerate(words.counts):
            view.set_text(f"count-{team}", name)
            view.set_attribute(f"metric-score_{team}", "aria-label", f"{words.win}, {name}")
        for when in ("then", "now"):
            sides = f"{words.counts[0]} and {words.counts[1].lower()}, {when}"
            told = sides if len(self._game.teams) == 1 else f"{words.win.capitalize()} {when}, and of the bot"
            view.set_attribute(f"compare-{when}-score", "aria-label", told)
        view.set_value(CHOICE, self._game.name)

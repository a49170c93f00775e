"""Who plays, and the timeline: every version the page has gone through can be put on the field again.

"Then" is the version the slider stands on; its right end is now. A team is played by now, by then, by the bot, by
chance or by the visitor; moving the slider changes the teams that play by weights, in the middle of the match.
Once it trains, blue is the bot: whether it wins is what there is to see. Unless the visitor has chosen, or plays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.match.guests import GuestPanel
from drillsergeant.runtimes.page.match.screen import COMPARE, MATCH, Views
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

NOW, THEN, BOT, YOU, GUEST = "now", "then", "bot", "you", "guest"
FIXED = {NOW: messages.NEWEST, BOT: messages.SCRIPTED, "random": messages.RANDOM, YOU: messages.VISITOR}
KEPT_NOW = "The version of now is kept on the timeline."
NAMES = {NOW: "Learner", BOT: "Scripted bot", "random": "Pure chance", YOU: "You"}
LEFT, RIGHT, SLIDER = "player-left", "player-right", "timeline"
SWAP, TO_BOT, TO_ITSELF = "try-bot", "Let it play the bot", "Let it play itself"
EMPTY = "It keeps every version it goes through. Press Train, then come back here."
AT_NOW = "Now: the newest weights. Pull the slider back to see how it played before."
GONE = "v{}, which the timeline has made room for: it still plays, and training cannot go back to it."
KINDS = {"first": "the first one", "best": "the best so far", "manual": "kept by you"}


@dataclass(frozen=True)
class Version:
    """A snapshot on the timeline, as the trainer tells it; `good` says how good it was, where that is known."""

    id: int
    version: int
    decisions: float
    good: str
    rating: float | None
    kind: str

    def __str__(self) -> str:
        """Say which one it is in a line."""
        facts = [f"v{self.version}", f"{number_text.compact(self.decisions)} decisions"]
        if self.good:
            facts.append(self.good)
        if self.rating is not None:
            facts.append(f"rating {self.rating:.0f}")
        if self.kind in KINDS:
            facts.append(KINDS[self.kind])
        return ", ".join(facts)


def versions_of(timeline: object, measure: DrillMeasure) -> list[Version]:
    """Return what the trainer tells of its timeline, oldest first; what makes no sense is left out."""
    found = []
    for entry in timeline if isinstance(timeline, Sequence) else ():
        if isinstance(entry, Mapping):
            ident, version, decisions, rating = (
                number_text.number(entry.get(name)) for name in ("id", "version", "decisions", "rating")
            )
            good = measure.told(entry.get("win"), entry.get("mean_return"))
            if ident and version is not None and decisions is not None:
                rated = None if measure.alone else rating  # by its games against others
                found.append(Version(int(ident), int(version), decisions, good, rated, str(entry.get("kind"))))
    return found


class Players:
    """The selects, the slider and its buttons. `send` reaches a role; `seated` hears whether the visitor plays."""

    def __init__(
        self,
        view: View,
        send: Callable[[str, messages.Message], None],
        views: Views,
        tell: Callable[[str], None],
        seated: Callable[[], None],
    ) -> None:
        self._view, self._send, self._views, self._tell, self._seated = view, send, views, tell, seated
        self.measure = DrillMeasure()  # of the drill
        self._versions: list[Version] = []
        self._then: Version | None = None
        self._teams = {LEFT: NOW, RIGHT: NOW}
        self._guest = (messages.NEWEST, "")  # of a file, by id and name
        self.guests = GuestPanel(view, lambda message: send("show", message), self.seat_guest, self._unseat_guest)
        self._trained = self._chosen = False  # ever; and whether the visitor has said who is blue

    def take(self, measure: DrillMeasure) -> None:
        """Another drill is played, how well by this measure."""
        self.measure = measure
        self.guests.play_alone(measure.alone)

    @property
    def visiting(self) -> bool:
        """Whether the visitor plays."""
        return self._teams[LEFT] == YOU

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does."""
        return {
            **self.guests.commands(),
            "now": self._to_now,
            COMPARE: self._compare,
            "duel": self._duel,
            "rewind": self._rewind,
            "snapshot": self._keep,
            SWAP: lambda: self._choose(RIGHT, NOW if self._teams[RIGHT] == BOT else BOT),
        }

    def repeat(self) -> None:
        """Seat everybody again, for a show that is new."""
        self.guests.repeat()
        self._seat()

    def on_training(self) -> None:
        """Training begins, and with it a contest: the score is of this one."""
        self._trained = True
        if self._oppose():
            self._seat()
            self._write()
        self.begin_contest()

    def begin_contest(self) -> None:
        """Count from nothing: it is not the same learner any more."""
        self._send("show", messages.StartContest())

    def _oppose(self) -> bool:
        """Give blue to whom it falls where the visitor has not chosen; returns whether that is somebody else.

        The learner and its versions are seen against the bot; who plays in their place wants the learner.
        """
        falls_to = BOT if self._trained and self._teams[LEFT] in (NOW, THEN) else NOW
        if self._chosen or self._teams[RIGHT] not in (NOW, BOT) or self._teams[RIGHT] == falls_to:
            return False
        self._teams[RIGHT] = falls_to
        return True

    def learn(self, timeline: object) -> None:
        """The trainer tells which versions there are; the one that is looked at stays, even where it is gone."""
        versions = versions_of(timeline, self.measure)
        if versions == self._versions:
            return
        self._versions = versions
        if self._then is not None:
            self._then = next((each for each in versions if each.id == self._then.id), self._then)
        self._write()

    def change(self, name: str, value: str) -> bool:
        """A select or the slider was changed; returns whether it is one of these."""
        if name == SLIDER:
            self._scrub(value)
        elif name in self._teams:
            self._choose(name, value)
        else:
            return False
        return True

    def _scrub(self, value: str) -> None:
        place = int(float(value)) if number_text.number(_float(value)) is not None else len(self._versions)
        self._then = self._versions[place] if 0 <= place < len(self._versions) else None
        if self._views.now == COMPARE and self._then is None:
            self._views.turn(MATCH)
        by_weights = [team for team, who in self._teams.items() if who in (NOW, THEN)] or [RIGHT]
        for team in by_weights:
            self._teams[team] = NOW if self._then is None else THEN
        self._oppose()
        self._seat()
        self._write()

    def _choose(self, team: str, who: str) -> None:
        if (
            who not in (*FIXED, THEN, GUEST)
            or (who == GUEST and not self._guest[1])
            or (who == YOU and team == RIGHT)
            or (who == THEN and not self._look_back())
        ):
            self._view.set_value(team, self._teams[team])
            return
        self._teams[team] = who
        self._chosen |= team == RIGHT
        self._oppose()
        self._views.turn(MATCH)
        self._seat()
        self._write()

    def seat_guest(self, ident: int, name: str) -> None:
        """Let the policy of a file play the other side, or the only one."""
        self._guest = (ident, name)
        team = LEFT if self.measure.alone else RIGHT
        for select in self._teams:
            self._view.set_text(f"{select}-guest", f"the file {name}")
            self._view.set_attribute(f"{select}-guest", "disabled", None)
            self._view.set_attribute(f"{select}-guest", "hidden", None)
        self._choose(team, GUEST)

    def _look_back(self) -> bool:
        """Put the slider on the first version where it stands at now; False where there is none yet."""
        if self._then is None and self._versions:
            self._then = self._versions[0]
        if self._then is None:
            self._tell(EMPTY)
        return self._then is not None

    def _to_now(self) -> None:
        self._then = None
        self._teams = {team: NOW if who == THEN else who for team, who in self._teams.items()}
        self._oppose()
        self._views.turn(MATCH)
        self._seat()
        self._write()

    def _no_guest(self) -> None:
        """Nobody of a file is on the field, nor can be chosen."""
        self._guest = (messages.NEWEST, "")
        self._teams = {team: NOW if who == GUEST else who for team, who in self._teams.items()}
        for select in self._teams:
            self._view.set_attribute(f"{select}-guest", "hidden", "")
            self._view.set_attribute(f"{select}-guest", "disabled", "")

    def _unseat_guest(self, ident: int) -> None:
        """The policy of a file is put away: the learner plays in its place, or whom that falls to."""
        if ident == self._guest[0] and self._guest[1]:
            self._no_guest()
            self._chosen = False
            self._oppose()
            self._seat()
            self._write()

    def forget(self, *, same: bool) -> None:
        """The versions are another drill's: there are none yet. Where it is not the `same` game, nobody stays seated
        who has not asked to play it."""
        gone = (THEN, GUEST) if same else (THEN, GUEST, YOU)
        self._versions, self._then = [], None
        self._teams = {team: NOW if who in gone else who for team, who in self._teams.items()}
        self.guests.on_drill()
        self._no_guest()
        self._oppose()
        self._views.turn(MATCH)
        self._seated()
        self._write()

    def lost(self) -> bool:
        """The version that was looked at is gone; returns whether one was."""
        was_then = self._then is not None
        self._to_now()
        return was_then

    def _compare(self) -> None:
        if self._views.now == COMPARE:
            self._views.turn(MATCH)
        elif self._look_back():
            self._seat_pair()
            self._views.turn(COMPARE)
        self._seated()
        self._write()

    def _keep(self) -> None:
        """Keep the version that is looked at, or the one of now."""
        self._send("trainer", messages.KeepSnapshot(0 if self._then is None else self._then.id))
        self._tell(KEPT_NOW if self._then is None else f"Kept on the timeline: {self._then}.")

    def _duel(self) -> None:
        if self._look_back():
            self._teams = {LEFT: NOW, RIGHT: THEN}
            self._chosen = True
            self._views.turn(MATCH)
            self._seat()
            self._write()

    def _rewind(self) -> None:
        if self._then is not None:
            self._send("trainer", messages.Rewind(self._then.id))
            self._tell(f"What it learns now starts from {self._then}. Newer versions stay on the timeline.")
            self._to_now()

    def _seat(self) -> None:
        left, right = (self._player(who) for who in self._teams.values())
        self._send("show", messages.SetPlayers(left, right))
        if self._then is not None:
            self._seat_pair()
        self._seated()

    def _seat_pair(self) -> None:
        """Both play the hand-written bot."""
        for match, left in ((1, self._player(THEN)), (2, messages.NEWEST)):
            self._send("show", messages.SetPlayers(left, messages.SCRIPTED, match))

    def _player(self, who: str) -> int:
        if who == THEN:
            return self._then.id if self._then is not None else messages.NEWEST
        if who == GUEST:
            return self._guest[0]
        return FIXED[who]

    def names(self) -> list[str]:
        """Who plays each team."""
        return [self._name(who) for who in list(self._teams.values())[: 1 if self.measure.alone else 2]]

    def _name(self, who: str) -> str:
        """Who plays, in a word or two: what stands beside the team's colour on the board."""
        if who == THEN and self._then is not None:
            return f"v{self._then.version}"
        if who == GUEST:
            return self._guest[1]
        return NAMES.get(who, NAMES[NOW])

    def version(self, newest: object) -> object:
        """Return the version for the board above the match: of what plays there, `newest` where that plays."""
        only_then = THEN in self._teams.values() and NOW not in self._teams.values()
        return self._then.version if only_then and self._then is not None else newest

    def _write(self) -> None:
        view, then, count = self._view, self._then, len(self._versions)
        for number, (team, who) in enumerate(self._teams.items()):
            view.set_value(team, who)
            view.set_text(f"who-{number}", self._name(who))
        view.set_text(SWAP, TO_ITSELF if self._teams[RIGHT] == BOT else TO_BOT)
        place = next((n for n, each in enumerate(self._versions) if then is not None and each.id == then.id), None)
        if then is not None and place is None:  # thinned away: between those that are nearest
            place = sum(each.decisions < then.decisions for each in self._versions)
        kept = then is not None and any(each.id == then.id for each in self._versions)
        text = EMPTY if not count else AT_NOW if then is None else str(then) if kept else GONE.format(then.version)
        view.set_attribute(SLIDER, "max", str(count))
        view.set_attribute(SLIDER, "aria-valuetext", text)
        view.set_value(SLIDER, str(count if place is None else place))
        view.set_text("timeline-text", text)
        view.set_text("compare-then", "" if then is None else f"v{then.version}")
        for name, on in ((SLIDER, count), (COMPARE, count), ("duel", count), ("rewind", kept), ("now", then)):
            view.set_attribute(name, "disabled", None if on else "")


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

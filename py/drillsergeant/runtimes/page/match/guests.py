"""Players from files: a `.dshq` plays the other side, and several of them a league, each against each.

The show reads and seats them; the league is a job of a worker of its own (`runtimes/jobs.py`), the same games as
`python -m drillsergeant league`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.runtimes.page.match.film import Jobs
from drillsergeant.runtimes.page.number_text import compact, number
from drillsergeant.runtimes.page.sentences import ended, shortened
from drillsergeant.runtimes.page.undo.undo_bar import Did
from drillsergeant.runtimes.page.view import ListEntry, View
from drillsergeant.runtimes.protocol import messages

FIELD, ENTRY, PLAY, BAR, SAID = "league-files", "guest-", "league-play", "league-done", "league-said"
REMOVE = "league-remove"
RATE, STOP = "Rate them", "Stop"
LONGEST_NAME, LONGEST_WHY = 40, 240
ASK = "Choose .dshq files, or drop them here: one plays blue, several can be rated. They stay until the page is closed."
ASK_ALONE = "Choose a .dshq file, or drop it here, and watch it play. It stays until the page is closed."
THERE = "{} is here already."
MOST_REFUSALS = 3
AWAY = "The players from files were put away: they are of the game before."
FULL = f"There is room for {messages.MOST_GUESTS} players from files: put one away first."
STOPPED = "The league was stopped."
RATED = "{} matches. Who is 400 points ahead takes ten games of eleven; intervals that overlap tell nobody apart."
ALONE = "This game is played by one team: a file can be watched, and there is nobody to be rated against."


@dataclass
class Guest:
    """A file: its place among those that the show has, its name, its bytes, and whether the show has it now, or ever
    had."""

    place: int
    name: str
    content: bytes
    decisions: int = 0
    there: bool = False
    known: bool = False


class GuestPanel:
    """`send` reaches the show; `seat` gives a guest the other side, by id and name; `unseat` takes one off it."""

    def __init__(
        self,
        view: View,
        send: Callable[[messages.Message], None],
        seat: Callable[[int, str], None],
        unseat: Callable[[int], None],
    ) -> None:
        self._view, self._send, self._seat, self._unseat = view, send, seat, unseat
        self._refusals: list[str] = []  # of the files that came together
        self._chosen = -1  # the place of the one pressed last
        self._guests: list[Guest] = []
        self._jobs: Jobs | None = None
        self._program: Callable[[], tuple[str, object, bool]] = lambda: ("", None, True)
        self._rating = self._ready = self._alone = False
        self._rated = False  # the table of a league is shown
        self.did: Did = lambda _label, _turn: None

    def play_alone(self, alone: bool) -> None:
        """Whether the game has one team: nobody plays blue there, and there is nobody to be rated against."""
        self._alone = alone
        self._view.set_text("league-ask", ASK_ALONE if alone else ASK)

    def equip(self, jobs: Jobs, program: Callable[[], tuple[str, object, bool]]) -> None:
        """Let leagues be played: `program` is the text form of what is played, its module, and whether that
        works on shared memory."""
        self._jobs, self._program = jobs, program

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does; those of the list are made when there is a file."""
        presses = {f"{ENTRY}{at}": lambda at=at: self._press(at) for at in range(messages.MOST_GUESTS)}
        return {**presses, PLAY: self._play, REMOVE: self._remove, "league-clear": self._clear_all}

    def repeat(self) -> None:
        """A show is there, which knows none of them."""
        self._ready = True
        self._view.set_attribute(FIELD, "disabled", None)
        for guest in self._guests:
            guest.there = False
            self._send(messages.OpenPolicy(messages.GUESTS + guest.place, guest.content))

    def on_file(self, name: str, content: bytes) -> None:
        """The visitor chose or dropped a policy to play against."""
        if all(guest.known for guest in self._guests):
            self._refusals = []
        name = shortened(name.removesuffix(".dshq"), LONGEST_NAME)
        if any(guest.content == content for guest in self._guests):
            self._say(THERE.format(name))
            return
        places = {guest.place for guest in self._guests}
        if len(places) >= messages.MOST_GUESTS:
            self._say(FULL)
            return
        place = min(set(range(messages.MOST_GUESTS)) - places)
        self._guests.append(Guest(place, self._unlike_others(name), content))
        self._view.reveal(PLAY)
        if self._ready:
            self._send(messages.OpenPolicy(messages.GUESTS + place, content))
        self._write()

    def _unlike_others(self, name: str) -> str:
        names, count = {guest.name for guest in self._guests}, 2
        told = name
        while told in names:
            told, count = f"{name} ({count})", count + 1
        return told

    def on_read(self, read: messages.PolicyRead) -> None:
        """The show has looked at a file; the first one that can play does so at once. Others take no place."""
        guest = self._at(read.id - messages.GUESTS)
        if guest is None:
            return
        if read.why:
            self._put_away(guest)
            self.refuse(f"{guest.name} cannot play here: {ended(shortened(read.why, LONGEST_WHY))}")
            return
        first = not any(each.known for each in self._guests)
        guest.there, guest.known, guest.decisions = True, True, read.decisions
        if first:
            self._press(guest.place)
        self._write()

    def refuse(self, why: str) -> None:
        """A file is not taken; what was said of others that came with it stays."""
        self._refusals = [*self._refusals, why][-MOST_REFUSALS:]
        self._write()
        self._say(" ".join(self._refusals))

    def on_drill(self) -> None:
        """Another game is played, of which none of them is."""
        had = bool(self._guests)
        self._clear()
        if had:
            self._say(AWAY)

    def _at(self, place: int) -> Guest | None:
        return next((guest for guest in self._guests if guest.place == place), None)

    def _press(self, place: int) -> None:
        guest = self._at(place)
        if guest is not None and guest.there:
            self._chosen = place
            self._seat(messages.GUESTS + place, guest.name)
            self._write()
            self._say(" ".join([f"{guest.name} is on the field.", *self._refusals]))

    def _remove(self) -> None:
        """Put away the one that was pressed last."""
        guest = self._at(self._chosen)
        if guest is not None and not self._rating:
            self._put_away(guest)
            self._refusals = []
            self._say(f"{guest.name} is put away.")
            self._write()
            self._undoable(f"put {guest.name} away", [guest])

    def _put_away(self, guest: Guest) -> None:
        self._guests.remove(guest)
        if guest.place == self._chosen:
            self._chosen = -1
        self._unseat(messages.GUESTS + guest.place)

    def _clear_all(self) -> None:
        guests, rated = list(self._guests), self._rated
        self._clear()
        self._undoable("put all players from files away", guests, rated)

    def _undoable(self, label: str, guests: Sequence[Guest], rated: bool = False) -> None:
        """These are put away, which can be taken back, together with the table that was there."""
        away = True

        def turn() -> str:
            nonlocal away
            away = not away
            if away:
                for guest in [each for each in guests if each in self._guests]:
                    self._put_away(guest)
            else:
                self._seat_again(guests)
            self._show_table(rated and not away)
            self._write()
            return "They are put away again." if away else "They are back among the players from files."

        if guests:
            self.did(label, turn)

    def _seat_again(self, guests: Sequence[Guest]) -> None:
        """Have these back, as far as there is room, and they have not come by another way meanwhile."""
        for guest in guests:
            free = set(range(messages.MOST_GUESTS)) - {each.place for each in self._guests}
            if free and all(each.content != guest.content for each in self._guests):
                guest.place = guest.place if guest.place in free else min(free)
                guest.there = guest.known = False
                self._guests.append(guest)
                if self._ready:
                    self._send(messages.OpenPolicy(messages.GUESTS + guest.place, guest.content))

    def _show_table(self, shown: bool) -> None:
        self._rated = shown
        self._view.set_attribute("league-table", "hidden", None if shown else "")

    def _play(self) -> None:
        if self._jobs is None:
            return
        if self._rating:
            self._jobs.stop(STOPPED)
            return
        program, module, shared = self._program()
        files = sorted([guest.name, guest.content] for guest in self._guests if guest.there)  # as a folder has them
        self._jobs.begin(messages.PlayLeague(program, module, shared, files), self._told)
        self._show(rating=True)

    def _told(self, message: messages.Message) -> None:
        match message:
            case messages.Progress(done=done, of=of):
                self._view.set_value(BAR, str(round(100 * done / max(of, 1))))
            case messages.LeaguePlayed(players=players):
                self._show(rating=False)
                self._tell(players)
            case messages.Refused(message=why):
                self._show(rating=False)
                self._say(ended(why))

    def _tell(self, players: object) -> None:
        told = [each for each in players if isinstance(each, Mapping)] if isinstance(players, Sequence) else []
        rows = sorted(told, key=lambda each: -(number(each.get("rating")) or 0.0))
        self._view.set_rows("league-rows", [_row(each) for each in rows])
        self._show_table(bool(rows))
        games = sum(number(each.get(name)) or 0.0 for each in rows for name in ("won", "drawn", "lost"))
        self._say(RATED.format(f"{games / 2:.0f}"))

    def _clear(self) -> None:
        if self._rating and self._jobs is not None:
            self._jobs.stop(STOPPED)
        for guest in list(self._guests):
            self._put_away(guest)
        self._refusals = []
        self._show_table(False)
        self._say("")
        self._write()

    def _show(self, *, rating: bool) -> None:
        self._rating = rating
        self._view.set_text(PLAY, STOP if rating else RATE)
        self._view.set_value(BAR, "0")
        self._view.set_attribute(BAR, "hidden", None if rating else "")

    def _write(self) -> None:
        entries = [
            ListEntry(
                f"{ENTRY}{guest.place}",
                guest.name,
                f"{compact(float(guest.decisions))} decisions" if guest.there else "is looked at",
                "",
            )
            for guest in self._guests
        ]
        self._view.set_choices("league-list", [("", entries)] if entries else [])
        chosen = self._at(self._chosen)
        self._view.set_attribute(REMOVE, "hidden", None if chosen else "")
        self._view.set_text(REMOVE, "" if chosen is None else f"Put {chosen.name} away")
        fit = sum(guest.there for guest in self._guests)
        self._view.set_attribute(PLAY, "disabled", None if fit > 1 and not self._alone else "")
        self._view.set_attribute("league-clear", "disabled", None if self._guests else "")
        if fit > 1 and self._alone:
            self._say(ALONE)

    def _say(self, said: str) -> None:
        self._view.set_text(SAID, said)


def _row(player: Mapping[str, object]) -> list[str]:
    """A line of the table."""
    low, high, rating = (f"{number(player.get(name)) or 0.0:.0f}" for name in ("low", "high", "rating"))
    won, drawn, lost = (f"{number(player.get(name)) or 0.0:.0f}" for name in ("won", "drawn", "lost"))
    return [str(player.get("name"))[:LONGEST_NAME], rating, f"{low} to {high}", f"{won} : {drawn} : {lost}"]

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
from drillsergeant.runtimes.page.view import ListEntry, View
from drillsergeant.runtimes.protocol import messages

FIELD, ENTRY, PLAY, BAR, SAID = "league-files", "guest-", "league-play", "league-done", "league-said"
RATE, STOP = "Rate them", "Stop"
LONGEST_NAME, LONGEST_WHY = 40, 240
FULL = f"There is room for {messages.MOST_GUESTS} players from files: put them away first."
STOPPED = "The league was stopped."
RATED = "{} matches. Who is 400 points ahead takes ten games of eleven; intervals that overlap tell nobody apart."
ALONE = "This game is played by one team: a file can be watched, and there is nobody to be rated against."


@dataclass
class Guest:
    """A file: its name, its bytes, and whether the show has it, or why not."""

    name: str
    content: bytes
    decisions: int = 0
    why: str = ""
    there: bool = False


class GuestPanel:
    """`send` reaches the show; `seat` gives a guest the other side, by id and name."""

    def __init__(self, view: View, send: Callable[[messages.Message], None], seat: Callable[[int, str], None]) -> None:
        self._view, self._send, self._seat = view, send, seat
        self._guests: list[Guest] = []
        self._jobs: Jobs | None = None
        self._program: Callable[[], tuple[str, object, bool]] = lambda: ("", None, True)
        self._rating = self._ready = False
        self.alone = False

    def equip(self, jobs: Jobs, program: Callable[[], tuple[str, object, bool]]) -> None:
        """Let leagues be played: `program` is the text form of what is played, its module, and whether that
        works on shared memory."""
        self._jobs, self._program = jobs, program

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does; those of the list are made when there is a file."""
        presses = {f"{ENTRY}{at}": lambda at=at: self._press(at) for at in range(messages.MOST_GUESTS)}
        return {**presses, PLAY: self._play, "league-clear": self._clear}

    def repeat(self) -> None:
        """A show is there, which knows none of them."""
        self._ready = True
        self._view.set_attribute(FIELD, "disabled", None)
        for at, guest in enumerate(self._guests):
            guest.there = False
            self._send(messages.OpenPolicy(messages.GUESTS + at, guest.content))

    def on_file(self, name: str, content: bytes) -> None:
        """The visitor chose or dropped a policy to play against."""
        if len(self._guests) >= messages.MOST_GUESTS:
            self._say(FULL)
            return
        self._guests.append(Guest(shortened(name.removesuffix(".dshq"), LONGEST_NAME), content))
        self._view.reveal(PLAY)
        if self._ready:
            self._send(messages.OpenPolicy(messages.GUESTS + len(self._guests) - 1, content))
        self._write()

    def on_read(self, read: messages.PolicyRead) -> None:
        """The show has looked at a file; a single one that can play does so at once."""
        at = read.id - messages.GUESTS
        if not 0 <= at < len(self._guests):
            return
        guest, new = self._guests[at], not self._guests[at].there
        guest.there, guest.why, guest.decisions = not read.why, read.why, read.decisions
        if read.why:
            self._say(f"{guest.name} cannot play here: {ended(shortened(read.why, LONGEST_WHY))}")
        elif new and len(self._guests) == 1:
            self._press(at)
        self._write()

    def on_drill(self) -> None:
        """Another game is played, of which none of them is."""
        self._clear()

    def _press(self, at: int) -> None:
        if at < len(self._guests) and self._guests[at].there:
            self._seat(messages.GUESTS + at, self._guests[at].name)
            self._say(f"{self._guests[at].name} is on the field.")

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
        self._view.set_attribute("league-table", "hidden", None if rows else "")
        games = sum(number(each.get(name)) or 0.0 for each in rows for name in ("won", "drawn", "lost"))
        self._say(RATED.format(f"{games / 2:.0f}"))

    def _clear(self) -> None:
        if self._rating and self._jobs is not None:
            self._jobs.stop(STOPPED)
        if self._guests:
            self._guests = []
            self._view.set_attribute("league-table", "hidden", "")
            self._say("")
            self._write()

    def _show(self, *, rating: bool) -> None:
        self._rating = rating
        self._view.set_text(PLAY, STOP if rating else RATE)
        self._view.set_value(BAR, "0")
        self._view.set_attribute(BAR, "hidden", None if rating else "")

    def _write(self) -> None:
        entries = []
        for at, guest in enumerate(self._guests):
            known = (
                f"{compact(float(guest.decisions))} decisions" if guest.there else "does not fit" if guest.why else ""
            )
            entries.append(
                ListEntry(f"{ENTRY}{at}", guest.name, known, guest.why and shortened(guest.why, LONGEST_WHY))
            )
        self._view.set_choices("league-list", [("", entries)] if entries else [])
        fit = sum(guest.there for guest in self._guests)
        self._view.set_attribute(PLAY, "disabled", None if fit > 1 and not self.alone else "")
        self._view.set_attribute("league-clear", "disabled", None if self._guests else "")
        if fit > 1 and self.alone:
            self._say(ALONE)

    def _say(self, said: str) -> None:
        self._view.set_text(SAID, said)


def _row(player: Mapping[str, object]) -> list[str]:
    """A line of the table."""
    low, high, rating = (f"{number(player.get(name)) or 0.0:.0f}" for name in ("low", "high", "rating"))
    won, drawn, lost = (f"{number(player.get(name)) or 0.0:.0f}" for name in ("won", "drawn", "lost"))
    return [str(player.get("name"))[:LONGEST_NAME], rating, f"{low} to {high}", f"{won} : {drawn} : {lost}"]

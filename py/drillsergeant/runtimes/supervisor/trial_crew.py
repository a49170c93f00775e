"""Workers that train players from nothing beside the run, as the page sees them: each has one player in hand.

They are workshops, since the game may be a reader's own code: closed in, and ended where nothing comes of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.bounded import shortened
from drillsergeant.runtimes.supervisor.compile_client import BUILD_LIMIT_S
from drillsergeant.runtimes.supervisor.supervisor import BOOT_LIMIT_S
from drillsergeant.runtimes.supervisor.surroundings import Handle, Spawner

ROLE = "workshop"
MOST_WORKERS = 13  # so that a grid of 5 x 5 is trained in two rounds where there are as many cores
# The code was run before, or there would be no grid of it, so an endless loop is unlikely, and a busy machine is not:
# under a load of 20, an untouched game took longer than 10 s from here to its first answer.
CODE_LIMIT_S = 60.0
MOST_TRIES = 2

Heard = Callable[["messages.PlayerTried | messages.Refused", int], None]


def crew_size(cores: int) -> int:
    """How many train at once: one core is the page's and the match's, and the run in use goes on."""
    return max(1, min(MOST_WORKERS, cores - 1))


@dataclass
class _Member:
    """One worker, and what it has in hand."""

    name: str
    handle: Handle | None = None
    is_ready: bool = False
    request: messages.TryPlayer | None = None
    sent: bool = False
    tries: int = 0  # with the player in hand, that came to nothing
    clock: int = 0  # of its limits: one that was set before is void


class TrialCrew:
    """`heard` gets every answer, and the place of the player that it is about. `name` is the crew's."""

    def __init__(self, spawner: Spawner, workers: int, name: str) -> None:
        self._spawner = spawner
        self._members = [_Member(f"{name}.{number}") for number in range(workers)]
        self._waiting: deque[messages.TryPlayer] = deque()
        self._heard: Heard | None = None
        self._watch = messages.WatchPlayers(True)

    def begin(self, requests: Sequence[messages.TryPlayer], heard: Heard) -> None:
        """Have these trained, in this order; whoever was trained or shown before is gone."""
        self.end()
        self._waiting, self._heard = deque(requests), heard
        for member in self._members:
            self._next(member)

    def stop(self) -> None:
        """Train nobody any more: those who are in hand are given up; whoever is done plays on."""
        self._waiting.clear()
        for member in self._members:
            if member.request is not None:
                self._end(member)

    def end(self) -> None:
        """Nobody is trained or shown any more."""
        self._waiting.clear()
        for member in self._members:
            self._end(member)

    def watch(self, on: bool, dark: bool) -> None:
        """Whether anybody looks at the players' matches, and in which colours they are drawn."""
        if (message := messages.WatchPlayers(on, dark)) != self._watch:
            self._watch = message
            for member in self._members:
                self._tell_watch(member)

    def _tell_watch(self, member: _Member) -> None:
        if member.handle is not None and member.is_ready:
            member.handle.post(codec.encode(self._watch))

    def _next(self, member: _Member) -> None:
        """Give a worker its next player."""
        self._take(member, self._waiting.popleft() if self._waiting else None, 0)

    def _take(self, member: _Member, request: messages.TryPlayer | None, tries: int) -> None:
        member.request, member.sent, member.tries = request, False, tries
        member.clock += 1
        if member.request is None:
            return
        if member.handle is None:
            self._start(member)
        elif member.is_ready:
            self._send(member)

    def _start(self, member: _Member) -> None:
        made: list[Handle] = []

        def is_current() -> bool:
            return bool(made) and member.handle is made[0]

        made.append(
            self._spawner.spawn(
                ROLE,
                member.name,
                ("numpy",),
                lambda data: self._receive(member, data) if is_current() else None,
                lambda why: self._fail(member, why) if is_current() else None,
            )
        )
        member.handle, member.is_ready = made[0], False
        self._limit(member, BOOT_LIMIT_S, f"nothing came of it for {BOOT_LIMIT_S:.0f} s while it loaded; try again")

    def _send(self, member: _Member) -> None:
        assert member.handle is not None and member.request is not None, "there is a worker and a player for it"
        member.sent = True
        member.handle.post(codec.encode(member.request), member.request.canvas)
        self._limit(member, CODE_LIMIT_S, f"the game did not begin within {CODE_LIMIT_S:.0f} s, twice")

    def _receive(self, member: _Member, data: object) -> None:
        try:
            message = codec.decode(data, "page")
        except codec.ProtocolError as wrong:
            self._fail(member, f"it said something that is no message: {shortened(str(wrong))}")
            return
        place = member.request.place if member.request is not None else -1
        match message:
            case messages.Loading() if not member.is_ready:
                self._limit(member, BOOT_LIMIT_S, "nothing came of it while it loaded; try again")
            case messages.Ready():
                member.is_ready = True
                self._tell_watch(member)
                if member.request is not None and not member.sent:
                    self._send(member)
            case messages.Checked() | messages.PlayerTried(over=False) if place >= 0:
                self._limit(member, BUILD_LIMIT_S, f"nothing came of it for {BUILD_LIMIT_S:.0f} s and it was stopped")
                if isinstance(message, messages.PlayerTried) and message.place == place:
                    self._tell(message, place)
            case messages.PlayerTried() | messages.Refused() if place >= 0:
                self._next(member)
                self._tell(message, place)
            case messages.Error(message=text):
                self._fail(member, shortened(text))

    def _tell(self, message: messages.PlayerTried | messages.Refused, place: int) -> None:
        if self._heard is not None:
            self._heard(message, place)

    def _limit(self, member: _Member, limit_s: float, why: str) -> None:
        member.clock += 1
        clock = member.clock
        self._spawner.after(limit_s, lambda: self._fail(member, why) if clock == member.clock else None)

    def _fail(self, member: _Member, why: str) -> None:
        """The worker is given up; the player in hand is tried once more, then given up as well."""
        request, sent, tries = member.request, member.sent, member.tries + 1
        self._end(member)
        if request is None:
            return
        if tries < MOST_TRIES:  # a canvas that was sent is gone for good, so this one plays unseen
            self._take(member, replace(request, canvas=None) if sent else request, tries)
            return
        self._next(member)
        self._tell(messages.Refused(why, 0), request.place)

    def _end(self, member: _Member) -> None:
        member.clock += 1
        if member.handle is not None:
            member.handle.terminate()
        member.handle, member.is_ready, member.request = None, False, None

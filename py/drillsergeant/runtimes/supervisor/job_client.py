"""Long jobs as the page sees them: one at a time, in a worker that is started for it and ended with it."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.bounded import shortened
from drillsergeant.runtimes.supervisor.supervisor import BOOT_LIMIT_S
from drillsergeant.runtimes.supervisor.surroundings import Handle, Spawner

ROLE, NAME = "workshop", "job"
SILENT = f"nothing came of it for {BOOT_LIMIT_S:.0f} s, and it was stopped; try again"
REPLACED = "it was stopped: a league or a film was begun, and only one of them is made at a time"


class JobClient:
    """`told` of a job hears of its progress, and at last what came of it: `Refused` where nothing did."""

    def __init__(self, spawner: Spawner) -> None:
        self._spawner = spawner
        self._handle: Handle | None = None
        self._told: Callable[[messages.Message], None] | None = None
        self._clock = 0  # of silence: one that was set before is void

    @property
    def busy(self) -> bool:
        """Whether a job is in hand."""
        return self._told is not None

    def begin(self, job: messages.Message, told: Callable[[messages.Message], None]) -> None:
        """Do a job; one that is in hand is stopped."""
        if self.busy:
            self._end(messages.Refused(REPLACED, 0))
        made: list[Handle] = []

        def current() -> bool:
            return bool(made) and self._handle is made[0]

        made.append(
            self._spawner.spawn(
                ROLE,
                NAME,
                ("numpy",),  # with which all of the package comes
                lambda data: self._receive(data, job) if current() else None,
                lambda why: self._end(messages.Refused(shortened(why), 0)) if current() else None,
            )
        )
        self._handle, self._told = made[0], told
        self._limit_silence()

    def stop(self, why: str) -> None:
        """End the job in hand, if there is one."""
        if self.busy:
            self._end(messages.Refused(why, 0))

    def _receive(self, data: object, job: messages.Message) -> None:
        try:
            message = codec.decode(data, "page")
        except codec.ProtocolError as wrong:
            self._end(messages.Refused(f"it said something that is no message: {wrong}", 0))
            return
        self._limit_silence()
        match message:
            case messages.Ready():
                assert self._handle is not None, "it has just spoken"
                self._handle.post(codec.encode(job))
            case messages.Progress() if self._told is not None:
                self._told(message)
            case messages.Exported() | messages.LeaguePlayed() | messages.Refused():
                self._end(message)
            case messages.Error(message=text):
                self._end(messages.Refused(shortened(text), 0))

    def _limit_silence(self) -> None:
        self._clock += 1
        clock = self._clock
        self._spawner.after(BOOT_LIMIT_S, lambda: self.stop(SILENT) if clock == self._clock else None)

    def _end(self, message: messages.Message) -> None:
        told, self._told = self._told, None
        if self._handle is not None:
            self._handle.terminate()
        self._handle = None
        self._clock += 1
        if told is not None:
            told(message)

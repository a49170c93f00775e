"""The workshop as the page sees it: a worker that is started at the first attempt and ended when one takes too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.bounded import bounded, shortened
from drillsergeant.runtimes.supervisor.supervisor import BOOT_LIMIT_S
from drillsergeant.runtimes.supervisor.surroundings import Handle, Spawner

CODE_LIMIT_S = 10.0  # for the reader's code to run and end
BUILD_LIMIT_S = 60.0  # for what follows, which is ours
CHECK_LIMIT_S = 90.0  # for hundreds of matches of the reader's game
SLOW_CHECK = f"checking took longer than {CHECK_LIMIT_S:.0f} s and was stopped: is there an endless loop?"
REPLACED = "it was stopped, since the code was run"
NAME = "workshop"
Answer = Callable[["messages.CompiledProgram | messages.Refused"], None]
CheckAnswer = Callable[["messages.Findings | messages.Refused"], None]


class CompileClient:
    """One attempt at a time; a new one replaces the one in hand, which is told where it was a check."""

    def __init__(self, spawner: Spawner) -> None:
        self._spawner = spawner
        self._handle: Handle | None = None
        self._ready = self._is_prepared = False
        self._request: messages.Compile | None = None
        self._answer: Callable[[Any], None] | None = None
        self._clock = 0  # of the limits: one that was set before is void

    @property
    def busy(self) -> bool:
        """Whether an attempt is in hand."""
        return self._answer is not None

    def compile(self, request: messages.Compile, answer: Answer) -> None:
        """Have a program made; `answer` gets it, or why there is none."""
        self._begin(request, answer)

    def check(self, request: messages.Compile, answer: CheckAnswer) -> None:
        """Have a game looked at; `answer` gets what was found, or why nothing could be."""
        self._begin(request, answer)

    def _begin(self, request: messages.Compile, answer: Callable[[Any], None]) -> None:
        checked = self._answer if self._request is not None and self._request.check else None
        if self._answer is not None:
            self._end()
        self._request, self._answer = request, answer
        if checked is not None:
            checked(messages.Refused(REPLACED, 0))
        if self._handle is None:
            self._start()
        elif self._ready:
            self._send()

    def prepare(self) -> None:
        """Have a worker ready from now on, also after one that was ended for its code: more is likely to come."""
        self._is_prepared = True
        if self._handle is None:
            self._start()

    def _start(self) -> None:
        self._ready = False
        made: list[Handle] = []

        def current() -> bool:
            return bool(made) and self._handle is made[0]

        made.append(
            self._spawner.spawn(
                NAME,
                NAME,
                ("numpy",),
                lambda data: self._receive(data) if current() else None,
                lambda why: self._crash(why) if current() else None,
            )
        )
        self._handle = made[0]
        self._limit_silence()

    def _limit_silence(self) -> None:
        self._limit(BOOT_LIMIT_S, f"nothing came of the workshop for {BOOT_LIMIT_S:.0f} s while it loaded; try again")

    def _send(self) -> None:
        assert self._handle is not None and self._request is not None, "there is a worker and something to do"
        self._handle.post(codec.encode(self._request))
        self._limit(
            CODE_LIMIT_S, f"the code did not end within {CODE_LIMIT_S:.0f} s and was stopped: is there an endless loop?"
        )

    def _receive(self, data: object) -> None:
        try:
            message = codec.decode(data, "page")
        except codec.ProtocolError as wrong:
            self._fail(f"the workshop said something that is no message: {wrong}")
            return
        match message:
            case messages.Loading() if not self._ready:
                self._limit_silence()
            case messages.Ready():
                self._ready = True
                self._clock += 1  # it has loaded
                if self._request is not None:
                    self._send()
            case messages.Checked() if self._request is not None and self._request.check:
                self._limit(CHECK_LIMIT_S, SLOW_CHECK)
            case messages.Checked():
                self._limit(BUILD_LIMIT_S, f"compiling took longer than {BUILD_LIMIT_S:.0f} s and was stopped")
            case messages.CompiledProgram() | messages.Findings() | messages.Refused():
                self._done(bounded(message))
            case messages.Error(message=text):
                self._crash(shortened(text))

    def _limit(self, limit_s: float, why: str) -> None:
        self._clock += 1
        clock = self._clock
        self._spawner.after(limit_s, lambda: self._fail(why) if clock == self._clock else None)

    def _crash(self, why: str) -> None:
        """The worker's Python ended, or never began."""
        if self._ready and self._request is not None:
            self._fail(f"the code crashed the Python it ran in, which is started anew: {shortened(why)}")
        else:
            self._fail(f"the workshop could not start: {shortened(why)}")

    def _fail(self, why: str) -> None:
        """Give the attempt up, and the worker with it."""
        has_worked = self._ready
        self._end()
        self._done(messages.Refused(why, 0))
        if has_worked and self._is_prepared and self._handle is None:
            self._start()

    def _done(self, message: messages.CompiledProgram | messages.Findings | messages.Refused) -> None:
        self._clock += 1
        answer, self._answer, self._request = self._answer, None, None
        if answer is not None:
            answer(message)

    def _end(self) -> None:
        if self._handle is not None:
            self._handle.terminate()
        self._handle, self._ready = None, False

"""A replay as a GIF: drawn by a worker of its own, with a bar that says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drillsergeant.runtimes.page.sentences import ended
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

BUTTON, BAR = "replay-film", "replay-film-done"
MAKE, STOP = "Make a GIF", "Stop"
MADE = "{} is made: {:,.0f} kB."
STOPPED = "The GIF was stopped."


class Jobs(Protocol):
    """Who does long jobs, one at a time."""

    @property
    def busy(self) -> bool:
        """Whether a job is in hand."""

    def begin(self, job: messages.Message, told: Callable[[messages.Message], None]) -> None:
        """Do a job; one that is in hand is stopped."""

    def stop(self, why: str) -> None:
        """End the job in hand, if there is one."""


class FilmMaker:
    """`program` is the text form of what is played, `say` answers the visitor."""

    def __init__(
        self,
        view: View,
        jobs: Jobs,
        program: Callable[[], str],
        download: Callable[[str, bytes], None],
        say: Callable[[str], None],
    ) -> None:
        self._view, self._jobs, self._program = view, jobs, program
        self._download, self._say = download, say
        self._making = False

    def stop(self) -> bool:
        """End the film that is being made; False where none is."""
        if self._making:
            self._jobs.stop(STOPPED)
            return True
        return False

    def make(self, pictures: messages.ReplayPictures, filename: str) -> None:
        """Draw these, and give the visitor the file."""
        job = messages.MakeFilm(self._program(), pictures.states, pictures.fps, filename, self._view.dark())
        self._jobs.begin(job, self._told)
        self._show(making=True)

    def _told(self, message: messages.Message) -> None:
        match message:
            case messages.Progress(done=done, of=of):
                self._view.set_value(BAR, str(round(100 * done / max(of, 1))))
            case messages.Exported(filename=filename, content=bytes() | bytearray() | memoryview() as content):
                self._show(making=False)
                self._download(filename, bytes(content))
                self._say(MADE.format(filename, len(bytes(content)) / 1000))
            case messages.Refused(message=why):
                self._show(making=False)
                self._say(ended(why))

    def _show(self, *, making: bool) -> None:
        self._making = making
        self._view.set_text(BUTTON, STOP if making else MAKE)
        self._view.set_value(BAR, "0")
        self._view.set_attribute(BAR, "hidden", None if making else "")

"""Who does long jobs, for tests that are about who asks for them."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.protocol import messages


class FakeJobs:
    """Remembers the job."""

    def __init__(self) -> None:
        self.jobs: list[messages.Message] = []
        self.told: Callable[[messages.Message], None] = lambda _message: None

    @property
    def busy(self) -> bool:
        return False

    def begin(self, job: messages.Message, told: Callable[[messages.Message], None]) -> None:
        self.jobs.append(job)
        self.told = told

    def stop(self, why: str) -> None:
        self.told(messages.Refused(why, 0))

"""Workers, locks and timers under a test's control."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drillsergeant.runtimes.protocol import codec, messages


@dataclass
class FakeWorker:
    """Records what it was sent."""

    role: str
    name: str
    on_data: Callable[[object], None]
    on_error: Callable[[str], None]
    sent: list[dict[str, object]] = field(default_factory=list)
    ended: bool = False

    def post(self, wire: dict[str, object], transfer: object = None) -> None:
        self.sent.append(wire)

    def terminate(self) -> None:
        self.ended = True

    def ready(self, index: int = 0) -> None:
        self.on_data(codec.encode(messages.Ready(self.role, index, 1.0)))


class FakeSpawner:
    """Workers, locks and timers under the test's control."""

    def __init__(self) -> None:
        self.workers: list[FakeWorker] = []
        self.locks: dict[str, Callable[[], None]] = {}
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.time_s = 0.0
        self.canvases = 0

    def spawn(
        self,
        role: str,
        name: str,
        packages: Sequence[str],
        on_data: Callable[[object], None],
        on_error: Callable[[str], None],
    ) -> FakeWorker:
        self.workers.append(FakeWorker(role, name, on_data, on_error))
        return self.workers[-1]

    def when_freed(self, lock: str, then: Callable[[], None]) -> None:
        self.locks[lock] = then

    def after(self, delay_s: float, then: Callable[[], None]) -> None:
        self.timers.append((delay_s, then))

    def now_s(self) -> float:
        return self.time_s

    def canvas(self) -> object:
        self.canvases += 1
        return object()

    def newest(self, name: str) -> FakeWorker:
        return [worker for worker in self.workers if worker.name == name][-1]

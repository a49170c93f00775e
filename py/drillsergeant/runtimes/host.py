"""What a runtime asks of the place it runs in: Protocols that `browser/` fulfils and tests fake with threads.

Nothing here knows a browser. A runtime receives a `Host` and works through it alone.
"""

from __future__ import annotations

from typing import Protocol

from drillsergeant.learn.webgpu.learner import GpuDevice
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.memory.access import Memory
from drillsergeant.runtimes.storage import Storage


class Host(Protocol):
    """A worker's surroundings."""

    def post(self, message: dict[str, object]) -> None:
        """Send one message to the page."""

    def attach(self, memory: object) -> Memory:
        """Wrap the memory object of INIT: shared, or this worker's own."""

    def now_s(self) -> float:
        """Return seconds on a clock that never goes back."""

    async def open_gpu(self, plan: GpuPlan, drill: str, *, software: bool) -> GpuDevice:
        """Return a compute device that works on the attached memory; a program on the CPU only if `software`.

        Raises DeviceFailure saying what is missing.
        """

    async def load_package(self, name: str) -> None:
        """Make a package beside ours importable, if it is not yet. Raises RuntimeError saying why not."""

    async def yield_to_events(self) -> None:
        """Let the event loop deliver messages; returns as soon as it has."""

    async def rest(self, seconds: float) -> None:
        """Do nothing for about so long; messages are delivered meanwhile."""

    def storage(self, folder: str) -> Storage:
        """Return the folder of this name (`runtimes.storage`); whether there is one shows when it is used."""

    def run_locks(self) -> RunLocks:
        """Return what decides which tab saves a run."""


class RunLocks(Protocol):
    """One holder at a time for each run's name, among all tabs; freed when the worker ends, however it ends."""

    async def hold(self, name: str) -> bool:
        """Take a run unless somebody else has it; returns whether this worker has it now."""

    def let_go(self, name: str) -> None:
        """Somebody else may have the run."""

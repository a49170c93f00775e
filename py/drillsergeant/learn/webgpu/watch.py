"""Validation mode: when a device's kernels are compared with the reference, and what was found.

It can be turned on and off in the middle of training. What compares needs NumPy, which is loaded when it is first
needed, beside the training: until it is there, updates go on unwatched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.wasm.engine import PreparedBatch
from drillsergeant.learn.webgpu.learner import Check, Finding, GpuLearner

EVERY = 20  # updates on the device from one comparison to the next


class Watch:
    """Compares one update in twenty, while it is on. `load` gives what compares; it may raise anything."""

    def __init__(self, load: Callable[[], Awaitable[Check]], *, on: bool = False) -> None:
        self._load = load
        self._check: Check | None = None
        self._loading: asyncio.Task[None] | None = None
        self.findings: Sequence[Finding] = ()
        self.turn(on)

    def turn(self, on: bool) -> None:
        """Watch from the next update on the device, or no more. What was found stays to be read."""
        self.on, self._trouble, self._unwatched = on, "", EVERY
        self.checks = 0

    @property
    def due(self) -> bool:
        """Whether the next update is to be compared, whose chunks have to lie where what compares can read them."""
        return self.on and self._check is not None and self._unwatched + 1 >= EVERY

    def passed(self) -> None:
        """Count an update of play that nobody but the device has seen."""
        if self.on and self._check is None:
            self._begin()
        self._unwatched += 1

    def _begin(self) -> None:
        """Load what compares, beside the training."""
        if self._loading is None or self._loading.done():
            self._loading = asyncio.ensure_future(self._get())

    async def look(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper, state: LearnerState) -> str:
        """Count an update of `gpu`, compare if it is time: what is beyond its bound in words, or nothing.

        Raises DeviceFailure as an update does.
        """
        if not self.on:
            return ""
        if self._check is None:
            self._begin()
            return ""
        self._unwatched += 1
        if self._unwatched < EVERY:
            return ""
        self._unwatched = 0
        self.findings = await self._check.check(gpu, batch, hyper, state)
        self.checks += 1
        worst = max(self.findings, key=lambda finding: finding.share)
        self._trouble = ""
        if worst.share <= 1.0:
            return ""
        self._trouble = (
            f"the kernel {worst.kernel} is off by {worst.share:.2g} times its bound "
            f"({worst.worst:.2g}, at most {worst.bound:.2g} allowed)"
        )
        return self._trouble

    async def _get(self) -> None:
        try:
            self._check = await self._load()
        except Exception as failure:  # a package that does not load must not end training
            self.on, self._trouble = False, f"what compares could not be loaded: {failure}"

    def told(self) -> Mapping[str, object]:
        """For the page: whether it is on, comparisons since it was turned on, trouble in words, a row a kernel."""
        rows = [[*finding, finding.share] for finding in self.findings]
        return {"on": self.on, "checks": self.checks, "trouble": self._trouble, "rows": rows}

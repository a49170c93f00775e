"""A host without a browser."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from drillsergeant.learn.webgpu.learner import DeviceFailure, GpuDevice
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.memory.access import Memory

from tests.fakes.storage import FakeStorage, TabLocks, Tabs


class PlainHost:
    """A worker's surroundings over `memory`; time passes a millisecond per look."""

    def __init__(self, memory: Memory) -> None:
        self.memory, self.posted, self.time_s = memory, list[dict[str, object]](), 0.0
        self.files = defaultdict[str, FakeStorage](FakeStorage)  # by folder

    def post(self, message: dict[str, object]) -> None:
        self.posted.append(message)

    def attach(self, memory: object) -> Memory:
        return self.memory

    def now_s(self) -> float:
        self.time_s += 0.001
        return self.time_s

    async def open_gpu(self, plan: GpuPlan, drill: str, *, software: bool) -> GpuDevice:
        raise DeviceFailure("there is no WebGPU outside a browser", lost=False, final=True)

    async def load_package(self, name: str) -> None:
        """Everything is importable."""

    def storage(self, folder: str) -> FakeStorage:
        return self.files[folder]

    def run_locks(self) -> TabLocks:
        return Tabs().of(self)

    async def yield_to_events(self) -> None:
        await asyncio.sleep(0)

    async def rest(self, seconds: float) -> None:
        self.time_s += seconds
        await asyncio.sleep(0)

    def metrics(self) -> dict[str, Any]:
        """The values of the last message, which must be one that has some."""
        values = self.posted[-1]["values"]
        assert isinstance(values, dict)
        return values

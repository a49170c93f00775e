"""A compute device in a browser's page, driven from the test: shaders run there, everything else runs here."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.webgpu.pipelines import Binding, Dispatch, Pipeline, shader_files
from drillsergeant.learn.webgpu.plan import GpuPlan, Sizes
from playwright.sync_api import Page

SHADERS = Path("shaders")
SCRIPT = Path(__file__).with_name("gpu_stand.js")


class Stand:
    """The page's device: pipelines made from text, buffers by name, dispatches."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(SCRIPT.read_text())
        self.description: str = page.evaluate("stand.open()")

    def clear(self) -> None:
        """Forget buffers and pipelines; the device stays."""
        self._page.evaluate("stand.clear()")

    def compile(self, pipelines: Sequence[Pipeline], generated: str, *, subgroups: bool = False) -> None:
        """Make pipelines of shaders in shaders/."""
        listed = [
            given(each.name, code_of(each.shader, generated, subgroups), each.entry, each.bindings, each.constants)
            for each in pipelines
        ]
        self._page.evaluate("(list) => stand.compile(list)", listed)

    def pipeline_of(
        self, name: str, code: str, entry: str, bindings: Sequence[Binding], constants: Mapping[str, float]
    ) -> None:
        """Make a pipeline of any text."""
        self._page.evaluate("(list) => stand.compile(list)", [given(name, code, entry, bindings, constants)])

    def buffers(self, sizes: Mapping[str, int]) -> None:
        """New, empty buffers of so many bytes, and every pipeline bound to them."""
        self._page.evaluate("(sizes) => stand.fit(sizes)", dict(sizes))

    def write(self, buffer: str, data: Any, offset_bytes: int = 0) -> None:
        text = base64.b64encode(bytes(memoryview(data).cast("B"))).decode()
        self._page.evaluate("(given) => stand.write(given)", [buffer, offset_bytes, text])

    def run(self, dispatches: Sequence[Dispatch]) -> None:
        self._page.evaluate("(list) => stand.submit(list)", [[each.pipeline, list(each.groups)] for each in dispatches])

    def read(self, *names: str) -> bytes:
        text: str = self._page.evaluate("(names) => stand.read(names)", list(names))
        return base64.b64decode(text)


def code_of(shader: str, generated: str, subgroups: bool) -> str:
    """The complete text of a shader."""
    files = shader_files(shader, subgroups=subgroups)
    return "\n".join([*((SHADERS / f"{name}.wgsl").read_text() for name in files), generated])


def given(
    name: str, code: str, entry: str, bindings: Sequence[Binding], constants: Mapping[str, float]
) -> dict[str, object]:
    """A pipeline as the page's script takes it."""
    numbers = {key: float(value) for key, value in constants.items()}
    return {"name": name, "code": code, "entry": entry, "constants": numbers, "bindings": list(bindings)}


class StandDevice:
    """`learn.webgpu.learner.GpuDevice` on a stand, with chunks from a native memory."""

    def __init__(
        self,
        stand: Stand,
        plan: GpuPlan,
        generated: str,
        memory: NativeMemory,
        *,
        subgroups: bool = False,
        play_kernels: str = "",
    ) -> None:
        self.stand, self._plan, self._memory, self.play = stand, plan, memory, plan.play
        self.description = stand.description
        self._sizes: Sizes | None = None
        self.submissions: list[int] = []
        self._ready: deque[bytes] = deque()
        for shader in plan.shaders:
            own = [pipeline for pipeline in plan.pipelines if pipeline.shader == shader]
            stand.compile(own, plan.text(shader, generated, play_kernels), subgroups=subgroups)

    def fit(self, sizes: Sizes) -> bool:
        if self._sizes is not None and self._sizes.covers(sizes):
            return False
        self._sizes = sizes.grown(self._sizes or sizes)
        self.stand.buffers(self._plan.buffer_bytes(self._sizes))
        return True

    def write(self, buffer: str, data: Any) -> None:
        self.stand.write(buffer, data)

    def write_shared(self, buffer: str, offset_bytes: int, source_bytes: int, size_bytes: int) -> None:
        chunk = bytearray(size_bytes)
        self._memory.read(source_bytes, chunk)
        self.stand.write(buffer, chunk, offset_bytes)

    def submit(self, dispatches: Sequence[Dispatch], *, last: bool) -> None:
        self.submissions.append(len(dispatches))
        self.stand.run(dispatches)
        if last:
            self._ready.append(self.stand.read(*self._plan.readback_bytes))

    async def read(self, buffers: Sequence[str]) -> dict[str, bytes]:
        return {name: self.stand.read(name) for name in buffers}

    def close(self) -> None:
        self.stand.clear()

    async def read_back(self) -> bytes:
        return self._ready.popleft()

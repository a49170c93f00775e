"""A compute device over WebGPU: `learn.webgpu.learner.GpuDevice` in a worker.

Everything is made once: modules, pipelines, and, per size of the buffers, the bind groups. What is known about the ways
a device fails is in the comments; whatever happens becomes a DeviceFailure.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import js
from pyodide.ffi import JsException, create_once_callable, create_proxy, to_js

from drillsergeant.browser.graphics.gpu_adapter import find_adapter
from drillsergeant.browser.js_values import js_object
from drillsergeant.learn.webgpu.learner import DeviceFailure
from drillsergeant.learn.webgpu.patience import Patience
from drillsergeant.learn.webgpu.pipelines import Dispatch, Pipeline, shader_files
from drillsergeant.learn.webgpu.plan import GpuPlan, Sizes
from drillsergeant.tasks import prodded

# A promise of WebGPU need never settle.
DEVICE_LIMIT_S = 60.0  # for the device, and for all pipelines; learning goes on meanwhile
# Firefox looks whether its GPU is done at every submission, and else on a timer of 100 ms: it is given empty ones.
LOOKS_SELDOM, PROD_S = "Gecko/", 0.001
STORAGE, UNIFORM, COPY_SOURCE, COPY_TARGET, MAP_READ = 0x80, 0x40, 0x04, 0x08, 0x01
READ = 1
READBACKS = 2  # as many as may be made ready before one is read
SUBGROUPS = "subgroups"
UNIFORMS = ("knobs", "play_knobs")

Read = Callable[[str], Awaitable[str]]


class BrowserGpu:
    """One `GPUDevice` with the pipelines of one plan. Made by `open_gpu`."""

    def __init__(self, plan: GpuPlan, device: Any, memory: Any, description: str) -> None:
        self.description = description
        self._plan, self._device, self._memory = plan, device, memory
        self._lost = ""
        self._complaints: list[str] = []
        self._patience, self._reading = Patience(), Patience()
        self._pipelines: dict[str, Any] = {}
        self._groups: dict[str, Any] = {}
        self._buffers: dict[str, Any] = {}
        self._sizes: Sizes | None = None
        self._staging: Any = None  # private memory, where the browser takes no shared one
        # First of all: a device lost before anybody listens looks like one that works.
        device.lost.then(create_once_callable(self._on_lost))
        self._complain = create_proxy(self._on_error)
        device.addEventListener("uncapturederror", self._complain)
        size = sum(plan.readback_bytes.values())
        self._readbacks = [self._buffer(size, MAP_READ | COPY_TARGET) for _ in range(READBACKS)]
        self._made_ready = self._read = 0
        self._looks_seldom = LOOKS_SELDOM in str(js.navigator.userAgent)  # others are only "like Gecko"

    def _on_lost(self, info: Any) -> None:
        self._lost = f"the GPU was lost ({info.reason}): {info.message}"

    def _on_error(self, event: Any) -> None:
        self._complaints.append(str(event.error.message))

    async def compile(self, texts: Mapping[str, str]) -> None:
        """Make every pipeline, checked. `texts` has the complete text of every shader."""
        modules: dict[str, Any] = {}
        for name, text in texts.items():
            modules[name] = self._device.createShaderModule(js_object(code=text, label=name))
        planned = self._plan.pipelines
        made = await asyncio.gather(*(self._compiled(pipeline, modules[pipeline.shader]) for pipeline in planned))
        self._pipelines = {pipeline.name: each for pipeline, each in zip(planned, made, strict=True)}

    async def _compiled(self, pipeline: Pipeline, module: Any) -> Any:
        constants = {name: float(value) for name, value in pipeline.constants.items()}
        stage = {"module": module, "entryPoint": pipeline.entry, "constants": constants}
        wanted = js_object(layout="auto", compute=stage, label=pipeline.name)
        try:
            return await self._device.createComputePipelineAsync(wanted)
        except JsException as refused:
            raise DeviceFailure(f"the shader {pipeline.name} was refused: {refused}", lost=True) from refused

    def fit(self, sizes: Sizes) -> bool:
        """Make room; True when the buffers are new, and empty."""
        self._check()
        if self._sizes is not None and self._sizes.covers(sizes):
            return False
        self._sizes = sizes.grown(self._sizes or sizes)
        for buffer in self._buffers.values():
            buffer.destroy()
        planned = self._plan.buffer_bytes(self._sizes)
        self._check_limits(planned)
        for name, size in planned.items():
            usage = UNIFORM if name in UNIFORMS else STORAGE
            self._buffers[name] = self._buffer(size, usage | COPY_TARGET | COPY_SOURCE)
        for pipeline in self._plan.pipelines:
            self._groups[pipeline.name] = self._group(pipeline)
        return True

    def _check_limits(self, planned: Mapping[str, int]) -> None:
        limit = int(self._device.limits.maxStorageBufferBindingSize)
        name = max(planned, key=planned.__getitem__)
        if planned[name] > limit:
            raise DeviceFailure(
                f"the buffer {name} needs {planned[name] >> 20} MiB, the GPU binds {limit >> 20}: "
                "lower matches, workers or the minibatch",
                lost=True,
            )

    def _buffer(self, size: int, usage: int) -> Any:
        return self._device.createBuffer(js_object(size=size, usage=usage))

    def _group(self, pipeline: Pipeline) -> Any:
        entries = [
            {"binding": number, "resource": {"buffer": self._buffers[name]}} for number, name in pipeline.bindings
        ]
        layout = self._pipelines[pipeline.name].getBindGroupLayout(0)
        return self._device.createBindGroup(js_object(layout=layout, entries=entries))

    def write(self, buffer: str, data: Any) -> None:
        """Copy `data` to the start of a buffer."""
        self._device.queue.writeBuffer(self._buffers[buffer], 0, to_js(memoryview(data).cast("B")))

    def write_shared(self, buffer: str, offset_bytes: int, source_bytes: int, size_bytes: int) -> None:
        """Copy from byte `source_bytes` of shared memory to a buffer."""
        target, shared = self._buffers[buffer], self._memory.buffer
        if self._staging is None:
            try:
                self._device.queue.writeBuffer(target, offset_bytes, shared, source_bytes, size_bytes)
                return
            except JsException:  # Firefox takes no shared memory here
                self._staging = js.Uint8Array.new(size_bytes)
        if self._staging.length < size_bytes:
            self._staging = js.Uint8Array.new(size_bytes)
        self._staging.set(js.Uint8Array.new(shared, source_bytes, size_bytes))
        self._device.queue.writeBuffer(target, offset_bytes, self._staging, 0, size_bytes)

    def submit(self, dispatches: Sequence[Dispatch], *, last: bool) -> None:
        """Run these in order; after the last ones, `GpuPlan.readback_bytes` are made ready to be read."""
        encoder = self._device.createCommandEncoder()
        run = encoder.beginComputePass()
        pipeline, group, dispatch = run.setPipeline, run.setBindGroup, run.dispatchWorkgroups
        pipelines, groups = self._pipelines, self._groups
        for each in dispatches:
            pipeline(pipelines[each.pipeline])
            group(0, groups[each.pipeline])
            dispatch(*each.groups)
        run.end()
        if last:
            at, target = 0, self._readbacks[self._made_ready % READBACKS]
            for name, size in self._plan.readback_bytes.items():
                encoder.copyBufferToBuffer(self._buffers[name], 0, target, at, size)
                at += size
            self._made_ready += 1
        self._device.queue.submit(to_js([encoder.finish()]))

    async def read_back(self) -> bytes:
        """Return the bytes of `GpuPlan.readback_bytes`, the earliest that were made ready. Only this proves that
        anything was computed: of a lost device every other promise is kept."""
        source = self._readbacks[self._read % READBACKS]
        self._read += 1
        await self._mapped(source, self._patience)
        words: bytes = js.Uint8Array.new(source.getMappedRange()).to_bytes()
        source.unmap()
        self._check()
        if self._complaints:
            complaint, self._complaints = self._complaints[0], []
            raise DeviceFailure(f"the GPU refused commands: {complaint}", lost=False)
        return words

    async def read(self, buffers: Sequence[str]) -> dict[str, bytes]:
        """Return the bytes of any buffers, by name."""
        assert self._sizes is not None, "nothing was computed yet"
        planned = self._plan.buffer_bytes(self._sizes)
        staging = self._buffer(sum(planned[name] for name in buffers), MAP_READ | COPY_TARGET)
        encoder, at = self._device.createCommandEncoder(), 0
        for name in buffers:
            encoder.copyBufferToBuffer(self._buffers[name], 0, staging, at, planned[name])
            at += planned[name]
        self._device.queue.submit(to_js([encoder.finish()]))
        await self._mapped(staging, self._reading)
        content, found, at = js.Uint8Array.new(staging.getMappedRange()).to_bytes(), {}, 0
        staging.destroy()
        for name in buffers:
            found[name] = content[at : at + planned[name]]
            at += planned[name]
        return found

    async def _mapped(self, buffer: Any, patience: Patience) -> None:
        """Wait until the CPU may read a buffer, for as long as this device may be expected to take."""
        promise = buffer.mapAsync(READ)
        while True:
            limit_s, began_s = patience.limit_s, time.monotonic()
            try:
                await self._settled(promise, limit_s)
            except JsException as failure:
                raise DeviceFailure(self._lost or f"the GPU gave nothing back: {failure!r}", lost=True) from failure
            except TimeoutError as late:
                if patience.spent(limit_s, time.monotonic() - began_s):
                    why = f"the GPU has not answered for {limit_s:.0f} s"
                    raise DeviceFailure(self._lost or why, lost=True) from late
            else:
                patience.answered(time.monotonic() - began_s)
                return

    async def _settled(self, promise: Awaitable[Any], limit_s: float) -> None:
        if self._looks_seldom:
            nothing = to_js([])
            await prodded(_kept(promise), lambda: self._device.queue.submit(nothing), PROD_S, limit_s)
        else:
            await _within(promise, limit_s)

    def _check(self) -> None:
        if self._lost:
            raise DeviceFailure(self._lost, lost=True)

    def close(self) -> None:
        """Give everything back."""
        self._device.removeEventListener("uncapturederror", self._complain)
        self._complain.destroy()
        self._device.destroy()


async def open_gpu(plan: GpuPlan, drill: str, memory: Any, read: Read, *, software: bool) -> BrowserGpu:
    """A device for `plan` over the shared `WebAssembly.Memory` of this worker, from the site's own shaders.

    `read` fetches a text of the site, `software`: a program on the CPU will do.

    Raises: DeviceFailure saying what is missing.
    """
    if not getattr(js.navigator, "gpu", None):
        raise DeviceFailure("this browser has no WebGPU", lost=True, final=True)
    adapter = await find_adapter()
    if adapter is None:
        raise DeviceFailure("the browser offers no GPU adapter at the moment", lost=True)
    if adapter.software and not software:
        raise DeviceFailure(f"the only GPU is a program on it ({adapter.name})", lost=True, final=True)
    try:
        subgroups = bool(adapter.handle.features.has(SUBGROUPS))
        wanted = {"requiredLimits": _limits(plan, adapter.handle), "requiredFeatures": [SUBGROUPS] if subgroups else []}
        device = await _within(adapter.handle.requestDevice(js_object(**wanted)), DEVICE_LIMIT_S)
        gpu = BrowserGpu(plan, device, memory, adapter.name + (" with subgroups" if subgroups else ""))
        await _within(gpu.compile(await _texts(plan, drill, read, subgroups=subgroups)), DEVICE_LIMIT_S)
    except (JsException, TimeoutError) as failure:
        raise DeviceFailure(f"the GPU ({adapter.name}) could not be opened: {failure!r}", lost=True) from failure
    return gpu


def _limits(plan: GpuPlan, adapter: Any) -> dict[str, int]:
    """Larger buffers than by default where a full batch needs them and the adapter has them."""
    largest = max(plan.buffer_bytes(plan.full()).values())
    asked = {}
    for name, default in (("maxStorageBufferBindingSize", 128 << 20), ("maxBufferSize", 256 << 20)):
        if largest > default:
            asked[name] = min(largest, int(getattr(adapter.limits, name)))
    return asked


async def _texts(plan: GpuPlan, drill: str, read: Read, *, subgroups: bool) -> dict[str, str]:
    """The complete text of every shader; that for heads of which the site has no file comes with the plan."""

    async def fetched(path: str) -> str:
        try:
            return await read(path)
        except RuntimeError as failure:
            raise DeviceFailure(str(failure), lost=True) from failure

    files = {name: shader_files(name, subgroups=subgroups) for name in plan.shaders}
    names = sorted({each for parts in files.values() for each in parts})
    texts = dict(zip(names, await asyncio.gather(*(fetched(f"shaders/{name}.wgsl") for name in names)), strict=True))
    generated = plan.shader or await fetched(f"programs/{drill}.wgsl")
    playing = await fetched(f"programs/{drill}.play.wgsl") if plan.play else ""
    return {
        name: "\n".join([*(texts[each] for each in parts), plan.text(name, generated, playing)])
        for name, parts in files.items()
    }


async def _within(promise: Awaitable[Any], limit_s: float) -> Any:
    return await asyncio.wait_for(_kept(promise), limit_s)


async def _kept(promise: Awaitable[Any]) -> Any:
    return await promise

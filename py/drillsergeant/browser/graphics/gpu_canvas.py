"""Pictures drawn by WebGPU: `shaders/match.wgsl` over one buffer, one draw call a picture.

It draws on a surface of its own, which is then put onto the visible canvas. That one stays a 2D canvas for good, so
that a device that is lost between two pictures costs nothing: the next picture is drawn the other way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import js
from pyodide.ffi import create_proxy

from drillsergeant.browser.graphics.canvas2d import Canvas2D
from drillsergeant.browser.graphics.gpu_adapter import Adapter, find_adapter
from drillsergeant.browser.graphics.gpu_surface import CanvasSurface, ReadSurface
from drillsergeant.browser.js_values import js_object
from drillsergeant.drawing.picture import Painter, Picture

SHADER = "shaders/match.wgsl"
FIRST_BYTES = 32768
# After the first loss a browser gives a device again at once; after the second it may refuse for two minutes.
RETRY_S = (0.0, 0.5, 5.0, 30.0, 125.0, 250.0)
SURE_S = 1.0  # a device that is lost sooner after the first picture cannot draw on this machine


class GpuCanvas:
    """`drawing.picture.Painter` on one device. Owns the device, its pipeline, its buffer and its surface."""

    name = "webgpu"

    def __init__(self, canvas: Canvas2D, adapter: Adapter, device: Any, shader: str) -> None:
        self._device = device
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._watching = asyncio.ensure_future(self._watch())
        self._on_error = create_proxy(lambda event: self._lose(str(event.error.message)))
        device.onuncapturederror = self._on_error
        self._surface = (ReadSurface if adapter.software else CanvasSurface)(device, canvas)
        self._pipeline = self._make_pipeline(shader)
        self._fit(FIRST_BYTES)
        attachment = {"loadOp": "clear", "storeOp": "store", "clearValue": {"r": 0, "g": 0, "b": 0, "a": 1}}
        # Made once and changed in place: every picture would have to make it anew out of Python's dictionaries.
        self._pass = js_object(colorAttachments=[attachment])
        self._attachment = self._pass.colorAttachments[0]
        self._clear = self._attachment.clearValue

    def _make_pipeline(self, shader: str) -> Any:
        module = self._device.createShaderModule(js_object(code=shader))
        blend = {"srcFactor": "one", "dstFactor": "one-minus-src-alpha"}
        target = {"format": self._surface.format, "blend": {"color": blend, "alpha": blend}}
        return self._device.createRenderPipeline(
            js_object(
                layout="auto",
                vertex={"module": module, "entryPoint": "corner"},
                fragment={"module": module, "entryPoint": "paint", "targets": [target]},
                primitive={"topology": "triangle-strip"},
            )
        )

    def _fit(self, size_bytes: int) -> None:
        """Make a buffer for pictures of up to `size_bytes`."""
        usage = js.GPUBufferUsage.STORAGE | js.GPUBufferUsage.COPY_DST
        self._buffer = self._device.createBuffer(js_object(size=size_bytes, usage=usage))
        self._bytes = js.Uint8Array.new(size_bytes)
        layout = self._pipeline.getBindGroupLayout(0)
        entries = [{"binding": 0, "resource": {"buffer": self._buffer}}]
        self._group = self._device.createBindGroup(js_object(layout=layout, entries=entries))

    async def _watch(self) -> None:
        self._lose(str((await self._device.lost).message))

    def _lose(self, why: str) -> None:
        if not self._lost.done():  # a lost device may tell by an error, too, and again when it is closed
            self._lost.set_result(why)

    async def lost(self) -> str:
        """Return why this painter stopped working, once it does."""
        return await self._lost

    def paint(self, picture: Picture) -> bool:
        """Draw `picture` on the visible canvas; False where the device is gone and nothing was drawn."""
        if self._lost.done():
            return False
        texture = self._surface.texture()
        if texture is not None:
            self.render(picture, texture)
            self._surface.present()
        return True

    def render(self, picture: Picture, texture: Any) -> None:
        """Draw `picture` into a texture of the surface's format."""
        view = memoryview(picture.floats).cast("B")
        if view.nbytes > self._bytes.length:
            self._buffer.destroy()
            self._fit(2 * view.nbytes)  # twice, so that pictures that grow do not make a buffer each
        self._bytes.subarray(0, view.nbytes).assign(view)
        queue = self._device.queue
        queue.writeBuffer(self._buffer, 0, self._bytes, 0, view.nbytes)
        self._clear.r, self._clear.g, self._clear.b, _ = picture.clear
        self._attachment.view = texture.createView()
        encoder = self._device.createCommandEncoder()
        drawing = encoder.beginRenderPass(self._pass)
        drawing.setPipeline(self._pipeline)
        drawing.setBindGroup(0, self._group)
        drawing.draw(4, picture.count)
        drawing.end()
        queue.submit(js.Array.of(encoder.finish()))

    def close(self) -> None:
        """Release everything."""
        self._lose("it was closed")
        self._device.onuncapturederror = None
        self._device.destroy()
        self._on_error.destroy()


async def open_gpu_canvas(canvas: Canvas2D, shader: str, software_too: bool) -> GpuCanvas | None:
    """Return a painter for `canvas`; None where there is no adapter, or only one on the CPU that was not asked for.

    Raises: RuntimeError with the browser's words where the shader or the pipeline is refused.
    """
    adapter = await find_adapter()
    if adapter is None or (adapter.software and not software_too):
        return None
    device = await adapter.handle.requestDevice()
    device.pushErrorScope("validation")
    painter = GpuCanvas(canvas, adapter, device, shader)
    refused = await device.popErrorScope()
    if refused is not None:
        painter.close()
        raise RuntimeError(
            f"{adapter.name} refused shaders/match.wgsl: {refused.message}; drawing on Canvas 2D instead"
        )
    return painter


async def keep_painting(
    canvas: Canvas2D,
    choice: str,
    read: Callable[[str], Awaitable[str]],
    adopt: Callable[[Painter], None],
    refuse: Callable[[str], None],
) -> None:
    """Hand `adopt` a painter, and another one whenever a device was lost, for as long as there are devices.

    `choice` is the page's `renderer`: auto (never on the CPU), webgpu (even there) or canvas2d (never). `read` fetches
    a text of the site.
    """
    if choice == "canvas2d":
        return
    try:
        shader = await read(SHADER)
        for pause_s in RETRY_S:
            await asyncio.sleep(pause_s)
            painter = await open_gpu_canvas(canvas, shader, software_too=choice == "webgpu")
            if painter is not None:
                adopt(painter)
                began_ms = js.performance.now()
                why = await painter.lost()
                painter.close()
                if js.performance.now() - began_ms < 1000 * SURE_S:
                    raise RuntimeError(f"the device was lost at once: {why}")
            elif pause_s == RETRY_S[0]:
                return
    except Exception as failure:  # the match goes on, drawn the other way
        refuse(f"WebGPU drawing stopped: {failure}")

"""What WebGPU draws on before it is put onto the visible 2D canvas.

A graphics processor's canvas is copied there without leaving the processor. Headless browsers that play WebGPU on the
CPU lose the device when such a canvas is shown, so pictures drawn there are read back and put, one picture late.
"""

from __future__ import annotations

import asyncio
from typing import Any

import js
from pyodide.ffi import to_js

from drillsergeant.browser.graphics.canvas2d import Canvas2D
from drillsergeant.browser.js_values import js_object

ROW_BYTES = 256  # rows of a texture that is copied to a buffer begin at multiples of this
PIXEL_BYTES = 4


class CanvasSurface:
    """A canvas with a WebGPU context."""

    def __init__(self, device: Any, canvas: Canvas2D) -> None:
        self._canvas = canvas
        self._hidden = js.OffscreenCanvas.new(canvas.width_px, canvas.height_px)
        self._context = self._hidden.getContext("webgpu")
        self.format = str(js.navigator.gpu.getPreferredCanvasFormat())
        self._context.configure(js_object(device=device, format=self.format, alphaMode="opaque"))

    def texture(self) -> Any:
        """Return the canvas's texture of this frame."""
        if (self._hidden.width, self._hidden.height) != (self._canvas.width_px, self._canvas.height_px):
            self._hidden.width, self._hidden.height = self._canvas.width_px, self._canvas.height_px
        return self._context.getCurrentTexture()

    def present(self) -> None:
        """Copy the canvas."""
        self._canvas.copy(self._hidden)


class ReadSurface:
    """A texture that is read back. While one picture travels, others are left out: a queue of them would only grow."""

    format = "rgba8unorm"

    def __init__(self, device: Any, canvas: Canvas2D) -> None:
        self._device, self._canvas = device, canvas
        self._size = (0, 0)
        self._texture: Any = None
        self._buffer: Any = None
        self._travelling: asyncio.Task[None] | None = None

    def texture(self) -> Any:
        """Return the texture, a new one where the canvas has another size."""
        if self._travelling is not None:
            return None
        size = (self._canvas.width_px, self._canvas.height_px)
        if size != self._size:
            for old in (self._texture, self._buffer):
                if old is not None:
                    old.destroy()
            width, height = self._size = size
            usage = js.GPUTextureUsage.RENDER_ATTACHMENT | js.GPUTextureUsage.COPY_SRC
            self._texture = self._device.createTexture(js_object(size=size, format=self.format, usage=usage))
            self._row_bytes = -(-width * PIXEL_BYTES // ROW_BYTES) * ROW_BYTES
            usage = js.GPUBufferUsage.COPY_DST | js.GPUBufferUsage.MAP_READ
            self._buffer = self._device.createBuffer(js_object(size=self._row_bytes * height, usage=usage))
        return self._texture

    def present(self) -> None:
        """Begin to read the texture back."""
        encoder = self._device.createCommandEncoder()
        source, target = js_object(texture=self._texture), js_object(buffer=self._buffer, bytesPerRow=self._row_bytes)
        encoder.copyTextureToBuffer(source, target, to_js(self._size))
        self._device.queue.submit(js.Array.of(encoder.finish()))
        self._travelling = asyncio.ensure_future(self._put())

    async def _put(self) -> None:
        try:
            await self._buffer.mapAsync(js.GPUMapMode.READ)
            pixels = js.Uint8ClampedArray.new(self._buffer.getMappedRange()).slice()
            self._buffer.unmap()
            image = js.ImageData.new(pixels, self._row_bytes // PIXEL_BYTES, self._size[1])
            self._canvas.put(image)  # what lies beyond the canvas's width is the rows' padding
        finally:
            self._travelling = None

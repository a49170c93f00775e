"""Where Python takes over in a worker: decode messages, build the runtime on INIT, report every failure as text."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from drillsergeant.browser.graphics.canvas2d import Canvas2D
from drillsergeant.browser.graphics.gpu_canvas import keep_painting
from drillsergeant.browser.kernels import BrowserKernels
from drillsergeant.browser.memory import taken
from drillsergeant.browser.worker.host import WorkerHost
from drillsergeant.drawing.picture import Painter
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.version import OtherVersion, refuse_other_version
from drillsergeant.runtimes.worker_runtime import WorkerRuntime
from drillsergeant.tasks import Tasks

_alive: list[WorkerBoot] = []


class WorkerBoot:
    """One worker's life: everything before INIT waits in a queue, everything after goes to the runtime.

    INIT may come again, with another program or memory: then the runtime is dropped where it last let messages in, and
    another is put together. The canvas, and what paints on it, stay.
    """

    def __init__(self, role: str, host: WorkerHost) -> None:
        self._role, self._host, self._index = role, host, 0
        self._runtime: WorkerRuntime | None = None
        self._canvas: Canvas2D | None = None
        self._painter: Painter | None = None
        self._painting, self._tasks = Tasks(), Tasks()
        self._began = False

    def receive(self, data: Any) -> None:
        """Handle one raw message; whatever is wrong with it is answered, never dropped."""
        try:
            wire = data.to_py() if hasattr(data, "to_py") else data
            refuse_other_version(wire)
            message = codec.decode(wire, self._role)
            if isinstance(message, messages.Init):
                self._begin(message)
            elif self._runtime is None:
                raise codec.ProtocolError(f"{message.TYPE} came before INIT; send INIT first")
            else:
                self._runtime.handle(message)
        except (codec.ProtocolError, ValueError) as refused:
            dropped = self._began and self._runtime is None
            self._report(str(refused), "", fatal=dropped)
        except OtherVersion as other:
            self._report(str(other), "", fatal=True, final=True)
        except Exception as failure:  # a worker's failure must reach the page, whatever it is
            self._report(f"{type(failure).__name__}: {failure}", traceback.format_exc(), fatal=True)

    def _begin(self, init: messages.Init) -> None:
        self._index = init.index
        self._drop()
        if init.canvas is not None:
            self._canvas = Canvas2D(init.canvas)
        init = replace(init, memory=taken(init.memory))
        kernels = BrowserKernels(init.module, init.memory)
        self._runtime = runtime = WorkerRuntime(self._host, init, kernels, self._canvas)
        if self._painter is not None:
            runtime.adopt(self._painter)
        if self._began:
            self._go(runtime)
            return
        self._began = True
        if self._role == "show":
            self._host.every_frame(self._guarded_frame)
            self._paint(init.options.renderer)
        self._host.hold_lock(init.options.lock, lambda: self._go(runtime))

    def _go(self, runtime: WorkerRuntime) -> None:
        """Say READY, and begin: loops that rest by blocking would hold up the messages by which the lock is granted."""
        self._host.post(codec.encode(messages.Ready(self._role, self._index, self._host.boot_s())))
        if runtime is not self._runtime:
            return  # another INIT came meanwhile
        self._tasks.begin(self._guarded(runtime.pulse()))
        if self._role != "show":
            self._tasks.begin(self._guarded(runtime.run()))

    def _drop(self) -> None:
        """End the runtime there is. Its loop is suspended while messages come in, and never goes on from there."""
        self._tasks.cancel()
        if self._runtime is not None:
            self._runtime.close()
        self._runtime = None
        gc.collect()  # its kernels and typed arrays are JavaScript objects, kept alive by cycles on this side

    def _paint(self, choice: str) -> None:
        assert self._canvas is not None, "the show needs a canvas"
        read, refuse = self._host.read, lambda why: self._report(why, "", fatal=False)
        painting = keep_painting(self._canvas, choice, read, self._adopt, refuse)
        self._painting.begin(painting)

    def _adopt(self, painter: Painter) -> None:
        self._painter = painter
        if self._runtime is not None:
            self._runtime.adopt(painter)

    def _guarded_frame(self, now_s: float) -> None:
        if self._runtime is None:
            return  # between two runtimes, the second of which failed
        try:
            self._runtime.frame(now_s)
        except Exception as failure:
            self._report(f"{type(failure).__name__}: {failure}", traceback.format_exc(), fatal=True)

    async def _guarded(self, loop: Coroutine[Any, Any, None]) -> None:
        try:
            await loop
        except Exception as failure:
            self._report(f"{type(failure).__name__}: {failure}", traceback.format_exc(), fatal=True)

    def _report(self, message: str, trace: str, fatal: bool, final: bool = False) -> None:
        self._host.post(codec.encode(messages.Error(self._role, self._index, message, trace, fatal, final)))


def start(role: str, queue: Any, started_ms: float, load: Any, read: Any) -> None:
    """Begin; `queue` is a JavaScript array of messages that came while Python was loading.

    `load`, `read`: see `WorkerHost`.
    """
    host = WorkerHost(started_ms, load, read)
    boot = WorkerBoot(role, host)
    _alive.append(boot)
    host.on_message(boot.receive)
    for data in queue:
        boot.receive(data)

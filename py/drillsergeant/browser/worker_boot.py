"""Where Python takes over in a worker: decode messages, build the runtime on INIT, report every failure as text."""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import replace
from typing import Any

from drillsergeant.browser.canvas import Canvas2D
from drillsergeant.browser.gpu_canvas import keep_painting
from drillsergeant.browser.kernels import BrowserKernels
from drillsergeant.browser.shared import taken
from drillsergeant.browser.worker_host import WorkerHost
from drillsergeant.runtimes import protocol
from drillsergeant.runtimes.assembly import Assembly

_alive: list[WorkerBoot] = []


class WorkerBoot:
    """One worker's life: everything before INIT waits in a queue, everything after goes to the runtime."""

    def __init__(self, role: str, host: WorkerHost) -> None:
        self._role, self._host, self._index = role, host, 0
        self._assembly: Assembly | None = None
        self._main: asyncio.Task[None] | None = None

    def receive(self, data: Any) -> None:
        """Handle one raw message; whatever is wrong with it is answered, never dropped."""
        try:
            message = protocol.decode(data.to_py() if hasattr(data, "to_py") else data, self._role)
            if isinstance(message, protocol.Init):
                self._begin(message)
            elif self._assembly is None:
                raise protocol.ProtocolError(f"{message.TYPE} came before INIT; send INIT first")
            else:
                self._assembly.handle(message)
        except (protocol.ProtocolError, ValueError) as refused:
            self._report(str(refused), "", fatal=False)
        except Exception as failure:  # a worker's failure must reach the page, whatever it is
            self._report(f"{type(failure).__name__}: {failure}", traceback.format_exc(), fatal=True)

    def _begin(self, init: protocol.Init) -> None:
        if self._assembly is not None:
            raise protocol.ProtocolError("INIT came twice; a worker starts once")
        self._index = init.index
        canvas = Canvas2D(init.canvas) if init.canvas is not None else None
        init = replace(init, memory=taken(init.memory))
        kernels = BrowserKernels(init.module, init.memory)
        self._assembly = Assembly(self._host, init, kernels, canvas)
        if self._role == "show":
            self._host.every_frame(self._guarded_frame)
            assert canvas is not None, "the show needs a canvas"
            choice = str(init.options.get("renderer", "auto"))
            painting = keep_painting(
                canvas, choice, self._assembly.adopt, lambda why: self._report(why, "", fatal=False)
            )
            self._main = asyncio.ensure_future(painting)
        else:
            self._main = asyncio.ensure_future(self._run())
        ready = protocol.Ready(self._role, init.index, self._host.boot_s())
        self._host.hold_lock(str(init.options["lock"]), lambda: self._host.post(protocol.encode(ready)))

    def _guarded_frame(self, now_s: float) -> None:
        try:
            assert self._assembly is not None, "frames begin after INIT"
            self._assembly.frame(now_s)
        except Exception as failure:
            self._report(f"{type(failure).__name__}: {failure}", traceback.format_exc(), fatal=True)

    async def _run(self) -> None:
        try:
            assert self._assembly is not None, "the loop begins after INIT"
            await self._assembly.run()
        except Exception as failure:
            self._report(f"{type(failure).__name__}: {failure}", traceback.format_exc(), fatal=True)

    def _report(self, message: str, trace: str, fatal: bool) -> None:
        self._host.post(protocol.encode(protocol.Error(self._role, self._index, message, trace, fatal)))


def start(role: str, queue: Any, started_ms: float) -> None:
    """Begin; ``queue`` is a JavaScript array of messages that came while Python was loading."""
    host = WorkerHost(started_ms)
    boot = WorkerBoot(role, host)
    _alive.append(boot)
    host.on_message(boot.receive)
    for data in queue:
        boot.receive(data)

"""Where Python takes over in the workshop: every request is answered, whatever the reader's code does.

A page has one that compiles, and others that train players from nothing, the same but for what they are asked.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from drillsergeant.browser.graphics.canvas2d import Canvas2D
from drillsergeant.browser.kernels import BrowserKernels, OwnPlace
from drillsergeant.browser.memory import BrowserMemory, allocate
from drillsergeant.browser.worker.host import WorkerHost
from drillsergeant.memory.access import Memory, SoloMemory
from drillsergeant.memory.layout import PAGE_BYTES
from drillsergeant.runtimes.compile_worker import CompileWorker
from drillsergeant.runtimes.jobs import do_job
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.bounded import bounded

if TYPE_CHECKING:
    from drillsergeant.runtimes.what_if.trial_worker import TrialWorker

_alive: list[object] = []
REST_S = 0.02  # between two pictures, while nothing is learned


def _linked(module: object, size_bytes: int, *, shared: bool) -> tuple[Memory, BrowserKernels]:
    """A memory of this worker's own, of the kind that the module imports, and the module on it."""
    memory = BrowserMemory(allocate(-(-size_bytes // PAGE_BYTES), shared=shared))
    return SoloMemory(memory), BrowserKernels(module, memory.handle)


def start(role: str, queue: Any, started_ms: float, load: Any, read: Any) -> None:
    """Begin; `queue` is a JavaScript array of messages that came while Python was loading.

    `load`, `read`: see `WorkerHost`.
    """
    host = WorkerHost(started_ms, load, read)
    trials: list[TrialWorker] = []
    tasks: list[object] = []  # kept, or they would be collected

    def post(message: messages.Message) -> None:
        host.post(codec.encode(message))

    workshop = CompileWorker(post)

    async def go_on(trials: TrialWorker) -> None:
        """Train and show players for as long as the worker lives."""
        while True:
            await host.rest(0.0 if trials.turn() else REST_S)

    def try_out(request: messages.TryPlayer | messages.WatchPlayers) -> None:
        if not trials:
            from drillsergeant.runtimes.what_if.trial_worker import TrialWorker  # which who compiles never needs

            trials.append(TrialWorker(post, OwnPlace, Canvas2D, host.now_s))
            tasks.append(asyncio.ensure_future(go_on(trials[0])))
        trials[0].handle(request)

    def receive(data: Any) -> None:
        try:
            request = codec.decode(data.to_py() if hasattr(data, "to_py") else data, role)
            if isinstance(request, messages.Compile):
                workshop.handle(request)
            elif isinstance(request, messages.TryPlayer | messages.WatchPlayers):
                try_out(request)
            else:
                do_job(request, post, _linked)
        except codec.ProtocolError as wrong:
            post(messages.Error(role, 0, str(wrong)))
        except BaseException as failure:  # SystemExit and the like are the reader's, too
            said = f": {failure}" if str(failure) else ""
            post(bounded(messages.Refused(f"the code ended everything by {type(failure).__name__}{said}", 0)))

    _alive.append(workshop)
    host.on_message(receive)
    for data in queue:
        receive(data)
    post(messages.Ready(role, 0, host.boot_s()))

"""Where Python takes over in the workshop: every request is answered, whatever the reader's code does."""

from __future__ import annotations

from typing import Any

from drillsergeant.browser.kernels import BrowserKernels
from drillsergeant.browser.memory import BrowserMemory, allocate
from drillsergeant.browser.worker.host import WorkerHost
from drillsergeant.learn.program import Program
from drillsergeant.memory.access import Memory, SoloMemory
from drillsergeant.memory.layout import PAGE_BYTES
from drillsergeant.runtimes.compile_worker import CompileWorker
from drillsergeant.runtimes.jobs import do_job
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.bounded import bounded

_alive: list[object] = []


def _linked(program: Program, module: object, size_bytes: int) -> tuple[Memory, BrowserKernels]:
    """A memory of this worker's own, of the kind that the module imports, and the module on it."""
    memory = BrowserMemory(allocate(-(-size_bytes // PAGE_BYTES), shared=program.shared))
    return SoloMemory(memory), BrowserKernels(module, memory.handle)


def start(role: str, queue: Any, started_ms: float, load: Any, read: Any) -> None:
    """Begin; `queue` is a JavaScript array of messages that came while Python was loading.

    `load`, `read`: see `WorkerHost`.
    """
    host = WorkerHost(started_ms, load, read)

    def post(message: messages.Message) -> None:
        host.post(codec.encode(message))

    workshop = CompileWorker(post)

    def receive(data: Any) -> None:
        try:
            request = codec.decode(data.to_py() if hasattr(data, "to_py") else data, role)
            if isinstance(request, messages.Compile):
                workshop.handle(request)
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

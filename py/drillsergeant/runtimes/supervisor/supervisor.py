"""Starts the workers, notices when one dies, starts it again, and carries messages between them and the page.

A worker holds a lock as long as it lives; the supervisor waits for that lock, so a death is noticed however it came.
One that lives but is stuck is noticed by its heartbeat (`heartbeat`) and ended.
A worker that is told INIT again puts another runtime together without being started anew (`Fleet.replace`): that is how
another drill, or the same one with edited code, comes in.
The order of starting is the order of need: the show first, so that the match moves, then trainer and rollouts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import partial

from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import SHOW, Layout, rollout
from drillsergeant.memory.ring import raise_epoch
from drillsergeant.memory.run_flag import RunFlag
from drillsergeant.memory.telemetry import Counter, read_telemetry
from drillsergeant.memory.weights import clear_pin
from drillsergeant.runtimes.heartbeat import LOOK_EVERY_S, STUCK_S, Heartbeats
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.supervisor.restarts import AT_ONCE, RECOVERY_S, Restarts
from drillsergeant.runtimes.supervisor.setup import Setup
from drillsergeant.runtimes.supervisor.surroundings import Adopt, FleetListener, Handle, Spawner

BOOT_LIMIT_S = 33.0  # in which no worker came any further, where all of them start at once
SLOWER = 12.0  # than the page's own Python one of them may come from one step to the next
SHOW_SETTINGS = (messages.SetSpeed, messages.SetView, messages.Resize)


@dataclass(frozen=True)
class HostObjects:
    """What every worker is handed as it is: the program's text, its compiled module, and the shared memory.

    `memory` in solo mode: how many pages each worker takes for itself; `mirrored` is then what the trainer told of
    its own, for whoever starts anew.
    """

    program: str
    module: object
    memory: object
    mirrored: dict[str, object] = field(default_factory=dict)


@dataclass
class Worker:
    """Book-keeping of one worker."""

    role: str
    index: int
    state: str = "waiting"
    generation: int = 0
    handle: Handle | None = None
    restarts: Restarts = field(default_factory=Restarts)
    inits: int = 0  # sent, ever
    unanswered: int = 0  # of those, the ones not answered with READY yet
    heard: int = 0  # messages
    replaced: bool = False  # has another runtime than it was started with
    changing: bool = False  # lives, was told INIT again, and what it says is still of the runtime before
    watched: int = -1  # generation whose lock is waited for

    @property
    def name(self) -> str:
        """`show`, `trainer` or `rollout.<index>`."""
        return rollout(self.index) if self.role == "rollout" else self.role


class Fleet:
    """All workers of one page."""

    def __init__(
        self,
        spawner: Spawner,
        memory: Memory,
        layout: Layout,
        run: str,
        setup: Setup,
        hosted: HostObjects,
        python_s: float = 0.0,
    ) -> None:
        """`python_s`: in how many seconds Python started in the page itself, by which a slow machine is known."""
        self._boot_limit_s = max(BOOT_LIMIT_S, SLOWER * python_s)
        self._spawner, self._memory, self._layout, self._run = spawner, memory, layout, run
        self._setup, self._hosted = setup, hosted
        self._run_flag = RunFlag(memory, layout)
        self._audience: FleetListener | None = None
        self._training: messages.StartTraining | None = None
        self._pulses = Heartbeats()
        self._steps = 0  # of all workers together, on their way to being ready
        self._show_settings: dict[str, messages.Message] = {}
        workers = [Worker("show", 0), Worker("trainer", 0)]
        if setup.mode == "shared":
            workers += [Worker("rollout", index) for index in range(layout.plan.workers)]
        self._workers = {worker.name: worker for worker in workers}

    def start(self, audience: FleetListener, adopt: Adopt | None = None) -> None:
        """Begin with the show; `adopt` takes over the one whose script already loads."""
        self._audience = audience
        self._spawner.after(LOOK_EVERY_S, self._look)
        self._begin(self._workers[SHOW], adopt)

    def replace(
        self, hosted: HostObjects, setup: Setup, layout: Layout, memory: Memory, roles: Collection[str] = messages.ROLES
    ) -> None:
        """Let the workers of `roles` go over to another program, and all of them to another memory if it is another.

        Training goes on where it was on. Raises ValueError when the new plan wants another number of workers.
        """
        old, new = self._layout.plan.workers, layout.plan.workers
        if new != old:
            raise ValueError(f"there are {old} rollout workers and the new plan wants {new}: open the page anew")
        self._run_flag.set(False)
        self._hosted, self._setup, self._layout, self._memory = hosted, setup, layout, memory
        self._run_flag = RunFlag(memory, layout)
        self._run_flag.set(self._training is not None)
        for worker in self._workers.values():
            if worker.role in roles and worker.state != "waiting":
                self._tell_anew(worker)

    def _tell_anew(self, worker: Worker) -> None:
        worker.replaced = True
        if worker.handle is None:  # what ended it may be gone with the old program
            worker.restarts = Restarts()
            self._begin(worker)
            return
        worker.changing = True
        self._set_state(worker, "starting", "")
        self._release(worker)
        self._send_init(worker, worker.handle, None)

    @property
    def hosted(self) -> HostObjects:
        """What the workers play by."""
        return self._hosted

    def states(self) -> dict[str, str]:
        """Return every worker's state by name."""
        return {name: worker.state for name, worker in self._workers.items()}

    def send(self, role: str, message: messages.Message) -> None:
        """Send `message` to all workers of `role`; what a restarted worker must know again is remembered."""
        if isinstance(message, messages.StartTraining):
            self._training = message
            self._run_flag.set(True)
        elif isinstance(message, messages.StopTraining):
            self._training = None
            self._run_flag.set(False)
        elif role == "show" and isinstance(message, SHOW_SETTINGS):
            self._show_settings[message.TYPE] = message
        for worker in self._workers.values():
            if worker.role == role and worker.handle is not None:
                worker.handle.post(codec.encode(message))

    def receive(self, name: str, data: object) -> None:
        """Take one message from worker `name`."""
        worker = self._workers[name]
        worker.heard += 1
        try:
            message = codec.decode(data, "page")
        except codec.ProtocolError as wrong:
            message = messages.Error(worker.role, worker.index, f"{name} sent a message that is no message: {wrong}")
        if isinstance(message, messages.Mirrored):
            if worker.changing:
                return
            self._hosted.mirrored.update(message.spans)
            self.send("show", message)
            return
        if isinstance(message, messages.PlayedDecisions):
            self.send("trainer", message)
            return
        if isinstance(message, messages.Loading):
            self._steps += 1
            return
        if isinstance(message, messages.Ready):
            self._steps += 1
            worker.unanswered -= 1
            if worker.unanswered > 0:
                return
            self._on_ready(worker)
        elif isinstance(message, messages.Metrics) and worker.changing:
            return
        elif isinstance(message, messages.Error) and message.final:
            self._stop(worker)  # starting it again would end the same way
            self._set_state(worker, "dead", message.message)
        elif isinstance(message, messages.Error) and message.fatal:
            self._on_end(worker, worker.generation, message.message)
        self._tell(worker, message)

    def _tell(self, worker: Worker, message: messages.Message) -> None:
        if self._audience is not None:
            self._audience.on_message(worker.role, worker.index, message)

    def _begin(self, worker: Worker, adopt: Adopt | None = None) -> None:
        self._set_state(worker, "starting", "")
        name, generation = worker.name, worker.generation
        packages = self._setup.packages.get(worker.role, ())
        make = adopt or partial(self._spawner.spawn, worker.role, name, packages)
        worker.handle = make(
            lambda data: self.receive(name, data) if worker.generation == generation else None,
            lambda why: self._on_end(worker, generation, why),
        )
        worker.unanswered, worker.changing = 0, False
        self._send_init(worker, worker.handle, self._spawner.canvas() if worker.role == "show" else None)

    def _send_init(self, worker: Worker, handle: Handle, canvas: object) -> None:
        worker.inits += 1
        worker.unanswered += 1
        number = worker.inits
        options = replace(self._setup.options, lock=self._lock(worker))
        init = messages.Init(
            worker.role, worker.index, worker.generation, self._setup.seed, self._layout.to_dict(),
            self._hosted.program, self._hosted.module, self._hosted.memory, canvas, options,
            self._hosted.mirrored,
        )  # fmt: skip
        handle.post(codec.encode(init), canvas)
        self._watch_boot(worker, number, self._boot_limit_s * worker.restarts.patience)

    def _lock(self, worker: Worker) -> str:
        return f"drillsergeant:{self._run}:{worker.name}:{worker.generation}"

    def _on_ready(self, worker: Worker) -> None:
        worker.changing = False
        worker.restarts.ready()
        self._set_state(worker, "ready", "")
        generation = worker.generation
        if worker.watched != generation:
            worker.watched = generation
            self._spawner.when_freed(self._lock(worker), lambda: self._on_end(worker, generation, "it died"))
        if worker.role == "show":
            for other in self._workers.values():
                if other.state == "waiting":
                    self._begin(other)
            self._repeat(worker, *self._show_settings.values())
        elif worker.role == "trainer" and self._training is not None:
            self._repeat(worker, self._training)

    def _repeat(self, worker: Worker, *told: messages.Message) -> None:
        if (worker.generation or worker.replaced) and worker.handle is not None:
            for message in told:
                worker.handle.post(codec.encode(message))

    def _watch_boot(self, worker: Worker, init: int, limit_s: float) -> None:
        steps = self._steps
        self._spawner.after(limit_s, lambda: self._boot_overdue(worker, init, limit_s, steps))

    def _boot_overdue(self, worker: Worker, init: int, limit_s: float, steps: int) -> None:
        if worker.inits != init or worker.state != "starting":
            return
        if self._steps > steps:  # a slow line, or a slow machine, on which others come first
            self._watch_boot(worker, init, limit_s)
        else:
            why = f"{worker.name} did not start: nothing came for {limit_s:.0f} s. A file may be missing"
            worker.restarts.overdue()
            self._tell(worker, messages.Error(worker.role, worker.index, f"{why}; it is started again"))
            self._on_end(worker, worker.generation, why)

    def _on_end(self, worker: Worker, generation: int, why: str) -> None:
        """A worker is gone, or as good as gone: free what it held and start another in its place."""
        if generation != worker.generation:
            return
        self._stop(worker)
        pause_s, generation = worker.restarts.pause_s(self._spawner.now_s()), worker.generation
        self._set_state(worker, "restarting", why)
        if pause_s:
            self._tell_of_pauses(worker, why)
            self._spawner.after(pause_s, lambda: self._begin_again(worker, generation))
        else:
            self._begin(worker)

    def _begin_again(self, worker: Worker, generation: int) -> None:
        if worker.generation == generation and worker.handle is None:
            self._begin(worker)

    def _tell_of_pauses(self, worker: Worker, why: str) -> None:
        if worker.restarts.told:
            return
        worker.restarts.told = True
        text = (
            f"{worker.name} ended {AT_ONCE + 1} times in a short time (last: {why}); "
            f"it is started again every {RECOVERY_S:.0f} s from now on"
        )
        self._tell(worker, messages.Error(worker.role, worker.index, text))

    def _stop(self, worker: Worker) -> None:
        worker.generation += 1
        if worker.handle is not None:
            worker.handle.terminate()
            worker.handle = None
        self._release(worker)

    def _release(self, worker: Worker) -> None:
        """Free what a worker holds in shared memory, and make what it was about to write worthless."""
        if worker.name in self._layout.plan.readers:
            clear_pin(self._memory, self._layout, worker.name)
        if worker.role == "rollout":
            raise_epoch(self._memory, self._layout, worker.index)

    def _look(self) -> None:
        """Feel every worker's pulse; end those that are stuck."""
        self._spawner.after(LOOK_EVERY_S, self._look)
        ready = [worker for worker in self._workers.values() if worker.state == "ready"]
        if self._setup.mode == "solo":  # nobody's memory is seen from here; the trainer reports twice a second
            beats = {worker.name: worker.heard for worker in ready if worker.role == "trainer"}
        else:
            beats = {worker.name: self._heartbeat(worker) for worker in ready}
        for name in self._pulses.look(self._spawner.now_s(), beats):
            worker = self._workers[name]
            self._on_end(worker, worker.generation, f"it was stuck for {STUCK_S:.0f} s")

    def _heartbeat(self, worker: Worker) -> int:
        return int(read_telemetry(self._memory, self._layout, worker.name)[Counter.HEARTBEAT])

    def _set_state(self, worker: Worker, state: str, why: str) -> None:
        worker.state = state
        if self._audience is not None:
            self._audience.on_fleet(worker.name, state, why)

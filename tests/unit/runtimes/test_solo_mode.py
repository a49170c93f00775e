"""Solo mode: one worker plays and learns in turns, and who has no part of its memory still sees what it does."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from drillsergeant.drills import make
from drillsergeant.kernels.wasm.assembler import AssemblyError
from drillsergeant.kernels.wasm.module import for_unshared_memory
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.compile.edited_drill import build_edited, checked_drill
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.lockstep import Recipe, run
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import SHOW, Layout, initialise
from drillsergeant.memory.mirror import Mirror, apply
from drillsergeant.memory.snapshots import SnapshotReader, SnapshotWriter
from drillsergeant.memory.weights import WeightsWriter
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.init_options import InitOptions
from drillsergeant.runtimes.show.factory import Factory
from drillsergeant.runtimes.supervisor.setup import choose_setup
from drillsergeant.runtimes.worker_runtime import WorkerRuntime

from tests.fakes.host import PlainHost
from tests.fakes.storage import FakeStorage, TabLocks, Tabs
from tests.rigs.memory.weights_copies import CopyingReader

SHARED = build_program(make("ball"), shared=True, hidden=(16, 16))
PROGRAM = replace(SHARED, binary=for_unshared_memory(SHARED.binary), shared=False)
RECIPE = Recipe("ball", workers=1, matches=16, horizon=8, seed=3, updates=6, hyper=Hyper(minibatch_size=64))
LAYOUT = Layout(plan_for(PROGRAM, RECIPE.workers, RECIPE.matches, RECIPE.horizon))


class Place(PlainHost):
    """The worker's surroundings, with files and locks."""

    memory: NativeMemory

    def __init__(self, layout: Layout = LAYOUT) -> None:
        super().__init__(NativeMemory(layout.total_bytes))

    def storage(self, folder: str) -> FakeStorage:
        return FakeStorage()

    def run_locks(self) -> TabLocks:
        return Tabs().of(self)

    def of_type(self, name: str) -> list[dict[str, object]]:
        return [message for message in self.posted if message["type"] == name]

    def metrics(self) -> dict[str, object]:
        values = self.of_type("METRICS")[-1]["values"]
        assert isinstance(values, dict)
        return values


def worker(
    place: Place,
    contents: dict[str, object] | None = None,
    program: Program = PROGRAM,
    layout: Layout = LAYOUT,
    learner: str = "wasm",
) -> WorkerRuntime:
    """The trainer's worker as the page starts it in solo mode."""
    options = InitOptions(mode="solo", learner=learner, hyper=RECIPE.hyper, lockstep=RECIPE.updates)
    init = messages.Init(
        "trainer", 0, 0, RECIPE.seed, layout.to_dict(), program.to_json(), None, layout.pages, None, options,
        contents or {},
    )  # fmt: skip
    return WorkerRuntime(place, init, place.memory.link(program.binary), None)


async def trained(place: Place, runtime: WorkerRuntime) -> None:
    """Let it train until lockstep stops it, then until everything is told."""
    runtime.handle(messages.StartTraining())
    loop = asyncio.ensure_future(runtime.run())
    while "weights_sha256" not in place.metrics():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    loop.cancel()


def spans(place: Place) -> dict[str, object]:
    """Everything mirrored, as the page keeps it."""
    kept: dict[str, object] = {}
    for message in place.of_type("MIRRORED"):
        news = message["spans"]
        assert isinstance(news, dict)
        kept |= news
    return kept


def parameters(memory: Memory) -> bytes:
    """The newest weights, as the show reads them."""
    copy = bytearray(LAYOUT.plan.parameter_count * 4)
    assert CopyingReader(memory, LAYOUT, SHOW, PROGRAM.network.shape_hash).read(copy) is not None
    return bytes(copy)


def test_one_worker_comes_to_the_weights_of_two_and_the_show_gets_them() -> None:
    alone = NativeMemory(LAYOUT.total_bytes)
    wanted = run(KernelEngine(PROGRAM, alone.link(PROGRAM.binary), LAYOUT, alone), LAYOUT, alone, RECIPE)
    place = Place()
    runtime = worker(place)
    asyncio.run(trained(place, runtime))
    assert place.metrics()["weights_sha256"] == wanted
    assert place.metrics()["updates"] == RECIPE.updates

    show = NativeMemory(LAYOUT.total_bytes)
    initialise(show, LAYOUT)
    apply(show, spans(place))
    assert parameters(show) == parameters(place.memory)
    seen, real = (Factory(PROGRAM, LAYOUT, memory, lambda: 1.0).look() for memory in (show, place.memory))
    assert seen == real and len({match["ball_x"] for match in seen}) > 1

    again = Place()
    second = worker(again, spans(place))
    assert parameters(again.memory) == parameters(place.memory), "a trainer started anew goes on with these weights"
    second.handle(messages.StopTraining())
    assert again.metrics()["version"] == RECIPE.updates + 1


def test_the_reference_learns_an_edited_drill_whose_players_see_more() -> None:
    more = source_of("chase").replace('state["chaser_vx"] * 0.3,', 'state["chaser_vx"] * 0.3, state["caught"],')
    program = build_edited(checked_drill("chase", more), shared=False)
    assert len(program.drill.observation) == len(make("chase").observation) + 1
    layout = Layout(plan_for(program, RECIPE.workers, RECIPE.matches, RECIPE.horizon))
    told: dict[str, dict[str, object]] = {}
    for learner in ("numpy", "wasm"):
        place = Place(layout)
        asyncio.run(trained(place, worker(place, None, program, layout, learner)))
        told[learner] = place.metrics()
    assert told["numpy"]["updates"] == RECIPE.updates
    assert told["numpy"]["entropy"] == pytest.approx(told["wasm"]["entropy"], abs=1e-4)


def test_only_what_changed_travels() -> None:
    place = Place()
    worker(place)
    mirror = Mirror(place.memory, LAYOUT, [(LAYOUT["rollout.0.scratch"].offset, 64)])
    assert str(LAYOUT["weights.control"].offset) in mirror.news(), "the weights in force when it begins"
    assert mirror.news() == {}
    weights = WeightsWriter(place.memory, LAYOUT, 0)
    filled = str(weights.reserve())
    weights.commit(1)
    assert {filled, str(LAYOUT["weights.control"].offset)} < set(mirror.news())
    assert mirror.news() == {}
    policy = bytes(range(256)) * (LAYOUT.plan.parameter_count * 4 // 256 + 1)
    SnapshotWriter(place.memory, LAYOUT).put(5, 77, policy[: LAYOUT.plan.parameter_count * 4])
    news = mirror.news()
    slot = LAYOUT["library.parameters"].offset + 5 * LAYOUT.plan.parameter_count * 4
    assert set(news) == {str(slot), str(LAYOUT["library.ids"].offset)}
    show = NativeMemory(LAYOUT.total_bytes)
    apply(show, news)
    assert SnapshotReader(show, LAYOUT).ids()[5] == 77
    SnapshotWriter(place.memory, LAYOUT).drop(5)
    assert set(mirror.news()) == {str(LAYOUT["library.ids"].offset)}


def test_nonsense_in_a_mirrored_message_is_refused() -> None:
    for nonsense in ({"-4": b"1234"}, {"x": b"1234"}, {"64": "text"}):
        with pytest.raises(ValueError, match="needs an offset"):
            apply(NativeMemory(65536), nonsense)


def test_the_patched_module_is_the_one_compiled_for_unshared_memory() -> None:
    assert PROGRAM.binary == build_program(make("ball"), shared=False, hidden=(16, 16)).binary
    for wrong in (PROGRAM.binary, b"\0asm"):
        with pytest.raises(AssemblyError, match="shared"):
            for_unshared_memory(wrong)


def test_solo_mode_has_one_worker_whatever_the_link_says() -> None:
    setup = choose_setup(PROGRAM, 16, {"workers": "9", "mode": "shared"}, "solo")
    assert (setup.plan.workers, setup.mode, setup.options.mode) == (1, "solo", "solo")
    assert choose_setup(PROGRAM, 16, {}).plan.workers == 14
    with pytest.raises(ValueError, match=r"mode must be one of .*, not 'fast'"):
        choose_setup(PROGRAM, 16, {"mode": "fast"})

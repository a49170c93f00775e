"""The factory: what is looked at is what the workers play, and neither torn nor missing state stops the looking."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.engine import worker_seed
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.rollout import KernelCollector
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.layout import Layout, rollout
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.runtimes.show.factory import Factory, spread

SEED = 9
PROGRAM = build_program(make("ball"), shared=False, hidden=(16, 16))


class Plant:
    """Rollout workers over one memory, and somebody who looks at them by a clock of his own."""

    def __init__(self, workers: int, matches: int) -> None:
        self.layout = Layout(plan_for(PROGRAM, workers, matches, horizon=4))
        self.memory = NativeMemory(self.layout.total_bytes)
        self.time_s = 10.0
        self.engine = KernelEngine(PROGRAM, self.memory.link(PROGRAM.binary), self.layout, self.memory)
        self.factory = Factory(PROGRAM, self.layout, self.memory, lambda: self.time_s)

    def start(self, worker: int) -> KernelCollector:
        return self.engine.collector(worker, SEED)

    def look(self, later_s: float, still_s: float = 0.0) -> list[dict[str, float]]:
        self.time_s += later_s
        return [dict(match) for match in self.factory.look(still_s)]


@pytest.mark.parametrize(("shown", "workers", "counts"), [(64, 1, [64]), (64, 3, [22, 21, 21]), (3, 4, [1, 1, 1, 0])])
def test_matches_are_spread_evenly_over_the_workers(shown: int, workers: int, counts: list[int]) -> None:
    assert spread(shown, workers) == counts


def test_every_match_looked_at_stands_where_the_reference_starts_it() -> None:
    plant = Plant(workers=3, matches=40)
    assert (plant.factory.total, plant.factory.shown) == (120, 64)
    for worker in range(3):
        plant.start(worker)
    seen = iter(plant.look(0.0))
    for worker, count in enumerate((22, 21, 21)):
        reference = MatchBatch(make("ball"), 40, worker_seed(SEED, worker)).state
        for match in range(count):
            there = next(seen)
            assert {name: float(reference[name][match]) for name in there} == there
    assert next(seen, None) is None


def test_a_small_plan_shows_all_its_matches_and_workers_that_have_not_begun_show_zeros() -> None:
    plant = Plant(workers=2, matches=4)
    plant.start(0)
    seen = plant.look(0.0)
    assert plant.factory.shown == len(seen) == 8
    assert all(math.hypot(match["player0_hx"], match["player0_hy"]) > 0.9 for match in seen[:4])
    assert all(value == 0.0 for match in seen[4:] for value in match.values())


def test_bodies_glide_to_where_they_are_by_now_and_jump_to_a_new_kick_off() -> None:
    plant = Plant(workers=1, matches=4)
    plant.start(0)
    plant.look(0.0)
    window = plant.factory._windows[0]
    rows = {name: row * window.step for row, name in enumerate(PROGRAM.drill.fields)}
    state = plant.memory.array(window.offset, (len(rows) * window.step,), np.dtype(np.float32))
    state[rows["ball_x"]] = 5.0
    started = plant.look(0.0)[0]["ball_x"]
    assert abs(started) <= 0.5
    assert started < plant.look(0.016)[0]["ball_x"] < plant.look(0.016)[0]["ball_x"] < 5.0
    assert plant.look(1.0)[0]["ball_x"] == pytest.approx(5.0, abs=1e-3)
    state[rows["ball_x"]] = -4.0
    state.view(np.uint32)[rows["episode"]] += 1
    assert plant.look(0.001)[0]["ball_x"] == -4.0


def test_a_still_stands_for_its_time_and_the_next_is_where_bodies_are_by_then() -> None:
    plant = Plant(workers=1, matches=4)
    plant.start(0)
    first = plant.look(0.0, 2.0)
    window = plant.factory._windows[0]
    row = list(PROGRAM.drill.fields).index("ball_x") * window.step
    plant.memory.array(window.offset, (row + window.step,), np.dtype(np.float32))[row] = 5.0
    assert plant.look(1.0, 2.0) == plant.look(0.9, 2.0) == first
    assert plant.look(0.2, 2.0)[0]["ball_x"] == pytest.approx(5.0, abs=1e-3)


def test_an_angle_glides_the_short_way_round() -> None:
    program = build_program(make("acrobot"), shared=False, hidden=(8, 8))
    layout = Layout(plan_for(program, 1, 4, horizon=4))
    memory, time_s = NativeMemory(layout.total_bytes), [10.0]
    factory = Factory(program, layout, memory, lambda: time_s[0])
    window = factory._windows[0]
    row = list(program.drill.fields).index("theta1") * window.step
    state = memory.array(window.offset, (row + window.step,), np.dtype(np.float32))
    state[row] = 3.0
    assert set(factory.look()[0]) == {"theta1", "theta2"}, "all that the picture follows"
    assert factory.look()[0]["theta1"] == 3.0
    state[row] = -3.0
    time_s[0] += 0.02
    assert 3.0 < factory.look()[0]["theta1"] < 2 * math.pi - 3.0
    time_s[0] += 2.0
    assert math.cos(factory.look()[0]["theta1"] + 3.0) == pytest.approx(1.0)


def test_torn_state_is_left_out_number_by_number() -> None:
    plant = Plant(workers=1, matches=16)
    plant.start(0)
    before = plant.look(0.0)
    window = plant.factory._windows[0]
    words = plant.memory.array(window.offset, (window.step * len(PROGRAM.drill.fields),), np.dtype(np.uint32))
    words[:] = np.random.default_rng(1).integers(0, 2**32, len(words), dtype=np.uint64).astype(np.uint32)
    words[window.step * 3 : window.step * 3 + 16] = 0x7FC00000  # NaN in the first field behind the common ones
    after = plant.look(1.0)
    assert all(math.isfinite(value) and abs(value) < 1000 for match in after for value in match.values())
    assert [match["ball_x"] for match in after] == [match["ball_x"] for match in before]


def test_the_speed_is_match_seconds_per_second() -> None:
    plant = Plant(workers=2, matches=32)
    assert plant.factory.facts()["factory_speed"] == 0.0
    for worker in range(2):
        TelemetryWriter(plant.memory, plant.layout, rollout(worker)).count(Counter.DECISIONS, 2 * 32 * 15 * 6)
    plant.time_s += 2.0
    facts = plant.factory.facts()  # both players of every match decided 15 times a match second, for 6 of them, in 2 s
    assert facts == {"factory_matches": 64, "factory_shown": 64, "factory_speed": pytest.approx(3.0)}

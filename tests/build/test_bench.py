"""The benchmark times what it says, compares like with like, and what it measures really is the product's work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from drillsergeant.bench import play
from drillsergeant.bench.ground import SEED, Ground
from drillsergeant.bench.native import NativeBenchPlace
from drillsergeant.bench.stand import Stand
from drillsergeant.bench.timing import Contestant, Parts, Race, seconds_a_call
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory

from build.console import BuildError
from build.measure.kernels import bench
from build.measure.kernels.bench_report import BenchFinding, number, printed, spread, tables

CHUNK = ("obs", "action", "logp")


class FakeClock:
    """Time passes only when work is done."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def work(self, seconds: float) -> Callable[[], None]:
        def call(*_: float) -> None:
            self.now_s += seconds

        return call


@pytest.fixture(scope="module")
def place() -> Iterator[NativeBenchPlace]:
    yield NativeBenchPlace()


@pytest.mark.parametrize(("call_s", "least_s"), [(0.25, 1.0), (0.001, 1.0), (5.0, 1.0), (0.25, 0.0)])
def test_the_time_of_a_call_is_the_mean_of_enough_calls(call_s: float, least_s: float) -> None:
    clock = FakeClock()
    assert seconds_a_call(clock.work(call_s), least_s, clock) == pytest.approx(call_s)
    assert max(least_s, call_s) <= clock.now_s <= 2 * max(least_s, call_s)


def test_a_race_gives_work_a_second_or_the_time_of_a_call_and_prepares_untimed() -> None:
    clock = FakeClock()
    contestants = [
        Contestant("fast", clock.work(0.01), work=5.0, before=clock.work(100.0)),
        Contestant("slow", clock.work(0.04), work=5.0),
    ]
    assert Race("things/s", contestants, clock=clock).round(1.0) == pytest.approx({"fast": 500.0, "slow": 125.0})
    times = Race("ms", contestants, scale_s=1e-3, clock=clock).round(1.0)
    assert times == pytest.approx({"fast": 10.0, "slow": 40.0})


def test_parts_leave_out_what_the_bare_call_costs_and_start_again() -> None:
    clock = FakeClock()
    parts = Parts(clock)
    call = parts.timed("tick", clock.work(0.5), idle=clock.work(0.125))
    call()
    call()
    assert parts.taken() == {"tick": 0.75}
    assert parts.taken() == {"tick": 0.0}


def finding(unit: str) -> BenchFinding:
    found = BenchFinding("rollout", unit)
    for factor in (1.0, 2.0, 3.0):
        found.add("Chromium", {"kernels": 100.0 * factor, "numpy": 10.0 * factor})
        found.add("native", {"kernels": 50.0, "numpy": 20.0})
    return found


def test_ratios_compare_within_a_round_and_know_which_way_is_better() -> None:
    assert finding("decisions/s").ratios(("Chromium", "numpy")) == pytest.approx([10.0] * 3)
    assert finding("decisions/s").ratios(("native", "numpy")) == pytest.approx([5.0, 10.0, 15.0])
    assert finding("ms").ratios(("Chromium", "numpy")) == pytest.approx([0.1] * 3)


def test_the_table_has_a_row_for_each_with_median_and_range() -> None:
    text = printed(tables([finding("decisions/s")])[0])
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.strip().splitlines()]
    assert rows[2] == ["rollout, decisions/s", "kernels, Chromium", "200 (100..300)", ""]
    assert rows[5] == ["", "NumPy, native", "20.0 (20.0..20.0)", "10.0 (5.00..15.0)"]
    assert len({len(line) for line in text.strip().splitlines()}) == 1
    assert spread([3.0, 1.0, 2.0]) == {"median": 2.0, "min": 1.0, "max": 3.0}
    assert [number(value) for value in (0.5, 9.994, 1234.0, 22e6)] == ["0.50", "9.99", "1.23k", "22.0M"]


def test_a_profile_is_a_table_of_shares_with_parts_of_parts_at_the_end() -> None:
    found = BenchFinding("profile: update", "ms")
    found.add("native", {"small": 1.0, "large": 3.0, "whole": 4.0, "of it inner": 2.0})
    rows = tables([found])[0]
    assert [row[0] for row in rows] == ["profile: update, ms", "large", "small", "whole", "of it inner"]
    assert [row[2] for row in rows[1:]] == ["75 %", "25 %", "100 %", "50 %"]


def test_only_picks_by_a_part_of_the_name_and_refuses_what_does_not_exist() -> None:
    names = ["rollout", "learner", "dense 64x64 forward"]
    assert bench.chosen(names, []) == names
    assert bench.chosen(names, ["dense", "learn"]) == names[1:]
    with pytest.raises(BuildError, match="nothing is called rolout; there are: rollout, learner"):
        bench.chosen(names, ["rolout"])


def test_the_profiled_calls_play_what_the_collector_plays(place: NativeBenchPlace) -> None:
    profile: Any = play.RolloutProfile(place)
    for decision in profile._decisions:
        for call in decision:
            call()
    ground = Ground(place)
    ground.engine(ground.kernels).collector(0, SEED).collect(ground.weights_offset, ground.chunk_offset)
    for name in CHUNK:
        assert _bits(profile._ground, name) == _bits(ground, name), f"{name} differs"


def _bits(ground: Ground, name: str) -> bytes:
    region = ground.layout.chunk_field(name, ground.chunk_offset)
    assert isinstance(ground.memory, NativeMemory)
    return ground.memory.array(region.offset, region.shape, np.dtype(np.uint32)).tobytes()


@pytest.mark.parametrize(
    "name", ["physics", "dense 64x64 to_weights", "compile: trace and emit physics", "call: load one cell"]
)
def test_every_contestant_gets_a_positive_number(place: NativeBenchPlace, name: str) -> None:
    stand = Stand(place)
    assert stand.unit(name)
    assert all(value > 0 for value in stand.round(name, 0.01).values())
    stand.drop(name)


def test_an_update_splits_into_the_functions_it_calls(place: NativeBenchPlace) -> None:
    parts = Stand(place).round("profile: learner update", 0.01)
    inner = [name for name in parts if name.startswith("of it")]
    assert {"gradient", "adam", "advantages", "Python"} < parts.keys()
    assert sum(value for name, value in parts.items() if name not in {*inner, "whole"}) == pytest.approx(parts["whole"])
    assert sum(parts[name] for name in inner) == pytest.approx(parts["gradient"])

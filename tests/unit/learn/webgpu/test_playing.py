"""Whether a device plays, and how many matches: timed next to the other ways, with more where there is room."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.webgpu import playing
from drillsergeant.learn.webgpu.learner import DeviceFailure, GpuDevice
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.learn.webgpu.player import GpuPlayer
from drillsergeant.learn.webgpu.playing import (
    ROOM_S,
    SURELY_FASTER_S,
    TRIAL_UPDATES,
    TRIALS_LOST,
    Pace,
    Playing,
    played_plans,
)
from drillsergeant.tasks import Tasks

from tests.rigs.engines import pair

FEW, MANY, HORIZON, WORKERS = 64, 128, 3, 2
FAST_S = ROOM_S / (FEW * HORIZON) / 2  # a decision: an update takes half of what leaves room
SLOW_S = 4 * FAST_S


class Device:
    """Does nothing until it is closed."""

    def __init__(self, software: bool) -> None:
        self.software, self.closed = software, False

    def close(self) -> None:
        self.closed = True


class Table:
    """Play of FEW matches that may go on to MANY, and the devices it was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.devices: list[Device] = []
        self.now_s = 1.0
        self.warm_s = 1.0  # that an update takes while a device is warmed
        monkeypatch.setattr("time.perf_counter", lambda: self.now_s)

        async def warm(player: GpuPlayer, hyper: Hyper, seed: int) -> float:
            return self.warm_s

        monkeypatch.setattr(GpuPlayer, "warm", warm)
        self.refused = False
        both = pair("chase", 5, HORIZON, WORKERS)
        self.plans = played_plans(both.program, both.layout.plan, 0)
        self.playing = Playing(self.plans, self.open, Tasks(), both.layout.plan, must=False)

    async def open(self, plan: GpuPlan, software: bool) -> GpuDevice:
        if self.refused:
            raise DeviceFailure("none is left", lost=True)
        self.devices.append(Device(software))
        return cast(GpuDevice, self.devices[-1])

    def update(self, seconds: float, others_s: float) -> None:
        """An update that took so long a decision."""
        player = self.playing.next_player()
        self.now_s += seconds * self.decisions
        self.playing.updated(player, others_s)

    async def play(self, seconds: float, others_s: float, updates: int = TRIAL_UPDATES + 2) -> None:
        """So many updates while something plays, and whatever they began is done before the last one."""
        for number in range(updates):
            if number == updates - 1:
                for _ in range(4):
                    await asyncio.sleep(0)
            if self.playing.player is not None:
                self.update(seconds, others_s)

    @property
    def decisions(self) -> int:
        return self.playing.player.decisions if self.playing.player is not None else 0


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setattr(playing, "DECISIONS", (FEW * HORIZON, MANY * HORIZON - 1))
    return Table(monkeypatch)


def test_there_is_a_plan_for_the_matches_asked_for_or_one_for_few_and_one_for_many(table: Table) -> None:
    both = pair("chase", 5, HORIZON, WORKERS)
    asked = played_plans(both.program, both.layout.plan, 32)
    assert [plan.plan.matches for plan in asked] == [32]
    assert [(plan.plan.matches, plan.plan.horizon) for plan in table.plans] == [(FEW, HORIZON), (MANY, HORIZON)]


def test_play_that_is_slower_than_workers_is_given_up_until_everything_is_timed_anew(table: Table) -> None:
    async def run() -> None:
        await table.playing.open(Hyper(), 1)
        for _ in range(TRIALS_LOST - 1):
            await table.play(SLOW_S, FAST_S)
        assert table.decisions == FEW * HORIZON
        await table.play(SLOW_S, FAST_S)
        assert table.playing.given_up and table.decisions == 0 and table.devices[0].closed
        await table.playing.open(Hyper(), 1)
        assert not table.playing.given_up and table.decisions == FEW * HORIZON

    asyncio.run(run())


def test_one_slow_trial_is_none_where_the_next_is_faster(table: Table) -> None:
    async def run() -> None:
        await table.playing.open(Hyper(), 1)
        for _ in range(TRIALS_LOST):
            await table.play(SLOW_S, FAST_S)
            await table.play(SLOW_S, 2.0 * SLOW_S)
        assert table.decisions == FEW * HORIZON

    asyncio.run(run())


def test_a_rest_between_two_updates_is_no_slow_update(table: Table) -> None:
    async def run() -> None:
        await table.playing.open(Hyper(), 1)
        await table.play(FAST_S, SLOW_S, TRIAL_UPDATES - 2)
        table.playing.pace = Pace()
        table.now_s += 60.0
        await table.play(FAST_S, SLOW_S)
        assert table.decisions and not table.playing.given_up

    asyncio.run(run())


@pytest.mark.parametrize(("seconds", "matches"), [(FAST_S, MANY), (SLOW_S, FEW)])
def test_more_matches_are_played_where_there_is_room(table: Table, seconds: float, matches: int) -> None:
    async def run() -> None:
        await table.playing.open(Hyper(), 1)
        await table.play(seconds, 1.0)
        assert table.decisions == matches * HORIZON
        assert [device.closed for device in table.devices] == [*[True] * (matches == MANY), False]
        await table.play(seconds, 1.0, 3 * TRIAL_UPDATES)
        assert table.decisions == matches * HORIZON, "there is no plan of more"

    asyncio.run(run())


def test_the_matches_there_are_go_on_where_a_device_for_more_is_refused(table: Table) -> None:
    async def run() -> None:
        await table.playing.open(Hyper(), 1)
        table.refused = True
        await table.play(FAST_S, 1.0, 3 * TRIAL_UPDATES)
        assert table.decisions == FEW * HORIZON and not table.devices[0].closed

    asyncio.run(run())


def test_a_device_that_comes_after_the_first_was_lost_is_given_back(table: Table) -> None:
    async def run() -> None:
        await table.playing.open(Hyper(), 1)
        for _ in range(TRIAL_UPDATES + 1):
            table.update(FAST_S, 1.0)
        table.playing.close()
        for _ in range(4):
            await asyncio.sleep(0)
        assert table.decisions == 0 and [device.closed for device in table.devices] == [True, True]

    asyncio.run(run())


@pytest.mark.parametrize(("seconds", "matches"), [(ROOM_S / 2, MANY), (ROOM_S * 2, FEW)])
def test_room_for_more_matches_is_found_before_there_is_anything_to_learn(
    table: Table, seconds: float, matches: int
) -> None:
    async def run() -> None:
        table.warm_s = seconds
        await table.playing.open(Hyper(), 1)
        assert len(table.devices) == 1 + (matches == MANY)
        table.playing.next_player()
        assert table.decisions == matches * HORIZON
        assert [device.closed for device in table.devices] == [*[True] * (matches == MANY), False]

    asyncio.run(run())


def test_a_device_that_is_much_faster_than_workers_ever_were_need_not_be_timed_beside_them(table: Table) -> None:
    async def run() -> None:
        for seconds, surely in ((0.5 * SURELY_FASTER_S, True), (4.0 * SURELY_FASTER_S, False)):
            table.warm_s = seconds * FEW * HORIZON
            table.playing.close()
            await table.playing.open(Hyper(), 1)
            assert table.playing.surely_faster is surely

    asyncio.run(run())


@pytest.mark.parametrize("must", [False, True])
def test_what_must_play_plays_on_whatever_is_faster_and_on_a_program_on_the_cpu(table: Table, must: bool) -> None:
    async def run() -> None:
        table.playing.must = must
        await table.playing.open(Hyper(), 1)
        assert table.devices[0].software is must
        for _ in range(TRIALS_LOST):
            await table.play(SLOW_S, FAST_S)
        assert bool(table.decisions) is must

    asyncio.run(run())


def test_a_device_that_cannot_be_warmed_is_given_back(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(player: GpuPlayer, hyper: Hyper, seed: int) -> None:
        raise DeviceFailure("it gave nothing back", lost=True)

    async def run() -> None:
        monkeypatch.setattr(GpuPlayer, "warm", fails)
        await table.playing.open(Hyper(), 1)
        assert table.playing.given_up and table.devices[0].closed

    asyncio.run(run())


def test_where_no_device_is_to_be_had_others_play(table: Table) -> None:
    async def run() -> None:
        table.refused = True
        await table.playing.open(Hyper(), 1)
        assert table.playing.given_up and table.playing.player is None

    asyncio.run(run())


def test_a_fast_device_works_from_when_training_is_expected_until_it_is_needed(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    idled, rested = [], []

    async def idle(player: GpuPlayer, hyper: Hyper, seed: int) -> float:
        idled.append(player)
        await asyncio.sleep(0)
        return 0.0

    async def rest(player: GpuPlayer) -> None:
        rested.append(player)

    monkeypatch.setattr(GpuPlayer, "idle", idle)
    monkeypatch.setattr(GpuPlayer, "rest", rest)
    monkeypatch.setattr(playing, "ROUSED_S", 60.0)

    async def run() -> None:
        table.playing.rouse()  # nothing is there yet
        await table.playing.open(Hyper(), 1)
        table.playing.rouse()  # as slow as this one is, it is left alone
        await table.playing.end_rousing()
        assert not idled
        table.warm_s = SURELY_FASTER_S * FEW * HORIZON / 2
        await table.playing.open(Hyper(), 1)
        table.playing.rouse()
        table.playing.rouse()
        for _ in range(8):
            await asyncio.sleep(0)
        assert len(idled) > 2 and not rested
        await asyncio.wait_for(table.playing.end_rousing(), 5.0)
        done = len(idled)
        assert rested == [table.playing.next_player()]
        await asyncio.sleep(0)
        assert len(idled) == done
        monkeypatch.setattr(playing, "ROUSED_S", 0.0)
        table.playing.rouse()
        for _ in range(4):
            await asyncio.sleep(0)
        assert len(idled) == done and len(rested) == 2, "nobody came"

    asyncio.run(run())

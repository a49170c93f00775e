"""The learner on a device that is validated: what is compared and told, what ends it, and a check that fails itself."""

from __future__ import annotations

import asyncio

import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.wasm.engine import PreparedBatch
from drillsergeant.learn.webgpu import auto_learner, watch
from drillsergeant.learn.webgpu.learner import Finding, GpuLearner

from tests.rigs.graphics.device_rig import Rig, lost, play


class Checked:
    """A check that finds what it is told."""

    def __init__(self, share: float) -> None:
        self.share, self.checks = share, 0

    async def check(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper, state: LearnerState) -> list[Finding]:
        gpu.begin(batch, hyper, state)
        self.checks += 1
        return [Finding("loss", 0.1, 0.1, 1.0), Finding("forward1", 0.0, 2.0 * self.share, 2.0)]


def test_kernels_within_their_bounds_are_told_and_learning_goes_on() -> None:
    check = Checked(0.3)
    rig = Rig(check=check)
    assert play(rig, 6) == ["wasm", *["webgpu"] * 5]
    assert check.checks == 1
    told = rig.watch.told()
    assert told["rows"] == [["loss", 0.1, 0.1, 1.0, 0.1], ["forward1", 0.0, 0.6, 2.0, 0.3]]
    assert (told["on"], told["checks"], told["trouble"]) == (True, 1, "")


def test_a_kernel_beyond_its_bound_ends_learning_on_the_device_by_name() -> None:
    rig = Rig(check=Checked(2.5))
    assert play(rig, 6) == ["wasm", "webgpu", "webgpu", "wasm", "wasm", "wasm"]
    words = "the kernel forward1 is off by 2.5 times its bound (5, at most 2 allowed)"
    assert words in rig.learner.why
    assert rig.watch.told()["trouble"] == words
    assert rig.devices[0].closed


def test_a_result_that_is_no_number_is_beyond_every_bound() -> None:
    rig = Rig(check=Checked(float("inf")))
    assert play(rig, 6)[-1] == "wasm"
    assert "the kernel forward1 is off by inf times its bound" in rig.learner.why


def test_validation_is_turned_on_and_off_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY", 2)
    rig, check = Rig(), Checked(0.3)
    rig.loads = [check]
    assert play(rig, 6)[-1] == "webgpu"
    assert (check.checks, len(rig.loads)) == (0, 1), "nothing is loaded while nobody watches"
    rig.watch.turn(True)
    assert play(rig, 5) == ["webgpu"] * 5
    assert check.checks == rig.watch.told()["checks"] == 2
    rig.watch.turn(False)
    play(rig, 4)
    assert check.checks == 2
    rig.watch.turn(True)
    play(rig, 1)
    assert check.checks == 3, "the first update after the switch is compared"


def test_what_compares_may_fail_to_load_and_be_tried_again() -> None:
    rig, check = Rig(), Checked(0.3)
    rig.loads = [RuntimeError("numpy: no connection"), check]
    rig.watch.turn(True)
    assert play(rig, 4)[-1] == "webgpu"
    told = rig.watch.told()
    assert (told["on"], told["trouble"]) == (False, "what compares could not be loaded: numpy: no connection")
    rig.watch.turn(True)
    play(rig, 3)
    assert (check.checks, rig.watch.told()["trouble"]) == (1, "")


def test_without_a_device_nothing_is_loaded_or_compared() -> None:
    rig = Rig(mode="wasm", check=Checked(0.3))
    play(rig, 4)
    assert len(rig.loads) == 1
    assert rig.watch.told()["rows"] == []


def test_a_device_lost_while_it_is_checked_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_learner, "RETRIES_S", (0.0, 0.0))
    monkeypatch.setattr(watch, "EVERY", 2)

    class Losing(Checked):
        async def check(
            self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper, state: LearnerState
        ) -> list[Finding]:
            self.checks += 1
            if self.checks == 1:
                raise lost()
            return [Finding("loss", 0.1, 0.1, 1.0)]

    rig = Rig(check=Losing(0.0))
    assert play(rig, 12)[-1] == "webgpu"
    assert rig.learner.losses == 1
    checks = rig.watch.told()["checks"]
    assert isinstance(checks, int) and checks >= 1


class Harmless(Checked):
    """A check that looks at nothing."""

    async def check(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper, state: LearnerState) -> list[Finding]:
        return [Finding("loss", 0.1, 0.1, 1.0)]


def test_of_updates_that_only_a_device_has_seen_one_in_so_many_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY", 3)
    rig = Rig(check=Harmless(0.0))
    assert not rig.watch.due, "nothing is there yet that compares"

    async def run() -> list[bool]:
        found = []
        for _ in range(6):
            rig.watch.passed()
            await asyncio.sleep(0)  # what compares is loaded beside the training
            found.append(rig.watch.due)
            if rig.watch.due:
                await rig.update()
        return found

    play(rig, 2)  # a device's second update is the first that is looked at
    assert asyncio.run(run()) == [True, False, True, False, True, False]
    rig.watch.turn(False)
    assert not rig.watch.due

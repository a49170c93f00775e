"""The learner that moves between a device and kernels: whatever the device does, every update counts exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import numpy as np
import pytest
from drillsergeant.learn.webgpu import auto_learner
from drillsergeant.learn.webgpu.learner import CONTROL, STATE_POISONED, DeviceFailure

from tests.rigs.graphics.device_rig import Rig, lost, play, void


def test_the_first_update_is_checked_and_the_rest_are_the_device_s() -> None:
    rig = Rig()
    assert play(rig, 5) == ["wasm", *["webgpu"] * 4]
    assert "a device of kernels" in rig.learner.why


def wrong_number(content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:]


def few_steps(content: bytes) -> bytes:
    return content[:8] + bytes(4) + content[12:]


def poisoned_flag(content: bytes) -> bytes:
    return content[:4] + bytes([STATE_POISONED]) + content[5:]


def poisoned_weights(content: bytes) -> bytes:
    return content[: CONTROL.size] + np.float32(np.nan).tobytes() + content[CONTROL.size + 4 :]


@pytest.mark.parametrize("fault", [wrong_number, few_steps, poisoned_flag, poisoned_weights, void()])
def test_a_void_update_is_done_again_on_kernels(fault: object) -> None:
    rig = Rig([None, None, fault])
    assert play(rig, 5) == ["wasm", "webgpu", "wasm", "webgpu", "webgpu"]
    assert (rig.learner.voids, rig.learner.losses) == (1, 0)


def test_a_device_with_three_void_updates_in_a_row_is_given_up() -> None:
    rig = Rig([None, None, void(), void(), void()])
    assert play(rig, 7) == ["wasm", "webgpu", *["wasm"] * 5]
    assert rig.devices[0].closed
    assert len(rig.devices) == 1


def test_a_device_that_is_wrong_at_once_is_never_used() -> None:
    def shifted(content: bytes) -> bytes:
        numbers = np.frombuffer(content[CONTROL.size :], np.float32) + np.float32(0.01)
        return content[: CONTROL.size] + numbers.tobytes()

    rig = Rig([shifted])
    assert play(rig, 4) == ["wasm"] * 4
    assert "an update differs by 0.01" in rig.learner.why
    assert rig.devices[0].closed


@pytest.mark.parametrize("failure", [lost(), RuntimeError("whatever a browser throws")])
def test_a_lost_device_costs_nothing_and_another_takes_over(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_learner, "RETRIES_S", (0.0, 0.0, 0.0))
    rig = Rig([None, None, failure])
    rig.refusals = []
    names = play(rig, 9)
    assert names[:3] == ["wasm", "webgpu", "wasm"]
    assert names[-1] == "webgpu"
    assert rig.learner.losses == 1
    assert rig.devices[0].closed
    assert len(rig.devices) == 2


def test_while_no_device_is_to_be_had_the_kernels_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_learner, "RETRIES_S", (0.0, 0.0, 0.0, 0.0))
    rig = Rig()
    rig.refusals = [lost(), lost(), lost()]
    names = play(rig, 20)
    assert names[0] == "wasm"
    assert names[-1] == "webgpu"


@pytest.mark.parametrize("what", ["comes", "answers"])
def test_nobody_waits_for_a_device_that_is_asked_and_says_nothing(what: str) -> None:
    rig = Rig()
    silent = getattr(rig, what)

    async def run() -> list[str]:
        silent.clear()
        names = []
        for number in range(8):
            if number == 4:
                silent.set()
            await rig.update()
            names.append(rig.learner.name)
        return names

    names = asyncio.run(asyncio.wait_for(run(), 60.0))
    assert names[:4] == ["wasm"] * 4
    assert names[6:] == ["webgpu"] * 2


def test_a_device_is_asked_for_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_learner, "RETRIES_S", (0.0, 1e-4))
    rig = Rig()
    rig.refusals = [lost() for _ in range(7)]

    async def run() -> None:
        while rig.learner.name != "webgpu":
            await rig.update()

    asyncio.run(asyncio.wait_for(run(), 60.0))
    assert rig.refusals == [] and len(rig.devices) == 1


def test_nobody_asks_again_where_there_will_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_learner, "RETRIES_S", (0.0, 0.0, 0.0, 0.0))
    rig = Rig(mode="auto")
    rig.refusals = [DeviceFailure("no WebGPU", lost=True, final=True)]
    assert play(rig, 10) == ["wasm"] * 10
    assert "no WebGPU" in rig.learner.why
    assert rig.devices == []


@pytest.mark.parametrize(("device_s", "chosen"), [(1e-9, "webgpu"), (1.0, "wasm")])
def test_the_faster_one_is_chosen(device_s: float, chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(mode="auto")
    rate = auto_learner._per_decision

    def told(began_s: float, metrics: Mapping[str, float]) -> float:
        return device_s if metrics["value_loss"] == 0.0 else rate(began_s, metrics)  # only the fake's losses are zero

    monkeypatch.setattr(auto_learner, "_per_decision", told)
    assert play(rig, 12)[-1] == chosen


def test_the_choice_can_be_changed_in_the_middle() -> None:
    rig = Rig()

    async def run() -> list[str]:
        names = []
        for mode in ("webgpu", "webgpu", "wasm", "wasm", "webgpu", "webgpu", "webgpu"):
            rig.learner.choose(mode)
            await rig.update()
            names.append(rig.learner.name)
        return names

    assert asyncio.run(run()).count("wasm") >= 2
    with pytest.raises(ValueError, match="learner 'fpga' must be one of auto, wasm, webgpu"):
        rig.learner.choose("fpga")


def test_a_reset_and_given_parameters_reach_the_device() -> None:
    rig = Rig()

    async def run() -> None:
        for action in ("", "", "reset", "", "read", "", ""):
            if action == "reset":
                rig.learner.reset(11)
                rig.alone.reset(11)
            if action == "read":
                rig.learner.write_parameters(rig.weights)
                rig.alone.write_parameters(rig.weights)
                rig.learner.read_parameters(rig.weights)
                rig.alone.read_parameters(rig.weights)
            await rig.update()

    asyncio.run(run())
    assert rig.learner.name == "webgpu"

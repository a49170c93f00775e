"""Whole learning runs on software WebGPU: probes are learned, and Chase Drill comes to the kernels' win share.

Trainer and rollout worker are those of the page, here in one thread, with only the device in a browser: test_learner.py
has it all in a page. Chase Drill, because it is learned in some ten thousand decisions, and a device that is a program
makes a few thousand a second. In lockstep both learners stop after the same number of updates, each from play of the
newest weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.shaders.shader_kernels import generated
from drillsergeant.learn.webgpu.learner import GpuDevice
from drillsergeant.learn.webgpu.plan import GpuPlan

from build.promises.records import tally
from tests.rigs.graphics.at_length import AT_LENGTH, cases
from tests.rigs.graphics.gpu_stand import Stand, StandDevice
from tests.rigs.training_run import TrainingRun

MATCHES, HORIZON, UPDATES = 64, 16, 40
DECISIONS = MATCHES * HORIZON * UPDATES
# One epoch of larger steps, on a network half as wide, learns Chase Drill as soon as two on the page's own network
# do, and costs a device that is a program a fifth.
HIDDEN = (32, 32)
SETTINGS = {"horizon": str(HORIZON), "minibatch": "256", "epochs": "1", "learning_rate": "0.01"}
ADDRESS = {**SETTINGS, "lockstep": str(UPDATES)}
SEEDS = (1, 2) if AT_LENGTH else (1,)
# What a learner that works comes to: next to no error of the value.
VALUE_LOSS = {"probe-value": 0.01, "probe-signal": 0.02, "probe-delay": 0.02}
LOOK_EVERY, LAST_LOOK = 10, 400  # updates

Device = Callable[[GpuPlan, NativeMemory], GpuDevice]


class Run(NamedTuple):
    """What came of one run: share of the evaluation matches won lately, decisions until a catch."""

    share: float
    decisions_to_catch: float


@pytest.fixture
def device(stand: Stand) -> Device:
    """The stand's device, made for a plan."""
    return lambda plan, memory: StandDevice(stand, plan, generated(plan.heads, plan.masks), memory)


def without_trouble(now: Mapping[str, object]) -> bool:
    """Whether the last update ran on the device and every one counted."""
    counts = [now[name] for name in ("dropped", "gpu_losses", "gpu_voids")]
    return (now["learner"], counts) == ("webgpu", [0, 0, 0])


@pytest.mark.parametrize("probe", cases(["probe-value", "probe-delay"], ["probe-signal"]))
def test_a_probe_is_learned_on_the_device(device: Device, probe: str) -> None:
    run = TrainingRun(probe, 1, 32, address={"horizon": "4", "learning_rate": "0.03"}, device=device)
    now = run.values()
    while float(str(now.get("value_loss", 1.0))) >= VALUE_LOSS[probe] or now["updates"] == 0:
        assert int(str(now["updates"])) < LAST_LOOK, now
        run.train(LOOK_EVERY)
        now = run.values()
        assert without_trouble(now), now
    tally(19, "games", 1)


def learned(seed: int, device: Device | None) -> Run:
    """A run in lockstep, on kernels where there is no device."""
    run = TrainingRun("chase", seed, MATCHES, address=ADDRESS, device=device, hidden=HIDDEN)
    run.train(UPDATES)
    now = run.values()
    assert (now["updates"], now["decisions"], now["dropped"]) == (UPDATES, DECISIONS, 0)
    assert device is None or without_trouble(now), now
    return Run(float(str(now["win_rate"])), float(str(now["episode_decisions"])))


def test_both_learners_come_to_the_same_win_share(device: Device) -> None:
    runs = {"webgpu": [learned(seed, device) for seed in SEEDS], "wasm": [learned(seed, None) for seed in SEEDS]}
    for learner, each in runs.items():
        assert min(one.share for one in each) >= 0.9, (learner, each)
    gpu, cpu = (sum(one.share for one in each) / len(SEEDS) for each in runs.values())
    assert abs(gpu - cpu) <= 0.03, runs
    # The share is near its end; how long a catch takes is not, and tells more.
    gpu_long, cpu_long = (sum(one.decisions_to_catch for one in each) for each in runs.values())
    assert abs(gpu_long / cpu_long - 1.0) <= 0.1, runs

"""Runs whose matches are played where the learner is: software WebGPU plays, learns, and says what came of it.

Trainer and rollout worker are those of the page, as in test_learning.py; the worker's play is looked at and not learned
from, once the device has shown with one update of it that it computes what the kernels do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.shaders.play_kernels import play_kernels
from drillsergeant.learn.compile.shaders.shader_kernels import generated
from drillsergeant.learn.formulas.rescale import moments, rounded
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.webgpu import player
from drillsergeant.learn.webgpu.learner import DeviceFailure
from drillsergeant.learn.webgpu.pipelines import Dispatch
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.runtimes.protocol import messages

from tests.rigs.engines import F32
from tests.rigs.graphics.gpu_stand import Stand, StandDevice
from tests.rigs.training_run import TrainingRun, at_once, program_of

DRILL, MATCHES, HORIZON, UPDATES = "chase", 64, 16, 40
# As in test_learning.py: learned in some ten thousand decisions, in one epoch each.
HIDDEN = (32, 32)
ADDRESS = {"horizon": str(HORIZON), "minibatch": "128", "epochs": "1", "learning_rate": "0.006", "play": "gpu"}


class FaultyDevice(StandDevice):
    """Does what it is told before a submission, and gives nothing back where that says so."""

    before: Callable[[StandDevice], bool] = staticmethod(lambda device: False)
    silent = False

    def submit(self, dispatches: Sequence[Dispatch], *, last: bool) -> None:
        self.silent = self.before(self)
        super().submit(dispatches, last=last)

    async def read_back(self) -> bytes:
        if self.silent:
            raise DeviceFailure("the GPU was lost", lost=True)
        return await super().read_back()


class DeviceRun(TrainingRun):
    """A run on the first stand's device, whose matches are played on the second's, the newest of `devices`."""

    def __init__(self, stands: tuple[Stand, Stand], seed: int = 1) -> None:
        self.devices: list[FaultyDevice] = []

        def opened(plan: GpuPlan, memory: NativeMemory) -> FaultyDevice:
            text, stand = generated(plan.heads, plan.masks), stands[plan.play is not None]
            stand.clear()
            device = FaultyDevice(stand, plan, text, memory, play_kernels=play_kernels(make(DRILL)))
            self.devices.insert(len(self.devices) if plan.play else 0, device)
            return device

        super().__init__(DRILL, seed, MATCHES, address=ADDRESS, device=opened, hidden=HIDDEN)

    def counts(self) -> tuple[object, ...]:
        """What learned last, and updates that were dropped, lost with a device, and void."""
        now = self.values()
        return tuple(now[name] for name in ("learner", "dropped", "gpu_losses", "gpu_voids"))


def test_chase_is_learned_wholly_on_the_device_as_on_kernels(stands: tuple[Stand, Stand]) -> None:
    found = []
    on_kernels = TrainingRun(DRILL, 1, MATCHES, address={**ADDRESS, "play": "cpu"}, hidden=HIDDEN)
    for run in (DeviceRun(stands), on_kernels):
        run.train(UPDATES)
        now = run.values()
        assert now["decisions"] == UPDATES * MATCHES * HORIZON
        found.append((float(str(now["win_rate"])), float(str(now["episode_decisions"]))))
        if isinstance(run, DeviceRun):
            assert run.counts() == ("webgpu", 0, 0, 0)
            assert "plays and learns" in str(now["learner_why"])
            rates = [float(str(now[f"{what}_decisions_per_s"])) for what in ("rollout", "trained")]
            assert rates[0] > rates[1] > 0.0, "the worker plays, too"
    (share, decisions), (kernel_share, kernel_decisions) = found
    assert min(share, kernel_share) >= 0.9
    assert abs(share - kernel_share) <= 0.05, found
    assert abs(decisions / kernel_decisions - 1.0) <= 0.15, found


def test_scales_move_on_by_what_was_played_there(stands: tuple[Stand, Stand], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "IN_FLIGHT", 1)  # the chunk on the device is that of the last update
    run = DeviceRun(stands)
    run.train(3)
    before = run.learner.state().scales
    assert before is not None
    run.learner.restore(run.learner.state())  # so that the device gets these
    run.train(1)
    scales = run.learner.state().scales
    assert scales is not None
    obs, returns = played(run.devices[-1], run)
    spreads, means = rounded(before.spreads), rounded(before.means)
    raw = obs * spreads[:, None] + means[:, None]
    wanted = before.moved(
        [moments(raw[:, entry], mean) for entry, mean in enumerate(before.means)],
        moments(returns * np.float32(before.return_spread) + np.float32(before.returns.mean), before.returns.mean),
    )
    for found, want in zip((*scales.observations, scales.returns), (*wanted.observations, wanted.returns), strict=True):
        assert (found.mean, found.variance) == pytest.approx((want.mean, want.variance), rel=1e-3, abs=1e-4)
    assert scales.updates == before.updates + 1


def played(device: StandDevice, run: DeviceRun) -> tuple[np.ndarray, np.ndarray]:
    """The rescaled observations f32 [T][OBS][A] and returns f32 [T][A] of the device's newest chunk."""
    layout = run.learner._layout
    obs, lanes, agents = layout.chunk["obs"], layout.plan.lanes, layout.plan.agents
    chunk, returns = device.stand.read("batch"), device.stand.read("returns")
    seen = np.frombuffer(chunk, F32, obs.size_bytes // WORD_BYTES, obs.offset).reshape(obs.shape)
    estimated = np.frombuffer(returns, F32, HORIZON * lanes).reshape(HORIZON, lanes)
    return seen[..., :agents], estimated[:, :agents]


def test_a_device_lost_in_the_middle_of_play_costs_that_update(stands: tuple[Stand, Stand]) -> None:
    run = DeviceRun(stands)
    run.train(3)
    state = run.learner.state()
    run.devices[-1].before = lambda device: True
    run.train(1)
    assert run.learner.state() == state
    run.trainer.handle(messages.SetLearner("wasm"))  # else a device is asked for, which takes its time
    run.train(1)
    assert run.counts() == ("wasm", 0, 1, 0), "from the worker's play"
    assert run.learner.state().updates == state.updates + 1


def test_a_player_that_was_warmed_plays_and_learns_the_same(stands: tuple[Stand, Stand]) -> None:
    states = []
    for warms in (False, True):
        run = DeviceRun(stands)
        run.train(1)
        found = run.trainer._on_gpu
        assert found is not None and found._playing.player is not None
        if warms:
            at_once(found._playing.player.warm(Hyper(), 1))
        run.train(3)
        assert run.counts() == ("webgpu", 0, 0, 0)
        states.append(run.learner.state())
    assert states[0] == states[1]


def test_the_update_on_its_way_is_dropped_where_training_goes_back(stands: tuple[Stand, Stand]) -> None:
    run = DeviceRun(stands)
    run.train(3)
    state = run.learner.state()
    run.train(3)
    run.learner.restore(state)
    run.train(1)
    after = run.learner.state()
    assert (after.updates, after.steps - state.steps) == (state.updates + 1, MATCHES * HORIZON // 128)
    moved = np.frombuffer(after.arrays["parameters"], F32) - np.frombuffer(state.arrays["parameters"], F32)
    assert 0.0 < np.abs(moved).max() <= 2.0 * 0.006 * (after.steps - state.steps), "steps of Adam from there"
    assert run.counts() == ("webgpu", 0, 0, 0)


@pytest.mark.parametrize("where", ["state", "matches"])
def test_poison_is_found_in_the_same_update_and_play_begins_anew(stands: tuple[Stand, Stand], where: str) -> None:
    run = DeviceRun(stands)
    run.train(3)
    device, state = run.devices[-1], run.learner.state()
    play = device.play
    assert play is not None
    poison = np.full(MATCHES, np.nan, np.float32)

    def spoil(device: StandDevice) -> bool:
        device.stand.write(where, poison, 3 * play.matches * WORD_BYTES if where == "matches" else 0)
        return False

    device.before = spoil
    run.train(1)
    assert run.learner.state().arrays == state.arrays
    device.before = FaultyDevice.before
    run.train(2)
    assert run.counts()[0] == "webgpu"
    assert run.learner.state().steps > state.steps


def test_a_readers_code_is_played_by_the_worker_alone(stands: tuple[Stand, Stand]) -> None:
    run = DeviceRun(stands)
    run.train(3)
    assert "plays" in str(run.values()["learner_why"])
    run.edit(ChaseDrill(catch_reward=2.0))
    run.train(2)
    assert run.counts() == ("webgpu", 0, 0, 0)
    assert "plays" not in str(run.values()["learner_why"])
    run.trainer.handle(messages.SetGame(program_of(DRILL, HIDDEN).to_json()))
    run.train(1)
    assert "plays" in str(run.values()["learner_why"])

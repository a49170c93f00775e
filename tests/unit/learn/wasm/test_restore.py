"""Every learner goes on from a state exactly as the one it was taken from did, whatever it has done in between."""

from __future__ import annotations

import asyncio

import pytest
from drillsergeant.learn.engine import Learner
from drillsergeant.learn.files.dshq import PolicyFile, read_policy, write_policy
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState

from tests.rigs.engines import SMALL_HIDDEN, pair
from tests.rigs.graphics.device_rig import Rig

HYPER = Hyper(minibatch_size=64)


class Solo:
    """One engine's learner and collector, in turns."""

    def __init__(self, engine: str, seed: int = 3, hidden: tuple[int, ...] = SMALL_HIDDEN) -> None:
        both = pair("chase", 5, 3, hidden=hidden)
        self.schema = Schema.of(both.program.drill, hidden)
        self.weights, self.chunk_offset = both.layout["weights.0"].offset, both.layout["ring.0.chunks"].offset
        chosen = both.kernel if engine == "wasm" else both.numpy
        self.learner: Learner = chosen.learner(seed)
        self.collector = chosen.collector(0, seed)

    def collect(self) -> None:
        self.learner.write_parameters(self.weights)
        self.collector.collect(self.weights, self.chunk_offset)

    def learn(self) -> LearnerState:
        self.learner.learn([self.chunk_offset], HYPER)
        return self.learner.state()


@pytest.mark.parametrize("engine", ["wasm", "numpy"])
def test_the_same_chunks_after_a_restore_give_the_same_bits(engine: str) -> None:
    solo = Solo(engine)
    for _ in range(2):
        solo.collect()
        solo.learn()
    kept = solo.learner.state()
    solo.collect()
    first = solo.learn()
    for _ in range(3):  # elsewhere, on the same chunk
        assert solo.learn() != first
    solo.learner.restore(kept)
    assert solo.learner.state() == kept
    assert solo.learn() == first
    other = Solo(engine, seed=8)
    other.collect()
    other.learner.restore(kept)
    assert other.learner.state() == kept


@pytest.mark.parametrize("hidden", [(8,), (32, 48, 16), (9, 33)], ids=str)
def test_a_network_of_any_shape_goes_on_from_a_file(hidden: tuple[int, ...]) -> None:
    solo, other = Solo("wasm", hidden=hidden), Solo("numpy", seed=8, hidden=hidden)
    solo.collect()
    state = solo.learn()
    content = write_policy(PolicyFile(solo.schema, state, HYPER, RunProgress()))
    other.learner.restore(read_policy(content, other.schema).state)
    assert other.learner.state() == state
    solo.collect()
    other.collect()
    assert other.learn().arrays["parameters"] != state.arrays["parameters"]
    assert Solo("wasm", hidden=(16,)).schema.tensors != solo.schema.tensors


@pytest.mark.parametrize("engine", ["wasm", "numpy"])
def test_a_state_of_another_network_is_refused_and_nothing_changes(engine: str) -> None:
    solo = Solo(engine)
    before = solo.learner.state()
    short = {name: content[:-4] for name, content in before.arrays.items()}
    with pytest.raises(ValueError, match="drill"):
        solo.learner.restore(LearnerState(1, 5, 5, 0, short))
    assert solo.learner.state() == before


def test_on_a_device_the_next_update_starts_from_the_restored_state() -> None:
    rig = Rig()

    async def run() -> None:
        for action in ("", "", "", "keep", "", "", "restore", "", ""):
            if action == "keep":
                kept = rig.learner.state()
                assert kept == rig.alone.state()
            if action == "restore":
                rig.learner.restore(kept)
                rig.alone.restore(kept)
                assert rig.learner.state() == kept
            await rig.update()  # compares the states of both

    asyncio.run(run())
    assert rig.learner.name == "webgpu"
    assert len(rig.devices) == 1
    assert (rig.learner.voids, rig.learner.losses) == (0, 0)

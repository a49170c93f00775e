"""The network's functions equal the ordered NumPy network bit for bit: forward, and the gradient of a minibatch."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pytest
import wasmtime
from drillsergeant.drills.contract import Discrete
from drillsergeant.elementary import Array, tanh
from drillsergeant.kernels.dense.inline import Inline
from drillsergeant.kernels.dense.network_forward import NetworkEmitter
from drillsergeant.kernels.dense.network_gradient import NetworkGradient
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.emit import emit
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.formulas.linear import ORDERED, lane_sum
from drillsergeant.learn.formulas.losses import loss_gradient
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.sampling import Distribution
from drillsergeant.learn.ppo.arithmetic import METRICS

from tests.rigs.kernels.dense_cases import CANARY, F32, LaneMajor, same_bits

TILE_ROWS = 64
OBS, ACT, HIDDEN = 18, 6, (64, 64)
# One layer, three of which each is wider or narrower than the one before, and widths that fill no vector.
SHAPES = [HIDDEN, (8,), (256,), (32, 48, 16), (48, 16, 32), (9, 33)]
HEADS = (Discrete("way", tuple("abcdef")),)
CLIP, ENTROPY, VALUE = 0.2, 0.01, 0.5
PARAMS_AT, GRADIENT_AT, CELLS_AT, SUMS_AT, SCRATCH_AT, FREE = 64, 1 << 16, 1 << 17, 3 << 16, 1 << 18, 1 << 20


def loss_of_head(
    head: Sequence[Array],
    action: Sequence[Array],
    rows: Sequence[Array],
    clip_coef: np.float32,
    entropy_coef: np.float32,
    value_coef: np.float32,
) -> dict[str, Sequence[Array]]:
    logp, advantage, return_ = rows
    given = (action, logp, advantage, return_, clip_coef, entropy_coef, value_coef)
    upstream, metrics = loss_gradient(Distribution(HEADS, list(head[:-1])), head[-1], *given)
    return {"upstream": upstream, "metrics": metrics}


LOSS = Kernel(
    "loss",
    loss_of_head,
    inputs={"head": ["f32"] * (ACT + 1), "action": ["i32"], "rows": ["f32"] * 3},
    outputs={"upstream": ["f32"] * (ACT + 1), "metrics": ["f32"] * len(METRICS)},
    scalars={"clip_coef": "f32", "entropy_coef": "f32", "value_coef": "f32"},
)


class Linked:
    """One network's functions in a memory with random parameters."""

    def __init__(self, hidden: tuple[int, ...]) -> None:
        self.memory = NativeMemory(4 << 20)
        module = Module(self.memory.imported)
        self.program = NetworkEmitter(module, OBS, hidden, ACT, Inline(tanh), TILE_ROWS)
        self.program.add_forward("forward")
        loss = emit(LOSS, optimise(LOSS.trace()), module)
        self.gradient = NetworkGradient(self.program, "gradient", loss, len(METRICS))
        self.native = self.memory.link(module.encode())
        self.network = Network(OBS, ACT, hidden, ORDERED)
        self.rng = np.random.default_rng(7)
        self.parameters = self.memory.array(PARAMS_AT, self.network.size, F32)
        self.parameters[:] = self.rng.standard_normal(self.network.size).astype(np.float32) * np.float32(0.3)
        self.scratch_end = self.memory.array(SCRATCH_AT + self.program.scratch_bytes, 64, np.dtype(np.uint32))
        self.scratch_end[:] = CANARY

    def random(self, start: int, features: int, rows: int) -> LaneMajor:
        array = LaneMajor(self.memory, start, features, rows)
        array.values[:] = self.rng.standard_normal((features, rows)).astype(np.float32)
        return array


@pytest.fixture(scope="module", params=SHAPES, ids=str)
def linked(request: pytest.FixtureRequest) -> Linked:
    return Linked(request.param)


def test_parameters_lie_where_the_network_says(linked: Linked) -> None:
    assert linked.program.parameter_offsets == [parameter.offset * 4 for parameter in linked.network.table]
    assert linked.program.parameter_bytes == linked.network.size * 4


@pytest.mark.parametrize("rows", [1, 7, 8, 63, 64, 65, 128, 200, 1021])
def test_forward_equals_the_ordered_network_in_every_bit(linked: Linked, rows: int) -> None:
    obs = linked.random(FREE, OBS, rows)
    head = linked.random(obs.end + 64, ACT + 1, rows)
    linked.native.function("forward")(rows, obs.base, obs.stride, PARAMS_AT, SCRATCH_AT, head.base, head.stride)
    assert same_bits(head.values, linked.network.forward(linked.parameters, obs.values).head)
    assert obs.untouched() and head.untouched()
    assert (linked.scratch_end == CANARY).all()


class Cells:
    """Cells of the given sizes in memory, and what the reference makes of them."""

    def __init__(self, linked: Linked, sizes: Sequence[int]) -> None:
        self.linked, start = linked, FREE
        records = []
        self.expected = np.zeros(linked.network.size, np.float32)
        self.sums: list[list[float]] = []
        self.arrays: list[LaneMajor] = []
        for number, rows in enumerate(sizes):
            obs = linked.random(start, OBS, rows)
            action = LaneMajor(linked.memory, obs.end + 64, 1, rows)
            action.values.view(np.int32)[:] = linked.rng.integers(0, ACT, rows)
            data = linked.random(action.end + 64, 3, rows)
            data.values[0] = -abs(data.values[0])
            start = data.end + 64
            self.arrays += [obs, action, data]
            words: dict[str, int | float] = {
                "rows": rows,
                "obs": obs.base,
                "obs_stride": obs.stride,
                "sums": SUMS_AT + number * 4 * len(METRICS),
                "in.action.base": action.base,
                "in.action.stride": action.stride,
                "in.rows.base": data.base,
                "in.rows.stride": data.stride,
                "scalar.clip_coef": CLIP,
                "scalar.entropy_coef": ENTROPY,
                "scalar.value_coef": VALUE,
            }
            assert set(words) == set(linked.gradient.record)
            records += [
                struct.pack("<f" if isinstance(words[w], float) else "<i", words[w]) for w in linked.gradient.record
            ]
            self._add_reference(obs.values, action.values.view(np.int32)[0], data.values)
        table = np.frombuffer(b"".join(records), np.uint8)
        linked.memory.array(CELLS_AT, len(table), np.dtype(np.uint8))[:] = table

    def _add_reference(self, obs: Array, action: Array, data: Array) -> None:
        network, parameters = self.linked.network, self.linked.parameters
        activations = network.forward(parameters, obs)
        result = loss_of_head(
            list(activations.head), [action], list(data), np.float32(CLIP), np.float32(ENTROPY), np.float32(VALUE)
        )
        self.expected = self.expected + network.backward(parameters, activations, np.stack(result["upstream"]))
        self.sums.append([float(lane_sum(metric)) for metric in result["metrics"]])


@pytest.mark.parametrize("sizes", [[1], [3], [64], [64, 64], [64, 5, 63, 8, 1, 34]])
def test_gradient_over_cells_equals_the_ordered_network_in_every_bit(linked: Linked, sizes: list[int]) -> None:
    cells = Cells(linked, sizes)
    gradient = linked.memory.array(GRADIENT_AT, linked.network.size, F32)
    gradient[:] = np.nan
    linked.native.function("gradient")(CELLS_AT, len(sizes), PARAMS_AT, SCRATCH_AT, GRADIENT_AT, 0)
    assert same_bits(gradient, cells.expected)
    sums = linked.memory.array(SUMS_AT, (len(sizes), len(METRICS)), F32)
    assert sums.tolist() == cells.sums
    assert all(array.untouched() for array in cells.arrays)
    assert (linked.scratch_end == CANARY).all()


def test_two_calls_with_accumulate_equal_one(linked: Linked) -> None:
    cells = Cells(linked, [64, 64, 9])
    call, record_bytes = linked.native.function("gradient"), len(linked.gradient.record) * 4
    call(CELLS_AT, 2, PARAMS_AT, SCRATCH_AT, GRADIENT_AT, 0)
    call(CELLS_AT + 2 * record_bytes, 1, PARAMS_AT, SCRATCH_AT, GRADIENT_AT, 1)
    assert same_bits(linked.memory.array(GRADIENT_AT, linked.network.size, F32), cells.expected)


def test_a_cell_larger_than_a_tile_traps(linked: Linked) -> None:
    Cells(linked, [65])
    with pytest.raises(wasmtime.Trap, match="unreachable"):
        linked.native.function("gradient")(CELLS_AT, 1, PARAMS_AT, SCRATCH_AT, GRADIENT_AT, 0)


def test_a_loss_with_other_groups_is_refused() -> None:
    module = Module(NativeMemory(1).imported)
    program = NetworkEmitter(module, OBS, HIDDEN, ACT, Inline(tanh), TILE_ROWS)
    loss = module.function("other_loss", [("count", "i32"), ("in.head.base", "i32"), ("in.head.stride", "i32")])
    with pytest.raises(ValueError, match=r"the loss kernel other_loss has no out\.metrics\.base"):
        NetworkGradient(program, "gradient", loss, 1)


def test_tiles_that_are_no_multiple_of_eight_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="tile_rows is 20"):
        NetworkEmitter(Module(NativeMemory(1).imported), OBS, HIDDEN, ACT, Inline(tanh), 20)

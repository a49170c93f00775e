"""Checking a device's kernels one by one, on the data it is learning from, against NumPy in f64.

Every kernel is given what the device itself computed before it, so an error is that kernel's own. A sum of K products
in f32, in whatever order, is within K * 2**-24 * sum |a||b| of the true one; twice that is allowed, for fused and
unfused ends. Needs NumPy, which a worker loads only for this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.actions import from_words, unpacked
from drillsergeant.learn.formulas.adam import adam_step
from drillsergeant.learn.formulas.gae import gae
from drillsergeant.learn.formulas.losses import loss_gradient
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.rescale import standardise
from drillsergeant.learn.formulas.sampling import Distribution
from drillsergeant.learn.ppo.arithmetic import DEVIATION_MIN, corrections
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.minibatches import CELL_ROWS
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.reference.arithmetic import normalised
from drillsergeant.learn.wasm.engine import PreparedBatch
from drillsergeant.learn.webgpu.learner import ARRAYS, Finding, GpuLearner
from drillsergeant.learn.webgpu.plan import GpuPlan, Update, return_scale
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import Layout

ULP = 2.0**-24
TANH_ERROR = 4e-6  # of `elementary.tanh`, with a division that is off by a few ULP
# Elementary functions of numbers that differ in the last place: a ratio of probabilities is e**x, with x up to 20.
LOSS_SHARE = 1e-4
ADAM_SHARE = 1e-5
FORWARD = ("advantages", "returns")  # and what the layers write
BACKWARD = ("head", "gradient", "control", "state")  # and what goes back into them
RECORD_WORDS = 4
CHUNK_FIELDS = ("obs", "action", "allowed", "logp", "reward", "terminated", "truncated", "value")


class Validator:
    """Checks the devices of one plan, with chunks in `memory`."""

    def __init__(self, plan: GpuPlan, layout: Layout, memory: Memory) -> None:
        self._plan, self._layout, self._memory = plan, layout, memory
        self._network = Network.for_heads(plan.inputs, plan.heads, plan.hidden)

    async def check(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper, state: LearnerState) -> list[Finding]:
        """The first step of the update from `state`, kernel by kernel."""
        update = gpu.begin(batch, hyper, state)
        layers, upstream = self._plan.activations, [f"upstream{n}" for n in range(len(self._plan.hidden))]
        gpu.device.submit([*update.prepare, *update.step[: len(layers)]], last=False)
        forward = await gpu.device.read((*FORWARD, *layers))
        gpu.device.submit(update.step[len(layers) :], last=False)
        backward = await gpu.device.read((*BACKWARD, *upstream))
        agents = self._layout.plan.agents
        chunks = [
            {name: self._field(name, chunk)[..., :agents] for name in CHUNK_FIELDS}
            | {"obs": self._read("obs", observations)[..., :agents]}
            for chunk, observations in zip(batch.chunks, batch.observations, strict=True)
        ]
        rows = _Rows(chunks, update, self._layout.plan.horizon, self._layout.plan.lanes, self._plan)
        parameters = np.frombuffer(state.arrays["parameters"], np.float32)
        return [
            *_check_batch(chunks, hyper, return_scale(state), self._layout.plan.lanes, forward),
            *rows.check_forward(self._network, parameters, forward),
            rows.check_loss(hyper, self._network.log_std(parameters), forward, backward),
            *rows.check_backward(self._network, parameters, forward, backward),
            _check_adam(state, hyper, rows.count, backward),
        ]

    def _field(self, name: str, chunk_offset: int) -> Array:
        return self._read(name, self._layout.chunk_field(name, chunk_offset).offset)

    def _read(self, name: str, place: int) -> Array:
        """A field of a chunk, or what is like it, at a byte offset."""
        region = self._layout.chunk[name]
        array = np.empty(region.shape, np.int32 if region.dtype == "i32" else np.float32)
        if array.size:
            self._memory.read(place, array.data)
        return array


def _check_batch(
    chunks: Sequence[Mapping[str, Array]],
    hyper: Hyper,
    scale: tuple[float, float],
    lanes: int,
    found: Mapping[str, bytes],
) -> list[Finding]:
    """GAE, its returns rescaled, and the normalisation of its result; errors of a sum over T decisions."""
    gamma, gae_lambda = np.float32(hyper.gamma), np.float32(hyper.gae_lambda)
    pairs = [gae(c["reward"], c["value"], c["terminated"], c["truncated"], gamma, gae_lambda) for c in chunks]
    horizon, agents = chunks[0]["reward"].shape
    mean, factor = np.float32(scale[0]), np.float32(scale[1])
    returns = standardise(np.stack([return_ for _, return_ in pairs]), mean, factor)
    scaled = np.stack(normalised([advantage for advantage, _ in pairs]))
    deviation = np.std(np.stack([advantage for advantage, _ in pairs])) + DEVIATION_MIN
    got = {
        name: np.frombuffer(found[name], np.float32).reshape(-1, horizon, lanes)[: len(chunks), :, :agents]
        for name in ("returns", "advantages")
    }
    reach = max(np.abs(chunk[name]).max() for chunk in chunks for name in ("reward", "value")) * horizon + 1e-6
    bound = 16 * horizon * ULP * reach
    rescaled = bound * factor + 4 * ULP * np.abs(returns).max()
    spread = bound / deviation + 64 * ULP * np.abs(scaled).max()
    return [
        _finding("estimate", got["returns"], returns, float(rescaled)),
        _finding("scale", got["advantages"], scaled, float(spread)),
    ]


class _Rows:
    """The rows of an update's first step: where they come from, where a device keeps them."""

    def __init__(
        self, chunks: Sequence[Mapping[str, Array]], update: Update, horizon: int, lanes: int, plan: GpuPlan
    ) -> None:
        self._plan = plan
        words = np.frombuffer(update.schedule, np.uint32).reshape(-1, RECORD_WORDS)
        first, cells, self.count, _ = (int(word) for word in words[0])
        records = words[first : first + cells].astype(np.int64)
        places = [
            (cell * CELL_ROWS + k, prepared + k)
            for cell, (_, _, prepared, used) in enumerate(records)
            for k in range(used)
        ]
        self._rows, prepared = np.array(places).T
        self._prepared = prepared
        self._chunk, self._t = prepared // (horizon * lanes), prepared // lanes % horizon
        self._lane = prepared % lanes
        self._capacity = update.sizes.cells * CELL_ROWS
        self._chunks = chunks

    def _of_chunks(self, name: str) -> Array:
        """A field of the rows: [R], or [OBS][R], or [HEADS][R]."""
        stacked = np.stack([chunk[name] for chunk in self._chunks])
        taken = stacked[self._chunk, self._t, ..., self._lane]
        return np.ascontiguousarray(taken.T)

    def _of_device(self, content: bytes) -> Array:
        """Activations [features][R]."""
        numbers = np.frombuffer(content, np.float32)
        features = len(numbers) // self._capacity
        return numbers[: features * self._capacity].reshape(features, self._capacity)[:, self._rows]

    def check_forward(self, network: Network, parameters: Array, found: Mapping[str, bytes]) -> list[Finding]:
        """Layer after layer."""
        x, findings, names = self._of_chunks("obs"), [], self._plan.activations
        for number, (weights, bias) in enumerate(network.layers(parameters)):
            got = self._of_device(found[names[number]])[: len(weights)]
            sums, bound = _product(weights, x)
            sums, bound = sums + bias[:, None], bound + 2 * ULP * np.abs(bias)[:, None]
            wanted, limit = (sums, bound) if names[number] == "head" else (np.tanh(sums), bound + TANH_ERROR)
            findings.append(_finding(f"forward{number}", got, wanted, limit))
            x = got
        return findings

    def check_loss(
        self, hyper: Hyper, log_std: Array, forward: Mapping[str, bytes], backward: Mapping[str, bytes]
    ) -> Finding:
        """The gradient w.r.t. the head and the log standard deviations f32 [C]."""
        heads, masks, size = self._plan.heads, self._plan.masks, self._plan.head
        head = self._of_device(forward["head"])[:size]
        got = self._of_device(backward["head"])[: size + len(log_std)]
        advantage, return_ = (
            np.frombuffer(forward[name], np.float32)[self._prepared] for name in ("advantages", "returns")
        )
        numbers = (np.float32(hyper.clip_coef), np.float32(hyper.entropy_coef), np.float32(hyper.value_coef))
        action, logp = from_words(heads, list(self._of_chunks("action"))), self._of_chunks("logp")
        spread = [np.full_like(head[0], value) for value in log_std]
        allowed = unpacked(list(self._of_chunks("allowed")), masks)
        policy = Distribution(heads, list(head[:-1]), spread, allowed)
        gradient, _ = loss_gradient(policy, head[-1], action, logp, advantage, return_, *numbers)
        wanted = np.stack(gradient)
        return _finding("loss", got, wanted, LOSS_SHARE * (np.abs(wanted).max(0) + 1e-3))

    def check_backward(
        self, network: Network, parameters: Array, forward: Mapping[str, bytes], backward: Mapping[str, bytes]
    ) -> list[Finding]:
        """Back through the layers, and the gradient of every parameter."""
        weights = [each for each, _ in network.layers(parameters)]
        widths = list(enumerate(network.hidden))
        hidden = [self._of_device(forward[f"hidden{n}"])[:units] for n, units in widths]
        ups = [self._of_device(backward[f"upstream{n}"])[:units] for n, units in widths]
        ups.append(self._of_device(backward["head"])[: len(weights[-1])])
        findings = []
        for layer in reversed(range(len(hidden))):
            product, bound = _product(np.ascontiguousarray(weights[layer + 1].T), ups[layer + 1])
            slope = 1.0 - hidden[layer].astype(np.float64) ** 2
            limit = bound + 8 * ULP * np.abs(product)
            findings.append(_finding(f"backward{layer}", ups[layer], product * slope, limit))
        got = network.views(np.frombuffer(backward["gradient"], np.float32))
        for layer, (upstream, x) in enumerate(zip(ups, [self._of_chunks("obs"), *hidden], strict=True)):
            shares = []
            for part, operand in ((got[2 * layer], x), (got[2 * layer + 1][:, None], np.ones_like(x[:1]))):
                product, bound = _product(upstream, np.ascontiguousarray(operand.T))
                shares.append(_finding(f"weights{layer}", part, product, bound))
            if layer == len(ups) - 1 and network.log_stds:
                rows = self._of_device(backward["head"])[len(weights[-1]) :][: network.log_stds]
                product, bound = _product(rows, np.ones((rows.shape[1], 1), np.float32))
                spread = network.log_std(np.frombuffer(backward["gradient"], np.float32))[:, None]
                shares.append(_finding(f"weights{layer}", spread, product, bound))
            findings.append(max(shares, key=lambda finding: finding.share))
        return findings


def _check_adam(state: LearnerState, hyper: Hyper, rows: int, found: Mapping[str, bytes]) -> Finding:
    """The norm, clipping and Adam; what a step moves a parameter by is around the learning rate."""
    old = [np.frombuffer(state.arrays[name], np.float32) for name in ARRAYS]
    gradient = np.frombuffer(found["gradient"], np.float32)
    norm = float(np.sqrt((gradient.astype(np.float64) ** 2).sum())) / rows
    scale = min(1.0, hyper.max_grad_norm / (norm + 1e-6)) / rows
    numbers = (hyper.learning_rate, scale, *corrections(state.steps + 1))
    p, g, m, v = old[0], gradient, old[1], old[2]
    wanted = adam_step(p, g, m, v, *(np.float32(number) for number in numbers))
    got = np.frombuffer(found["state"], np.float32).reshape(3, -1)
    moved = np.abs(g * scale)
    sizes = (hyper.learning_rate + np.abs(p) * ADAM_SHARE, np.abs(m) + moved, np.abs(v) + moved * moved)
    findings = [
        _finding("adam", each, want, ADAM_SHARE * size + 1e-12 if k else ADAM_SHARE * 100 * size)
        for k, (each, want, size) in enumerate(zip(got, wanted, sizes, strict=True))
    ]
    return max(findings, key=lambda finding: finding.share)


def _product(left: Array, right: Array) -> tuple[Array, Array]:
    """The product in f64, and the bound of its error in f32."""
    a, b = left.astype(np.float64), right.astype(np.float64)
    return a @ b, 2 * (left.shape[1] + 2) * ULP * (np.abs(a) @ np.abs(b)) + 1e-30


def _finding(kernel: str, got: Array, wanted: Array, bound: Array | float) -> Finding:
    """The errors of one kernel; NaN is infinitely far off."""
    errors = np.abs(got.astype(np.float64) - wanted)
    errors = np.where(np.isfinite(errors), errors, np.inf)
    bounds = np.broadcast_to(np.asarray(bound, np.float64), errors.shape)
    place = np.unravel_index(np.argmax(errors / bounds), errors.shape)
    return Finding(kernel, float(np.median(errors)), float(errors[place]), float(bounds[place]))

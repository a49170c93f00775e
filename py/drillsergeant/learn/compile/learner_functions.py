"""What the learner does: its elementwise kernels, each around an unchanged function of `formulas`, and besides them
looking for poison in a chunk, and its advantages, one call each.

The gradient of a minibatch is `kernels.dense.network_gradient`, the rest of an update single kernels and sums, called
by `wasm.arithmetic`. Pointers are byte offsets, strides bytes. Groups of a kernel are as in `kernel_table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from drillsergeant.drills.contract import Head
from drillsergeant.elementary import Array
from drillsergeant.kernels.dense.control_flow import Operand, advance, call, count_down, set_sum, unless_zero
from drillsergeant.kernels.dense.reduce import add_poisoned, add_sum
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.learn.formulas.actions import from_words
from drillsergeant.learn.formulas.adam import adam_step
from drillsergeant.learn.formulas.gae import gae_step
from drillsergeant.learn.formulas.losses import loss_gradient
from drillsergeant.learn.formulas.network import unit_noise
from drillsergeant.learn.formulas.poison import SANE_BITS
from drillsergeant.learn.formulas.rescale import standardise
from drillsergeant.learn.formulas.sampling import Distribution
from drillsergeant.learn.heads import head_rows, mask_words, policy_rows
from drillsergeant.learn.ppo.arithmetic import METRICS
from drillsergeant.memory.access import LOG2_WORD_BYTES

Arrays = Sequence[Array]
Results = Mapping[str, Sequence[Array]]


class LearnerEmitter:
    """Adds the learner's functions to `module`, all exported. `kernels` are traced ones of the same module."""

    def __init__(self, module: Module, kernels: Mapping[str, Function], observation_size: int) -> None:
        self.module, self.observation_size = module, observation_size
        self.gae_step = kernels["gae_step"]
        self.total = add_sum(module, "lane_sum", export=True)
        self.squares = add_sum(module, "square_sum", squares=True, export=True)
        self.poisoned = add_poisoned(module, "poisoned", SANE_BITS, export=True)
        self._add_copy()
        self._add_chunk_poisoned()
        self._add_advantages()

    def _function(self, name: str, params: str, results: list[str], scalars: str = "") -> Function:
        listed = [(param, "i32") for param in params.split()] + [(param, "f32") for param in scalars.split()]
        return self.module.function(name, listed, results, export=True)

    def _add_copy(self) -> None:
        """copy(target, source, size_bytes)."""
        f = self._function("copy", "target source size_bytes", [])
        for param in f.params.values():
            f.local_get(param)
        f.memory_copy()

    def _add_chunk_poisoned(self) -> None:
        """chunk_poisoned(...) -> 1 when some number of a chunk that the learner reads is unusable, see `guard`."""
        f = self._function("chunk_poisoned", "decisions agents lanes_bytes obs reward logp value", ["i32"])
        p, found, left = f.params, f.local("i32", "found"), f.local("i32", "left")
        for name, factor, more in (
            ("obs", self.observation_size, 0),
            ("reward", 1, 0),
            ("logp", 1, 0),
            ("value", 1, 1),
        ):
            f.local_get(p["decisions"])
            f.i32_const(factor)
            f.op("i32.mul")
            f.i32_const(more)
            f.op("i32.add")
            f.local_tee(left)
            with f.if_(), count_down(f, left):
                call(f, self.poisoned, p["agents"], p[name])
                f.local_get(found)
                f.op("i32.or")
                f.local_set(found)
                advance(f, p[name], p["lanes_bytes"])
        f.local_get(found)

    def _add_advantages(self) -> None:
        """advantages(...) -> their sum, as `gae.gae` and `linear.lane_sum` compute them.

        `unpacked` is room for f32 [T+1][lanes]; `returns` f32 [T][lanes] and `advantages` f32 [T*A], rows without
        padding, are written.
        """
        rows = "reward terminated truncated value returns"
        params = f"decisions agents lanes_bytes unpacked advantages {rows}"
        f = self._function("advantages", params, ["f32"], scalars="gamma gae_lambda")
        p = f.params
        left, packed, at = f.local("i32", "left"), f.local("i32", "packed"), f.local("i32", "at")
        with unless_zero(f, p["decisions"]):
            _move(f, [p["unpacked"]], p["decisions"], p["lanes_bytes"])
            f.local_get(p["unpacked"])
            f.i32_const(0)
            f.local_get(p["lanes_bytes"])
            f.memory_fill()
            _move(f, [p[name] for name in rows.split()], p["decisions"], p["lanes_bytes"])
            f.local_get(p["decisions"])
            f.local_set(left)
            with count_down(f, left):
                self._emit_step_back(f)
            f.local_get(p["agents"])
            f.i32_const(LOG2_WORD_BYTES)
            f.op("i32.shl")
            f.local_set(packed)
            set_sum(f, at, p["advantages"], 0)
            f.local_get(p["decisions"])
            f.local_set(left)
            with count_down(f, left):
                for local in (at, p["unpacked"], packed):
                    f.local_get(local)
                f.memory_copy()
                advance(f, at, packed)
                advance(f, p["unpacked"], p["lanes_bytes"])
        f.local_get(p["decisions"])
        f.local_get(p["agents"])
        f.op("i32.mul")
        f.local_get(p["advantages"])
        f.call(self.total)

    def _emit_step_back(self, f: Function) -> None:
        """From the rows behind decision t to those of decision t."""
        p = f.params
        following, value_next = f.local("i32", "following"), f.local("i32", "value_next")
        set_sum(f, following, p["unpacked"], 0)
        set_sum(f, value_next, p["value"], 0)
        moving = [p[name] for name in ("unpacked", "reward", "terminated", "truncated", "value", "returns")]
        for local in moving:
            f.local_get(local)
            f.local_get(p["lanes_bytes"])
            f.op("i32.sub")
            f.local_set(local)
        bases: dict[str, Operand] = {
            "in.following": following,
            "in.reward": p["reward"],
            "in.value": p["value"],
            "in.value_next": value_next,
            "in.terminated": p["terminated"],
            "in.truncated": p["truncated"],
            "out.advantage": p["unpacked"],
            "out.returns": p["returns"],
        }
        given: dict[str, Operand] = {
            "count": p["agents"],
            "scalar.gamma": p["gamma"],
            "scalar.gae_lambda": p["gae_lambda"],
        }
        for name, base in bases.items():
            given |= {f"{name}.base": base, f"{name}.stride": 0}
        call(f, self.gae_step, *(given[param] for param in self.gae_step.params))


def _move(f: Function, locals_: list[Local], steps: Local, stride: Local) -> None:
    """Advance each local by `steps` rows."""
    for local in locals_:
        f.local_get(local)
        f.local_get(steps)
        f.local_get(stride)
        f.op("i32.mul")
        f.op("i32.add")
        f.local_set(local)


def learner_kernels(heads: Sequence[Head], masks: int = 0) -> list[Kernel]:
    """Every elementwise kernel of the learner for a policy over these heads, with so many masks."""
    return [
        *(_noise(), _gae(), _centre(), _scale(), _standardise(), _loss(heads, masks)),
        *(_add(), _multiply(), _adam()),
    ]


def _noise() -> Kernel:
    """index u32 -> parameters of a fresh network, see `Network.initial`."""

    def fn(index: Arrays, seed: Array, salt: Array, scale: Array, gain: Array) -> Results:
        return {"parameters": [unit_noise(seed, index[0], salt) * scale * gain]}

    scalars = {"seed": "u32", "salt": "u32", "scale": "f32", "gain": "f32"}
    return Kernel("noise", fn, {"index": ["u32"]}, {"parameters": ["f32"]}, scalars)


def _gae() -> Kernel:
    """One step backwards in time, see `gae.gae`."""

    def fn(
        following: Arrays,
        reward: Arrays,
        value: Arrays,
        value_next: Arrays,
        terminated: Arrays,
        truncated: Arrays,
        gamma: np.float32,
        gae_lambda: np.float32,
    ) -> Results:
        advantage = gae_step(
            following[0], reward[0], value[0], value_next[0], terminated[0], truncated[0], gamma, gae_lambda
        )
        return {"advantage": [advantage], "returns": [advantage + value[0]]}

    floats = {name: ["f32"] for name in ("following", "reward", "value", "value_next")}
    inputs = {**floats, "terminated": ["i32"], "truncated": ["i32"]}
    outputs = {"advantage": ["f32"], "returns": ["f32"]}
    return Kernel("gae_step", fn, inputs, outputs, {"gamma": "f32", "gae_lambda": "f32"})


def _centre() -> Kernel:
    return Kernel(
        "centre",
        lambda x, mean: {"x": [x[0] - mean]},
        {"x": ["f32"]},
        {"x": ["f32"]},
        {"mean": "f32"},
    )


def _scale() -> Kernel:
    return Kernel(
        "scale",
        lambda x, factor: {"x": [x[0] * factor]},
        {"x": ["f32"]},
        {"x": ["f32"]},
        {"factor": "f32"},
    )


def _standardise() -> Kernel:
    return Kernel(
        "standardise",
        lambda x, mean, factor: {"x": [standardise(x[0], mean, factor)]},
        {"x": ["f32"]},
        {"x": ["f32"]},
        {"mean": "f32", "factor": "f32"},
    )


def _loss(heads: Sequence[Head], masks: int) -> Kernel:
    """head f32 [R+1+C] and what the chunk says -> gradient w.r.t. the head, metric rows; see `losses`."""

    def fn(
        head: Arrays,
        action: Arrays,
        logp: Arrays,
        advantage: Arrays,
        returns: Arrays,
        clip_coef: np.float32,
        entropy_coef: np.float32,
        value_coef: np.float32,
        allowed: Arrays = (),
    ) -> Results:
        given = (logp[0], advantage[0], returns[0], clip_coef, entropy_coef, value_coef)
        policy = Distribution.of_head(heads, head, allowed, masks)
        upstream, metrics = loss_gradient(policy, head[policy_rows(heads)], from_words(heads, action), *given)
        return {"upstream": upstream, "metrics": metrics}

    outputs, words = ["f32"] * head_rows(heads), {"allowed": ["i32"] * mask_words(masks)} if masks else {}
    rows = {"action": ["i32"] * len(heads), **words, **{name: ["f32"] for name in ("logp", "advantage", "returns")}}
    scalars = {"clip_coef": "f32", "entropy_coef": "f32", "value_coef": "f32"}
    results = {"upstream": outputs, "metrics": ["f32"] * len(METRICS)}
    return Kernel("loss", fn, {"head": outputs, **rows}, results, scalars)


def _add() -> Kernel:
    return Kernel("add", lambda x, y: {"x": [x[0] + y[0]]}, {"x": ["f32"], "y": ["f32"]}, {"x": ["f32"]})


def _multiply() -> Kernel:
    return Kernel("multiply", lambda x, y: {"x": [x[0] * y[0]]}, {"x": ["f32"], "y": ["f32"]}, {"x": ["f32"]})


def _adam() -> Kernel:
    """One step; p, m, v are parameters and moments. Written elsewhere than read, so that it can be undone."""
    scalars = ("learning_rate", "gradient_scale", "correction1", "correction2")

    def fn(p: Arrays, g: Arrays, m: Arrays, v: Arrays, **numbers: np.float32) -> Results:
        stepped = adam_step(p[0], g[0], m[0], v[0], *(numbers[name] for name in scalars))
        return {name: [array] for name, array in zip(("p", "m", "v"), stepped, strict=True)}

    inputs = {name: ["f32"] for name in ("p", "g", "m", "v")}
    return Kernel("adam", fn, inputs, {name: ["f32"] for name in ("p", "m", "v")}, dict.fromkeys(scalars, "f32"))

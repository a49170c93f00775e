"""What the learner does besides single kernels: looking for poison in a chunk, and its advantages, one call each.

The gradient of a minibatch is `kernels.dense.network_gradient`, the rest of an update single kernels and sums, called
by `wasm.arithmetic`. Pointers are byte offsets, strides bytes.
"""

from __future__ import annotations

from collections.abc import Mapping

from drillsergeant.kernels.dense.control_flow import Operand, advance, call, count_down, set_sum, unless_zero
from drillsergeant.kernels.dense.reduce import add_poisoned, add_sum
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.learn.formulas.poison import SANE_BITS
from drillsergeant.memory.access import LOG2_WORD_BYTES


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

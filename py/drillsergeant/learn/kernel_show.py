"""The one match on screen, on kernels: a few calls and a few words per tick."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping
from typing import Literal

from drillsergeant.drills.contract import Dtype
from drillsergeant.learn.engine import Finish
from drillsergeant.learn.kernel_arithmetic import initialise
from drillsergeant.learn.kernel_calls import Calls, Rows
from drillsergeant.learn.kernel_scratch import WORD_BYTES, Arena, ShowScratch
from drillsergeant.learn.program import Program
from drillsergeant.memory.access import Memory, signed
from drillsergeant.memory.layout import LANE_MULTIPLE, SHOW, Layout

SIMD_LANES = 4
_FORMATS: Mapping[Dtype, Literal["f", "i", "I"]] = {"f32": "f", "i32": "i", "u32": "I"}


class KernelShowMatch:
    """`engine.ShowMatch`: the match in lane 0, where `solo.SoloMatch` would play it, to the bit."""

    def __init__(self, program: Program, calls: Calls, layout: Layout, memory: Memory, seed: int) -> None:
        self._program, self._calls, self._memory = program, calls, memory
        self._places = ShowScratch(program, Arena.over(layout[f"{SHOW}.scratch"]))
        self._state = Rows(layout[f"{SHOW}.state"].offset, LANE_MULTIPLE * WORD_BYTES)
        self._fields = {name: number for number, name in enumerate(program.drill.fields)}
        self._copy = bytearray(len(self._fields) * self._state.stride)
        whole = memoryview(self._copy)
        views = {dtype: whole.cast(form) for dtype, form in _FORMATS.items()}
        self._columns = [(name, views[dtype]) for name, dtype in program.drill.fields.items()]
        memory.write(self._places.slots, array("I", range(SIMD_LANES)))
        initialise(program, calls, memory, seed, self._places.parameters, self._places.index)
        self._bind()
        self.reset(seed)

    def _bind(self) -> None:
        calls, places, sight, state = self._calls, self._places, self._places.sight, self._state
        action = Rows(sight.action, WORD_BYTES)
        see = {
            "matches": 1,
            "match_stride": state.stride,
            "state": state.base,
            "lanes_bytes": sight.lanes_bytes,
            "obs": sight.obs,
            "draw": sight.draw,
            "parameters": places.parameters,
            "scratch": sight.network,
            "head": sight.head.base,
            "head_stride": sight.head.stride,
            "value": sight.value,
        }
        self._see = calls.bind("see", see)
        self._choose = calls.bind(
            "sample",
            {"count": self._program.drill.sides},
            in_logits=sight.head,
            in_draw=Rows(sight.draw, 0),
            out_action=action,
            out_logp=Rows(sight.logp, 0),
        )
        one = {"count": 1}
        self._tick = calls.bind("tick_once", one, in_state=state, in_action=action, out_state=state)
        self._finish = calls.bind("finish", one, in_state=state, out_state=state, out_verdict=places.verdict)

    def reset(self, seed: int) -> None:
        """Start episode 0 of ``seed``."""
        slots = Rows(self._places.slots, 0)
        self._calls.run("reset", {"count": 1, "scalar.seed": seed}, in_slot=slots, out_state=self._state)
        self._memory.write(self._places.sight.action, bytes(self._program.drill.sides * WORD_BYTES))

    def adopt(self, weights_offset: int) -> None:
        """Copy the parameters at ``weights_offset`` and use them from the next decision on."""
        size = self._program.network.parameter_count * WORD_BYTES
        places = {"source": weights_offset, "target": self._places.parameters}
        self._calls.run("copy", {**places, "size_bytes": size})

    def decide(self, human: Mapping[int, int]) -> None:
        """Choose every side's action for the coming ticks; ``human`` maps a side to the action it takes instead."""
        self._see()
        self._choose()
        for side, action in human.items():
            self._memory.store(self._places.sight.action // WORD_BYTES + side, action)

    def tick(self) -> None:
        """Advance the physics by one tick with the chosen actions."""
        self._tick()

    def finish(self) -> Finish:
        """Judge the decision that just ended; a match that is over starts its next episode."""
        self._finish()
        base, stride = self._places.verdict
        terminated, truncated, winner = (self._memory.load((base + k * stride) // WORD_BYTES) for k in range(3))
        return Finish(bool(terminated), bool(truncated), winner if terminated else 0)

    def state(self) -> Mapping[str, float]:
        """Return every state field of the match."""
        self._memory.read(self._state.base, self._copy)
        places = range(0, len(self._columns) * LANE_MULTIPLE, LANE_MULTIPLE)
        return {name: float(view[place]) for place, (name, view) in zip(places, self._columns, strict=True)}

    def put(self, values: Mapping[str, float]) -> None:
        """Overwrite state fields (dragging in the sandbox)."""
        for name, value in values.items():
            word = (self._state.base + self._fields[name] * self._state.stride) // WORD_BYTES
            if self._program.drill.fields[name] == "f32":
                self._memory.store(word, struct.unpack("<i", struct.pack("<f", value))[0])
            else:
                self._memory.store(word, signed(int(value)))

"""A match on screen, on kernels: a few calls and a few words per tick."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Mapping, Sequence
from typing import Literal

from drillsergeant.drills.contract import Dtype, Outcome, Player
from drillsergeant.learn.engine import Insight
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.arithmetic import initialise
from drillsergeant.learn.wasm.calls import Call, Calls, Rows
from drillsergeant.learn.wasm.scratch import Arena, ShowScratch
from drillsergeant.memory.access import SIMD_LANES, WORD_BYTES, Memory, signed
from drillsergeant.memory.layout import SHOW, Layout

_FORMATS: Mapping[Dtype, Literal["f", "i", "I"]] = {"f32": "f", "i32": "i", "u32": "I"}


class KernelShowMatch:
    """`engine.ShowMatch`: the match in lane 0, where `solo.SoloMatch` would play it, to the bit."""

    def __init__(
        self, program: Program, calls: Calls, layout: Layout, memory: Memory, seed: int, number: int = 0
    ) -> None:
        self._program, self._calls, self._memory = program, calls, memory
        scratch = ShowScratch(program, Arena.over(layout[f"{SHOW}.scratch"]))
        self._places, self._slots = scratch.matches[number], scratch.slots
        self._state = self._places.state
        self._fields = {name: row for row, name in enumerate(program.drill.fields)}
        self._copy = bytearray(len(self._fields) * self._state.stride)
        whole = memoryview(self._copy)
        views = {dtype: whole.cast(form) for dtype, form in _FORMATS.items()}
        words = self._state.stride // WORD_BYTES
        self._columns = [(name, words * self._fields[name], views[of]) for name, of in program.drill.fields.items()]
        memory.write(self._slots, array("I", range(SIMD_LANES)))
        for parameters in self._places.parameters:
            initialise(program, calls, memory, seed, parameters, scratch.index)
        self._bind()
        self.reset(seed)

    def _bind(self) -> None:
        calls, places, state = self._calls, self._places, self._state
        self._choices = [self._choices_of(side) for side in range(self._program.drill.sides)]
        one = {"count": 1}
        self._tick = calls.bind("tick_once", one, in_state=state, in_action=places.action, out_state=state)
        self._finish = calls.bind("finish", one, in_state=state, out_state=state, out_verdict=places.verdict)

    def _choices_of(self, side: int) -> Mapping[str, Call]:
        """What a side can be asked, by name; where its action is chosen, it is lane `side` of its sight's actions."""
        calls, places, match_view = self._calls, self._places, self._places.match_views[side]
        see = {
            "matches": 1,
            "match_stride": self._state.stride,
            "state": self._state.base,
            "lanes_bytes": match_view.lanes_bytes,
            "obs": match_view.obs,
            "draw": match_view.draw,
            "parameters": places.parameters[side],
            "scratch": match_view.network,
            "head": match_view.head.base,
            "head_stride": match_view.head.stride,
            "value": match_view.value,
        }
        sides = {"count": self._program.drill.sides}
        chances = {"in_logits": match_view.head, "in_draw": Rows(match_view.draw, 0)}
        result = {"out_action": Rows(match_view.action, WORD_BYTES), "out_logp": Rows(match_view.logp, 0)}
        frozen = {"in_state": self._state, "out_action": Rows(match_view.action + side * WORD_BYTES, 0)}
        return {
            "see": calls.bind("see", see),
            Player.POLICY: calls.bind("sample", sides, **chances, **result),
            Player.SCRIPTED: calls.bind(f"scripted_{side}", {"count": 1}, **frozen),
            Player.RANDOM: calls.bind(f"random_{side}", {"count": 1}, **frozen),
        }

    def reset(self, seed: int) -> None:
        """Start episode 0 of `seed`."""
        slots, action = Rows(self._slots, 0), self._places.action
        self._calls.run("reset", {"count": 1, "scalar.seed": seed}, in_slot=slots, out_state=self._state)
        self._memory.write(action.base, bytes(self._program.drill.sides * action.stride))

    def adopt(self, weights_offset: int, side: int) -> None:
        """Copy the parameters at `weights_offset`; `side` plays by them from the next decision on."""
        size = self._program.network.parameter_count * WORD_BYTES
        places = {"source": weights_offset, "target": self._places.parameters[side]}
        self._calls.run("copy", {**places, "size_bytes": size})

    def decide(self, players: Mapping[int, Player], visitor_action: int = 0) -> None:
        """See `engine.ShowMatch`."""
        base, stride = self._places.action
        for side, choices in enumerate(self._choices):
            choices["see"]()
            player, action = players.get(side, Player.POLICY), visitor_action
            if player is not Player.VISITOR:
                choices[player]()
                action = self._memory.load(self._places.match_views[side].action // WORD_BYTES + side)
            self._memory.store((base + side * stride) // WORD_BYTES, action)

    def insight(self, side: int) -> Insight:
        """Return what `side`'s policy made of the last decision."""
        match_view, drill = self._places.match_views[side], self._program.drill
        *logits, value = self._column(match_view.head, drill.action_count + 1, side)
        observation = self._column(Rows(match_view.obs, match_view.lanes_bytes), len(drill.observation), side)
        return Insight(_softmax(logits), value, observation)

    def _column(self, rows: Rows, count: int, lane: int) -> list[float]:
        """One lane of f32 rows."""
        values = array("f", bytes(count * rows.stride))
        self._memory.read(rows.base, values)
        return list(values[lane :: rows.stride // WORD_BYTES])

    def tick(self) -> None:
        """Advance the physics by one tick with the chosen actions."""
        self._tick()

    def finish(self) -> Outcome[bool, int]:
        """Judge the decision that just ended; a match that is over starts its next episode."""
        self._finish()
        base, stride = self._places.verdict
        terminated, truncated, winner = (self._memory.load((base + k * stride) // WORD_BYTES) for k in range(3))
        return Outcome(bool(terminated), bool(truncated), winner if terminated or truncated else 0)

    def state(self) -> Mapping[str, float]:
        """Return every state field of the match."""
        self._memory.read(self._state.base, self._copy)
        return {name: float(view[place]) for name, place, view in self._columns}

    def put(self, values: Mapping[str, float]) -> None:
        """Overwrite state fields (a body is dragged)."""
        for name, value in values.items():
            word = (self._state.base + self._fields[name] * self._state.stride) // WORD_BYTES
            if self._program.drill.fields[name] == "f32":
                self._memory.store(word, struct.unpack("<i", struct.pack("<f", value))[0])
            else:
                self._memory.store(word, signed(int(value)))


def _softmax(logits: Sequence[float]) -> list[float]:
    """Probabilities from logits; the largest is subtracted first, so that nothing overflows."""
    largest = max(logits)
    shares = [math.exp(logit - largest) for logit in logits]
    total = sum(shares)
    return [share / total for share in shares]

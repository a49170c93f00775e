"""Many situations at once, for who looks into a player: what its policy would make of each of them.

A block of them is written beside the match, seen and answered by the kernels that play, in two calls. Nothing here
touches the match.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from drillsergeant.learn.engine import Insight
from drillsergeant.learn.heads import BITS_PER_WORD, head_rows, mask_words, policy_rows
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Calls, Rows
from drillsergeant.learn.wasm.insight import chances_of
from drillsergeant.learn.wasm.scratch import SITUATIONS, SituationScratch
from drillsergeant.memory.access import WORD_BYTES, Memory

TYPES = {"f32": "f", "i32": "i", "u32": "I"}


class Situations:
    """Room for a block of situations. `parameters`, everywhere: the byte offset of a policy's."""

    def __init__(self, program: Program, calls: Calls, memory: Memory, scratch: SituationScratch) -> None:
        self._program, self._calls, self._memory, self._scratch = program, calls, memory, scratch
        self._fields = dict(program.drill.fields)

    def suppose(
        self, player: int, parameters: int, state: Mapping[str, float], changes: Sequence[Mapping[str, float]]
    ) -> list[Insight]:
        """What `player` would make of `state` with each of these changes of fields; its observations are left out."""
        found: list[Insight] = []
        for first in range(0, len(changes), SITUATIONS):
            block = changes[first : first + SITUATIONS]
            self._write_states(state, block)
            masks = self._see(player, len(block))
            self._forward(parameters, len(block))
            found += self._answers(len(block), masks)
        return found

    def ablated(
        self, parameters: int, observation: Sequence[float], baseline: Sequence[float], masks: Sequence[bool]
    ) -> list[Insight]:
        """What a policy makes of an observation [OBS] with each entry in turn replaced by that of `baseline` [OBS]."""
        found: list[Insight] = []
        entries = range(len(observation))
        for first in range(0, len(observation), SITUATIONS):
            replaced = entries[first : first + SITUATIONS]
            self._write_observations(observation, baseline, replaced)
            self._forward(parameters, len(replaced))
            found += self._answers(len(replaced), [masks] * len(replaced))
        return found

    def _write_states(self, state: Mapping[str, float], changes: Sequence[Mapping[str, float]]) -> None:
        """The same state in every lane, but for what changes."""
        rows, blank = self._scratch.state, bytes(self._scratch.state.stride - SITUATIONS * WORD_BYTES)
        parts = []
        for name, dtype in self._fields.items():
            whole = dtype != "f32"
            if any(name in change for change in changes):
                values = [change.get(name, state[name]) for change in changes]
                values += [state[name]] * (SITUATIONS - len(changes))
            else:
                values = [state[name]] * SITUATIONS
            parts += [array(TYPES[dtype], map(int, values) if whole else values).tobytes(), blank]
        self._memory.write(rows.base, b"".join(parts))

    def _write_observations(
        self, observation: Sequence[float], baseline: Sequence[float], replaced: Sequence[int]
    ) -> None:
        """The same observation in every lane, but for the entry that lane is about."""
        scratch = self._scratch
        lanes = scratch.view.lanes_bytes // WORD_BYTES
        values = array("f", [seen for seen in observation for _ in range(lanes)])
        for lane, entry in enumerate(replaced):
            values[entry * lanes + lane] = baseline[entry]
        self._memory.write(scratch.view.obs, values)

    def _see(self, player: int, count: int) -> list[Sequence[bool]]:
        """Let the player look at every situation; returns which choices it has in each."""
        view, drill = self._scratch.view, self._program.drill
        groups = {"in_state": self._scratch.state, "out_obs": Rows(view.obs, view.lanes_bytes)}
        groups |= {"out_draw": Rows(view.draw, 0), "out_allowed": Rows(view.allowed, view.lanes_bytes)}
        self._calls.run(f"observe_{player}", {"count": count}, **groups)
        if not drill.masks:
            return [()] * count
        lanes = view.lanes_bytes // WORD_BYTES
        words = array("I", bytes(mask_words(drill.masks) * view.lanes_bytes))
        self._memory.read(view.allowed, words)
        places = [divmod(mask, BITS_PER_WORD) for mask in range(drill.masks)]
        return [[bool(words[word * lanes + lane] >> bit & 1) for word, bit in places] for lane in range(count)]

    def _forward(self, parameters: int, count: int) -> None:
        view = self._scratch.view
        self._calls.run(
            "forward",
            {
                "rows": count,
                "obs": view.obs,
                "obs_stride": view.lanes_bytes,
                "params": parameters,
                "scratch": view.network,
                "head": view.head.base,
                "head_stride": view.head.stride,
            },
        )

    def _answers(self, count: int, masks: Sequence[Sequence[bool]]) -> list[Insight]:
        heads, head = self._program.drill.heads, self._scratch.view.head
        rows, all_rows, step = policy_rows(heads), head_rows(heads), head.stride // WORD_BYTES
        values = array("f", bytes(all_rows * head.stride))
        self._memory.read(head.base, values)
        found = []
        for lane in range(count):
            column = values[lane::step]
            chances = chances_of(heads, column[:rows], column[rows + 1 : all_rows], masks[lane])
            found.append(Insight(chances, column[rows], ()))
        return found

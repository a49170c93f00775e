"""Several looks: a drill with `look_back = K` shows what was observed at the last K decisions, the newest first.

What was observed before lies in the state, so whatever plays the drill has it: kernels, the page, environments, the
network of an export. A match that begins has seen nothing yet: zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from drillsergeant.drills.around import Around
from drillsergeant.drills.contract import Drill, Dtype, State
from drillsergeant.elementary import Array


class LookBack(Around):
    """A drill whose players remember what they observed at the `count` - 1 decisions before."""

    def __init__(self, drill: Drill, count: int) -> None:
        """Raises ValueError for less than 1 look."""
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ValueError(
                f"look_back of {drill.name} is {count!r}; it is how many looks are shown, a whole number from 1"
            )
        super().__init__(drill)
        self._before = range(1, count)

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """Those of the drill, then what each player observed, entry by entry, one decision ago, two, ..."""
        rows = [name for player in range(sum(self.teams)) for ago in self._before for name in self._rows(player, ago)]
        return {**self.base.fields, **dict.fromkeys(rows, "f32")}

    @property
    def observation(self) -> tuple[str, ...]:
        """Names of the OBS entries: now, one decision ago, two, ..."""
        names = self.base.observation
        return (*names, *(f"{name}_{ago}_ago" for ago in self._before for name in names))

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of matches, from u32 [N]; nothing was observed yet."""
        state, nothing = self.base.reset(seed, episode), (seed & 0).astype(np.float32)
        return {name: state.get(name, nothing) for name in self.fields}

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """A tick after actions [N]; with the first one of a decision, what it was made from is kept."""
        after = self.base.tick(state, actions)
        decided = state["clock"] % self.action_repeat == 0
        kept: State = {}
        for player in range(sum(self.teams)):
            newer = self.base.observe(state, player)
            for ago in self._before:
                older = [state[name] for name in self._rows(player, ago)]
                chosen = [np.where(decided, one, two) for one, two in zip(newer, older, strict=True)]
                kept |= dict(zip(self._rows(player, ago), chosen, strict=True))
                newer = older
        return {name: kept[name] if name in kept else after[name] for name in self.fields}

    def observe(self, state: State, player: int) -> list[Array]:
        """The OBS entries f32 [N] of all looks."""
        before = [state[name] for ago in self._before for name in self._rows(player, ago)]
        return [*self.base.observe(state, player), *before]

    def _rows(self, player: int, ago: int) -> list[str]:
        """The fields that hold what a player observed so many decisions ago."""
        return [f"seen{ago}_{player}_{name}" for name in self.base.observation]

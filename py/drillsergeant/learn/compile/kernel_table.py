"""The elementwise kernels of a drill, each around an unchanged function of `drills` or `learn`.

Only code that builds programs imports this (it needs NumPy, by way of the functions it wraps); what runs a program
knows nothing but names and pointers. Groups are lists of arrays, see `kernels.kernel`. "state" is one array per field
of the drill, in the order of `drill.fields`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import Drill, State, has_masks
from drillsergeant.elementary import Array
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.drill_checks import NamedArrays, returned
from drillsergeant.learn.engine import CHUNK_STATS
from drillsergeant.learn.formulas.actions import as_played, from_words, packed, to_words
from drillsergeant.learn.formulas.sampling import Distribution, sample
from drillsergeant.learn.heads import choices_of, head_rows, mask_words, masks_of
from drillsergeant.learn.reference.rollout import RANDOM_PLAYER_SALT, SAMPLING_SALT, random_action, total_reward

Arrays = Sequence[Array]
Results = Mapping[str, Sequence[Array]]


class DrillKernels:
    """Builds the kernels that play one drill."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        self.players = sum(drill.teams)
        self.state = tuple(drill.fields.values())
        self.action = ("i32",) * len(drill.heads)
        self.masks = masks_of(drill)
        self.words = ("i32",) * mask_words(self.masks)
        terms = len(drill.reward_terms)
        self.running = ("f32",) * (1 + terms)  # of the episodes under way: decisions, reward terms of player 0
        self.ended = ("f32",) * (len(CHUNK_STATS) + terms)  # episodes that ended, summed since the rows were cleared

    def all(self) -> list[Kernel]:
        """Every kernel of the drill."""
        players = range(self.players)
        return [
            self._reset(),
            *self._ticks(),
            self._judge(),
            self._truncate(),
            self._finish(),
            self._rewards(),
            self._sample(),
            *(self._observe(player) for player in players),
            *(self._scripted(player) for player in players),
            *(self._random(player) for player in players),
        ]

    def _named(self, arrays: Arrays) -> State:
        return NamedArrays("the state", dict(zip(self.drill.fields, arrays, strict=True)))

    def _listed(self, state: State, part: str) -> list[Array]:
        """The arrays of a state that `part` of the drill returned."""
        if not isinstance(state, Mapping):
            raise returned(self.drill, part, state, "a state, a dict of arrays")
        if set(state) != set(self.drill.fields):
            missing = ", ".join(name for name in self.drill.fields if name not in state)
            unknown = ", ".join(name for name in state if name not in self.drill.fields)
            fault = f"lacks the field {missing}" if missing else f"has a field {unknown} that `fields` does not name"
            raise ValueError(f"drill {self.drill.name}: the state that {part} returned {fault}")
        return [state[name] for name in self.drill.fields]

    def _outcome(self, state: State) -> tuple[Array, Array, Array]:
        """(terminated, truncated, winner), of the types they have to have."""
        found = self.drill.outcome(state)
        if not isinstance(found, tuple | list) or len(found) != 3:
            raise returned(self.drill, "outcome", found, "(terminated, truncated, winner)")
        terminated, truncated, winner = found
        return terminated, truncated, winner

    def _entries(self, part: str, found: list[Array], names: Sequence[str]) -> list[Array]:
        """What `observe`, `reward` or `scripted` returned, as many as there are names."""
        if not isinstance(found, list | tuple):
            raise returned(self.drill, part, found, "a list of arrays")
        if len(found) != len(names):
            raise ValueError(
                f"drill {self.drill.name}: {part} returned {len(found)} arrays, there are {len(names)} names for them"
            )
        return list(found)

    def _reset(self) -> Kernel:
        """slot u32 -> state: episode `first` of slot `slot` of a batch seeded with `seed`, as `MatchBatch` starts."""

        def fn(slot: Arrays, seed: Array, first: Array) -> Results:
            state = self.drill.reset(elementary.hash_u32(seed, slot[0]), (slot[0] & 0) + first)
            return {"state": self._listed(state, "reset")}

        return Kernel("reset", fn, {"slot": ["u32"]}, {"state": self.state}, {"seed": "u32", "first": "u32"})

    def _ticks(self) -> list[Kernel]:
        """state, action_0 i32 [HEADS], action_1, ... of every player -> state, a decision later and a tick later."""

        def fn(state: Arrays, **actions: Arrays) -> Results:
            heads = self.drill.heads
            listed = [as_played(heads, from_words(heads, actions[group])) for group in groups]
            return {"state": self._listed(self.drill.tick(self._named(state), listed), "tick")}

        groups = [f"action_{player}" for player in range(self.players)]
        inputs = {"state": self.state, **dict.fromkeys(groups, self.action)}
        repeats = {"tick": self.drill.action_repeat, "tick_once": 1}
        return [Kernel(name, fn, inputs, {"state": self.state}, repeat=repeat) for name, repeat in repeats.items()]

    def _observe(self, player: int) -> Kernel:
        """state -> what `player` sees, f32 [OBS], the uniform number its action is drawn with, and which choices it
        has, words i32."""

        def fn(state: Arrays) -> Results:
            named = self._named(state)
            return {
                "obs": self._entries("observe", self.drill.observe(named, player), self.drill.observation),
                "draw": [draw(named, player, SAMPLING_SALT)],
                **({"allowed": packed(self._allowed(named, player))} if self.masks else {}),
            }

        outputs = {"obs": ["f32"] * len(self.drill.observation), "draw": ["f32"], **self._masked()}
        return Kernel(f"observe_{player}", fn, {"state": self.state}, outputs)

    def _sample(self) -> Kernel:
        """head f32 [R+1+C], draw, which choices there are -> action, words i32 [HEADS], its log-probability."""

        def fn(head: Arrays, draw: Arrays, allowed: Arrays = ()) -> Results:
            heads = self.drill.heads
            action, logp = sample(Distribution.of_head(heads, head, allowed, self.masks), draw[0])
            return {"action": to_words(heads, action), "logp": [logp]}

        inputs = {"head": ["f32"] * head_rows(self.drill.heads), "draw": ["f32"], **self._masked()}
        return Kernel("sample", fn, inputs, {"action": self.action, "logp": ["f32"]})

    def _masked(self) -> dict[str, Sequence[str]]:
        """The group of words that tell which choices there are; none where the drill has no masks."""
        return {"allowed": self.words} if self.masks else {}

    def _allowed(self, state: State, player: int) -> list[Array]:
        """The masks of a player's choices, as many as there are choices; none where the drill has no masks."""
        if not has_masks(self.drill):
            return []
        choices = [choice for choices in choices_of(self.drill.heads) for choice in choices]
        return self._entries("allowed", self.drill.allowed(state, player), choices)

    def _scripted(self, player: int) -> Kernel:
        """state -> action of the frozen hand-written player."""

        def fn(state: Arrays) -> Results:
            heads = self.drill.heads
            found = self.drill.scripted(self._named(state), player)
            return {"action": to_words(heads, self._entries("scripted", found, [head.name for head in heads]))}

        return Kernel(f"scripted_{player}", fn, {"state": self.state}, {"action": self.action})

    def _random(self, player: int) -> Kernel:
        """state -> action drawn uniformly."""

        def fn(state: Arrays) -> Results:
            named, heads = self._named(state), self.drill.heads
            uniform = draw(named, player, RANDOM_PLAYER_SALT)
            return {"action": to_words(heads, random_action(uniform, heads, self._allowed(named, player)))}

        return Kernel(f"random_{player}", fn, {"state": self.state}, {"action": self.action})

    def _judge(self) -> Kernel:
        """States around one decision -> reward [S] and terminated; terminated matches start anew in "state"."""

        def fn(before: Arrays, after: Arrays, running: Arrays, ended: Arrays) -> Results:
            old, new = self._named(before), self._named(after)
            terms = self._earned(old, new)
            terminated, _, winner = self._outcome(new)
            _, late, _ = self._outcome(old)  # what is earned past the limit does not count
            length = running[0] + (~late).astype(np.float32)
            sums = [value + np.where(late, 0.0, more) for value, more in zip(running[1:], terms[0], strict=True)]
            return {
                "reward": [total_reward(each) for each in terms],
                "flag": [terminated],
                **self._restarted(new, terminated, winner, [length, *sums], ended),
            }

        inputs = {"before": self.state, "after": self.state, "running": self.running, "ended": self.ended}
        outputs = {"reward": ["f32"] * self.players, "flag": ["mask"], **self._books()}
        return Kernel("judge", fn, inputs, outputs)

    def _earned(self, before: State, after: State) -> list[list[Array]]:
        """The reward terms of every player, f32 [N] each."""
        return [
            self._entries("reward", self.drill.reward(before, after, player), self.drill.reward_terms)
            for player in range(self.players)
        ]

    def _rewards(self) -> Kernel:
        """For the match on screen: states around one decision -> reward terms, player after player."""

        def fn(before: Arrays, after: Arrays) -> Results:
            return {"terms": [term for own in self._earned(self._named(before), self._named(after)) for term in own]}

        outputs = {"terms": ["f32"] * (self.players * len(self.drill.reward_terms))}
        return Kernel("rewards", fn, {"before": self.state, "after": self.state}, outputs)

    def _truncate(self) -> Kernel:
        """At a chunk's end: state -> truncated; truncated matches start anew."""

        def fn(state: Arrays, running: Arrays, ended: Arrays) -> Results:
            named = self._named(state)
            _, truncated, winner = self._outcome(named)
            return {"flag": [truncated], **self._restarted(named, truncated, winner, running, ended)}

        inputs = {"state": self.state, "running": self.running, "ended": self.ended}
        return Kernel("truncate", fn, inputs, {"flag": ["mask"], **self._books()})

    def _finish(self) -> Kernel:
        """For the match on screen: state -> terminated, truncated, winner; a match that is over starts anew."""

        def fn(state: Arrays) -> Results:
            named = self._named(state)
            terminated, truncated, winner = self._outcome(named)
            state = self._listed(self._restart(named, terminated | truncated), "reset")
            return {"state": state, "verdict": [terminated, truncated, winner]}

        outputs = {"state": self.state, "verdict": ["mask", "mask", "i32"]}
        return Kernel("finish", fn, {"state": self.state}, outputs)

    def _books(self) -> dict[str, Sequence[str]]:
        return {"state": self.state, "running": self.running, "ended": self.ended}

    def _restarted(self, state: State, over: Array, winner: Array, running: Arrays, ended: Arrays) -> Results:
        """The matches in the mask `over` tallied and started anew."""
        one = over.astype(np.float32)
        counts = [
            one,
            (over & (winner > 0)).astype(np.float32),
            (over & (winner < 0)).astype(np.float32),
            (over & (winner == 0)).astype(np.float32),
        ]
        earned = total_reward(running[1:])
        sums = [np.where(over, value, 0.0) for value in (running[0], earned, earned * earned, *running[1:])]
        return {
            "state": self._listed(self._restart(state, over), "reset"),
            "running": [np.where(over, 0.0, value) for value in running],
            "ended": [old + more for old, more in zip(ended, [*counts, *sums], strict=True)],
        }

    def _restart(self, state: State, over: Array) -> State:
        fresh = self._listed(self.drill.reset(state["seed"], state["episode"] + 1), "reset")
        return {name: np.where(over, new, state[name]) for name, new in zip(self.drill.fields, fresh, strict=True)}


def draw(state: State, player: int, salt: int) -> Array:
    """Uniform numbers f32 [N] in [0, 1), those of `matches.MatchBatch.draw`."""
    return elementary.uniform(elementary.hash_u32(state["seed"], state["episode"], state["clock"], player, salt))

"""N matches of a drill side by side, one decision a step, on kernels where there is WebAssembly and in NumPy elsewhere.

What all adapters are made of. Nothing restarts by itself: frameworks differ in when they want it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from copy import copy
from functools import wraps
from typing import Concatenate, Literal, NamedTuple, ParamSpec, Protocol, TypeAlias, TypeVar
from weakref import WeakValueDictionary

import numpy as np
from gymnasium.error import ResetNeeded

from drillsergeant import drills
from drillsergeant.drills.complete import is_own
from drillsergeant.drills.contract import Drill, Outcome, Player, State
from drillsergeant.elementary import Array, hash_u32
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.formulas.actions import from_words, to_words, unpacked
from drillsergeant.learn.heads import choices_of, masks_of
from drillsergeant.learn.reference.rollout import total_reward
from drillsergeant.library.actions import Joined, joined, split
from drillsergeant.library.compiler import Compiled
from drillsergeant.library.policy import Policy
from drillsergeant.memory.turns import new_turn
from drillsergeant.plain import whole_number

Arrays: TypeAlias = Sequence[Array]
# Who plays the players that are not learned: the drill's hand-written player, a random one, or a policy.
Opponent: TypeAlias = Literal["scripted", "random", Player.SCRIPTED, Player.RANDOM] | Policy


def checked_opponent(who: Opponent, what: str = "opponent", drill: Drill | None = None) -> Opponent:
    """Who plays in the place of `what`. Raises ValueError for a name that nobody has, and for a policy of another game
    than `drill`."""
    if not isinstance(who, Policy) and (not isinstance(who, str) or who not in (Player.SCRIPTED, Player.RANDOM)):
        raise ValueError(f'{what} is {who!r}, expected "scripted", "random" or a Policy, such as Policy.load(path)')
    if isinstance(who, Policy) and drill is not None:
        schema = who.content.schema
        theirs, ours = ((len(each.observation), len(each.heads)) for each in (schema, drill))
        if theirs != ours:
            raise ValueError(
                f"{what} is a policy of {schema.drill}, which sees {theirs[0]} numbers and decides {theirs[1]} things; "
                f"{drill.name} shows {ours[0]} and asks {ours[1]}: take one that learned {drill.name}"
            )
    return who


def drill_of(who: Opponent) -> str:
    """The drill that somebody plays. Raises ValueError for who plays any, and for what plays none."""
    checked_opponent(who, "policy")
    if isinstance(who, Policy):
        return who.content.schema.drill
    raise ValueError(f"{who!r} plays every drill: say which, drill='ball'")


class BatchStep(NamedTuple):
    """What one decision led to."""

    reward: list[Array]  # [S] f32 [N]
    outcome: Outcome[Array, Array]


class CompiledDrill:
    """The functions of a drill that matches are played with, each compiled when it is called first."""

    def __init__(self, drill: Drill) -> None:
        self._kernels = {kernel.name: kernel for kernel in DrillKernels(drill).all()}
        self._kernels |= {kernel.name: kernel for kernel in (_verdict(drill), _restart(drill), _begin(drill))}
        self._compiled: dict[str, Compiled] = {}

    def run(self, name: str, groups: dict[str, list[Array]], scalars: dict[str, float]) -> dict[str, list[Array]]:
        """Call the function `name` as `Compiled` is called, groups of arrays [N] in and out."""
        if name not in self._compiled:
            self._compiled[name] = Compiled(self._kernels[name])
        return self._compiled[name](groups, scalars)


# That of a drill of this package, for batches of a size, while there are any, and those used last. Others are compiled
# for every batch: who writes one may change a number that it looks up, and expects to see that in the next.
_in_use: WeakValueDictionary[tuple[Drill, str, int], CompiledDrill] = WeakValueDictionary()
_used_last: deque[CompiledDrill] = deque(maxlen=8)


def compiled_for(drill: Drill, count: int) -> CompiledDrill:
    """What a batch of `count` matches is played with. A thousand environments of a drill compile it once."""
    if not is_own(drill):
        return CompiledDrill(drill)
    key = drill, repr(drill), count  # by its text too: 9 and 9.0 are equal, and not the same number in a kernel
    try:
        found = _in_use.get(key)
    except TypeError:  # it holds something that has no hash
        return CompiledDrill(drill)
    if found is None:
        found = _in_use[key] = CompiledDrill(drill)
    if found not in _used_last:
        _used_last.append(found)
    return found


class Batch:
    """The matches. `reset` starts them; before it whatever else is asked of them raises ResetNeeded.

    Copies and pickles go on alike, each by itself. Who may be called by several threads does what it does `in_turn`,
    holding the lock `turn`.
    """

    def __init__(self, drill: Drill | str, count: int) -> None:
        self.drill = drills.resolve(drill)
        ensure_drill(self.drill)
        self.count, self.turn = whole_number("the number of matches", count, least=1), new_turn()
        self._functions = compiled_for(self.drill, count)
        self._state: list[Array] = []

    def __deepcopy__(self, memo: object) -> Batch:
        with self.turn:
            copied = copy(self)
            copied.turn, copied._state = new_turn(), [array.copy() for array in self._state]
        return copied

    def __getstate__(self) -> dict[str, object]:
        return {"drill": self.drill, "count": self.count, "_state": self._state}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self.turn, self._functions = new_turn(), compiled_for(self.drill, self.count)

    def _run(self, name: str, groups: dict[str, list[Array]], **scalars: float) -> dict[str, list[Array]]:
        return self._functions.run(name, groups, scalars)

    @property
    def state(self) -> State:
        """Every field of the matches, [N]."""
        return dict(zip(self.drill.fields, self._now(), strict=True))

    def _now(self) -> list[Array]:
        if not self._state:
            raise ResetNeeded(f"no match of {self.drill.name} has been started: call reset() first")
        return self._state

    def reset(self, seed: int, chosen: Array | None = None) -> None:
        """Start episode 0 of every match, or of those in the mask `chosen` [N]; what is random in them follows from
        `seed` and their number."""
        slots = np.arange(self.count, dtype=np.uint32)
        self._take(self._run("reset", {"slot": [slots]}, seed=seed % 2**32, first=0)["state"], chosen)

    def reset_each(self, seeds: Sequence[int], chosen: Array | None = None) -> None:
        """The same with a seed [N] for each: the match of a batch of one that is reset with it."""
        own = hash_u32(np.array([seed % 2**32 for seed in seeds], np.uint32), 0)
        self._take(self._run("begin", {"seed": [own]})["state"], chosen)

    def _take(self, fresh: list[Array], chosen: Array | None) -> None:
        with self.turn:
            if chosen is not None and not chosen.all():
                fresh = [np.where(chosen, new, old) for new, old in zip(fresh, self._now(), strict=True)]
            self._state = fresh

    def observe(self, player: int) -> Array:
        """What a player sees, f32 [N][OBS]."""
        return np.stack(self._seen(player)["obs"], -1)

    def _seen(self, player: int) -> dict[str, list[Array]]:
        return self._run(f"observe_{player}", {"state": self._now()})

    def allowed(self, player: int) -> Array:
        """Which choices a player has now, bool [N][K], those of all discrete heads one after the other; every one where
        the drill has no masks."""
        found, choices = self._masks(self._seen(player)), sum(map(len, choices_of(self.drill.heads)))
        return np.ones((self.count, choices), np.bool_) if found is None else found

    def _masks(self, seen: dict[str, list[Array]]) -> Array | None:
        masks = unpacked(seen.get("allowed", []), masks_of(self.drill))
        return np.stack(masks, -1) if masks else None

    def choose(self, who: Opponent, player: int) -> Joined:
        """The actions of a player whom somebody else plays, as `library.actions.joined` has them."""
        if isinstance(who, str):
            heads, words = self.drill.heads, self._run(f"{who}_{player}", {"state": self._now()})["action"]
            return joined(heads, from_words(heads, words))
        seen = self._seen(player)
        actions: Joined = who.act(np.stack(seen["obs"], -1), draws=seen["draw"][0], allowed=self._masks(seen))
        return actions

    def step(self, actions: Sequence[Joined]) -> BatchStep:
        """Play one decision with actions [S], each as `choose` gives it. Raises ValueError for those that do not
        exist."""
        name, heads = self.drill.name, self.drill.heads
        chosen = {
            f"action_{player}": to_words(heads, split(name, heads, each, self.count))
            for player, each in enumerate(actions)
        }
        with self.turn:
            before = self._now()
            after = self._state = self._run("tick", {"state": before, **chosen})["state"]
        judged = self._run("verdict", {"before": before, "after": after})
        return BatchStep(judged["reward"], Outcome(*judged["flags"], *judged["winner"]))

    def restart(self, over: Array) -> None:
        """Start the next episode of the matches in the mask `over` [N]."""
        with self.turn:
            self._state = self._run("restart", {"state": self._now(), "over": [over]})["state"]


class _Played(Protocol):
    """Who has matches."""

    _batch: Batch


P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=_Played)


def in_turn(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A method of who has matches, called by one thread at a time: the others wait."""

    @wraps(method)
    def called(self: S, /, *args: P.args, **options: P.kwargs) -> R:
        with self._batch.turn:
            return method(self, *args, **options)

    return called


def _verdict(drill: Drill) -> Kernel:
    """States around one decision -> reward [S], terminated, truncated, winner."""
    fields = tuple(drill.fields)

    def fn(before: Arrays, after: Arrays) -> dict[str, Arrays]:
        old, new = dict(zip(fields, before, strict=True)), dict(zip(fields, after, strict=True))
        terminated, truncated, winner = drill.outcome(new)
        reward = [total_reward(drill.reward(old, new, player)) for player in range(sum(drill.teams))]
        return {"reward": reward, "flags": [terminated, truncated], "winner": [winner]}

    state = tuple(drill.fields.values())
    outputs = {"reward": ["f32"] * sum(drill.teams), "flags": ["mask", "mask"], "winner": ["i32"]}
    return Kernel("verdict", fn, {"before": state, "after": state}, outputs)


def _restart(drill: Drill) -> Kernel:
    """state, over -> state, where over at the start of the next episode."""
    fields = tuple(drill.fields)

    def fn(state: Arrays, over: Arrays) -> dict[str, Arrays]:
        now = dict(zip(fields, state, strict=True))
        fresh = drill.reset(now["seed"], now["episode"] + 1)
        return {"state": [np.where(over[0], fresh[name], now[name]) for name in fields]}

    state = tuple(drill.fields.values())
    return Kernel("restart", fn, {"state": state, "over": ["mask"]}, {"state": state})


def _begin(drill: Drill) -> Kernel:
    """seed u32, one for each match -> state at the start of episode 0."""

    def fn(seed: Arrays) -> dict[str, Arrays]:
        fresh = drill.reset(seed[0], seed[0] & 0)
        return {"state": [fresh[name] for name in drill.fields]}

    return Kernel("begin", fn, {"seed": ["u32"]}, {"state": tuple(drill.fields.values())})

"""The elementwise kernels of a drill and of the learner, each around an unchanged function of `drills` or `learn`.

Only code that builds programs imports this (it needs NumPy, by way of the functions it wraps); what runs a program
knows nothing but names and pointers. Groups are lists of arrays, see `kernels.kernel`. "state" is one array per field
of the drill, in the order of `drill.fields`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import Discrete, Drill, State
from drillsergeant.elementary import Array
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.drill_checks import NamedArrays, returned
from drillsergeant.learn.engine import CHUNK_STATS
from drillsergeant.learn.formulas.adam import adam_step
from drillsergeant.learn.formulas.gae import gae_step
from drillsergeant.learn.formulas.losses import loss_gradient
from drillsergeant.learn.formulas.network import unit_noise
from drillsergeant.learn.formulas.rescale import standardise
from drillsergeant.learn.formulas.sampling import Distribution, sample
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.ppo.arithmetic import METRICS
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
        """slot u32 -> state: episode 0 of slot `slot` of a batch seeded with `seed`, as `matches.MatchBatch` starts."""

        def fn(slot: Arrays, seed: Array) -> Results:
            return {"state": self._listed(self.drill.reset(elementary.hash_u32(seed, slot[0]), slot[0] & 0), "reset")}

        return Kernel("reset", fn, {"slot": ["u32"]}, {"state": self.state}, {"seed": "u32"})

    def _ticks(self) -> list[Kernel]:
        """state, action_0 i32 [HEADS], action_1, ... of every player -> state, a decision later and a tick later."""

        def fn(state: Arrays, **actions: Arrays) -> Results:
            listed = [actions[group] for group in groups]
            return {"state": self._listed(self.drill.tick(self._named(state), listed), "tick")}

        groups = [f"action_{player}" for player in range(self.players)]
        inputs = {"state": self.state, **dict.fromkeys(groups, self.action)}
        repeats = {"tick": self.drill.action_repeat, "tick_once": 1}
        return [Kernel(name, fn, inputs, {"state": self.state}, repeat=repeat) for name, repeat in repeats.items()]

    def _observe(self, player: int) -> Kernel:
        """state -> what `player` sees, f32 [OBS], and the uniform number its action is drawn with."""

        def fn(state: Arrays) -> Results:
            named = self._named(state)
            return {
                "obs": self._entries("observe", self.drill.observe(named, player), self.drill.observation),
                "draw": [draw(named, player, SAMPLING_SALT)],
            }

        outputs = {"obs": ["f32"] * len(self.drill.observation), "draw": ["f32"]}
        return Kernel(f"observe_{player}", fn, {"state": self.state}, outputs)

    def _sample(self) -> Kernel:
        """policy f32 [R], draw -> action i32 [HEADS], its log-probability."""

        def fn(policy: Arrays, draw: Arrays) -> Results:
            action, logp, _ = sample(Distribution(self.drill.heads, policy), draw[0])
            return {"action": action, "logp": [logp]}

        inputs = {"policy": ["f32"] * policy_rows(self.drill.heads), "draw": ["f32"]}
        return Kernel("sample", fn, inputs, {"action": self.action, "logp": ["f32"]})

    def _scripted(self, player: int) -> Kernel:
        """state -> action of the frozen hand-written player."""

        def fn(state: Arrays) -> Results:
            found, names = self.drill.scripted(self._named(state), player), [head.name for head in self.drill.heads]
            return {"action": self._entries("scripted", found, names)}

        return Kernel(f"scripted_{player}", fn, {"state": self.state}, {"action": self.action})

    def _random(self, player: int) -> Kernel:
        """state -> action drawn uniformly."""

        def fn(state: Arrays) -> Results:
            uniform = draw(self._named(state), player, RANDOM_PLAYER_SALT)
            return {"action": random_action(uniform, self.drill.heads)}

        return Kernel(f"random_{player}", fn, {"state": self.state}, {"action": self.action})

    def _judge(self) -> Kernel:
        """States around one decision -> reward [S] and terminated; terminated matches start anew in "state"."""

        def fn(before: Arrays, after: Arrays, running: Arrays, ended: Arrays) -> Results:
            old, new = self._named(before), self._named(after)
            terms = [
                self._entries("reward", self.drill.reward(old, new, player), self.drill.reward_terms)
                for player in range(self.players)
            ]
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


def learner_kernels(heads: Sequence[Discrete]) -> list[Kernel]:
    """Every elementwise kernel of the learner for a policy over these heads."""
    return [
        *(_noise(), _gae(), _centre(), _scale(), _standardise(), _loss(heads)),
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


def _loss(heads: Sequence[Discrete]) -> Kernel:
    """head f32 [R+1] and what the chunk says -> gradient w.r.t. the head, metric rows; see `losses`."""

    def fn(
        head: Arrays,
        action: Arrays,
        logp: Arrays,
        advantage: Arrays,
        returns: Arrays,
        clip_coef: np.float32,
        entropy_coef: np.float32,
        value_coef: np.float32,
    ) -> Results:
        given = (logp[0], advantage[0], returns[0], clip_coef, entropy_coef, value_coef)
        drows, dvalue, metrics = loss_gradient(Distribution(heads, head[:-1]), head[-1], action, *given)
        return {"upstream": [*drows, dvalue], "metrics": metrics}

    outputs = ["f32"] * (policy_rows(heads) + 1)
    rows = {"action": ["i32"] * len(heads), "logp": ["f32"], "advantage": ["f32"], "returns": ["f32"]}
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

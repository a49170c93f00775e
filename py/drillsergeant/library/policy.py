"""A learned policy in the hand: what it would do, and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from drillsergeant import drills, elementary
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.defaults import default_hidden
from drillsergeant.learn.files import dshq
from drillsergeant.learn.files.dshq import read_policy, read_summary, write_policy
from drillsergeant.learn.files.onnx import write_onnx
from drillsergeant.learn.files.replacing import checked_kind, replace_file
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.safetensors import PolicyFileError, check_values
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.formulas.actions import as_played
from drillsergeant.learn.formulas.gaussian import bounded
from drillsergeant.learn.formulas.network import Activations, Network
from drillsergeant.learn.formulas.sampling import Choice, Distribution, Number, sample, softmax_parts
from drillsergeant.learn.heads import choices_of, spread_of
from drillsergeant.learn.ppo.hidden import checked_hidden
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import MOST_DECISIONS, SANE, checked_count
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.library.actions import joined
from drillsergeant.library.public import public_names


class Policy:
    """What plays a player of a drill. Immutable.

    An observation is f32 [OBS] as `drill.observation` names its entries, or [N][OBS] for N at once; what is returned
    has the same leading axis. Raises ValueError for another shape.
    """

    def __init__(self, content: dshq.PolicyFile) -> None:
        """Use a policy as read from a file; `load` and `from_tensors` are more convenient."""
        self.content = content
        schema = content.schema
        self._network = Network.for_heads(len(schema.observation), schema.heads, schema.hidden)
        self._parameters: Array = np.frombuffer(content.state.arrays["parameters"], np.float32)

    @classmethod
    def load(cls, source: str | Path | bytes, drill: Drill | str | None = None) -> Policy:
        """Read a `.dshq` file, by path or by its content, for `drill` (or the one of this name) or the drill it names.

        Raises PolicyFileError (a ValueError) for a file that is damaged or for another drill.
        """
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        told = read_summary(content)
        if drill is None:
            name = told.drill
            if name not in drills.DRILLS:
                remedy = "register it, or name it: Policy.load(path, drill), --drill FILE.py in a command"
                there = ", ".join(drills.DRILLS)
                raise PolicyFileError(f"the file is for the drill {name!r}, there are {there}; {remedy}")
            drill = name
        return cls(read_policy(content, schema_of(drills.resolve(drill), told.hidden)))

    @classmethod
    def from_tensors(cls, drill: Drill | str, tensors: Mapping[str, Array], decisions: int = 0) -> Policy:
        """A policy trained elsewhere, from arrays [OUT, IN] and [OUT] by their names in `.dshq` (`learn.files.dshq`).

        `tensors` has the shapes of a PyTorch module with `net = Sequential(Linear, Tanh, Linear, Tanh)`, a
        pair for each hidden layer, `policy = Linear`, `value = Linear`, and `policy.log_std` [C] where heads are
        continuous. `decisions` is what it has learned from. Raises ValueError naming a tensor that is missing, has
        another shape or holds NaN, infinity or more than 1e18; TypeError for what is no mapping.
        """
        drill = drills.resolve(drill)
        if not isinstance(tensors, Mapping):
            raise TypeError(f"tensors is {tensors!r:.40}; give arrays by name, as Policy.tensors() has them")
        decisions = checked_count("decisions", decisions, MOST_DECISIONS, "leave it out where it is not known")
        schema, parts = schema_of(drill, _hidden_of(tensors)), []
        for name, shape in schema.tensors.items():
            tensor = _as_f32(name, tensors[name]) if name in tensors else None
            if tensor is None or tensor.shape != shape:
                found = "missing" if tensor is None else f"{list(tensor.shape)}"
                raise ValueError(f"tensor {name!r} is {found}, a policy for {drill.name} has {list(shape)}")
            check_values(name, tensor.tobytes(), -SANE)
            parts.append(tensor.tobytes())
        parameters = b"".join(parts)
        still = bytes(len(parameters))
        state = LearnerState(0, 0, 0, 0, {"parameters": parameters, "first_moment": still, "second_moment": still})
        return cls(dshq.PolicyFile(schema, state, Hyper(), RunProgress(decisions, created=now())))

    def __repr__(self) -> str:
        schema, progress = self.content.schema, self.content.progress
        size = f"{len(schema.observation)} numbers in, network {schema.hidden}"
        return f"<Policy {schema.drill}: {size}, {progress.decisions:,} decisions learned from>"

    def __dir__(self) -> list[str]:
        return public_names(super().__dir__())

    def probabilities(self, observation: Array, allowed: Array | None = None) -> Array:
        """The chances of the choices, f32 [K] or [N][K]: of every discrete head, one after the other; those of each sum
        to 1. `allowed`: masks of the same shape, of a drill that has them; without, every choice is there."""
        parts = self._policy(observation, allowed).by_head()
        chances = [chance for part in parts if isinstance(part, Choice) for chance in _chances(part)]
        return _columns(chances, observation)

    def numbers(self, observation: Array) -> tuple[Array, Array]:
        """Means and standard deviations, f32 [C] or [N][C], of every continuous head, in its unit."""
        parts = [part for part in self._policy(observation).by_head() if isinstance(part, Number)]
        stds = [elementary.exp(bounded(part.log_std)) * np.float32(spread_of(part.head)[1]) for part in parts]
        return _columns(list(map(_mean, parts)), observation), _columns(stds, observation)

    def value(self, observation: Array) -> Array:
        """The reward expected from there on, f32 [] or [N]."""
        values: Array = self._seen(observation).value.reshape(np.shape(observation)[:-1])
        return values

    def act(
        self,
        observation: Array,
        random: np.random.Generator | None = None,
        draws: Array | None = None,
        allowed: Array | None = None,
    ) -> Any:
        """Actions: the likeliest; drawn by their chances with `random`, or by `draws` [N] in [0, 1).

        int [] or [N] for a drill with one choice; [HEADS] or [N][HEADS] for several, or (f32, clipped) for numbers; a
        tuple of [] or [N] and [1] or [N][1] where there are both. `allowed`: as in `probabilities`.
        """
        policy, heads = self._policy(observation, allowed), self.content.schema.heads
        if random is not None:
            if not isinstance(random, np.random.Generator):
                raise ValueError(f"random is {random!r:.40}; give a generator, np.random.default_rng(seed)")
            draws = random.random(np.shape(observation)[:-1], np.float32)
        if draws is None:
            parts = [_likeliest(part) for part in policy.by_head()]
        else:
            parts, _ = sample(policy, _checked_draws(draws, np.shape(observation)[:-1]))
        action = joined(heads, as_played(heads, parts))
        if np.ndim(observation) > 1:
            return action
        return tuple(part[0] for part in action) if isinstance(action, tuple) else np.asarray(action[0])

    def _policy(self, observation: Array, allowed: Array | None = None) -> Distribution:
        """What it says in N situations."""
        masks: list[Array] = []
        count = sum(map(len, choices_of(self.content.schema.heads)))
        if allowed is not None and count:
            masks = list(self._allowed(observation, allowed, count).T)
        return self._network.policy(self.content.schema.heads, self._parameters, self._seen(observation), masks)

    def _allowed(self, observation: Array, allowed: Array, count: int) -> Array:
        """Masks bool [N][K] of N situations."""
        masks, wanted = np.asarray(allowed, np.bool_), (*np.shape(observation)[:-1], count)
        if masks.shape != wanted:
            raise ValueError(
                f"allowed has the shape {list(masks.shape)}, these observations of {self.content.schema.drill} take "
                f"{list(wanted)}, a bool for every choice of all heads"
            )
        return masks.reshape(-1, count)

    def _seen(self, observation: Array) -> Activations:
        """What the network makes of N situations."""
        rows = np.asarray(observation)
        if rows.dtype.kind not in "biuf":
            raise ValueError(f"the observation is {observation!r:.60}; give numbers f32")
        rows = rows.astype(np.float32, copy=False)
        size = self._network.observation_size
        if rows.ndim not in (1, 2) or rows.shape[-1] != size:
            raise ValueError(
                f"the observation has the shape {list(rows.shape)}, a policy for {self.content.schema.drill} takes "
                f"[{size}] or [N, {size}]"
            )
        if not np.isfinite(rows).all():
            first = self.content.schema.observation[np.argwhere(~np.isfinite(rows))[0][-1]]
            raise ValueError(f"the observation holds NaN or infinity, as {first}: give finite numbers")
        return self._network.forward(self._parameters, np.ascontiguousarray(rows.reshape(-1, size).T))

    def tensors(self) -> dict[str, Array]:
        """The network's arrays [OUT, IN] and [OUT] by their names in `.dshq`: what `from_tensors` takes."""
        parts = self.content.schema.split(self.content.state.arrays["parameters"])
        return {name: np.frombuffer(part.content, np.float32).reshape(part.shape) for name, part in parts.items()}

    def to_bytes(self) -> bytes:
        """The content of its `.dshq` file."""
        return write_policy(self.content)

    def save(self, path: str | Path) -> None:
        """Write it as `.dshq`: a safetensors file, which the page imports and trains on from.

        Raises OSError where it cannot be written; a file that was there before is as it was then. ValueError for the
        name of an ONNX model.
        """
        checked_policy_path(path)
        replace_file(path, self.to_bytes())

    def export_onnx(self, path: str | Path) -> None:
        """Write it as an ONNX model: observation -> logits and probabilities of every head, value.

        Raises OSError as `save` does, ValueError for a name that ends otherwise than in .onnx.
        """
        checked_kind(path, ".onnx")
        replace_file(path, write_onnx(self.content))


def schema_of(drill: Drill, hidden: tuple[int, ...] = ()) -> Schema:
    """What a policy for a drill is, with `hidden` units in each hidden layer, or the drill's default."""
    return Schema.of(facts_of(drill), checked_hidden(hidden or default_hidden(drill)))


def checked_policy_path(path: str | Path) -> None:
    """Raise ValueError for the name of an ONNX model where a `.dshq` file is to be written."""
    if Path(path).suffix.lower() == ".onnx":
        raise ValueError(f"{Path(path).name} would hold a .dshq file: end it in .dshq; `export_onnx` writes ONNX")


def _checked_draws(draws: Array, wanted: tuple[int, ...]) -> Array:
    """f32 [N]. Raises ValueError for others than numbers from 0 to 1 of the shape that is wanted, [] or [N]."""
    given = np.asarray(draws)
    if given.dtype.kind not in "biuf" or given.shape != wanted or not ((given >= 0.0) & (given <= 1.0)).all():
        raise ValueError(f"draws is {draws!r:.60}; give numbers in [0, 1) of the shape {list(wanted)}")
    return given.astype(np.float32).reshape(-1)


def _hidden_of(tensors: Mapping[str, Array]) -> tuple[int, ...]:
    """Units of each hidden layer, by the shapes of their weights."""
    units: list[int] = []
    while (name := f"net.{2 * len(units)}.weight") in tensors:
        units.append(len(tensors[name]))
    return tuple(units)


def now() -> str:
    """The time as files have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _as_f32(name: str, tensor: Array) -> Array:
    """A tensor as f32. Raises ValueError with its name for what holds no numbers."""
    given = np.asarray(tensor)
    if given.dtype.kind not in "biuf":
        raise ValueError(f"tensor {name!r} is {tensor!r:.40}; give numbers f32")
    return given.astype(np.float32, copy=False)


def _chances(choice: Choice) -> list[Array]:
    """Of every choice, f32 [N]."""
    _, exponentials, total = softmax_parts(*choice)
    return [exponential / total for exponential in exponentials]


def _likeliest(part: Choice | Number) -> Array:
    """The likeliest choice i32 [N], or the mean f32 [N] in the head's unit."""
    if isinstance(part, Choice):
        choice: Array = np.stack(_chances(part)).argmax(0).astype(np.int32)
        return choice
    return _mean(part)


def _mean(number: Number) -> Array:
    """In the head's unit, f32 [N]."""
    middle, half = spread_of(number.head)
    mean: Array = number.mean * np.float32(half) + np.float32(middle)
    return mean


def _columns(parts: Sequence[Array], observation: Array) -> Array:
    """[K] or [N][K] of K arrays f32 [N], by the observation [OBS] or [N][OBS]."""
    shape = (*np.shape(observation)[:-1], len(parts))
    return np.stack(parts, -1).reshape(shape) if parts else np.zeros(shape, np.float32)

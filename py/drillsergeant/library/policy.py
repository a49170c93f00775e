"""A learned policy in the hand: what it would do, and its files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from drillsergeant import drills
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files import dshq
from drillsergeant.learn.files.dshq import RunProgress, read_policy, read_summary, write_policy
from drillsergeant.learn.files.onnx import write_onnx
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.sampling import Distribution, sample, softmax_parts
from drillsergeant.learn.heads import policy_rows, split_rows
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.library.actions import joined

HIDDEN = 64


class Policy:
    """What plays a player of a drill. Immutable.

    An observation is f32 [OBS] as `drill.observation` names its entries, or [N][OBS] for N at once; what is returned
    has the same leading axis. Raises ValueError for another shape.
    """

    def __init__(self, content: dshq.PolicyFile) -> None:
        """Use a policy as read from a file; `load` and `from_tensors` are more convenient."""
        self.content = content
        schema = content.schema
        self._heads = schema.heads
        self._network = Network(len(schema.observation), policy_rows(schema.heads), schema.hidden)
        self._parameters: Array = np.frombuffer(content.state.arrays["parameters"], np.float32)

    @classmethod
    def load(cls, source: str | Path | bytes, drill: Drill | str | None = None) -> Policy:
        """Read a `.dshq` file, by path or by its content, for `drill` (or the one of this name) or the drill it names.

        Raises PolicyFileError (a ValueError) for a file that is damaged or for another drill.
        """
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        if drill is None:
            name = read_summary(content).drill
            if name not in drills.DRILLS:
                there = f"there are {', '.join(drills.DRILLS)}; register it, or name it: Policy.load(path, drill)"
                raise PolicyFileError(f"the file is for the drill {name!r}, {there}")
            drill = name
        return cls(read_policy(content, schema_of(drills.resolve(drill))))

    @classmethod
    def from_tensors(cls, drill: Drill | str, tensors: Mapping[str, Array], decisions: int = 0) -> Policy:
        """A policy trained elsewhere, from arrays [OUT, IN] and [OUT] by their names in `.dshq` (`learn.files.dshq`).

        `tensors` has the shapes of a PyTorch module with `net = Sequential(Linear, Tanh, Linear, Tanh)`,
        `policy = Linear`, `value = Linear`. Raises ValueError naming a tensor that is missing or has another shape.
        """
        drill = drills.resolve(drill)
        schema, parts = schema_of(drill), []
        for name, shape in schema.tensors.items():
            tensor = np.asarray(tensors[name], np.float32) if name in tensors else None
            if tensor is None or tensor.shape != shape:
                found = "missing" if tensor is None else f"{list(tensor.shape)}"
                raise ValueError(f"tensor {name!r} is {found}, a policy for {drill.name} has {list(shape)}")
            parts.append(tensor.tobytes())
        parameters = b"".join(parts)
        still = bytes(len(parameters))
        state = LearnerState(0, 0, 0, 0, {"parameters": parameters, "first_moment": still, "second_moment": still})
        return cls(dshq.PolicyFile(schema, state, Hyper(), RunProgress(decisions, created=now())))

    def probabilities(self, observation: Array) -> Array:
        """The chances of the choices, f32 [R] or [N][R]: of every head, one after the other; those of each sum to 1."""
        chances: Array = np.stack([chance for of_head in self._chances(observation) for chance in of_head], -1)
        return chances.reshape(*np.shape(observation)[:-1], -1)

    def _chances(self, observation: Array) -> list[list[Array]]:
        """Of each head, of each of its choices, f32 [N]."""
        found = []
        for logits in split_rows(self._heads, list(self._rows(observation)[:-1])):
            _, exponentials, total = softmax_parts(logits)
            found.append([exponential / total for exponential in exponentials])
        return found

    def value(self, observation: Array) -> Array:
        """The reward expected from there on, f32 [] or [N]."""
        values: Array = self._rows(observation)[-1].reshape(np.shape(observation)[:-1])
        return values

    def act(self, observation: Array, random: np.random.Generator | None = None, draws: Array | None = None) -> Array:
        """Actions: the likeliest; drawn by their chances with `random`, or by `draws` [N] in [0, 1).

        int [] or [N] for a drill with one head, [HEADS] or [N][HEADS] for one with several.
        """
        if random is not None:
            draws = random.random(np.shape(observation)[:-1], np.float32)
        if draws is None:
            parts = [np.stack(of_head).argmax(0) for of_head in self._chances(observation)]
        else:
            uniform = np.asarray(draws, np.float32).reshape(-1)
            parts, _, _ = sample(Distribution(self._heads, list(self._rows(observation)[:-1])), uniform)
        action = joined(self._heads, parts)
        return action.reshape((*np.shape(observation)[:-1], *action.shape[1:]))

    def _rows(self, observation: Array) -> Array:
        """[R+1][N]."""
        rows = np.asarray(observation, np.float32)
        size = self._network.observation_size
        if rows.ndim not in (1, 2) or rows.shape[-1] != size:
            raise ValueError(
                f"the observation has the shape {list(rows.shape)}, a policy for {self.content.schema.drill} takes "
                f"[{size}] or [N, {size}]"
            )
        return self._network.forward(self._parameters, np.ascontiguousarray(rows.reshape(-1, size).T)).head

    def to_bytes(self) -> bytes:
        """The content of its `.dshq` file."""
        return write_policy(self.content)

    def save(self, path: str | Path) -> None:
        """Write it as `.dshq`: a safetensors file, which the page imports and trains on from."""
        Path(path).write_bytes(self.to_bytes())

    def export_onnx(self, path: str | Path) -> None:
        """Write it as an ONNX model: observation -> logits and probabilities of every head, value."""
        Path(path).write_bytes(write_onnx(self.content))


def schema_of(drill: Drill) -> Schema:
    """What a policy for a drill is."""
    return Schema.of(facts_of(drill), HIDDEN)


def now() -> str:
    """The time as files have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")

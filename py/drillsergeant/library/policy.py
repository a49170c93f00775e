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
from drillsergeant.learn.files.dshq import RunProgress, Schema, read_policy, read_summary, write_policy
from drillsergeant.learn.files.onnx import write_onnx
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.sampling import softmax_parts
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState

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
        self._network = Network(len(schema.observation), schema.action_count, schema.hidden)
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
        """The chances of the actions, f32 [ACT] or [N][ACT]."""
        _, exponentials, total = softmax_parts(list(self._head(observation)[:-1]))
        chances: Array = np.stack([exponential / total for exponential in exponentials], -1)
        return chances.reshape(*np.shape(observation)[:-1], -1)

    def value(self, observation: Array) -> Array:
        """The reward expected from there on, f32 [] or [N]."""
        values: Array = self._head(observation)[-1].reshape(np.shape(observation)[:-1])
        return values

    def act(self, observation: Array, random: np.random.Generator | None = None, draws: Array | None = None) -> Array:
        """Actions, int [] or [N]: the likeliest; drawn by their chances with `random`, or by `draws` [N] in [0, 1)."""
        if random is not None:
            draws = random.random(np.shape(observation)[:-1], np.float32)
        if draws is None:
            return np.asarray(self.probabilities(observation).argmax(-1))
        reached = np.cumsum(self.probabilities(observation), -1)
        # The last action takes what rounding leaves.
        return np.asarray((np.asarray(draws)[..., None] >= reached[..., :-1]).sum(-1))

    def _head(self, observation: Array) -> Array:
        """[ACT+1][N]."""
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
        """Write it as an ONNX model: observation -> logits, probabilities, value."""
        Path(path).write_bytes(write_onnx(self.content))


def schema_of(drill: Drill) -> Schema:
    """What a policy for a drill is."""
    return Schema.of(facts_of(drill), HIDDEN)


def now() -> str:
    """The time as files have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")

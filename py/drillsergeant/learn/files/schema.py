"""What a policy is for: the drill, what it sees and does, and in which tensors its numbers lie."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from itertools import pairwise

from drillsergeant.drills.contract import Discrete, Head
from drillsergeant.learn.files.joint_actions import joint_choice
from drillsergeant.learn.files.safetensors import F32_BYTES, Tensor
from drillsergeant.learn.heads import choices_of, log_stds, policy_rows
from drillsergeant.learn.program import DrillFacts

LOG_STD = "policy.log_std"  # the tensor of log standard deviations


def plain_head(head: Head) -> list[object]:
    """A head as JSON has it: its name and choices, or its name, range and unit."""
    return [head.name, head.choices] if isinstance(head, Discrete) else [head.name, head.low, head.high, head.unit]


@dataclass(frozen=True)
class Schema:
    """What a policy is for. `meaning` is a digest of everything that gives its inputs and outputs their meaning;
    `place` is that of a page, for a game of the reader's own, whose class may be called anything."""

    drill: str
    observation: tuple[str, ...]
    heads: tuple[Head, ...]
    hidden: tuple[int, ...]
    meaning: str
    joint_meaning: str = ""  # that of files from when one choice stood for a choice in every head
    masks: int = 0  # how many choices may be forbidden: all, or none
    place: str = ""

    @classmethod
    def of(cls, drill: DrillFacts, hidden: tuple[int, ...]) -> Schema:
        """The schema of a drill's policy with `hidden` units in each hidden layer."""
        # Files from before there were teams have the number of players here, each of which was a team.
        teams = drill.teams if max(drill.teams) > 1 else len(drill.teams)
        rest = [teams, drill.action_repeat, drill.tick_hz]
        name, place = drill.called or drill.name, drill.name if drill.called else ""

        def digest(actions: object, keys: object) -> str:
            facts = [name, drill.observation, actions, keys, *rest]
            return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

        sizes, joint = list(map(len, choices_of(drill.heads))), ""
        if len(sizes) == len(drill.heads):
            codes = [joint_choice(sizes, map(int, action)) for action in drill.keys]
            joint = digest(math.prod(sizes), codes)
        if len(sizes) == len(drill.heads) == 1:
            return cls(name, drill.observation, drill.heads, hidden, joint, masks=drill.masks, place=place)
        meaning = digest(list(map(plain_head, drill.heads)), drill.keys)
        return cls(name, drill.observation, drill.heads, hidden, meaning, joint, drill.masks, place)

    def is_of(self, drill: str, place: str) -> bool:
        """Whether a file is for this drill that names `drill`, or for a game of the same `place` of a page."""
        return drill == self.drill or (bool(place) and place == self.place)

    @property
    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Shape by name, in the order of the flat parameter vector."""
        rows, widths = policy_rows(self.heads), [len(self.observation), *self.hidden]
        net: dict[str, tuple[int, ...]] = {}
        for layer, (inputs, outputs) in enumerate(pairwise(widths)):
            net |= {f"net.{2 * layer}.weight": (outputs, inputs), f"net.{2 * layer}.bias": (outputs,)}
        return {
            **net,
            "policy.weight": (rows, widths[-1]),
            "value.weight": (1, widths[-1]),
            "policy.bias": (rows,),
            "value.bias": (1,),
            **({LOG_STD: (log_stds(self.heads),)} if log_stds(self.heads) else {}),
        }

    def split(self, parameters: bytes, prefix: str = "") -> dict[str, Tensor]:
        """The tensors of a flat f32 vector [P]."""
        found: dict[str, Tensor] = {}
        at = 0
        for name, shape in self.tensors.items():
            end = at + F32_BYTES * math.prod(shape)
            found[prefix + name] = Tensor(shape, parameters[at:end])
            at = end
        if at != len(parameters):
            raise ValueError(f"a policy for {self.drill} has {at} bytes of parameters, these are {len(parameters)}")
        return found

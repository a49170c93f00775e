"""What a policy is for: the drill, what it sees and does, and in which tensors its numbers lie."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass

from drillsergeant.drills.contract import Discrete
from drillsergeant.learn.files.joint_actions import joint_choice
from drillsergeant.learn.files.safetensors import F32_BYTES, Tensor
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.program import DrillFacts


@dataclass(frozen=True)
class Schema:
    """What a policy is for. `meaning` is a digest of everything that gives its inputs and outputs their meaning."""

    drill: str
    observation: tuple[str, ...]
    heads: tuple[Discrete, ...]
    hidden: int
    meaning: str
    joint_meaning: str = ""  # that of files from when one choice stood for a choice in every head

    @classmethod
    def of(cls, drill: DrillFacts, hidden: int) -> Schema:
        """The schema of a drill's policy with `hidden` units a layer."""
        # Files from before there were teams have the number of players here, each of which was a team.
        teams = drill.teams if max(drill.teams) > 1 else len(drill.teams)
        rest = [teams, drill.action_repeat, drill.tick_hz]

        def digest(actions: object, keys: object) -> str:
            facts = [drill.name, drill.observation, actions, keys, *rest]
            return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

        sizes = [len(head.choices) for head in drill.heads]
        joint = digest(math.prod(sizes), [joint_choice(sizes, action) for action in drill.keys])
        if len(sizes) == 1:
            return cls(drill.name, drill.observation, drill.heads, hidden, joint)
        meaning = digest([[head.name, head.choices] for head in drill.heads], drill.keys)
        return cls(drill.name, drill.observation, drill.heads, hidden, meaning, joint)

    @property
    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Shape by name, in the order of the flat parameter vector."""
        inputs, hidden, rows = len(self.observation), self.hidden, policy_rows(self.heads)
        return {
            "net.0.weight": (hidden, inputs),
            "net.0.bias": (hidden,),
            "net.2.weight": (hidden, hidden),
            "net.2.bias": (hidden,),
            "policy.weight": (rows, hidden),
            "value.weight": (1, hidden),
            "policy.bias": (rows,),
            "value.bias": (1,),
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

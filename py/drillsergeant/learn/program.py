"""A drill compiled: one WebAssembly module and the facts that are needed to run it, on disk as .wasm and .json.

Whoever runs a program needs neither NumPy nor the drill's Python: this file, `wasm.engine` and what they import are
the running side. The tracing side (`compile.program_builder` and what it imports) makes programs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from drillsergeant.drills.contract import (
    Body,
    Continuous,
    Discrete,
    Dtype,
    Head,
    MeanReturn,
    Objective,
    Recommended,
    Scene,
    SuccessShare,
    WinRate,
    Words,
)
from drillsergeant.drills.shapes import shape_from

FORMAT = 8  # raised when a function or a fact changes its meaning
KEY_DIRECTIONS = (-1, 0, 1)


@dataclass(frozen=True)
class DrillFacts:
    """What a drill says about itself, see `drills.contract.Drill`; its functions are kernels of the module.

    `keys` holds the result of `from_keys` for every combination, in the order of `held_keys`;
    `drawn_numbers` are the fields that hold a number that differs from match to match, `lessons` those of them that
    move on, with their values. `called`: what a game of the reader's own is called by its class, which files say; its
    `name` is then that of its place on the page (`drills.new_game`).
    """

    name: str
    words: Words
    teams: tuple[int, ...]
    heads: tuple[Head, ...]
    action_repeat: int
    tick_hz: int
    time_limit_s: float
    fields: Mapping[str, Dtype]
    observation: tuple[str, ...]
    reward_terms: tuple[str, ...]
    scene: Scene
    objective: Objective
    keys: tuple[tuple[float, ...], ...]
    recommended: Recommended | None = None
    masks: int = 0  # as many as there are choices where some may be forbidden, see `drills.contract.Masking`
    only_time_ends: bool = False
    drawn_numbers: tuple[str, ...] = ()
    lessons: tuple[tuple[str, tuple[float, ...]], ...] = ()
    called: str = ""

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[float, ...]:
        """Return the action for the keys a human holds, see `drills.contract.Drill`."""
        index = player
        for direction in (right, up, turn):
            index = index * len(KEY_DIRECTIONS) + KEY_DIRECTIONS.index(direction)
        return self.keys[2 * index + dash]


@dataclass(frozen=True)
class Noise:
    """Where a fresh network's parameters are noise: `count` f32 from element `offset` on, drawn for the indices from
    `index` on and multiplied by `scale` and then by `gain`. What no row names is zero."""

    salt: int
    index: int
    offset: int
    count: int
    scale: float
    gain: float


@dataclass(frozen=True)
class NetworkFacts:
    """Sizes of the network. `shape_hash` is what readers and writers of weights compare; a cell of the learner has at
    most `tile_rows` rows and is described by the words named in `cell_record`."""

    hidden: tuple[int, ...]  # units of each hidden layer
    parameter_count: int
    shape_hash: int
    tile_rows: int
    scratch_bytes: int
    cell_record: tuple[str, ...]
    initial: tuple[Noise, ...]
    value_weights: int  # elements before the row of the head that gives the value
    value_bias: int


@dataclass(frozen=True)
class Program:
    """`signatures` gives the names of every function's parameters, in order. `shared`: the module imports a
    shared memory, as it must in a browser; otherwise an unshared one. `shader`: the WGSL that is generated for its
    heads (`compile.shaders.shader_kernels`), where they are others than those that the site has a file for."""

    binary: bytes
    shared: bool
    drill: DrillFacts
    network: NetworkFacts
    signatures: Mapping[str, tuple[str, ...]]
    shader: str = ""

    def to_json(self) -> str:
        """Everything but the binary, as text."""
        facts = {name: value for name, value in asdict(self).items() if name != "binary"}
        return json.dumps({"format": FORMAT, **facts}, indent=1)

    @classmethod
    def from_json(cls, text: str, binary: bytes = b"") -> Program:
        """The program again. Where the module was compiled elsewhere, `binary` may be left out.

        Raises ValueError when the text was written by another version.
        """
        facts = json.loads(text)
        if facts["format"] != FORMAT:
            raise ValueError(
                f"the program has format {facts['format']}, this version runs {FORMAT}: build the site again"
            )
        signatures = {name: tuple(params) for name, params in facts["signatures"].items()}
        drill, network = _drill(facts["drill"]), _network(facts["network"])
        return cls(binary, facts["shared"], drill, network, signatures, facts.get("shader", ""))


def held_keys(players: int) -> Iterator[tuple[int, int, int, int, bool]]:
    """Every combination of keys that a human may hold, for each player: what `from_keys` is called with."""
    return product(range(players), KEY_DIRECTIONS, KEY_DIRECTIONS, KEY_DIRECTIONS, (False, True))


def keys_of(from_keys: Any, players: int) -> tuple[tuple[float, ...], ...]:
    """Every result of a drill's `from_keys`."""
    return tuple(tuple(from_keys(*held)) for held in held_keys(players))


def _drill(facts: Mapping[str, Any]) -> DrillFacts:
    lists = {name: tuple(facts[name]) for name in ("observation", "reward_terms", "teams", "drawn_numbers")}
    pairs: dict[str, Any] = {name: tuple(said) for name, said in facts["words"].items() if isinstance(said, list)}
    words = Words(**{**facts["words"], **pairs})
    heads = tuple(map(_head, facts["heads"]))
    keys = tuple(tuple(action) for action in facts["keys"])
    built = {"words": words, "heads": heads, "keys": keys, "scene": _scene(facts["scene"])}
    built |= {"objective": _objective(facts["objective"]), "recommended": _recommended(facts["recommended"])}
    built["lessons"] = tuple((name, tuple(values)) for name, values in facts["lessons"])
    return DrillFacts(**{**facts, **lists, **built})


def _head(facts: Mapping[str, Any]) -> Head:
    return Discrete(**_tuples(facts)) if "choices" in facts else Continuous(**facts)


def _objective(facts: Mapping[str, Any]) -> Objective:
    kinds = {each.kind: each for each in (WinRate, SuccessShare, MeanReturn)}
    objective: Objective = kinds[facts["kind"]](**facts)
    return objective


def _recommended(facts: Mapping[str, Any] | None) -> Recommended | None:
    return Recommended(**_tuples(facts)) if facts else None


def _network(facts: Mapping[str, Any]) -> NetworkFacts:
    initial = tuple(Noise(**row) for row in facts["initial"])
    lists = {name: tuple(facts[name]) for name in ("hidden", "cell_record")}
    return NetworkFacts(**{**facts, **lists, "initial": initial})


def _scene(facts: Mapping[str, Any]) -> Scene:
    ground = facts["ground"]
    built = {
        "bodies": tuple(Body(**_tuples(body)) for body in facts["bodies"]),
        "ground": None if ground is None else tuple(map(shape_from, ground)),
        "shapes": tuple(map(shape_from, facts["shapes"])),
    }
    return Scene(**{**facts, **built})


def _tuples(facts: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows lists only; the facts of a body or a head hold tuples."""
    return {
        name: tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        for name, value in facts.items()
    }

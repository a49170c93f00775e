"""Policies to write and read in tests: a small one, one with all kinds of heads, and the ball drill's own."""

from dataclasses import replace

import numpy as np
from drillsergeant.drills import make
from drillsergeant.drills.contract import Discrete
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.files.kept_versions import KeptVersion, VersionGames
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.ppo.hidden import HIDDEN
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.ppo.scales import Scale, Scales

from tests.rigs.mixed_drill import MixedDrill

MIXED = Schema.of(facts_of(MixedDrill()), (8, 8))
SMALL = Schema(
    "small",
    ("left", "right", "speed"),
    heads=(Discrete("way", ("left", "right")),),
    hidden=(4, 4),
    meaning="0123456789abcdef",
)


def ball_schema() -> Schema:
    return Schema.of(facts_of(make("ball")), HIDDEN)


def network_of_schema(schema: Schema) -> Network:
    return Network.for_heads(len(schema.observation), schema.heads, schema.hidden)


def some_policy(schema: Schema, seed: int = 1) -> PolicyFile:
    """Random numbers in everything that a file keeps."""
    size = network_of_schema(schema).size
    random = np.random.default_rng(seed)
    arrays = {
        "parameters": random.normal(size=size, scale=0.3).astype(np.float32).tobytes(),
        "first_moment": random.normal(size=size, scale=1e-3).astype(np.float32).tobytes(),
        "second_moment": np.square(random.normal(size=size, scale=1e-3)).astype(np.float32).tobytes(),
    }
    measured = (Scale(each, each * each) for each in random.normal(size=len(schema.observation)).tolist())
    scales = Scales(tuple(measured), Scale(-3.5, 2.25), updates=311, fresh=False)
    state = LearnerState(seed, updates=311, steps=620, dropped=1, arrays=arrays, scales=scales)
    progress = RunProgress(31_000_000, 64.25, 0.93, "2026-11-22T14:32:00Z", mean_return=-153.25, lesson=2)
    return PolicyFile(schema, state, Hyper(learning_rate=0.003), progress)


def with_versions(policy: PolicyFile, count: int = 3, seed: int = 2) -> PolicyFile:
    """The same with so many kept versions, random too, and games between them."""
    random, size = np.random.default_rng(seed), len(policy.state.arrays["parameters"]) // 4
    versions = tuple(
        KeptVersion(
            random.normal(size=size).astype(np.float32).tobytes(), 10 * number, 50_000 * number, 7 * number,
            0.5 * number, None if number == 0 else 0.25, "first" if number == 0 else "auto", 1000.5 + number,
            None if number == 0 else -153.25, number % 3,
        )
        for number in range(count)
    )  # fmt: skip
    games = (VersionGames(0, -1, 200.0, 120.5, 79.5), VersionGames(count, 1, 40.25, 30.0, 6.0))
    return replace(policy, versions=versions, games=games)

"""Files from when Ball Drill had 30 actions, one for each move, turn and dash together, still open."""

import hashlib
import json

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshq import read_policy, write_policy
from drillsergeant.learn.files.joint_actions import joint_choice, split_joint
from drillsergeant.learn.files.safetensors import PolicyFileError, Tensor
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hidden import HIDDEN
from safetensors.numpy import load, save

from tests.fakes.policies import ball_schema, some_policy

BALL = facts_of(make("ball"))
SIZES = (5, 3, 2)


def old_meaning() -> str:
    """The digest of Ball Drill in files from then: 30 actions, and the keys as numbers of these."""
    keys = [move + 5 * turn + 15 * dash for move, turn, dash in BALL.keys]
    facts = ["ball", BALL.observation, 30, keys, len(BALL.teams), BALL.action_repeat, BALL.tick_hz]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def old_file(rows: np.ndarray) -> bytes:
    """A file of a policy whose weights of the 30 logits are `rows` f32 [30][H+1], the last column the bias."""
    tensors = load(write_policy(some_policy(ball_schema())))
    for name, rest in (("", rows), ("adam.mean.", rows * 0.01), ("adam.square.", rows * rows)):
        tensors[f"{name}policy.weight"], tensors[f"{name}policy.bias"] = rest[:, :-1].copy(), rest[:, -1].copy()
    metadata = {"format": "drillsergeant 1", "drill": "ball", "schema": old_meaning(), "steps": "7", "actions": "30"}
    return save(tensors, metadata=metadata)


def test_a_policy_of_independent_parts_plays_on_as_it_did() -> None:
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(size, HIDDEN[-1] + 1)).astype(np.float32) for size in SIZES]
    joint = parts[2][:, None, None] + parts[1][None, :, None] + parts[0][None, None]  # the move counts fastest
    policy = read_policy(old_file(joint.reshape(30, -1)), ball_schema())
    tensors = load(write_policy(policy))
    for (begin, end), part in zip(((0, 5), (5, 8), (8, 10)), parts, strict=True):
        found = np.column_stack([tensors["policy.weight"], tensors["policy.bias"]])[begin:end]
        # What all choices of a head have in common makes none of them likelier.
        np.testing.assert_allclose(found - found.mean(0), part - part.mean(0), atol=1e-6)


def test_its_optimiser_starts_afresh_and_everything_else_stays() -> None:
    old = old_file(np.random.default_rng(2).normal(size=(30, HIDDEN[-1] + 1)).astype(np.float32))
    policy, kept = read_policy(old, ball_schema()), load(old)
    assert policy.state.steps == 0 and not any(policy.state.arrays["first_moment"])
    tensors = load(write_policy(policy))
    for name in ("net.0.weight", "net.2.bias", "value.weight", "value.bias"):
        np.testing.assert_array_equal(tensors[name], kept[name])


def test_a_file_of_another_drill_or_another_number_of_combinations_is_refused() -> None:
    rows = np.zeros((31, HIDDEN[-1] + 1), np.float32)
    with pytest.raises(PolicyFileError, match=r"has shape \[31, 64\], a policy over combinations has 30"):
        read_policy(old_file(rows), ball_schema())
    chase = Schema.of(facts_of(make("chase")), HIDDEN)
    assert chase.joint_meaning == "", "a drill with one head has never been numbered otherwise"
    with pytest.raises(PolicyFileError, match=r"tensor .policy\.bias. has shape"):
        split_joint({"policy.bias": Tensor((), b"")}, SIZES)


def test_combinations_are_numbered_as_they_were() -> None:
    assert [joint_choice(SIZES, action) for action in ((0, 0, 0), (4, 0, 0), (0, 1, 0), (1, 2, 1))] == [0, 4, 5, 26]

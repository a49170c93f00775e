"""Kept versions in a policy's file: what goes in comes out, a file may have none, what is wrong is refused by name."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from drillsergeant.learn.files.dshq import PolicyFile, read_policy, write_policy
from drillsergeant.learn.files.kept_versions import MOST_VERSIONS, read_games, split_versions, version_tensors
from drillsergeant.learn.files.safetensors import PolicyFileError, Tensor, decode
from safetensors.numpy import load

from tests.fakes.policies import SMALL, ball_schema, network_of_schema, some_policy, with_versions

POLICY = with_versions(some_policy(SMALL))


def metadata_of(policy: PolicyFile) -> dict[str, str]:
    return decode(write_policy(policy))[1]


def test_versions_and_games_come_back_as_they_went_in() -> None:
    for schema in (SMALL, ball_schema()):
        policy = with_versions(some_policy(schema), 24)
        assert read_policy(write_policy(policy), schema) == policy
    bare = some_policy(SMALL)
    assert not {"versions", "games"} & metadata_of(bare).keys(), "a file without them says nothing of them"
    assert read_policy(write_policy(bare), SMALL).versions == ()


def test_any_program_finds_them_one_tensor_for_all_versions() -> None:
    schema = ball_schema()
    policy = with_versions(some_policy(schema))
    tensors, network = load(write_policy(policy)), network_of_schema(schema)
    for place, version in enumerate(policy.versions):
        w0, b0, _, _, w2, _ = network.views(np.frombuffer(version.parameters, np.float32))
        np.testing.assert_array_equal(tensors["versions.net.0.weight"][place], w0)
        np.testing.assert_array_equal(tensors["versions.net.0.bias"][place], b0)
        np.testing.assert_array_equal(tensors["versions.policy.weight"][place], w2[:-1])
    assert [row["decisions"] for row in json.loads(metadata_of(policy)["versions"])] == [0, 50_000, 100_000]


ROW: dict[str, Any] = {
    "version": 1, "decisions": 2, "updates": 3, "t_s": 4.0, "win": None, "kind": "auto", "rating": None
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": -1}, "'versions' holds '-1', expected a whole number 0 to"),
        ({"version": True}, "holds 'True'"),
        ({"decisions": 2.0}, "holds '2.0'"),
        ({"updates": None}, "holds 'None'"),
        ({"t_s": "soon"}, "holds 'soon', expected a number 0 to 1e\\+09"),
        ({"win": 1.5}, "holds '1.5', expected a number 0 to 1"),
        ({"rating": 1e9}, "holds '1000000000.0'"),
        ({"kind": "x" * 40}, "kind must be a word"),
        ({"kind": 3}, "kind must be a word"),
    ],
    ids=str,
)
def test_what_is_said_of_a_version_has_to_make_sense(change: dict[str, object], says: str) -> None:
    tensors = version_tensors(POLICY.versions[:1], SMALL)
    assert len(split_versions(tensors, {"versions": json.dumps([ROW])}, SMALL)[1]) == 1
    with pytest.raises(PolicyFileError, match=says):
        split_versions(tensors, {"versions": json.dumps([{**ROW, **change}])}, SMALL)


@pytest.mark.parametrize("told", [["x"], [ROW, 3], [[]], {"0": ROW}, "x", 7], ids=str)
def test_what_is_said_of_versions_is_a_list_of_objects(told: object) -> None:
    tensors = version_tensors(POLICY.versions[:1], SMALL)
    with pytest.raises(PolicyFileError, match="'versions' must be a list of objects"):
        split_versions(tensors, {"versions": json.dumps(told)}, SMALL)


def test_tensors_of_another_shape_number_or_name_are_refused_by_name() -> None:
    tensors, rows = version_tensors(POLICY.versions, SMALL), {"versions": json.dumps([ROW] * 3)}
    assert len(split_versions(tensors, rows, SMALL)[1]) == 3
    for wrong, says in (
        (
            {**tensors, "versions.value.bias": Tensor((2, 1), bytes(8))},
            r"value.bias' has shape \[2, 1\]; 3 versions have",
        ),
        (
            {**tensors, "versions.odd": Tensor((3, 1), bytes(12))},
            r"'versions.odd' has shape \[3, 1\]; there is no such",
        ),
        ({name: tensor for name, tensor in tensors.items() if "value.bias" not in name}, "value.bias' is missing"),
        ({}, "is missing"),
    ):
        with pytest.raises(PolicyFileError, match=says):
            split_versions(wrong, rows, SMALL)
    for metadata in ({}, {"versions": "[]"}, {"versions": "{}"}, {"versions": json.dumps([ROW] * (MOST_VERSIONS + 1))}):
        with pytest.raises(PolicyFileError):
            split_versions(tensors, metadata, SMALL)
    poisoned = np.frombuffer(tensors["versions.value.bias"].content, np.float32).copy()
    poisoned[1] = np.nan
    with pytest.raises(PolicyFileError, match=r"value\.bias' holds nan at 1"):
        split_versions({**tensors, "versions.value.bias": Tensor((3, 1), poisoned.tobytes())}, rows, SMALL)


@pytest.mark.parametrize(
    ("games", "says"),
    [
        ({}, "a list of lists of 5 numbers"),
        ([[0, -1, 1.0, 0.0]], "a list of lists of 5 numbers"),
        ([[0, 4, 1.0, 0.0, 0.0]], "holds '4', expected a whole number -1 to 3"),
        ([[-1, 0, 1.0, 0.0, 0.0]], "more won and lost than played"),
        ([[0, -1, 10.0, 8.0, 3.0]], "more won and lost than played"),
        ([[0, -1, -1.0, 0.0, 0.0]], "holds '-1.0'"),
        ([[0, -1, "1", 0.0, 0.0]], "holds '1'"),
        ([[0, -1, [1], 0.0, 0.0]], "nested more than 2 deep"),
    ],
    ids=str,
)
def test_games_have_to_add_up(games: object, says: str) -> None:
    with pytest.raises(PolicyFileError, match=says):
        read_games({"games": json.dumps(games)}, 3)

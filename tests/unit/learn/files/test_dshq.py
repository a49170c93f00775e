"""Policy files: equal to what the real safetensors reads and writes; each wrong file is refused by name."""

import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshq import PolicyFile, read_policy, read_summary, write_policy
from drillsergeant.learn.files.onnx import write_onnx
from drillsergeant.learn.files.safetensors import LENGTH, MOST_BYTES, MOST_HEADER_BYTES, PolicyFileError, decode
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hidden import HIDDEN
from drillsergeant.learn.ppo.hyper import Hyper
from safetensors import safe_open
from safetensors.numpy import load, load_file, save

from tests.fakes.policies import MIXED, SMALL, ball_schema, network_of_schema, some_policy


def parts(content: bytes) -> tuple[dict[str, object], bytes]:
    (length,) = LENGTH.unpack_from(content)
    return json.loads(content[LENGTH.size : LENGTH.size + length]), content[LENGTH.size + length :]


def joined(header: object, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return LENGTH.pack(len(text)) + text + data


def test_what_is_written_is_read_again() -> None:
    for schema in (SMALL, MIXED, ball_schema()):
        policy = some_policy(schema)
        assert read_policy(write_policy(policy), schema) == policy


def test_safetensors_reads_the_numbers_of_the_network(tmp_path: Path) -> None:
    schema = ball_schema()
    policy = some_policy(schema)
    path = tmp_path / "policy.dshq"
    path.write_bytes(write_policy(policy))
    tensors = load_file(path)
    network = network_of_schema(schema)
    parameters = np.frombuffer(policy.state.arrays["parameters"], np.float32)
    w0, b0, w1, b1, w2, b2 = network.views(parameters)
    expected = {
        "net.0.weight": w0, "net.0.bias": b0, "net.2.weight": w1, "net.2.bias": b1, "policy.weight": w2[:-1],
        "policy.bias": b2[:-1], "value.weight": w2[-1:], "value.bias": b2[-1:],
    }  # fmt: skip
    for name, array in expected.items():
        np.testing.assert_array_equal(tensors.pop(name), array)
    assert {name.split(".")[1] for name in tensors} == {"mean", "square"}
    with safe_open(path, "numpy") as opened:
        metadata = opened.metadata()
    assert json.loads(metadata["observation"]) == list(make("ball").observation)
    assert (metadata["drill"], metadata["decisions"], metadata["win_rate"]) == ("ball", "31000000", "0.93")


def test_numbers_have_their_log_standard_deviations_in_a_tensor_of_their_own() -> None:
    policy, network = some_policy(MIXED), network_of_schema(MIXED)
    content = write_policy(policy)
    parameters = np.frombuffer(policy.state.arrays["parameters"], np.float32)
    np.testing.assert_array_equal(load(content)["policy.log_std"], network.log_std(parameters))
    heads = json.loads(cast(dict[str, str], parts(content)[0]["__metadata__"])["heads"])
    assert heads[0] == ["move", ["left", "stay", "right"]] and heads[1] == ["push", -1.0, 3.0, "N"]
    without = {name: array for name, array in load(content).items() if name != "policy.log_std"}
    metadata = {"format": "drillsergeant 1", "drill": MIXED.drill, "schema": MIXED.meaning}
    with pytest.raises(PolicyFileError, match=r"tensor .policy\.log_std. is missing"):
        read_policy(save(without, metadata=metadata), MIXED)


def test_a_file_that_safetensors_wrote_loads_in_whatever_order_the_tensors_lie() -> None:
    policy = some_policy(SMALL)
    header, _ = parts(write_policy(policy))
    again = save(load(write_policy(policy)), metadata=cast(dict[str, str], header["__metadata__"]))
    assert again != write_policy(policy)
    assert read_policy(again, SMALL) == policy


def test_a_file_without_optimiser_starts_with_a_fresh_one_and_default_settings() -> None:
    policy = some_policy(SMALL)
    bare = {name: array for name, array in load(write_policy(policy)).items() if not name.startswith("adam.")}
    metadata = {"format": "drillsergeant 1", "drill": SMALL.drill, "schema": SMALL.meaning}
    read = read_policy(save(bare, metadata=metadata), SMALL)
    assert read.state.arrays["parameters"] == policy.state.arrays["parameters"]
    assert not any(read.state.arrays["first_moment"]) and not any(read.state.arrays["second_moment"])
    assert (read.state.steps, read.progress.decisions) == (0, 0)


def test_hyperparameters_in_a_file_from_before_they_had_their_present_names_are_read() -> None:
    hyper = {"clip": 0.3, "entropy": 0.01, "minibatch": 512, "lam": 0.9, "learning_rate": 0.002}
    read = read_policy(changed(some_policy(SMALL), hyper=json.dumps(hyper)), SMALL)
    assert read.hyper == Hyper(
        clip_coef=0.3, entropy_coef=0.01, minibatch_size=512, gae_lambda=0.9, learning_rate=0.002
    )


def test_setting_what_safeguards_changed_and_what_is_in_use_are_told_apart() -> None:
    policy = replace(
        some_policy(SMALL), hyper_guarded=Hyper(learning_rate=0.002), hyper_in_use=Hyper(learning_rate=0.001)
    )
    assert read_policy(write_policy(policy), SMALL) == policy
    metadata = parts(write_policy(policy))[0]["__metadata__"]
    assert isinstance(metadata, dict)
    rates = [json.loads(metadata[name])["learning_rate"] for name in ("hyper", "hyper_guarded", "hyper_in_use")]
    assert rates == [0.003, 0.002, 0.001]
    with pytest.raises(PolicyFileError, match="'hyper_in_use': gamma must be"):
        read_policy(changed(policy, hyper_in_use='{"gamma": 2}'), SMALL)


def test_the_schema_changes_with_what_inputs_and_outputs_mean() -> None:
    facts = facts_of(make("ball"))
    meanings = {
        Schema.of(changed, HIDDEN).meaning
        for changed in (
            facts,
            replace(facts, observation=facts.observation[::-1]),
            replace(facts, action_repeat=facts.action_repeat + 1),
            replace(facts, keys=facts.keys[::-1]),
            replace(facts, name="other"),
        )
    }
    assert len(meanings) == 5
    assert Schema.of(replace(facts, reward_terms=("other",)), HIDDEN) == Schema.of(facts, HIDDEN)


def test_a_summary_is_read_whatever_drill_the_file_is_for() -> None:
    summary = read_summary(write_policy(some_policy(SMALL)))
    assert (summary.drill, summary.progress.win_rate, summary.progress.decisions) == ("small", 0.93, 31_000_000)


def changed(policy: PolicyFile, **metadata: str | None) -> bytes:
    """The file with other metadata and no digest; None takes a key away."""
    header, data = parts(write_policy(policy))
    old = header["__metadata__"]
    assert isinstance(old, dict)
    new = {name: value for name, value in {**old, "digest": None, **metadata}.items() if value is not None}
    return joined({**header, "__metadata__": new}, data)


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({"format": None}, "format is missing, expected 'drillsergeant 1'"),
        ({"format": "drillsergeant 2"}, "'drillsergeant 2', expected 'drillsergeant 1'"),
        ({"drill": "chess"}, "for the drill 'chess', 'small' plays here"),
        ({"schema": "feedfeedfeedfeed"}, "schema is 'feedfeedfeedfeed', 'small' has '0123456789abcdef'"),
        ({"activation": "relu"}, "activation is 'relu', expected 'tanh'"),
        ({"hidden": "[8, 8, 8, 8]"}, "'hidden' is '[8, 8, 8, 8]'; a network has 1 to 3 hidden layers"),
        ({"hidden": "[999]"}, "'hidden' is '[999]'"),
        ({"hidden": '"wide"'}, "'hidden' is '\"wide\"'"),
        ({"seed": "4294967296"}, "'seed' is '4294967296', expected a whole number from 0 to 4294967295"),
        ({"decisions": "-1"}, "'decisions' is '-1'"),
        ({"steps": "9" * 5000}, "'steps' is '99999"),
        ({"updates": "²"}, "'updates' is '²'"),
        ({"trained_s": "nan"}, "'trained_s' is 'nan'"),
        ({"win_rate": "1.5"}, "'win_rate' is '1.5'"),
        ({"hyper": "[]"}, "'hyper' is a list"),
        ({"hyper": '{"learning_rate": 99}'}, "learning_rate must be a number from"),
        ({"hyper": '{"charm": 1}'}, "no hyperparameter named 'charm'"),
        ({"hyper": '{"clip_coef": {}}'}, "nested more than 1 deep"),
        ({"hyper": '{"clip_coef": NaN}'}, "NaN, which is no number"),
        ({"events": '[{"kind": [1]}]'}, "nested more than 2 deep"),
        ({"note": "x" * 100_000}, "100000 characters"),
        ({"note": "\x07"}, "cannot be shown"),
        ({"note": "\ud800"}, "cannot be shown"),
        ({"x" * 99: ""}, "99 characters"),
    ],
    ids=str,
)
def test_wrong_metadata_is_refused_by_name(metadata: dict[str, str | None], says: str) -> None:
    with pytest.raises(PolicyFileError) as refusal:
        read_policy(changed(some_policy(SMALL), **metadata), SMALL)
    assert says in str(refusal.value)
    assert len(str(refusal.value)) < 400


def with_tensor(name: str, **facts: object) -> bytes:
    header, data = parts(write_policy(some_policy(SMALL)))
    tensor = header[name]
    assert isinstance(tensor, dict)
    return joined({**header, name: {**tensor, **facts}}, data)


def renamed() -> bytes:
    header, data = parts(changed(some_policy(SMALL)))
    return joined({{"value.bias": "value.offset"}.get(name, name): facts for name, facts in header.items()}, data)


def relabelled() -> bytes:
    """The same numbers under another name."""
    header, data = parts(write_policy(replace(some_policy(SMALL), history={"t_s": [1.0, 2.0], "win_rate": [0.0, 1.0]})))
    names = {"history.win_rate": "history.mean_return"}
    return joined({names.get(name, name): facts for name, facts in header.items()}, data)


def poisoned(index: int, value: float) -> bytes:
    content = bytearray(changed(some_policy(SMALL)))
    at = len(content) - 4 * index
    content[at : at + 4] = np.float32(value).tobytes()
    return bytes(content)


HEADER, DATA = parts(write_policy(some_policy(SMALL)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "0 bytes"),
        (b"\x00" * 7, "7 bytes"),
        (bytes(MOST_BYTES + 1), f"at most {MOST_BYTES} are read"),
        (LENGTH.pack(0) + DATA, "header's length is 0"),
        (b"\x89PNG\r\n\x1a\n" + DATA, "this is a picture, no .dshq file"),
        (b"PK\x03\x04 no policy", "this is a ZIP archive or an office document, no .dshq file"),
        (write_onnx(some_policy(SMALL)), "this is an ONNX file, which holds a policy for other programs"),
        (LENGTH.pack(2**63) + DATA, "header's length is 9223372036854775808"),
        (joined(b"{}" + b" " * MOST_HEADER_BYTES, DATA), f"expected 2 to {MOST_HEADER_BYTES}"),
        (joined(b"\xff\xfe", DATA), "not UTF-8"),
        (joined(b"[]", b""), "header is a list"),
        (joined(b'{"a":', b""), "not valid JSON"),
        (joined(b"[" * 100_000, b""), "nested more than 3 deep"),
        (joined(b'{"\\"[[[[":' + b"[" * 9, b""), "nested more than 3 deep"),
        (joined(b'{"b":1,"a":1,"a":2}', b""), "'a' occurs twice"),
        (joined({"a" * 65: {}}, b""), "a tensor's name has 65 characters, at most 64 are read"),
        (joined({"a\n": {}}, b""), "a tensor's name holds characters that cannot be shown"),
        (relabelled(), "damaged"),
        (joined(b'{"a":' + b"9" * 5000 + b"}", b""), "5000 digits"),
        (joined({"__metadata__": []}, b""), "__metadata__ is a list"),
        (joined({"__metadata__": {"format": 1}}, b""), "'format' is a int"),
        (joined({str(k): {} for k in range(3000)}, b""), "3000 tensors"),
        (joined({"a": 3}, b""), "must be described by exactly"),
        (write_policy(some_policy(SMALL)) + b"x", "more was added"),
        (write_policy(some_policy(SMALL))[:-1], "was cut off"),
        (with_tensor("net.0.weight", dtype="F64"), "dtype 'F64', expected 'F32'"),
        (with_tensor("net.0.weight", dtype=["F32"] * 99), "dtype ['F32', 'F32', 'F32"),
        (with_tensor("net.0.weight", shape=[4, True]), "shape must be a list of whole numbers"),
        (with_tensor("net.0.weight", shape=[4, -3]), "shape must be a list of whole numbers"),
        (with_tensor("net.0.weight", shape=[2**20] * 9), "9 dimensions"),
        (with_tensor("net.0.weight", shape=[4, 2]), "its shape [4, 2] needs 32"),
        (with_tensor("net.0.weight", data_offsets=[0, 2**40]), "data_offsets must be a list"),
        (with_tensor("net.0.weight", data_offsets=[0]), "1 data_offsets"),
        (with_tensor("net.0.weight", data_offsets=[4, 52]), "'net.0.weight' begins at byte 4, expected 0"),
        (with_tensor("net.0.bias", data_offsets=[0, 16]), "no gap and no overlap"),
        (renamed(), "'value.offset' belongs to no policy"),
        (joined({"__metadata__": HEADER["__metadata__"]}, b""), "damaged"),
        (poisoned(1, float("nan")), "holds nan"),
        (poisoned(1, -1e-9), "expected 0 to"),
        (poisoned(len(DATA) // 4, float("inf")), "'net.0.weight' holds inf at 0"),
        (poisoned(len(DATA) // 4, 1.5e18), "expected -1e+18 to 1e+18"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_malformed_file_is_refused_by_name(content: bytes, says: str) -> None:
    with pytest.raises(PolicyFileError) as refusal:
        read_policy(content, SMALL)
    assert says in str(refusal.value)


def test_a_policy_of_another_size_is_refused_with_both_shapes() -> None:
    for other in ((8, 8), (4,), (4, 4, 4)):
        text = ",".join(map(str, other))
        content = write_policy(some_policy(replace(SMALL, hidden=other)))
        assert read_summary(content).hidden == other
        says = rf"hidden layers of {text} units, the one here of 4,4: choose the network {text} for 'small' first"
        with pytest.raises(PolicyFileError, match=says):
            read_policy(content, SMALL)
    untold = changed(some_policy(replace(SMALL, hidden=(8, 8))), hidden=None)
    with pytest.raises(PolicyFileError, match=r"net.0.weight' has shape \[8, 3\], a policy for 'small' has \[4, 3\]"):
        read_policy(untold, SMALL)


@pytest.mark.parametrize("hidden", [(8,), (4, 4), (32, 48, 16)], ids=str)
def test_a_network_of_any_shape_is_read_again(hidden: tuple[int, ...]) -> None:
    policy = some_policy(replace(SMALL, hidden=hidden))
    assert read_policy(write_policy(policy), policy.schema) == policy
    assert f"net.{2 * len(hidden) - 2}.weight" in load(write_policy(policy))


def test_a_file_from_before_networks_could_be_chosen_has_two_layers_alike() -> None:
    old = changed(some_policy(SMALL), hidden="4")
    assert read_policy(old, SMALL) == some_policy(SMALL)
    with pytest.raises(PolicyFileError, match=r"of 4,4 units, the one here of 4:"):
        read_policy(old, replace(SMALL, hidden=(4,)))


def test_a_missing_tensor_is_named() -> None:
    tensors = load(write_policy(some_policy(SMALL)))
    del tensors["adam.mean.policy.bias"]
    metadata = {"format": "drillsergeant 1", "drill": SMALL.drill, "schema": SMALL.meaning}
    with pytest.raises(PolicyFileError, match=r"adam.mean.policy.bias' is missing"):
        read_policy(save(tensors, metadata=metadata), SMALL)


def test_names_may_be_as_long_as_is_said_and_tensors_in_any_order() -> None:
    header = {
        "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
        "a" * 64: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
    }
    tensors, _ = decode(joined(header, bytes(12)))
    assert {name: tensor.shape for name, tensor in tensors.items()} == {"b": (2,), "a" * 64: (1,)}

"""The ONNX export: valid by ONNX's own checker, and by ONNX Runtime the same probabilities as the network."""

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.files.onnx import write_onnx
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.formulas.sampling import Choice, softmax_parts
from drillsergeant.learn.heads import FORBIDDEN, spread_of
from drillsergeant.learn.ppo.hyper import Hyper

from tests.fakes.policies import MIXED, SMALL, ball_schema, network_of_schema, some_policy

ROWS = 1000
TOLERANCE = 1e-5


def both(
    policy: PolicyFile, observation: np.ndarray, allowed: np.ndarray | None = None
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Outputs by name, from ONNX Runtime and from the network; observation [N][OBS], masks bool [N][K]."""
    session = onnxruntime.InferenceSession(write_onnx(policy), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    given = {"observation": observation} | ({} if allowed is None else {"allowed": allowed})
    found = dict(zip(names, session.run(names, given), strict=True))
    parameters = np.frombuffer(policy.state.arrays["parameters"], np.float32)
    network, heads = network_of_schema(policy.schema), policy.schema.heads
    seen = network.forward(parameters, np.ascontiguousarray(observation.T))
    expected = {"value": seen.value[:, None]}
    said = network.policy(heads, parameters, seen, [] if allowed is None else list(allowed.T))
    for head, part in zip(heads, said.by_head(), strict=True):
        name = f".{head.name}" if len(heads) > 1 else ""
        if isinstance(part, Choice):
            _, exponentials, total = softmax_parts(*part)
            masks = np.stack(part.allowed, -1) if part.allowed else True
            expected[f"logits{name}"] = np.where(masks, np.stack(part.logits, -1), FORBIDDEN)
            expected[f"probabilities{name}"] = (np.array(exponentials) / total).T
        else:
            middle, half = spread_of(part.head)
            expected[f"mean{name}"] = (part.mean * half + middle)[:, None]
            expected[f"std{name}"] = np.exp(part.log_std[:1]) * half
    return found, expected


def test_onnx_runtime_gives_the_same_probabilities_and_values() -> None:
    parts = ("move", "turn", "dash")
    several = [f"{what}.{part}" for what in ("logits", "probabilities") for part in parts]
    for schema, names in ((ball_schema(), several), (SMALL, ["logits", "probabilities"])):
        observation = np.random.default_rng(3).normal(size=(ROWS, len(schema.observation))).astype(np.float32)
        found, expected = both(some_policy(schema), observation)
        assert list(found) == [*names, "value"]
        for name in found:
            np.testing.assert_allclose(found[name], expected[name], rtol=TOLERANCE, atol=1e-4, err_msg=name)
        for name in names[len(names) // 2 :]:
            assert np.abs(found[name] - expected[name]).max() < TOLERANCE
            assert np.ptp(found[name], axis=0).max() > 0.01  # it does depend on what is observed


@pytest.mark.parametrize("hidden", [(8,), (32, 48, 16), (256,)], ids=str)
def test_networks_of_any_shape_come_out_as_they_are(hidden: tuple[int, ...]) -> None:
    schema = replace(SMALL, hidden=hidden)
    observation = np.random.default_rng(6).normal(size=(ROWS, len(schema.observation))).astype(np.float32)
    onnx.checker.check_model(onnx.load_from_string(write_onnx(some_policy(schema))), full_check=True)
    found, expected = both(some_policy(schema), observation)
    for name in found:
        np.testing.assert_allclose(found[name], expected[name], rtol=TOLERANCE, atol=1e-4, err_msg=name)


def test_numbers_have_mean_and_deviation_and_masks_are_an_input() -> None:
    random = np.random.default_rng(4)
    observation = random.normal(size=(ROWS, len(MIXED.observation))).astype(np.float32)
    allowed = random.random((ROWS, MIXED.masks)) < 0.5
    allowed[:, [0, 3]] = True  # the first choice of either head
    found, expected = both(some_policy(MIXED), observation, allowed)
    choices = [f"{what}.{part}" for what in ("logits", "probabilities") for part in ("move", "kick")]
    assert list(found) == [*choices, "mean.push", "mean.load", "value", "std.push", "std.load"]
    for name in found:
        np.testing.assert_allclose(found[name], expected[name], rtol=TOLERANCE, atol=1e-4, err_msg=name)
    for part, masks in (("move", allowed[:, :3]), ("kick", allowed[:, 3:])):
        assert (found[f"probabilities.{part}"][~masks] == 0.0).all()
        np.testing.assert_allclose(found[f"probabilities.{part}"].sum(1), 1.0, atol=TOLERANCE)
    model = onnx.load_from_string(write_onnx(some_policy(MIXED)))
    onnx.checker.check_model(model, full_check=True)
    heads = json.loads({entry.key: entry.value for entry in model.metadata_props}["heads"])
    assert heads[1] == ["push", -1.0, 3.0, "N"] and len(heads[2][1]) == 40


@pytest.mark.parametrize("name", ["pendulum", "probe-mask"])
def test_a_single_head_keeps_its_plain_names(name: str) -> None:
    schema = Schema.of(facts_of(make(name)), (8, 8))
    observation = np.random.default_rng(5).normal(size=(ROWS, len(schema.observation))).astype(np.float32)
    allowed = np.tile([[True, True, False]], (ROWS, 1)) if schema.masks else None
    found, expected = both(some_policy(schema), observation, allowed)
    assert set(found) == ({"logits", "probabilities", "value"} if schema.masks else {"mean", "value", "std"})
    for output in found:
        np.testing.assert_allclose(found[output], expected[output], rtol=TOLERANCE, atol=1e-4, err_msg=output)


def test_the_model_is_valid_and_says_what_it_is_for() -> None:
    schema = ball_schema()
    model = onnx.load_from_string(write_onnx(replace(some_policy(schema), hyper_in_use=Hyper(learning_rate=0.001))))
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["observation"]) == list(schema.observation)
    assert (metadata["drill"], metadata["schema"], metadata["decisions"]) == ("ball", schema.meaning, "31000000")
    assert json.loads(metadata["hyper"])["learning_rate"] == 0.003
    assert json.loads(metadata["hyper_in_use"])["learning_rate"] == 0.001
    names = [node.name for node in model.graph.node]
    assert names == [node.output[0] for node in model.graph.node] and len(set(names)) == len(names)
    (observation,) = model.graph.input
    shape = observation.type.tensor_type.shape.dim
    assert (observation.name, shape[0].dim_param, shape[1].dim_value) == ("observation", "N", len(schema.observation))

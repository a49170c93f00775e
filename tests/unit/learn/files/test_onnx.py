"""The ONNX export: valid by ONNX's own checker, and by ONNX Runtime the same probabilities as the network."""

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.files.onnx import write_onnx
from drillsergeant.learn.formulas.sampling import softmax_parts
from drillsergeant.learn.heads import split_rows
from drillsergeant.learn.ppo.hyper import Hyper

from tests.fakes.policies import SMALL, ball_schema, network_of_schema, some_policy

ROWS = 1000
TOLERANCE = 1e-5


def both(policy: PolicyFile, observation: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Outputs by name, from ONNX Runtime and from the network; observation [N][OBS]."""
    session = onnxruntime.InferenceSession(write_onnx(policy), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(names, {"observation": observation}), strict=True))
    parameters = np.frombuffer(policy.state.arrays["parameters"], np.float32)
    head = network_of_schema(policy.schema).forward(parameters, np.ascontiguousarray(observation.T))
    expected = {"value": head.value[:, None]}
    heads = policy.schema.heads
    for part, logits in zip(heads, split_rows(heads, list(head.policy)), strict=True):
        _, exponentials, total = softmax_parts(logits)
        name = f".{part.name}" if len(heads) > 1 else ""
        expected |= {f"logits{name}": np.stack(logits, -1)}
        expected |= {f"probabilities{name}": (np.array(exponentials) / total).T}
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


def test_the_model_is_valid_and_says_what_it_is_for() -> None:
    schema = ball_schema()
    model = onnx.load_from_string(write_onnx(replace(some_policy(schema), hyper_in_use=Hyper(learning_rate=0.001))))
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["observation"]) == list(schema.observation)
    assert (metadata["drill"], metadata["schema"], metadata["decisions"]) == ("ball", schema.meaning, "31000000")
    assert json.loads(metadata["hyper"])["learning_rate"] == 0.003
    assert json.loads(metadata["hyper_in_use"])["learning_rate"] == 0.001
    (observation,) = model.graph.input
    shape = observation.type.tensor_type.shape.dim
    assert (observation.name, shape[0].dim_param, shape[1].dim_value) == ("observation", "N", len(schema.observation))

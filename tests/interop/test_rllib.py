"""Ray RLlib learns in our vector environment, and its policy comes back as the page's files."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import drillsergeant
import numpy as np
import onnxruntime

EXAMPLE = Path(__file__).parents[2] / "examples" / "train_with_rllib.py"
DECISIONS = 200_000


def test_it_learns_to_win_and_the_files_hold_what_it_learned(tmp_path: Path) -> None:
    spec = spec_from_file_location("train_with_rllib", EXAMPLE)
    assert spec is not None and spec.loader is not None
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    out = tmp_path / "policy.dshq"
    shares = example.main(["--decisions", str(DECISIONS), "--out", str(out)])
    assert shares["before"]["random"] < 0.2
    assert shares["after"]["random"] > shares["before"]["random"] + 0.3

    policy = drillsergeant.Policy.load(out)
    assert policy.content.progress.decisions >= DECISIONS
    seen = np.random.default_rng(0).normal(size=(50, len(drillsergeant.make("ball").observation))).astype(np.float32)
    session = onnxruntime.InferenceSession(out.with_suffix(".onnx"))
    found = session.run([f"probabilities.{part}" for part in ("move", "turn", "dash")], {"observation": seen})
    np.testing.assert_allclose(np.concatenate(found, 1), policy.probabilities(seen), atol=1e-5)

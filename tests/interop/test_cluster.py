"""More than one machine: a Ray cluster of two nodes, on each of which RLlib plays; searches by Optuna and Ray Tune."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import drillsergeant
import pytest
import ray
from ray.cluster_utils import Cluster

ROOT = Path(__file__).parents[2]


def example(name: str) -> Any:
    """A program of examples/ as a module."""
    spec = spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two nodes of one processor each, which find the package."""
    os.environ["PYTHONPATH"] = f"{ROOT / 'py'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.add_node(num_cpus=1)
    ray.init(address=nodes.address)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def test_rllib_plays_on_both_nodes_and_its_policy_comes_back(cluster: Cluster, tmp_path: Path) -> None:
    program = example("train_with_rllib")
    algorithm = program.configured("chase", "random", 16, 1, runners=2).build_algo()
    places = algorithm.env_runner_group.foreach_env_runner(
        lambda runner: ray.get_runtime_context().get_node_id(), local_env_runner=False
    )
    assert len(set(places)) == 2, "one on each"
    decisions = int(algorithm.train()["env_runners"]["num_env_steps_sampled_lifetime"])
    policy = program.brought_back(algorithm, "chase", decisions)
    algorithm.stop()
    assert decisions >= 16 * 16 * 2
    policy.save(tmp_path / "policy.dshq")
    assert drillsergeant.Policy.load(tmp_path / "policy.dshq").content.progress.decisions == decisions


@pytest.mark.parametrize("tool", ["optuna", "ray"])
@pytest.mark.usefixtures("cluster")
def test_a_search_ends_in_one_table(tool: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = example("search")
    rows = program.main(["--tool", tool, "--trials", "3", "--decisions", "20000", "--folder", str(tmp_path)])
    assert len(rows) == 3 and rows == sorted(rows, key=lambda row: (-row["win_rate"], row["decisions"]))
    table = capsys.readouterr().out.splitlines()[-5:]
    assert table[0].split() == [*program.SPACE, "win_rate", "decisions", "seconds"]
    best = program.file_of(tmp_path, rows[0])
    assert (
        table[-1] == f"the best: {best}"
        and drillsergeant.Policy.load(best).content.hyper.clip_coef == rows[0]["clip_coef"]
    )
    assert all(0.1 <= row["clip_coef"] <= 0.4 and row["decisions"] >= 5_000 for row in rows)

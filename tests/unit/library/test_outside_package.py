"""A drill in a package of its own, installed with pip into a clean environment: nothing of ours knows of it.

There is no network: the environment sees the libraries of the one that runs the tests (NumPy, wasmtime, gymnasium, the
build backend), and gets this package and the other one built and installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from drillsergeant.commands.new import source

ROOT = Path(__file__).parents[3]
NAME = "falling-star"
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "star-games"
version = "1.0"
dependencies = ["drillsergeant"]

[project.entry-points."drillsergeant.drills"]
falling-star = "star_games.falling_star:FallingStar"
"""
SCRIPT = """
import json
import drillsergeant
from drillsergeant.gym import DrillEnv, win_share
import gymnasium

report = drillsergeant.check_drill("falling-star")
run = drillsergeant.train("falling-star", decisions=60_000)
for metrics in run:
    pass
run.policy.save("star.dshq")
policy = drillsergeant.Policy.load("star.dshq")
policy.export_onnx("star.onnx")
env = gymnasium.make("drillsergeant/FallingStar-v0", render_mode="rgb_array")
seen, _ = env.reset(seed=1)
seen, reward, *_ = env.step(policy.act(seen))
print(json.dumps({
    "ours": drillsergeant.__file__, "drill": type(run.drill).__module__, "engine": run.engine,
    "findings": str(report), "won": metrics["win_rate"], "share": win_share(policy), "sees": len(seen),
    "picture": env.render().shape, "drills": list(drillsergeant.DRILLS),
}))
"""


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment with both packages in it."""
    folder = tmp_path_factory.mktemp("clean")
    package = folder / "package" / "star_games"
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").write_text(PROJECT)
    (package / "__init__.py").write_text("")
    (package / "falling_star.py").write_text(source("falling_star.py"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    library = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "env")}))
    (library / "offline.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [
        "-m",
        "pip",
        "install",
        "-q",
        "--no-index",
        "--no-build-isolation",
        "--no-deps",
        "--disable-pip-version-check",
    ]
    run(folder, "python", *pip, str(ROOT), str(package.parent))
    return folder


def run(folder: Path, program: str, *arguments: str) -> str:
    """What a program of the environment prints; it is to succeed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(folder / "env" / "bin" / program), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_found_checked_trained_and_exported(clean: Path) -> None:
    told = json.loads(run(clean, "python", "-c", SCRIPT))
    assert told["ours"].startswith(str(clean / "env")), "the installed package, not the checkout"
    assert told["drill"] == "star_games.falling_star" and told["engine"] == "wasm"
    assert told["drills"][0] == "ball" and told["drills"][-1] == NAME
    assert told["findings"].startswith(f"{NAME}: nothing wrong was found")
    assert told["won"] > 0.5 and told["share"] > 0.5
    assert told["sees"] == 3 and told["picture"][2] == 3
    assert (clean / "star.onnx").stat().st_size > 10_000


def test_the_command_line_is_installed_and_knows_it(clean: Path) -> None:
    assert run(clean, "drillsergeant", "check", NAME).startswith(f"{NAME}: nothing wrong was found")

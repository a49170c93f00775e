"""The package as it would be published: what an index says of it, a clean environment, and a first hour."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTRAS = {"wasm", "gym", "window", "tensorboard", "wandb", "mlflow", "sb3"}
WITHOUT_EXTRAS = """
import sys, drillsergeant, drillsergeant.callbacks
assert all(getattr(drillsergeant, name) is not None for name in drillsergeant.__all__)
run = drillsergeant.train("chase", matches=8, decisions=500, hidden=(8,))
assert run.engine == "numpy" and run.finish().act([0.0] * len(run.drill.observation)) is not None
for name, extra in (("drillsergeant.gym", "gym"), ("drillsergeant.gym.sb3", "gym")):
    try:
        __import__(name)
    except ImportError as missing:
        assert f'pip install "drillsergeant[{extra}]"' in str(missing), missing
    else:
        raise AssertionError(name)
print(drillsergeant.__file__)
"""

TYPED = (
    "train chase --decisions 2e4 --csv curve.csv --plot curve.svg",
    "play chase.dshq --gif match.gif",
    "eval chase.dshq --against random --matches 32",
    "export chase.dshq chase.onnx",
    "new mine.py",
    "check mine.py",
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A wheel and a source distribution, built by the pinned backend."""
    out = tmp_path_factory.mktemp("published")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(out)], cwd=ROOT, check=True)
    return sorted(out.iterdir())


def test_an_index_would_take_it(published: list[Path]) -> None:
    wheel, source = published
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *published], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and done.stdout.count("PASSED") == 2, done.stdout + done.stderr
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        (place,) = [name for name in names if name.endswith("METADATA")]
        told = email.message_from_string(files.read(place).decode())
        (entries,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "drillsergeant = drillsergeant.commands.command_line:main" in files.read(entries).decode()
    assert "drillsergeant/py.typed" in names and "Typing :: Typed" in told.get_all("Classifier", [])
    assert set(told.get_all("Provides-Extra", [])) == EXTRAS and told["Description-Content-Type"] == "text/markdown"
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.partition("/")[0] for name in names} == {"drillsergeant", place.partition("/")[0]}
    with tarfile.open(source) as packed:
        inside = {name.partition("/")[2] for name in packed.getnames()}
    assert {"LICENSE", "pyproject.toml", "docs/package.md", "py/drillsergeant/py.typed"} <= inside


def environment(folder: Path) -> Path:
    """The Python of a new virtual environment."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder / "bin" / "python"


def run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run([str(python), *arguments], cwd=folder, env=own, capture_output=True, text=True, check=False)


def test_it_is_installed_and_imported_without_extras(published: list[Path], tmp_path: Path) -> None:
    wheel, _ = published
    python = environment(tmp_path / "clean")
    done = run(python, tmp_path, "-m", "pip", "install", "-q", str(wheel))
    assert done.returncode == 0, done.stderr
    listed = run(python, tmp_path, "-m", "pip", "list", "--format=freeze").stdout.lower()
    assert {line.partition("==")[0] for line in listed.split()} - {"pip", "setuptools"} == {"drillsergeant", "numpy"}
    done = run(python, tmp_path, "-c", WITHOUT_EXTRAS)
    assert done.returncode == 0 and done.stdout.startswith(str(tmp_path)), done.stderr
    for typed in (["--help"], ["--version"], ["train", "chase", "--decisions", "500", "--matches", "8"]):
        done = run(tmp_path / "clean" / "bin" / "drillsergeant", tmp_path, *typed)
        assert done.returncode == 0 and done.stderr == "", done.stderr
    done = run(tmp_path / "clean" / "bin" / "drillsergeant", tmp_path, "eval", "chase.dshq")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert 'pip install "drillsergeant[gym]"' in done.stderr


def test_a_first_hour_goes_by_without_a_traceback(published: list[Path], tmp_path: Path) -> None:
    """In an environment that has this package from its wheel, with what the extra declares; the command line as it is
    typed, then everything. Stable-Baselines3, which would be gigabytes, comes from here."""
    wheel, _ = published
    python = environment(tmp_path / "hour")
    library = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "hour")}))
    done = run(python, tmp_path, "-m", "pip", "install", "-q", f"{wheel}[gym]")
    assert done.returncode == 0, done.stderr
    for typed in TYPED:
        done = run(tmp_path / "hour" / "bin" / "drillsergeant", tmp_path, *typed.split())
        assert done.returncode == 0 and done.stdout and not re.search(r"\bnan\b", done.stdout), (typed, done.stderr)
        assert done.stderr == "", typed
    assert (tmp_path / "match.gif").stat().st_size > 0 and (tmp_path / "chase.onnx").stat().st_size > 0
    (library / "tools.pth").write_text("\n".join(path for path in sys.path if path.endswith("-packages")) + "\n")
    done = run(python, tmp_path, str(ROOT / "examples" / "first_hour.py"), "--folder", str(tmp_path / "files"))
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "Traceback" not in said and "Warning" not in said, said
    assert re.search(r"\bnan\b", said) is None, said
    assert re.search(r"chase +\d+% \|.*\| .* of 300k decisions, .*/s", done.stderr), "a bar"
    assert "chase: " in done.stdout and "learned on in Stable-Baselines3: " in done.stdout
    assert "match.gif, mine.dshq, mine.gif, mine.onnx, mine.svg, my_drill.py" in done.stdout

"""What the README shows is what the compiler does."""

from __future__ import annotations

import re
from pathlib import Path

import drillsergeant
import pytest
from drillsergeant.kernels.kernel import Kernel

PACKAGE = Path(drillsergeant.__file__).parent
TEXT = (PACKAGE / "kernels/README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The variables after running the README's Python, and what it printed."""
    _, kernel, look = blocks("python")
    variables: dict[str, object] = {}
    exec(kernel + look, variables)
    return {**variables, "printed": capsys.readouterr().out}


def test_graph_and_instructions_are_those_printed(shown: dict[str, object]) -> None:
    printed = str(shown["printed"])
    assert blocks("text")[0] in printed
    assert blocks("wat")[0] in printed


def test_nothing_is_left_for_the_passes(shown: dict[str, object]) -> None:
    kernel = shown["kernel"]
    assert isinstance(kernel, Kernel)
    assert str(kernel.trace()) == str(shown["graph"])


def test_size_is_the_one_stated(shown: dict[str, object]) -> None:
    assert f"{len(shown['module'].encode())} bytes" in TEXT  # type: ignore[attr-defined]


def test_line_is_a_line_of_the_drill_and_of_the_example() -> None:
    line = blocks("python")[0].strip().removeprefix("brake")
    assert line in (PACKAGE / "drills/boxes/players.py").read_text()
    assert line in blocks("python")[1]


def test_table_names_every_file_of_the_package() -> None:
    kernels = PACKAGE / "kernels"
    names = {str(path.relative_to(kernels)) for path in kernels.rglob("*.py") if path.name != "__init__.py"}
    patterns = [name.replace("*", ".*") for name in re.findall(r"`([\w*/]+\.py)`", TEXT)]
    assert [name for name in names if not any(re.fullmatch(pattern, name) for pattern in patterns)] == []

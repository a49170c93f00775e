"""What docs/library.md shows runs, in order, as a reader would paste it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "library.md").read_text()


def test_every_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    variables: dict[str, object] = {}
    for block in blocks:
        exec(block, variables)
    printed = capsys.readouterr().out
    assert "40000" not in printed and "43008 decisions" in printed, "the loop ends with the update that reaches it"
    assert {path.name for path in tmp_path.iterdir()} == {"striker.dshq", "striker.onnx"}


def test_every_file_it_names_is_there() -> None:
    for name in re.findall(r"`(examples/[\w.]+)`|\]\(\.\./([\w/.]+)\)", TEXT):
        assert (ROOT / "".join(name)).is_file(), name

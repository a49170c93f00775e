"""The site is built without a memory snapshot where none can be made, and states the size of what it then loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from build.site_parts import download
from build.site_parts.snapshot import NAME, snapshot_folder

BROKEN_NODE = "#!/bin/sh\necho this Node is too old\nexit 1\n"
NODE = '#!/bin/sh\nfor last; do :; done\necho "a snapshot" > "$last"\necho run >> "$(dirname "$0")/runs"\n'


class Machine:
    """A distribution folder, a wheel, an empty cache, and a PATH with at most a stand-in for Node on it."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch, node: str | None) -> None:
        self.cache, self.pyodide, self.bin = root / "cache", root / "pyodide", root / "bin"
        for folder in (self.cache, self.pyodide, self.bin):
            folder.mkdir()
        (self.pyodide / "pyodide.asm.wasm").write_text("core 1")
        self.wheel = root / "drillsergeant.whl"
        self.wheel.write_text("wheel")
        if node is not None:
            (self.bin / "node").write_text(node)
            (self.bin / "node").chmod(0o755)
        patch.setenv("PATH", f"{self.bin}:/usr/bin:/bin" if node is not None else str(self.bin))

    def make(self) -> Path | None:
        return snapshot_folder(self.cache, self.pyodide, self.wheel)


def test_a_snapshot_is_made_once_and_anew_for_another_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(tmp_path, monkeypatch, NODE)
    first = machine.make()
    assert first is not None and (first / NAME).read_text() == "a snapshot\n"
    assert machine.make() == first
    (machine.pyodide / "pyodide.asm.wasm").write_text("core 2")
    second = machine.make()
    assert second is not None and second != first and not first.exists()
    assert (machine.bin / "runs").read_text() == "run\n" * 2


@pytest.mark.parametrize(("node", "said"), [(None, "no Node here"), (BROKEN_NODE, "this Node is too old")])
def test_where_none_can_be_made_the_build_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], node: str | None, said: str
) -> None:
    machine = Machine(tmp_path, monkeypatch, node)
    assert machine.make() is None
    assert list(machine.cache.iterdir()) == [], "nothing half-made is left"
    assert said in "".join(capsys.readouterr())


def test_the_size_stated_follows_from_the_files_of_the_first_match(tmp_path: Path) -> None:
    contents = {
        "index.html": b"<p>Downloads DOWNLOAD_MB MB of SITE_MB",
        "embed.js": b"`DOWNLOAD_MB MB`",
        "pyodide/pyodide.asm.wasm": bytes(50_000_000),  # next to nothing where a host compresses
        "pyodide/python_stdlib.zip": bytes(4_000_000),
        "pyodide/drillsergeant-1.whl": bytes(1_000_000),
        "pyodide/numpy-2.whl": bytes(30_000_000),
        "vendor/editor.js": bytes(30_000_000),
    }
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert round(download.download_bytes(tmp_path) / 1e6) == 5, "a plain start loads library and wheel"
    (tmp_path / "pyodide/snapshot.bin").write_bytes(bytes(3_000_000))
    download.state(tmp_path)
    assert (tmp_path / "index.html").read_text() == "<p>Downloads 3 MB of 118"
    assert (tmp_path / "embed.js").read_text() == "`3 MB`"

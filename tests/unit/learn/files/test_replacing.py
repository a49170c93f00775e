"""A file is written whole or not at all: on a full disk, by a crash, through links and onto devices."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import drillsergeant
import numpy as np
import pytest
from drillsergeant.commands.command_line import main
from drillsergeant.learn.files.replacing import replace_file
from drillsergeant.learn.train import save

from tests.fakes.policies import ball_schema, some_policy

POLICY = drillsergeant.Policy(some_policy(ball_schema()))
WRITERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "save": ("good.dshq", POLICY.save),
    "export_onnx": ("good.onnx", POLICY.export_onnx),
    "train --out": (
        "good.npz",
        lambda path: save(str(path), drillsergeant.make("ball"), (64, 64), np.zeros(9000, np.float32), 1),
    ),
    "replace_file": ("good", lambda path: replace_file(path, bytes(100_000))),
}


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("name", "write"), WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("room", [0, 1, 4096, 20_000])
def test_a_full_disk_leaves_the_old_file_whole_and_nothing_else(
    name: str, write: Callable[[Path], None], room: int, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(b"what was there")
    with room_for(room), pytest.raises(OSError, match="what lay there before is as it was; make room") as refused:
        write(path)
    assert refused.value.filename == str(path) and refused.value.errno
    assert path.read_bytes() == b"what was there" and os.listdir(tmp_path) == [name]
    path.unlink()
    with room_for(room), pytest.raises(OSError, match="nothing is left of it"):
        write(path)
    assert os.listdir(tmp_path) == []
    write(path)
    assert len(path.read_bytes()) > 20_000 and os.listdir(tmp_path) == [name]


def test_a_game_is_begun_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my_star.py"
    path.write_text("my own work")
    with room_for(100):
        assert main(["new", str(path), "--force"]) != 0
    assert "what lay there before is as it was; make room" in capsys.readouterr().err
    assert path.read_text() == "my own work" and os.listdir(tmp_path) == ["my_star.py"]


def test_a_crash_before_the_end_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "good"
    path.write_bytes(b"old")
    ends = []
    for dies in (True, False):  # with the file half written; or it comes to the end
        if (child := os.fork()) == 0:
            if dies:
                os.fsync = lambda fd: os._exit(9)
            replace_file(path, b"new")
            os._exit(0)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        assert path.read_bytes() == (b"old" if dies else b"new")
    assert ends == [9, 0]


def test_permissions_links_and_pipes_stay_what_they_are(tmp_path: Path) -> None:
    path, link, pipe = tmp_path / "kept", tmp_path / "link", tmp_path / "pipe"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to("kept")
    replace_file(link, b"new")
    assert link.is_symlink() and path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    replace_file(pipe, b"through it")
    assert os.read(reader, 99) == b"through it" and stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


def test_a_new_file_has_the_permissions_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    replace_file(tmp_path / "ours", b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_folder_that_is_not_there_and_one_in_the_way_are_told_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere" / "a.dshq", tmp_path):
        with pytest.raises(OSError, match="it was not written") as refused:
            POLICY.save(path)
        assert refused.value.filename == str(path)
    assert os.listdir(tmp_path) == []

"""What the build packs holds no date of its making: the same sources give the same bytes."""

import importlib.util
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from build.upkeep.reproducible import differences, set_back
from build.site_parts import bytecode
from build.stamps import tree_key

ENTRIES = {"pack/": "", "pack/__init__.py": "def a():\n    return __file__\n", "pack/data.txt": "text", "top.py": "B = {1, 2}\n"}
UNCHECKED_HASH = 1
DATE_AT, DATE_UNTIL = 4, 8


def archive_of(path: Path, year: int) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in ENTRIES.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 5, 6, 7, 8, 10)), text)
    return path


def replaced(archive: Path) -> Path:
    bytecode.replace_sources(Path(sys.executable), archive)
    return archive


def added(archive: Path) -> Path:
    target = archive.with_name("added.whl")
    bytecode.add_bytecode(Path(sys.executable), archive, target)
    return target


@pytest.mark.parametrize("make", [replaced, added])
def test_an_archive_compiled_in_two_folders_at_two_dates_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], Path]
) -> None:
    made = []
    for name, year in (("one", 2001), ("another-folder", 2024)):
        folder = tmp_path / name
        (folder / "scratch").mkdir(parents=True)
        monkeypatch.setattr("tempfile.tempdir", str(folder / "scratch"))
        monkeypatch.setenv("PYTHONHASHSEED", str(year))
        made.append(make(archive_of(folder / "pack-1-py3-none-any.whl", year)))
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {bytecode.REPRODUCIBLE_DATE}
        compiled = [name for name in archive.namelist() if name.endswith(".pyc")]
        flags = {int.from_bytes(archive.read(name)[DATE_AT:DATE_UNTIL], "little") for name in compiled}
    assert len(compiled) == 2 and flags == {UNCHECKED_HASH}, "a .pyc of another kind holds its source's date"


def test_sources_replaced_by_bytecode_leave_order_and_names_and_can_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = replaced(archive_of(tmp_path / "library.zip", 2001))
    with zipfile.ZipFile(archive) as opened:
        assert opened.namelist() == ["pack/", "pack/__init__.pyc", "pack/data.txt", "top.pyc"]
        assert opened.read("pack/data.txt") == b"text"
    monkeypatch.syspath_prepend(str(archive))
    spec = importlib.util.find_spec("pack")
    assert spec is not None and spec.loader is not None and str(spec.origin).startswith(str(archive))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.a.__code__.co_filename == "pack/__init__.py", "the folder it was compiled in is no matter"


def test_a_folder_of_another_date_and_place_has_the_same_key(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "another-folder"]
    for folder in folders:
        (folder / "sub").mkdir(parents=True)
        (folder / "a.txt").write_text("a")
        (folder / "sub" / "b.txt").write_text("b")
    set_back(folders[1], 10_000_000)
    assert os.stat(folders[0] / "a.txt").st_mtime > os.stat(folders[1] / "a.txt").st_mtime + 9_000_000
    assert tree_key(folders[0], [folders[0]]) == tree_key(folders[1], [folders[1]])
    assert differences(*folders) == []
    (folders[1] / "a.txt").write_text("c")
    (folders[0] / "sub" / "only.txt").touch()
    assert differences(*folders) == ["a.txt", "sub/only.txt"]

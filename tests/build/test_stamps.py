"""A step reruns only when its inputs changed, and an interrupted one is never taken for done."""

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from build import stamps


def counted(calls: list[str], text: str = "made") -> Callable[[Path], None]:
    def make(part: Path) -> None:
        calls.append(text)
        (part / "file").write_text(text)

    return make


def test_a_second_run_with_the_same_inputs_does_nothing(tmp_path: Path) -> None:
    calls: list[str] = []
    first = stamps.step(tmp_path, "thing", "aaaa", counted(calls))
    assert stamps.step(tmp_path, "thing", "aaaa", counted(calls)) == first
    assert calls == ["made"]
    assert (first / "file").read_text() == "made"


def test_changed_inputs_replace_the_older_result(tmp_path: Path) -> None:
    calls: list[str] = []
    old = stamps.step(tmp_path, "thing", "aaaa", counted(calls))
    new = stamps.step(tmp_path, "thing", "bbbb", counted(calls))
    assert calls == ["made", "made"]
    assert new.is_dir() and not old.exists()


def test_a_step_that_fails_half_way_leaves_nothing_and_keeps_the_older_result(tmp_path: Path) -> None:
    old = stamps.step(tmp_path, "thing", "aaaa", counted([]))

    def broken(part: Path) -> None:
        (part / "half").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        stamps.step(tmp_path, "thing", "bbbb", broken)
    assert list(tmp_path.iterdir()) == [old]


def test_the_remains_of_a_killed_build_are_cleared(tmp_path: Path) -> None:
    (tmp_path / f"{stamps.PART}site-x").mkdir()
    (tmp_path / f"{stamps.PART}site-x" / "half").write_text("half")
    with stamps.exclusive(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_tree_key_changes_with_a_name_or_a_content_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    key = stamps.tree_key(tmp_path, [tmp_path])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    (tmp_path / "README.md").write_text("what a is")
    (tmp_path / "a.py").touch()
    assert stamps.tree_key(tmp_path, [tmp_path]) == key
    (tmp_path / "a.py").write_text("2")
    changed = stamps.tree_key(tmp_path, [tmp_path])
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    renamed = stamps.tree_key(tmp_path, [tmp_path])
    assert len({key, changed, renamed}) == 3


def test_boundaries_between_parts_count() -> None:
    assert stamps.key_of("ab", "c") != stamps.key_of("a", "bc")


def test_swapping_replaces_the_whole_folder(tmp_path: Path) -> None:
    target = tmp_path / "site"
    target.mkdir()
    (target / "gone").write_text("old")
    with stamps.part_folder(tmp_path, "site") as part:
        (part / "index.html").write_text("new")
        stamps.swap_folder(part, target)
    assert [path.name for path in target.iterdir()] == ["index.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def hold(cache: Path, order: "multiprocessing.SimpleQueue[str]", name: str, seconds: float) -> None:
    with stamps.exclusive(cache):
        order.put(f"{name} in")
        time.sleep(seconds)
        order.put(f"{name} out")


def test_builds_in_one_cache_run_one_after_the_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    order: multiprocessing.SimpleQueue[str] = context.SimpleQueue()  # written at once, so in the order of events
    builds = [context.Process(target=hold, args=(tmp_path, order, name, 0.2)) for name in ("a", "b")]
    for build in builds:
        build.start()
    for build in builds:
        build.join(timeout=30)
    events = []
    while not order.empty():
        events.append(order.get())
    assert [event.split()[1] for event in events] == ["in", "out", "in", "out"]

"""The benchmark's worker boots on the built site and answers; what fails in it is said here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from build.console import BuildError
from build.measure.kernels import bench
from build.measure.kernels.bench_places import ChromiumSide, NativeSide, chromium_side


@pytest.fixture(scope="module")
def side() -> Iterator[ChromiumSide]:
    with chromium_side() as opened:
        yield opened


@pytest.mark.alone
def test_kernels_and_numpy_are_measured_in_the_worker(side: ChromiumSide) -> None:
    numbers = side.round("physics", 0.05)
    assert numbers.keys() == {"kernels", "numpy"}
    assert numbers["kernels"] > numbers["numpy"] > 0
    assert side.unit("physics") == "match-ticks/s"
    side.drop("physics")
    assert side.versions()["Pyodide"]


def test_with_browser_alone_nothing_is_started_natively(
    side: ChromiumSide, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def started() -> NativeSide:
        raise AssertionError("the native side was started")

    monkeypatch.setattr(bench, "NativeSide", started)
    monkeypatch.setattr(bench, "chromium_side", lambda: nullcontext(side))
    out = tmp_path / "bench.json"
    asked = ["--browser", "--only", "call: load one cell", "--seconds", "0.2", "--repeats", "2", "--out", str(out)]
    assert bench.main(asked) == 0
    (finding,) = json.loads(out.read_text())["findings"]
    assert finding["name"] == "call: load one cell"


def test_a_failure_in_the_worker_is_told(side: ChromiumSide) -> None:
    with pytest.raises(BuildError, match=r"failed at round .*'no such figure'"):
        side.round("no such figure", 0.05)

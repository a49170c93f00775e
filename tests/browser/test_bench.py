"""The benchmark's worker boots on the built site and answers; what fails in it is said here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from build.bench_places import ChromiumSide, chromium_side
from build.console import BuildError


@pytest.fixture(scope="module")
def side() -> Iterator[ChromiumSide]:
    with chromium_side() as opened:
        yield opened


def test_kernels_and_numpy_are_measured_in_the_worker(side: ChromiumSide) -> None:
    numbers = side.round("physics", 0.05)
    assert numbers.keys() == {"kernels", "numpy"}
    assert numbers["kernels"] > numbers["numpy"] > 0
    assert side.unit("physics") == "match-ticks/s"
    side.drop("physics")
    assert side.versions()["Pyodide"]


def test_a_failure_in_the_worker_is_told(side: ChromiumSide) -> None:
    with pytest.raises(BuildError, match=r"failed at round .*'no such figure'"):
        side.round("no such figure", 0.05)

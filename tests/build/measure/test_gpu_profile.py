"""What the table of `make gpu-profile` says of timestamps a device gave."""

import pytest

from build.console import BuildError
from build.measure.kernels.gpu_profile import PipelineTime, rows_of, table


def submission(ends: bool, *dispatches: tuple[str, int, int]) -> dict[str, object]:
    """Dispatches with the nanoseconds at which each began and ended."""
    return {
        "last": ends,
        "names": [name for name, *_ in dispatches],
        "ns": [ns for _, *both in dispatches for ns in both],
    }


TWO_AND_A_HALF = [
    submission(True, ("adam", 0, 9_000)),  # the end of an update whose beginning was not timed
    submission(False, ("play", 10_000, 14_000), ("play", 15_000, 17_000)),
    submission(True, ("adam", 20_000, 21_000)),
    submission(False, ("play", 30_000, 32_000), ("play", 32_000, 32_000)),
    submission(True, ("adam", 40_000, 43_000)),
    submission(False, ("play", 50_000, 99_000)),
]


def test_only_whole_updates_count_and_the_longest_pipeline_is_first() -> None:
    rows, span = rows_of(TWO_AND_A_HALF)
    assert rows == [PipelineTime("play", 2.0, 4.0), PipelineTime("adam", 1.0, 2.0)]
    assert span == 12.0
    assert "| `play` | 2 | 2.0 | 4 | 67% |" in table(rows, span)


def test_less_than_one_update_is_refused() -> None:
    with pytest.raises(BuildError, match="1 updates ended while the device was timed, expected 2"):
        rows_of(TWO_AND_A_HALF[:2])

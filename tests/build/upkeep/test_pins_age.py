"""The table of pins says how old each is, and what is newer."""

from datetime import UTC, datetime

import pytest

from build.console import BuildError
from build.pins import NPM_FOLDER, pins
from build.upkeep.pins_age import age_of, npm_dates, npm_pins, python_dates, python_pins, row

NOW = datetime(2026, 3, 11, tzinfo=UTC)
LISTING = {
    "files": [
        {"filename": "tblib-3.0.0-py3-none-any.whl", "upload-time": "2026-03-01T00:00:00.5Z"},
        {"filename": "tblib-3.0.0.tar.gz", "upload-time": "2026-03-02T00:00:00Z"},
        {"filename": "tblib-3.10.0.tar.gz", "upload-time": "2026-03-09T00:00:00Z"},
        {"filename": "tblib-3.9.0.tar.gz", "upload-time": "2026-03-10T00:00:00Z"},
        {"filename": "tblib-4.0.0rc1.tar.gz", "upload-time": "2026-03-10T00:00:00Z"},
        {"filename": "tblib-0.1.tar.gz"},
    ]
}


def test_the_newest_final_version_is_named_with_the_ages_of_both() -> None:
    dates = python_dates(LISTING)
    assert "0.1" not in dates, "an index that says no date"
    age = age_of("3.0.0", dates, NOW)
    assert (age.pinned_days, age.newest, age.newest_days) == (9, "3.10.0", 2)
    assert row("tblib", "3.0.0", age).split() == ["tblib", "3.0.0", "9", "3.10.0", "(2", "days)"]
    assert row("tblib", "3.10.0", age_of("3.10.0", dates, NOW)).split() == ["tblib", "3.10.0", "2"]
    assert row("tblib", "2", age_of("2", dates, NOW)).split()[2] == "?", "withdrawn"


def test_npm_tells_more_than_versions() -> None:
    dates = npm_dates(
        {
            "created": "2020-01-01T00:00:00.000Z",
            "modified": "2020-01-01T00:00:00.000Z",
            "1.6.32": "2026-03-01T00:00:00.000Z",
        }
    )
    assert age_of("1.6.32", dates, NOW).pinned_days == 10
    with pytest.raises(BuildError, match=r"no final version beside 1\.6\.32"):
        age_of("1.6.32", {}, NOW)


def test_every_pin_asked_for_by_name_is_looked_up() -> None:
    assert python_pins(pins(), interop=False)["pyodide-lock"] == "0.1.2"
    assert "ray" in python_pins(pins(), interop=True) and "ray" not in python_pins(pins(), interop=False)
    assert npm_pins(NPM_FOLDER)["pyodide"] == pins().pyodide_version

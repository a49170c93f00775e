"""What files may hold: the same for every version, since a page that was not reloaded reads what a newer one wrote."""

from __future__ import annotations

from drillsergeant.learn.files import dshq, dshr, history_tensors, kept_versions, run_progress, safetensors
from drillsergeant.runtimes.trainer import archive


def test_a_policy_of_the_largest_kind_is_read_by_every_version() -> None:
    assert (safetensors.MOST_BYTES, safetensors.MOST_HEADER_BYTES) == (16_777_216, 262_144)
    assert (safetensors.MOST_DEPTH, safetensors.MOST_TENSORS, safetensors.MOST_RANK) == (3, 2048, 4)
    assert (safetensors.MOST_DIMENSION, safetensors.LONGEST_NAME) == (1_048_576, 64)
    assert (safetensors.LONGEST_VALUE, safetensors.LONGEST_NUMBER) == (98_304, 15)
    assert (dshq.LONGEST_EVENTS, dshq.OLD_LAYERS, run_progress.LONGEST_TIME) == (32_768, 2, 40)
    assert (history_tensors.MOST_ROWS, history_tensors.MOST_NUMBERS) == (1000, 128)
    assert (kept_versions.MOST_VERSIONS, kept_versions.LONGEST_KIND) == (64, 16)
    assert (kept_versions.MOST_GAMES, kept_versions.MOST_RATING, kept_versions.ROUNDING) == (1e9, 1e6, 1e-3)


def test_a_replay_of_the_largest_kind_is_read_by_every_version() -> None:
    assert (dshr.FORMAT, dshr.HEAD.size, dshr.DIGEST_BYTES, dshr.WORD, dshr.COLUMNS) == (1, 16, 16, 4, 4)
    assert (dshr.MOST_BYTES, dshr.MOST_HEADER_BYTES, dshr.LONGEST_NAME) == (524_288, 131_072, 40)
    ranges = {"seed": (0, 2**32 - 1), "decisions": (1, 7200), "actions": (1, 1024), "fields": (1, 1024)}
    assert dict(dshr.COUNTS) == {**ranges, "moved": (0, 28_800)}
    assert dict(dshr.TEXTS) == {"drill": 64, "rules": 64, "edit": 98_304, "final": 64}


def test_a_saved_run_is_found_by_every_version() -> None:
    assert (archive.VERSION, archive.HEADER.size, archive.HEAD.size, archive.CHECKED_FROM) == (1, 32, 12, 16)
    assert (range(2, 256), 40, 100) == (archive.LATER_VERSIONS, archive.LONGEST_NAME, archive.LONGEST_NAME_BYTES)

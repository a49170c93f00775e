"""Ranges of what counts and of what is measured: the ends belong to them, and what lies beyond does not."""

from __future__ import annotations

import math
from array import array
from dataclasses import asdict

import pytest
from drillsergeant.learn.ppo import limits
from drillsergeant.learn.ppo.hidden import HIDDEN, checked_hidden, hidden_text, parsed_hidden
from drillsergeant.learn.ppo.imitator import DecisionBatch
from drillsergeant.learn.ppo.limits import checked_count, checked_seed, counted, known_within, within
from drillsergeant.learn.ppo.minibatches import CELL_ROWS, CELLS_PER_SHARE
from drillsergeant.learn.ppo.ppo import UpdateMetrics


def test_the_ends_of_a_range_belong_to_it() -> None:
    assert [known_within(value, -2.0, 3.0) for value in (-2.0, 0.0, 3.0)] == [-2.0, 0.0, 3.0]
    assert [known_within(value, -2.0, 3.0) for value in (-2.1, 3.1, math.nan, None)] == [None] * 4
    assert [within(value, -2.0, 3.0) for value in (-2.1, -1.0, 3.1, math.inf)] == [-2.0, -1.0, 3.0, 3.0]


def test_what_counts_stays_at_its_limit() -> None:
    assert counted(3) == 4 and counted(3, 4) == 7 and counted(8, 4, most=10) == 10
    assert counted(limits.MOST_COUNT - 1) == counted(limits.MOST_COUNT) == limits.MOST_COUNT


def test_a_seed_is_handed_on_as_a_whole_number() -> None:
    assert [checked_seed(seed) for seed in (0, 7, 2**32 - 1)] == [0, 7, 2**32 - 1]
    assert checked_count("lesson", 3, 3, "give less") == 3
    for seed in (-1, 2**32, True, 1.0, "1"):
        with pytest.raises(ValueError, match="seed must be a whole number from 0 to 4294967295"):
            checked_seed(seed)


def test_what_a_file_may_count_to_is_what_every_version_of_the_page_reads() -> None:
    """A file at a limit that was raised would be refused by whoever has not reloaded yet."""
    counts = (limits.MOST_SEED, limits.MOST_COUNT, limits.MOST_DECISIONS, limits.MOST_VERSION)
    assert counts == (4294967295, 2147483646, 999_999_999_999_999, 4294967295)
    assert (limits.MOST_S, limits.LONGEST_DRILL_NAME, limits.LONGEST_NAMES) == (1e9, 64, 32768)
    assert limits.SANE == 999_999_984_306_749_440.0, "1e18 as f32 has it"


def test_cells_are_as_large_as_when_the_golden_weights_were_made() -> None:
    """In which order a minibatch is summed, and so each bit of the weights, follows from both."""
    assert (CELL_ROWS, CELLS_PER_SHARE) == (128, 8)


def test_an_update_of_which_nothing_is_known_is_nothing() -> None:
    assert set(asdict(UpdateMetrics()).values()) == {0}


def test_a_batch_to_clone_is_as_large_as_its_first_head() -> None:
    assert DecisionBatch(seen=[], actions=[array("f", [0.0, 1.0, 2.0])], allowed=[]).size == 3


def test_a_network_has_one_to_three_layers_of_8_to_256_units() -> None:
    for units in ((8,), (256, 8), (64, 64, 64), (8, 128, 256)):
        assert checked_hidden(units) == parsed_hidden(hidden_text(units)) == units
    for wrong in ((), (7,), (257,), (64, 64, 64, 64), (64.0,), 64, "64"):
        with pytest.raises(ValueError, match="a network has 1 to 3 hidden layers of 8 to 256 units each"):
            checked_hidden(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"hidden is 'x{'y' * 39}'; a network"):
        parsed_hidden("x" + "y" * 60)
    assert HIDDEN == (64, 64)

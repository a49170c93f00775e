"""A game of the reader's own in files: under the name of its class, which any program knows, and with its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.drills.new_game import game_of
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshq import read_policy, read_summary, write_policy
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hidden import HIDDEN
from drillsergeant.learn.ppo.limits import LONGEST_DRILL_NAME

from tests.fakes.policies import ball_schema, some_policy

GAME = replace(facts_of(game_of("my-pong")), called="squash")
SCHEMA = Schema.of(GAME, HIDDEN)


def test_a_file_names_the_class_and_where_the_page_has_it() -> None:
    assert (SCHEMA.drill, SCHEMA.place) == ("squash", "my-pong")
    summary = read_summary(write_policy(some_policy(SCHEMA)))
    assert (summary.drill, summary.place) == ("squash", "my-pong")
    assert read_summary(write_policy(some_policy(ball_schema()))).place == ""


def test_the_longest_name_of_a_class_is_found_again() -> None:
    schema = Schema.of(replace(GAME, called="g" * LONGEST_DRILL_NAME), HIDDEN)
    assert read_policy(write_policy(some_policy(schema)), schema).schema == schema


def test_what_the_page_exports_is_for_the_file_that_it_saves() -> None:
    as_file = Schema.of(replace(GAME, name="squash", called=""), HIDDEN)
    policy = some_policy(SCHEMA)
    assert read_policy(write_policy(policy), as_file).state == policy.state
    assert read_policy(write_policy(some_policy(as_file)), SCHEMA).schema == SCHEMA
    with pytest.raises(PolicyFileError, match="is for the drill 'squash', 'ball' plays here"):
        read_policy(write_policy(policy), ball_schema())


def test_a_game_that_was_renamed_is_still_that_of_its_place() -> None:
    assert SCHEMA.is_of("squash", "") and SCHEMA.is_of("tennis", "my-pong")
    assert not SCHEMA.is_of("tennis", "") and not SCHEMA.is_of("tennis", "my-pole")
    assert ball_schema().is_of("ball", "") and not ball_schema().is_of("squash", "my-pong")

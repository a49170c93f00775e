"""What was learned goes on under other code where it still means the same, and else it is said why not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.drills.contract import COMMON_FIELDS, Discrete, SuccessShare
from drillsergeant.drills.new_game import game_of
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.supervisor.going_on import why_not

GAME = replace(facts_of(game_of("my-blank")), called="my-blank")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"observation": ("x",)}, "the players see 1 numbers now, and the network that was trained takes 2"),
        ({"observation": ("x", "goal")}, "the players see something else now: x, goal"),
        ({"teams": (2, 1)}, "there are 2 against 1 players now, and 1 were trained"),
        ({"heads": (Discrete("move", ("stay", "run", "left")),)}, "the players decide something else now"),
        ({"masks": 3}, "the players decide something else now"),
        ({"tick_hz": 30}, "a decision lasts for another time now"),
        ({"objective": SuccessShare(0.9)}, "they are measured by something else now"),
        ({"fields": {**GAME.fields, "wind": "f32"}}, "a match has another state now"),
    ],
)
def test_another_game_begins_from_nothing(changed: dict[str, object], reason: str) -> None:
    assert why_not(replace(GAME, **changed), GAME) == reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"called": "marathon", "words": replace(GAME.words, title="Marathon")},
        {"reward_terms": ("there",), "scene": replace(GAME.scene, half_length_m=9.0), "time_limit_s": 9.0},
        {"fields": {**GAME.fields, "speed": "f32"}, "drawn_numbers": ("speed",)},
    ],
)
def test_what_changes_nothing_that_was_learned_goes_on(changed: dict[str, object]) -> None:
    assert why_not(replace(GAME, **changed), GAME) == ""  # type: ignore[arg-type]


def test_a_number_of_another_drill_may_be_what_solves_it() -> None:
    drill: DrillFacts = replace(GAME, called="", fields=COMMON_FIELDS)
    assert why_not(replace(drill, objective=SuccessShare(0.9)), drill) == ""

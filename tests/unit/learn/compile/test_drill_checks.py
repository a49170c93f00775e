"""An object that is no drill is named before anything is compiled, and so is what its functions return."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from drillsergeant.drills import make
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.contract import Discrete, Scene, Words
from drillsergeant.drills.shapes import Circle, Line, Linear
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.library.training import train


def changed(**parts: Any) -> ChaseDrill:
    """Chase Drill with other parts."""
    numbers = {name: value for name, value in parts.items() if name in {field.name for field in fields(ChaseDrill)}}
    rest = {name: value for name, value in parts.items() if name not in numbers}
    return type("Changed", (ChaseDrill,), rest)(**numbers)


def words(**parts: Any) -> Words:
    """Chase Drill's words with others among them."""
    return replace(ChaseDrill().words, **parts)


def without(name: str) -> object:
    """An object with every part of the drill but one."""
    drill = make("chase")
    present = {each: getattr(drill, each) for each in dir(drill) if not each.startswith("_") and each != name}
    return type("Partial", (), present)()


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (ChaseDrill, "ChaseDrill is a class; make a drill of it, ChaseDrill()"),
        (None, "the drill is None (NoneType): give a drill, or its name"),
        (without("scripted"), "Partial lacks scripted"),
        (without("fields"), "Partial lacks fields"),
    ],
)
def test_what_is_no_drill_is_named(thing: Any, said: str) -> None:
    with pytest.raises(TypeError, match=re.escape(said)):
        train(thing)


def test_a_misspelt_part_is_pointed_out() -> None:
    drill: Any = without("scripted")
    type(drill).scriptd = None
    with pytest.raises(TypeError, match=r"Partial lacks scripted, .* is scriptd meant to be it"):
        train(drill)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"teams": 2}, "drill chase: teams is 2, it must be a tuple of the players of each team"),
        ({"teams": (1, 0)}, "teams is (1, 0), it must be a tuple"),
        ({"teams": (1, 1, 1)}, "teams names 3 teams, there can be 1 to 2"),
        ({"teams": ()}, "teams names 0 teams"),
        ({"words": None}, "words is None; give Words(title=..., sentence=..., ...)"),
        (
            {"words": words(counts=("Caught",))},
            "counts of its words is ('Caught',); give two texts",
        ),
        ({"words": words(keys=None)}, "keys of its words is None; give a text"),
        ({"teams": (12, 11)}, "teams has 23 players in all, at most 22 can play: make the teams smaller"),
        ({"heads": ()}, "drill chase: heads is (); give a tuple of Discrete(name, choices)"),
        (
            {"heads": (Discrete("a", ("x",)), Discrete("a", ("x",)))},
            "heads are called a, a; give each a name of its own",
        ),
        ({"heads": (Discrete("a", ()),)}, "the choices of the head a are (); give a tuple of names"),
        ({"heads": (Discrete("a", ("x", "x")),)}, "the head a has two choices of the same name among x, x"),
        ({"action_repeat": 0}, "action_repeat is 0"),
        ({"tick_hz": 0}, "tick_hz is 0"),
        ({"time_limit_s": 0.0}, "time_limit_s is 0.0, it must be at least one decision, 0.0666667 s"),
        ({"time_limit_s": float("nan")}, "time_limit_s is nan"),
        ({"observation": ()}, "observation is (); give a tuple of names"),
        (
            {"observation": ("dx" * 20_000,)},
            "the names of observation have 40,004 characters, files have room for 32,768",
        ),
        ({"heads": (Discrete("way", ("a" * 40_000,)),)}, "the names of heads have 40,0"),
        *(({"name": name}, "files tell drills apart by 1 to 64") for name in ("", "x" * 65, "two\nlines", 3)),
        ({"reward_terms": "catch"}, "reward_terms is 'catch'; give a tuple of names"),
        ({"fields": {}}, "fields begin with nothing; begin with **COMMON_FIELDS"),
        ({"fields": {**make("chase").fields, "x": "f64"}}, "field x has the type 'f64'; use one of f32, i32, u32"),
        ({"scene": Scene(-3.0, 3.0, 0.0, 0.0, ())}, "half_length_m of its scene is -3.0, it must be above 0"),
        ({"scene": replace(make("chase").scene, goal_half_width_m=4.0)}, "a goal of half width 4 m"),
    ],
)
def test_numbers_and_names_that_fit_together_with_nothing_are_named(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        train(changed(**parts))


def test_a_body_drawn_by_a_field_that_is_not_there_is_named() -> None:
    scene = make("chase").scene
    bodies = (replace(scene.bodies[0], x="target_z"), *scene.bodies[1:])
    with pytest.raises(ValueError, match="drawn by the field 'target_z', which is not there; did you mean target_y"):
        train(changed(scene=replace(scene, bodies=bodies)))


X = Linear("target_x")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"background": "green"}, "background of its scene is 'green', it must be #rrggbb"),
        ({"shapes": (Circle(X, 0.0, 0.2, colour="Team0"),)}, "the circle without a name in shapes has colour 'Team0'"),
        ({"shapes": (Circle(X, 0.0, 0.0, name="sun"),)}, "the circle sun in shapes has radius_m 0.0: make it above 0"),
        ({"shapes": (Circle(X, float("nan"), 1.0),)}, "has y nan: make it a finite number"),
        ({"shapes": (Circle(Linear("target_z"), 0.0, 1.0),)}, "the field 'target_z', which is not there; did you mean"),
        ({"shapes": (Circle(Linear("clock"), 0.0, 1.0),)}, "the field 'clock', which is u32: shapes follow f32 alone"),
        ({"shapes": (Circle(0.0, 0.0, 1.0, player=1),)}, "belongs to player 1, there are 1, the first of them is 0"),
        ({"shapes": (Circle(0.0, 0.0, 1.0, opacity=2.0),)}, "has opacity 2.0, it must be between 0 and 1"),
        ({"shapes": (Line(((0.0, 0.0),)),)}, "has 1 points, a polygon takes at least 3 and a line 2"),
        ({"shapes": (make("chase").scene.bodies[0],)}, "shapes of its scene is (Body("),
        (
            {"ground": (Circle(X, 0.0, 1.0),)},
            "follows target_x, but a ground stands still: put it into shapes",
        ),
        ({"bodies": (Circle(X, 0.0, 1.0),)}, "is among the bodies of its scene; give a Body, and what else is drawn"),
    ],
)
def test_shapes_that_cannot_be_drawn_are_named(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        ensure_drill(changed(scene=replace(make("chase").scene, **parts)))


def test_shapes_of_every_kind_are_taken() -> None:
    scene = replace(make("chase").scene, background="#102030 #aabbcc", shapes=(Circle(X, 0.0, 0.2, colour="team0"),))
    assert facts_of(changed(scene=scene)).scene == scene


@dataclass(frozen=True)
class Broken(ChaseDrill):
    """Chase Drill of which one function does something else."""

    part: str = ""

    def tick(self, state, actions):  # type: ignore[no-untyped-def]
        after = super().tick(state, actions)
        if self.part == "tick forgets":
            return None
        if self.part == "tick loses":
            del after["caught"]
        if self.part == "tick adds":
            after["speed"] = after["chaser_vx"]
        if self.part == "tick asks":
            after["caught"] = state["cought"]
        return after

    def observe(self, state, player):  # type: ignore[no-untyped-def]
        return None if self.part == "observe" else super().observe(state, player)

    def reward(self, before, after, player):  # type: ignore[no-untyped-def]
        return (
            super().reward(before, after, player)[:1]
            if self.part == "reward"
            else super().reward(before, after, player)
        )

    def outcome(self, state):  # type: ignore[no-untyped-def]
        return None if self.part == "outcome" else super().outcome(state)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            "tick forgets",
            "drill chase: tick returned NoneType, not a state, a dict of arrays: is its `return` forgotten?",
        ),
        ("tick loses", "drill chase: the state that tick returned lacks the field caught"),
        ("tick adds", "the state that tick returned has a field speed that `fields` does not name"),
        ("tick asks", "the state has no 'cought'; did you mean caught?"),
        ("observe", "observe returned NoneType, not a list of arrays: is its `return` forgotten?"),
        ("reward", "drill chase: reward returned 1 arrays, there are 2 names for them"),
        ("outcome", "outcome returned NoneType, not (terminated, truncated, winner): is its `return` forgotten?"),
    ],
)
def test_what_a_function_returns_is_named(part: str, said: str) -> None:
    with pytest.raises((ValueError, KeyError), match=re.escape(said)):
        train(Broken(part=part))

"""What an editor lists and completes is there: every word is what its text says, and completed where that stands."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.kernels.ir.graph import Graph
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.trace.tracer import Tracer
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.editable_source import HOMES, source_of
from drillsergeant.learn.compile.editing.namespace import namespace_of
from drillsergeant.learn.compile.editing.vocabulary import vocabulary
from drillsergeant.learn.files.vocabulary import CodeWord, WordGroup, from_json, to_json


def words(drill: str) -> dict[str, CodeWord]:
    """All words by their texts."""
    return {word.text: word for group in vocabulary(drill) for word in group.words}


@pytest.mark.parametrize("drill", HOMES)
def test_every_word_is_there_under_its_name_and_whatever_the_text_uses_is_listed(drill: str) -> None:
    graph = Graph("probe")
    array = Tracer(graph, graph.load("state", 0, DType.F32))
    names = {**namespace_of(drill, Printed()), "self": make(drill), "state": dict.fromkeys(make(drill).fields, array)}
    for group in vocabulary(drill):
        assert len({word.name for word in group.words}) == len(group.words), group.title
        for word in group.words:
            text = f"(some_array){word.text}" if word.text.startswith(".") else word.text
            ast.parse(text)
            thing = re.sub(r"(?<=\w)\(.*", "", text)  # a function without what it is given
            eval(thing, {**names, "some_array": array})
            assert re.search(rf"({group.after}){re.escape(word.name)}", f" {text}"), "completed where its text stands"
    shown, text = words(drill), source_of(drill)
    listed = {re.split(r"\W", name)[0] for name in shown}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "np"):
            used = f"{node.value.id}.{node.attr}"
            assert any(re.match(rf"{re.escape(used)}\b", each) for each in shown), used
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            assert node.func.id in listed or node.func.id == "dataclass", node.func.id
    assert from_json(to_json(vocabulary(drill))) == vocabulary(drill)


def test_units_values_and_what_is_said_of_them_are_those_of_the_drill() -> None:
    chase, ball = words("chase"), words("ball")
    assert chase['state["chaser_vx"]'].detail == "f32, m/s" and chase['state["caught"]'].detail == "f32"
    assert ball['state["held_s"]'].detail == "f32, s"
    assert ball['state["clock"]'] == CodeWord("clock", 'state["clock"]', "u32", "How many ticks it has lasted.")
    assert ball["self.goal_line_m"].detail == "0.15 m"
    assert ball["self.goal_line_m"].note == "how far beyond the line the ball's centre has to be"
    assert ball["self.tick_s"] == CodeWord("tick_s", "self.tick_s", "0.00833333 s", "Length of one tick.")
    assert ball["_gap(state, player)"].detail == "(state, player)"
    assert ball["SPEED"].detail == "5.0" and ball["SPEED"].note == "m/s"
    assert words("hide")["ray(x, y, direction, half_m, boxes)"].note.startswith("How far it is from (x, y)")
    own = [word.name for word in vocabulary("ball")[0].words]
    assert own[-3:] == ["seed", "episode", "clock"], "what every state has comes last"


def test_what_is_listed_of_numpy_is_what_the_tracer_knows() -> None:
    shown = words("chase")
    assert "np.where(condition, a, b)" in shown and "np.clip(x, low, high)" in shown
    assert shown["np.minimum(x, y)"].note == "Element-wise minimum of array elements."
    assert "np.linalg.norm([a, b], axis=0)" in shown and "np.abs(x)" in shown
    assert not any(name.startswith(("np.hypot", "np.arctan2", "np.zeros(")) for name in shown)
    graph = Graph("probe")
    values: dict[str, Any] = {name: Tracer(graph, graph.load("s", k, DType.F32)) for k, name in enumerate("xyab")}
    for text in ("np.minimum(x, y)", "np.abs(x)", "np.exp(x)", "np.rint(x)", "np.true_divide(x, y)"):
        assert text in shown
        assert isinstance(eval(text, {"np": np, **values}), Tracer)


def test_what_is_no_list_of_words_is_refused() -> None:
    group = WordGroup("State", "property", "x", (CodeWord("a", "b"),))
    assert from_json(to_json([group])) == (group,)
    for text in ("{}", "[1]", '[{"title": "State"}]', "no"):
        with pytest.raises(ValueError):
            from_json(text)

"""The parts of a drill that a reader may edit, as text: its numbers, its reward and what a player observes.

The text is a class over the drill's own, made of the real source, so that running it unchanged changes nothing.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from types import ModuleType
from typing import Any

from drillsergeant.drills import chase, make, sumo
from drillsergeant.drills.ball import drill as ball
from drillsergeant.drills.ball import observation
from drillsergeant.drills.classic import acrobot, cartpole, pendulum
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.hide import drill as hide
from drillsergeant.drills.hide import rules as hide_rules
from drillsergeant.drills.new_game import game_of
from drillsergeant.drills.squad import drill as squad
from drillsergeant.drills.squad import observation as squad_observation
from drillsergeant.drills.volley import drill as volley

NAME = "Mine"  # of the class
# Where a drill's reward and observation are written, and what the text may use beside them.
HOMES: Mapping[str, tuple[ModuleType, ...]] = {
    "ball": (observation, ball),
    "squad": (squad_observation, squad),
    "squad-pair": (squad_observation, squad),
    "sumo": (sumo,),
    "chase": (chase,),
    "cartpole": (cartpole,),
    "acrobot": (acrobot,),
    "pendulum": (pendulum,),
    "hide": (hide, hide_rules),
    "volley": (volley,),
}


def homes_of(name: str) -> tuple[ModuleType, ...]:
    """Where a drill is written, or the game that a place of the page begins with."""
    return HOMES[name] if name in HOMES else (import_module(type(game_of(name)).__module__),)


def source_of(name: str) -> str:
    """Return the editable parts of a drill as text."""
    drill = make(name)
    reward, observe = (_method(name, drill, part) for part in ("reward", "observe"))
    numbers = "\n".join(["    # Numbers, in m, s and kg.", *number_lines(drill).values()])
    head = f'''@dataclass(frozen=True)
class {NAME}({type(drill).__name__}):
    """{drill.words.title} in your words: change anything, press Run. An array holds one number per match."""

'''
    return head + "\n\n".join([reward, numbers, observe]) + "\n"


def number_lines(drill: Drill) -> Mapping[str, str]:
    """The lines that define a drill's numbers, with their comments, by name; the drill's own come first."""
    cls: Any = type(drill)
    mine = {field.name for field in fields(cls) if isinstance(field.default, float)}
    lines: dict[str, str] = {}
    for each in cls.__mro__[:-1]:
        for line in inspect.getsource(each).splitlines():
            found = re.match(r"    (\w+): float = ", line)
            if found and found[1] in mine:
                lines.setdefault(found[1], line)
    return lines


def _method(name: str, drill: Drill, part: str) -> str:
    """The source of a part as a method, whether the drill has it as one or as a function of its rules."""
    home = HOMES[name][0]
    function = getattr(home, part, None) or getattr(type(drill), part)
    text = textwrap.dedent(inspect.getsource(function))
    text = re.sub(r"\brules: \w+", "self", text)
    return textwrap.indent(re.sub(r"\brules\b", "self", text), "    ").rstrip()

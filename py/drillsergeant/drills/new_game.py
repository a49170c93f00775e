"""Games to begin one's own with: short files in `templates/`, as text and as drills, and their places on a page.

A page keeps a game of the reader's own under the name of its place, `my-pong`, whatever its class calls it. This module
needs no NumPy: the page imports it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from drillsergeant.drills.contract import Drill

# What happens in each of the games to begin with.
TEMPLATES: Mapping[str, str] = {
    "blank": "a square learns to run to a mark",
    "chase": "a square learns to catch what drifts about",
    "pole": "a cart learns to hold a pole up",
    "pong": "two paddles learn to return a ball",
    "team-ball": "teams of two learn to score",
}
# The places of a page for games of one's own, and which of them each begins with.
PLACES: Mapping[str, str] = {f"my-{game}": game for game in TEMPLATES}
TESTED = re.compile(r"^if __name__\b", re.MULTILINE)
PROGRAM = """

if __name__ == "__main__":  # python {file}
    import drillsergeant

    print(drillsergeant.check_drill({cls}()))
    for metrics in drillsergeant.train({cls}(), decisions=300_000):
        print(f"{{metrics['decisions']:8.0f}} decisions, {{metrics['win_rate']:4.0%}} of the matches won")
"""


def file_of(place: str) -> str:
    """What the file of a place's game is called: a module, as `drillsergeant.make` takes it."""
    return f"{_module(place)}.py"


def begun(text: str, game: str, file: str) -> str:
    """The text of a game to begin with, for a file of this name: `my_drill.py` defines the class MyDrill, called
    "my-drill".

    Raises ValueError for a name that is no name of a module.
    """
    path = PurePath(file)
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", path.stem) or path.suffix != ".py":
        raise ValueError(f"{path.name!r} is no name for a module: small letters, digits and _, such as my_drill.py")
    words = [word for word in path.stem.split("_") if word] or ["drill"]
    cls, name = "".join(word.capitalize() for word in words), "-".join(words)
    for old, new in (
        ("YourDrill", cls),
        ("your-drill", name),
        ("Your drill", " ".join(words).capitalize()),
        (f"class {_class_name(game)}:", f"class {cls}:"),
        (f'name: str = "{game}"', f'name: str = "{name}"'),
    ):
        text = text.replace(old, new)
    return text


def template(game: str) -> str:
    """The text of one of TEMPLATES, as it lies in the package."""
    from importlib.resources import files  # which a page never needs

    return files("drillsergeant.drills.templates").joinpath(f"{_module(game)}.py").read_text(encoding="utf-8")


def text_of(place: str) -> str:
    """What the editor of a page begins with in a place."""
    game = PLACES[place]
    return begun(template(game), game, file_of(place))


def game_of(place: str) -> Drill:
    """The game that a place begins with, as `text_of` has it."""
    game = PLACES[place]
    cls: Any = getattr(import_module(f"drillsergeant.drills.templates.{_module(game)}"), _class_name(game))
    return cast("Drill", cls(name=place))


def as_program(text: str, file: str) -> str:
    """A game's text, with what a file needs to be run by itself: it is checked and trained then.

    As it is where that is in there already, and where no class in it has a `tick`.
    """
    cls = _class_with_tick(text)
    if not cls or TESTED.search(text):
        return text
    return text.rstrip() + "\n" + PROGRAM.format(file=file, cls=cls)


def _module(name: str) -> str:
    return name.replace("-", "_")


def _class_name(game: str) -> str:
    return "".join(word.capitalize() for word in game.split("-"))


def _class_with_tick(text: str) -> str:
    """The last class with a `tick` of its own; "" where there is none, or the text is no Python."""
    import ast  # not before somebody saves a file

    try:
        parts = ast.parse(text).body
    except (SyntaxError, ValueError):
        return ""
    found = ""
    for part in parts:
        if isinstance(part, ast.ClassDef):
            inside = {each.name for each in part.body if isinstance(each, ast.FunctionDef)}
            found = part.name if "tick" in inside else found
    return found

"""`python -m drillsergeant new my_drill.py`: a small game that runs, to be changed into one's own."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from drillsergeant.commands.command import Command

STAR = "star"
# The games to begin with, and what happens in each: the first, with every part explained, and shorter ones.
GAMES: Mapping[str, str] = {
    STAR: "a paddle learns to catch what falls",
    "blank": "a square learns to run to a mark",
    "chase": "a square learns to catch what drifts about",
    "pole": "a cart learns to hold a pole up",
    "pong": "two paddles learn to return a ball",
}
PROGRAM = """

if __name__ == "__main__":  # python {file}
    import drillsergeant

    print(drillsergeant.check_drill({cls}()))
    for metrics in drillsergeant.train({cls}(), decisions=300_000):
        print(f"{{metrics['decisions']:8.0f}} decisions, {{metrics['win_rate']:4.0%}} of the matches won")
"""


def source(file: str, game: str = STAR) -> str:
    """The text of one of GAMES for a file of this name: `my_drill.py` defines the class MyDrill, called "my-drill".

    Raises ValueError for a name that is no name of a module.
    """
    stem = Path(file).stem
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", stem) or Path(file).suffix != ".py":
        raise ValueError(
            f"{Path(file).name!r} is no name for a module: small letters, digits and _, such as my_drill.py"
        )
    words = [word for word in stem.split("_") if word] or ["drill"]
    cls = "".join(word.capitalize() for word in words)
    name, title = "-".join(words), " ".join(words).capitalize()
    path = files(__package__) / ("template.py" if game == STAR else f"templates/{game}.py")
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("YourDrill", cls),
        ("your-drill", name),
        ("Your drill", title),
        (f"class {game.capitalize()}:", f"class {cls}:"),
        (f'name: str = "{game}"', f'name: str = "{name}"'),
    ):
        text = text.replace(old, new)
    return text + PROGRAM.format(file=Path(file).name, cls=cls)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write, such as my_drill.py")
    about = "; ".join(f"{name}: {what}" for name, what in GAMES.items())
    parser.add_argument("--game", choices=GAMES, default=STAR, help=f"the game to begin with ({about})")
    parser.add_argument("--force", action="store_true", help="also where there is one already")


def _run(given: argparse.Namespace) -> int:
    """Write the file and say what can be done with it."""
    text = source(given.file.name, given.game)
    if given.file.exists() and not given.force:
        raise ValueError(f"{given.file} is there already: choose another name, or overwrite it with --force")
    given.file.write_text(text, encoding="utf-8")
    print(f"{given.file} is a game that runs: {GAMES[given.game]}. Change it into yours.")
    print(f"  python {given.file}                       trains it")
    print(f"  python -m drillsergeant check {given.file}   says what is wrong with it")
    return 0


NEW = Command("new", "write a small game that runs, to be changed into one's own", _add_arguments, _run)

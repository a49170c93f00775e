"""`python -m drillsergeant new my_drill.py`: a small game that runs, to be changed into one's own."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from drillsergeant.commands.command import Command
from drillsergeant.drills.new_game import TEMPLATES, as_program, begun, template
from drillsergeant.learn.files.replacing import replace_file

STAR = "star"
# The games to begin with, and what happens in each: the first, with every part explained, and shorter ones.
GAMES: Mapping[str, str] = {STAR: "a paddle learns to catch what falls", **TEMPLATES}


def source(file: str, game: str = STAR) -> str:
    """The text of one of GAMES for a file of this name: `my_drill.py` defines the class MyDrill, called "my-drill".

    Raises ValueError for a name that is no name of a module.
    """
    text = files(__package__).joinpath("template.py").read_text(encoding="utf-8") if game == STAR else template(game)
    return as_program(begun(text, game, file), Path(file).name)


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
    replace_file(given.file, text.encode())
    print(f"{given.file} is a game that runs: {GAMES[given.game]}. Change it into yours.")
    print(f"  python {given.file}                       trains it")
    print(f"  python -m drillsergeant check {given.file}   says what is wrong with it")
    return 0


NEW = Command("new", "write a small game that runs, to be changed into one's own", _add_arguments, _run)

"""`python -m drillsergeant new my_drill.py`: a small game that runs, to be changed into one's own."""

from __future__ import annotations

import argparse
import re
from importlib.resources import files
from pathlib import Path

from drillsergeant.commands.command import Command

TEMPLATE = "template.py"
PROGRAM = """

if __name__ == "__main__":  # python {file}
    import drillsergeant

    print(drillsergeant.check_drill({cls}()))
    for metrics in drillsergeant.train({cls}(), decisions=300_000):
        print(f"{{metrics['decisions']:8.0f}} decisions, {{metrics['win_rate']:4.0%}} of the matches won")
"""


def source(file: str) -> str:
    """The text of a small game for a file of this name: `my_drill.py` defines the class MyDrill, called "my-drill".

    Raises ValueError for a name that is no name of a module.
    """
    stem = Path(file).stem
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", stem) or Path(file).suffix != ".py":
        raise ValueError(
            f"{Path(file).name!r} is no name for a module: small letters, digits and _, such as my_drill.py"
        )
    words = [word for word in stem.split("_") if word] or ["drill"]
    cls = "".join(word.capitalize() for word in words)
    text = files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
    for was, becomes in (
        ("YourDrill", cls),
        ("your-drill", "-".join(words)),
        ("Your drill", " ".join(words).capitalize()),
    ):
        text = text.replace(was, becomes)
    return text + PROGRAM.format(file=Path(file).name, cls=cls)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write, such as my_drill.py")
    parser.add_argument("--force", action="store_true", help="also where there is one already")


def _run(given: argparse.Namespace) -> int:
    """Write the file and say what can be done with it."""
    text = source(given.file.name)
    if given.file.exists() and not given.force:
        raise ValueError(f"{given.file} is there already: choose another name, or overwrite it with --force")
    given.file.write_text(text, encoding="utf-8")
    print(f"{given.file} is a game that runs: a paddle learns to catch what falls. Change it into yours.")
    print(f"  python {given.file}                       trains it")
    print(f"  python -m drillsergeant check {given.file}   says what is wrong with it")
    return 0


NEW = Command("new", "write a small game that runs, to be changed into one's own", _add_arguments, _run)

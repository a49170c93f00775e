"""What a command of the command line is."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from drillsergeant.drills import OWN_GAMES

A_DRILL = f"a drill: {', '.join(OWN_GAMES)}, my_drill.py, my_drill.py:Class or my_module:Class"  # what may be typed


@dataclass(frozen=True)
class Command:
    """`run` gets the parsed arguments and returns the exit status; ValueError and OSError are told as errors of use."""

    name: str
    about: str  # one line
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def whole(text: str) -> int:
    """A whole number as people type it: 5000, 1e6. ValueError for another, which argparse tells."""
    number = float(text)
    if number != int(number):
        raise ValueError(text)
    return int(number)


def named_number(text: str) -> tuple[str, float]:
    """What NAME=NUMBER says. Raises ArgumentTypeError for anything else."""
    name, _, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=NUMBER, such as win_rate=0.9") from None

"""`python -m drillsergeant COMMAND`, installed as `drillsergeant`: train, play, judge and export policies; make a game
of one's own, and hear what is wrong with it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from drillsergeant._version import __version__
from drillsergeant.commands.check import CHECK
from drillsergeant.commands.eval import EVAL
from drillsergeant.commands.export import EXPORT
from drillsergeant.commands.league import LEAGUE
from drillsergeant.commands.new import NEW
from drillsergeant.commands.play import PLAY
from drillsergeant.commands.train import TRAIN
from drillsergeant.extras import MissingExtraError

COMMANDS = (TRAIN, PLAY, EVAL, LEAGUE, EXPORT, NEW, CHECK)
INTERRUPTED = 130  # as shells say it
WRONG_USE = 2  # argparse's own exit status


def parser() -> argparse.ArgumentParser:
    """What takes the arguments; `command` of what it finds is the one of COMMANDS to run."""
    parser = argparse.ArgumentParser(prog="drillsergeant", description=__doc__)
    parser.add_argument("--version", action="version", version=f"drillsergeant {__version__}")
    chosen = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        own = chosen.add_parser(command.name, help=command.about, description=command.about)
        command.add_arguments(own)
        own.set_defaults(command=command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments (of the process, where none are given), run the command, return the exit status."""
    given = parser().parse_args(arguments)
    command = given.command
    try:
        return int(command.run(given))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ValueError, TypeError, OSError, MissingExtraError) as wrong:
        print(f"drillsergeant {command.name}: {wrong}", file=sys.stderr)
        return WRONG_USE

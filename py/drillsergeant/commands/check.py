"""`python -m drillsergeant check DRILL`: what is wrong with a drill, in plain words."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from drillsergeant.commands.command import A_DRILL, Command

FAULTY = 1  # exit status


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("drill", help=A_DRILL)
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")


def _run(given: argparse.Namespace) -> int:
    """Print the report; 0 where the drill is sound, 1 where it is not."""
    from drillsergeant.check.check_drill import check_drill

    if (here := str(Path.cwd())) not in sys.path:  # as with `python -m`
        sys.path.insert(0, here)
    report = check_drill(given.drill)
    print(report)
    return 0 if report.ok and not (given.strict and len(report)) else FAULTY


CHECK = Command("check", "say what is wrong with a drill, with the line; exits with 1 if it is", _add_arguments, _run)

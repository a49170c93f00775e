"""`python -m drillsergeant league *.dshq`: everybody plays everybody; ratings with intervals."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from drillsergeant.commands.command import Command, whole

USUAL_MATCHES = 32


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="the .dshq files of one drill, two or more, or a folder of them"
    )
    parser.add_argument("--drill", help="the drill, where the files' own has other rules or is not registered")
    matches = f"of each pair, with each as either team; a multiple of 4 (default: {USUAL_MATCHES})"
    parser.add_argument("--matches", type=whole, default=USUAL_MATCHES, help=matches)
    parser.add_argument("--seed", type=whole, default=0, help="which matches (default: 0)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _run(given: argparse.Namespace) -> int:
    """Play the league and print its table."""
    from drillsergeant.library.league import league

    def progress(done: int, of: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {of} pairs", end="\n" if done == of else "", file=sys.stderr)

    table = league(given.files, given.drill, given.matches, given.seed, progress)
    if given.json:
        print(json.dumps(asdict(table)))
    else:
        print(f"{table.drill}: {len(table.names)} players, {given.matches * 2} matches of each pair\n{table}")
    return 0


LEAGUE = Command("league", "let several policies play each other, and rate them", _add_arguments, _run)

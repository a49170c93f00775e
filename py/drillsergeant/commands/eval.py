"""`python -m drillsergeant eval ball.dshq`: what share of its matches a policy wins."""

from __future__ import annotations

import argparse
import json

from drillsergeant.commands.command import Command, whole
from drillsergeant.commands.play import add_sides, sides

USUAL_MATCHES = 256


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_sides(parser)
    parser.add_argument("--matches", type=whole, default=USUAL_MATCHES, help=f"how many (default: {USUAL_MATCHES})")
    parser.add_argument("--team", type=int, choices=(0, 1), default=0, help="which team it plays (default: 0)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _run(given: argparse.Namespace) -> int:
    """Play the matches and print the share that it wins."""
    from drillsergeant.gym import win_share

    drill, policy, opponent = sides(given)
    share = win_share(policy, opponent, given.matches, given.seed, drill, given.team)
    told = {"drill": drill.name, "against": given.against, "matches": given.matches, "team": given.team, "wins": share}
    print(json.dumps(told) if given.json else f"{drill.name}: {share:.1%} of {given.matches} matches won")
    return 0


EVAL = Command("eval", "say what share of its matches a policy wins", _add_arguments, _run)

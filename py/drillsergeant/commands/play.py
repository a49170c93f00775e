"""`python -m drillsergeant play ball.dshq`: a match in the terminal, in a window, or as a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from drillsergeant.commands.command import A_DRILL, Command, whole

if TYPE_CHECKING:
    from drillsergeant.drills.contract import Drill
    from drillsergeant.elementary import Array
    from drillsergeant.gym import Opponent

SIMPLE = ("scripted", "random")


def add_sides(parser: argparse.ArgumentParser) -> None:
    """The arguments that say who plays whom."""
    parser.add_argument("policy", help=f"a .dshq file; or, for its scripted player, {A_DRILL}")
    parser.add_argument("--against", default="scripted", help="scripted (default), random, or a .dshq file")
    parser.add_argument("--drill", help="the drill, where a file's own has other rules or is not registered")
    parser.add_argument("--seed", type=whole, default=0, help="which match (default: 0)")


def sides(given: argparse.Namespace) -> tuple[Drill, Opponent, Opponent]:
    """The drill, who plays it, and against whom. Raises ValueError for files and names that are not there."""
    from drillsergeant import drills
    from drillsergeant.library.policy import Policy

    def player(named: str) -> Opponent:
        if named in SIMPLE:
            return named  # type: ignore[return-value]  # one of SIMPLE
        return Policy.load(named, drill)

    drill = drills.make(given.drill) if given.drill else None
    if Path(given.policy).suffix == ".dshq":
        policy = player(given.policy)
        drill = drill or drills.make(policy.content.schema.drill)  # type: ignore[union-attr]  # no name: it has a suffix
        return drill, policy, player(given.against)
    drill = drill or drills.make(given.policy)
    return drill, "scripted", player(given.against)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_sides(parser)
    parser.add_argument("--gif", type=Path, metavar="FILE", help="write the match as a GIF that moves")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="write how it ended as a PNG")


def _run(given: argparse.Namespace) -> int:
    """Show a match where somebody can see it, write the files asked for, and say how it ended."""
    from drillsergeant.gym.film import OUTCOMES, moments
    from drillsergeant.gym.screen import Watched
    from drillsergeant.learn.files.replacing import checked_kind, replace_file
    from drillsergeant.pictures.image_files import gif, png

    drill, policy, opponent = sides(given)
    fps = drill.tick_hz / drill.action_repeat
    for path, ending in ((given.gif, ".gif"), (given.picture, ".png")):
        if path:
            checked_kind(path, ending)
    watched = Watched(fps) if sys.stdout.isatty() and not (given.gif or given.picture) else None
    images: list[Array] = []
    for shot in moments(drill, [policy, opponent], given.seed):
        if watched:
            watched.show(shot.draw())
        if given.gif:
            images.append(shot.draw())
    if watched:
        watched.close()
    if given.gif:
        replace_file(given.gif, gif(images, fps))
    if given.picture:
        replace_file(given.picture, png(shot.draw()))
    files = ", ".join(str(file) for file in (given.gif, given.picture) if file)
    print(f"{drill.name}: {OUTCOMES[shot.winner or 0]}{f', see {files}' if files else ''}")
    return 0


PLAY = Command("play", "play a match and show it: in the terminal, or as a GIF or a picture", _add_arguments, _run)

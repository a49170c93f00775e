"""A league of `.dshq` files: everybody plays everybody, and gets a rating with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from drillsergeant import drills
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.program_builder import program_for
from drillsergeant.learn.files.dshq import SUFFIX, read_summary
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.league.bradley_terry import Rating, ranking
from drillsergeant.learn.league.round_robin import MATCHES, League, Standings, ensure_league, league_layout, pairs
from drillsergeant.library.policy import Policy
from drillsergeant.library.public import public_names
from drillsergeant.library.webassembly import place


@dataclass(frozen=True)
class LeagueTable:
    """How a league of `drill` ended. `names`, `ratings` and both ways of `standings` [N][N] are as the files stood."""

    drill: str
    names: tuple[str, ...]
    ratings: tuple[Rating, ...]
    standings: Standings

    @property
    def order(self) -> list[int]:
        """The files by their ratings, the best first."""
        return ranking(self.ratings)

    def __str__(self) -> str:
        width = max(map(len, self.names))
        lines = [f"{'':{width}}  rating  95 % interval    won  drawn   lost"]
        for at in self.order:
            rating, wins = self.ratings[at], sum(self.standings.wins[at])
            losses = sum(row[at] for row in self.standings.wins)
            drawn = sum(self.standings.games[at]) - wins - losses
            interval = f"{rating.low:.0f} to {rating.high:.0f}"
            lines.append(
                f"{self.names[at]:{width}}  {rating.value:6.0f}  {interval:>13}  {wins:5}  {drawn:5}  {losses:5}"
            )
        return "\n".join(lines)

    def __dir__(self) -> list[str]:
        return public_names(super().__dir__())


def league(
    files: str | Path | Sequence[str | Path],
    drill: Drill | str | None = None,
    matches: int = MATCHES,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> LeagueTable:
    """Let the policies in these `.dshq` files, or in a folder of them, play each other, `matches` times as either team.

    `drill`: the one they play, where that has other rules than the registered one that the first file names. The same
    files, `matches` and `seed` give the same games as on the page. `progress` hears how many pairs have played, of how
    many. Raises PolicyFileError (a ValueError) naming the file that is damaged, of another drill or another network
    than the first one, ValueError for a game without opponents or fewer than two files.
    """
    named = [files] if isinstance(files, str | Path) else files
    paths = [path for file in named for path in _found(Path(file))]
    if not paths:
        raise ValueError("a league takes 2 to 24 players, here are 0: name their .dshq files")
    policies = [_policy(path, drill) for path in paths]
    first = policies[0].content.schema
    for path, policy in zip(paths, policies, strict=True):
        theirs = policy.content.schema
        if (theirs.drill, theirs.hidden) != (first.drill, first.hidden):
            raise PolicyFileError(
                f"{path.name} is for {theirs.drill!r} with hidden layers {list(theirs.hidden)}, {paths[0].name} for "
                f"{first.drill!r} with {list(first.hidden)}: leave one of them out"
            )
    played = drills.resolve(first.drill if drill is None else drill)
    program = program_for(played, hidden=first.hidden)
    ensure_league(program.drill, len(paths))
    layout = league_layout(program, matches)
    here = place(layout.total_bytes)
    stage = League(program, here.link(program.binary), layout, here.memory, seed)
    standings = Standings()
    for after in stage.play([each.content.state.arrays["parameters"] for each in policies]):
        standings = after
        progress(after.pairs, pairs(len(paths)))
    return LeagueTable(first.drill, tuple(path.stem for path in paths), tuple(standings.ratings), standings)


def _found(path: Path) -> list[Path]:
    """A file, or those in a folder, by name. Raises ValueError for a folder without any."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob(f"*{SUFFIX}"))
    if not found:
        raise ValueError(f"there is no {SUFFIX} file in {path}")
    return found


def _policy(path: Path, drill: Drill | str | None) -> Policy:
    """Raises PolicyFileError with the file's name."""
    try:
        content = path.read_bytes()
        return Policy.load(content, drill or read_summary(content).drill)
    except PolicyFileError as refused:
        raise PolicyFileError(f"{path.name}: {refused}") from refused

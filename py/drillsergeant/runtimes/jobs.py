"""Long jobs, one to a worker: a film of a replay, a league of files. Both say how far they have come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from drillsergeant.learn.files.dshq import read_policy
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.league.round_robin import League, Standings, ensure_league, league_layout, pairs
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Kernels
from drillsergeant.memory.access import Memory
from drillsergeant.runtimes.protocol import messages

FILM_PX = 400  # wide
MOST_PICTURES = 1200
LONGEST_NAME = 60


class Link(Protocol):
    """How kernels come to a memory of their own."""

    def __call__(self, module: object, size_bytes: int, *, shared: bool) -> tuple[Memory, Kernels]:
        """A memory, zeroed, of the kind that the compiled module imports, and the module working on it."""


def do_job(job: messages.Message, post: Callable[[messages.Message], None], link: Link) -> None:
    """Do a job and post what came of it."""
    try:
        if isinstance(job, messages.MakeFilm):
            post(_film(job, post))
        elif isinstance(job, messages.PlayLeague):
            post(_league(job, post, link))
    except (ValueError, KeyError, TypeError) as wrong:
        post(messages.Refused(str(wrong)[: LONGEST_NAME * 5], 0))


def _film(job: messages.MakeFilm, post: Callable[[messages.Message], None]) -> messages.Exported:
    from drillsergeant.drawing.match import Look
    from drillsergeant.pictures.image_files import gif  # NumPy, which no other worker loads
    from drillsergeant.pictures.raster import scene_picture

    scene, states = Program.from_json(job.program).drill.scene, job.states
    if not isinstance(states, Sequence) or not 0 < len(states) <= MOST_PICTURES:
        raise ValueError(f"a film has 1 to {MOST_PICTURES} pictures")
    images, look, whole = [], Look(job.dark), 2 * len(states)
    for state in states:
        if not isinstance(state, Mapping):
            raise TypeError(f"a state maps fields to numbers, this is {type(state).__name__}")
        images.append(scene_picture(scene, state, look, FILM_PX))
        post(messages.Progress(len(images), whole))
    content = gif(images, job.fps, lambda made: post(messages.Progress(len(images) + made, whole)))
    return messages.Exported(job.filename, content)


def _league(job: messages.PlayLeague, post: Callable[[messages.Message], None], link: Link) -> messages.Message:
    program = Program.from_json(job.program)
    schema = Schema.of(program.drill, program.network.hidden)
    names, players, refused = [], [], []
    for name, content in job.files if isinstance(job.files, Sequence) else ():
        told = str(name)[:LONGEST_NAME]
        try:
            players.append(read_policy(bytes(content), schema).state.arrays["parameters"])
            names.append(told)
        except PolicyFileError as why:
            refused.append([told, str(why)[: LONGEST_NAME * 5]])
    if len(players) < 2:
        return messages.LeaguePlayed([{"name": name} for name in names], refused)
    ensure_league(program.drill, len(players))
    layout = league_layout(program)
    memory, kernels = link(job.module, layout.total_bytes, shared=job.shared)
    standings = Standings()
    for after in League(program, kernels, layout, memory).play(players):
        standings = after
        post(messages.Progress(after.pairs, pairs(len(players))))
    return messages.LeaguePlayed(_rows(names, standings), refused)


def _rows(names: Sequence[str], standings: Standings) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for at, (name, rating) in enumerate(zip(names, standings.ratings, strict=True)):
        won, lost = sum(standings.wins[at]), sum(row[at] for row in standings.wins)
        drawn = sum(standings.games[at]) - won - lost
        told = {"name": name, "rating": rating.value, "low": rating.low, "high": rating.high}
        rows.append({**told, "won": won, "drawn": drawn, "lost": lost})
    return rows

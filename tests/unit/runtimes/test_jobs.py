"""Long jobs: a film and a league say how far they are, come to what they come to natively, and refuse by name."""

from __future__ import annotations

from pathlib import Path

import drillsergeant
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.wasm.calls import Kernels
from drillsergeant.library.webassembly import place
from drillsergeant.memory.access import Memory
from drillsergeant.runtimes.jobs import do_job
from drillsergeant.runtimes.protocol import codec, messages

from tests.fakes.theatre import Theatre

PROGRAM = build_program(drillsergeant.make("ball"), shared=False)


def linked(module: object, size_bytes: int, *, shared: bool) -> tuple[Memory, Kernels]:
    """wasmtime in the place of a browser's WebAssembly."""
    assert isinstance(module, bytes) and not shared
    here = place(size_bytes)
    return here.memory, here.link(module)


def done(job: messages.Message) -> list[messages.Message]:
    """All that a job says; each part of it survives the wire."""
    said: list[messages.Message] = []
    do_job(job, said.append, linked)
    assert all(codec.decode(codec.encode(each), "page") == each for each in said)
    return said


def test_a_league_is_the_one_of_the_command(tmp_path: Path) -> None:
    files = []
    for seed in (1, 2, 3):
        path = tmp_path / f"{seed}.dshq"
        drillsergeant.train("ball", seed=seed, decisions=1).finish().save(path)
        files.append([path.stem, path.read_bytes()])
    *progress, played = done(messages.PlayLeague(PROGRAM.to_json(), PROGRAM.binary, False, [*files, ["bad", b"x"]]))
    assert progress == [messages.Progress(pair, 3) for pair in (1, 2, 3)]
    assert isinstance(played, messages.LeaguePlayed) and isinstance(played.players, list)
    native = drillsergeant.league([tmp_path])
    assert [each["name"] for each in played.players] == list(native.names)
    assert [each["rating"] for each in played.players] == [each.value for each in native.ratings]
    assert [each["won"] for each in played.players] == [sum(row) for row in native.standings.wins]
    assert isinstance(played.refused, list) and played.refused[0][0] == "bad" and "at least 8" in played.refused[0][1]


def test_fewer_than_two_that_fit_are_no_league() -> None:
    (played,) = done(messages.PlayLeague(PROGRAM.to_json(), PROGRAM.binary, False, [["bad", b"x"]]))
    assert played == messages.LeaguePlayed([], played.refused)  # type: ignore[attr-defined]


def test_a_film_is_a_gif_and_tells_of_every_picture() -> None:
    theatre = Theatre(name="chase")
    states = theatre.ticks(6)
    program = build_program(theatre.drill, shared=False)
    *progress, film = done(messages.MakeFilm(program.to_json(), states, 15.0, "chase.gif"))
    assert progress == [messages.Progress(made, 12) for made in range(1, 13)]
    assert isinstance(film, messages.Exported) and isinstance(film.content, bytes)
    assert film.filename == "chase.gif" and film.content.startswith(b"GIF89a")


def test_a_film_of_nothing_is_refused() -> None:
    for states in ([], "x", [{"nowhere": 1.0}], [5]):
        *_, refused = done(messages.MakeFilm(PROGRAM.to_json(), states, 15.0, "ball.gif"))
        assert isinstance(refused, messages.Refused) and refused.message

"""A long job has a worker of its own, which ends with it, however that is."""

from __future__ import annotations

from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.supervisor.job_client import REPLACED, SILENT, JobClient
from drillsergeant.runtimes.supervisor.supervisor import BOOT_LIMIT_S

from tests.fakes.workers import FakeSpawner, FakeWorker

JOB = messages.MakeFilm("{}", [], 15.0, "ball.gif")
FILM = messages.Exported("ball.gif", b"GIF89a")


def begun() -> tuple[FakeSpawner, JobClient, list[messages.Message], FakeWorker]:
    """A job whose worker has been asked for."""
    spawner, heard = FakeSpawner(), list[messages.Message]()
    client = JobClient(spawner)
    client.begin(JOB, heard.append)
    return spawner, client, heard, spawner.workers[-1]


def test_it_is_done_and_its_worker_ends() -> None:
    _, client, heard, worker = begun()
    assert client.busy and worker.sent == []
    worker.ready()
    assert worker.sent == [codec.encode(JOB)]
    for message in (messages.Progress(1, 2), FILM):
        worker.on_data(codec.encode(message))
    assert heard == [messages.Progress(1, 2), FILM]
    assert worker.ended and not client.busy
    worker.on_data(codec.encode(FILM))
    assert len(heard) == 2, "what an ended worker still says is nobody's"


def test_every_end_is_told_once() -> None:
    for end, said in (
        (lambda client, _: client.stop("enough"), "enough"),
        (lambda client, _: client.begin(JOB, lambda _message: None), REPLACED),
        (lambda _, worker: worker.on_error("no script"), "no script"),
        (lambda _, worker: worker.on_data("junk"), "no message"),
        (lambda _, worker: worker.on_data(codec.encode(messages.Error("workshop", 0, "lost"))), "lost"),
    ):
        _, client, heard, worker = begun()
        end(client, worker)
        (refused,) = heard
        assert isinstance(refused, messages.Refused) and said in refused.message and worker.ended


def test_silence_ends_it_and_progress_is_none() -> None:
    spawner, _, heard, worker = begun()
    worker.ready()
    (_, early), *_ = spawner.timers
    early()
    assert heard == [], "something has come since"
    limit_s, late = spawner.timers[-1]
    late()
    assert limit_s == BOOT_LIMIT_S and heard == [messages.Refused(SILENT, 0)] and worker.ended

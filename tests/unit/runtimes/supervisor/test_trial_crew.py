"""The workers that train players from nothing: each has one in hand; who tells nothing is ended, and the rest go on."""

from __future__ import annotations

from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.supervisor.trial_crew import TrialCrew, crew_size

from tests.fakes.workers import FakeSpawner, FakeWorker


class Watched:
    def __init__(self, workers: int = 2, players: int = 3) -> None:
        self.spawner = FakeSpawner()
        self.crew = TrialCrew(self.spawner, workers, "what-if")
        self.heard: list[tuple[messages.PlayerTried | messages.Refused, int]] = []
        requests = [messages.TryPlayer(place, "ball", f"text {place}") for place in range(players)]
        self.crew.begin(requests, lambda answer, place: self.heard.append((answer, place)))

    def worker(self, number: int) -> FakeWorker:
        return self.spawner.newest(f"what-if.{number}")

    def sent(self, number: int) -> list[object]:
        return [wire.get("place") for wire in self.worker(number).sent if wire["type"] == "TRY_PLAYER"]


def tried(place: int, over: bool = True) -> dict[str, object]:
    return codec.encode(messages.PlayerTried(place, {}, over))


def test_each_worker_gets_the_next_player_when_its_own_is_done() -> None:
    page = Watched()
    assert len(page.spawner.workers) == 2 and page.sent(0) == []
    page.worker(0).ready()
    page.worker(1).ready()
    assert (page.sent(0), page.sent(1)) == ([0], [1])
    page.worker(1).on_data(codec.encode(messages.Checked()))
    page.worker(1).on_data(tried(1, over=False))
    assert page.sent(1) == [1]
    page.worker(1).on_data(tried(1))
    assert page.sent(1) == [1, 2] and [place for _, place in page.heard] == [1, 1]
    page.worker(0).on_data(codec.encode(messages.Refused("no", 3)))
    assert page.heard[-1] == (messages.Refused("no", 3), 0) and not page.worker(0).ended


def test_one_that_tells_nothing_or_dies_is_tried_once_more_and_then_the_next_player_comes() -> None:
    page = Watched(workers=1)
    page.worker(0).ready()
    first = page.worker(0)
    assert page.spawner.timers[-1][0] >= 60.0, "a busy machine takes its time"
    page.spawner.timers[-1][1]()
    page.worker(0).ready()
    assert first.ended and page.worker(0) is not first and page.sent(0) == [0] and page.heard == []
    page.spawner.timers[0][1]()  # of the first, and void
    assert not page.worker(0).ended
    page.spawner.timers[-1][1]()
    page.worker(0).ready()
    assert isinstance(page.heard[0][0], messages.Refused) and "did not begin" in page.heard[0][0].message
    assert page.sent(0) == [1]
    for _ in range(2):
        page.worker(0).on_data({"type": "NONSENSE"})
    assert page.heard[1][1] == 1
    for _ in range(2):
        page.worker(0).on_error("it did not load")
    assert [place for _, place in page.heard] == [0, 1, 2] and len(page.spawner.workers) == 6


def test_a_canvas_that_was_sent_is_not_sent_again() -> None:
    page = Watched(workers=1, players=0)
    page.crew.begin([messages.TryPlayer(0, "ball", "", canvas=object())], lambda *_: None)
    page.worker(0).on_error("it did not load")
    page.worker(0).ready()
    assert page.worker(0).sent[-1]["canvas"] is not None, "it was never away"
    page.crew.begin([messages.TryPlayer(0, "ball", "", canvas=object())], lambda *_: None)
    page.worker(0).ready()
    page.worker(0).on_error("it died")
    page.worker(0).ready()
    assert page.worker(0).sent[-1]["canvas"] is None


def test_stopping_ends_who_learns_and_leaves_who_plays() -> None:
    page = Watched(players=2)
    for number in range(2):
        page.worker(number).ready()
    page.worker(0).on_data(tried(0))
    page.crew.stop()
    assert not page.worker(0).ended and page.worker(1).ended
    page.worker(1).on_data(tried(1))
    assert [place for _, place in page.heard] == [0], "nobody listens to one that was ended"
    page.crew.end()
    assert page.worker(0).ended


def test_who_looks_on_is_told_to_all_also_to_those_who_come_later() -> None:
    page = Watched()
    page.worker(0).ready()
    page.crew.watch(False, True)
    page.crew.watch(False, True)
    page.worker(1).ready()
    for number in range(2):
        watched = [wire for wire in page.worker(number).sent if wire["type"] == "WATCH_PLAYERS"]
        assert watched[-1] == codec.encode(messages.WatchPlayers(False, True)) and len(watched) == 2 - number


def test_how_many_train_at_once_leaves_a_core() -> None:
    assert [crew_size(cores) for cores in (1, 2, 3, 8, 16)] == [1, 1, 2, 7, 13]

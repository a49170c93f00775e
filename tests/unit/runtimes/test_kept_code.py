"""A reader's own code, kept: it is there again, the last of two tabs has the text, nothing that was run is lost."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable

import pytest
from drillsergeant.learn.files.safetensors import LONGEST_VALUE
from drillsergeant.runtimes.kept_code import LOCK, MOST_RUN, CodeKeeper, DrillCode
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import FetchCode, KeepCode, KeptCode
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import MAGIC, VERSION, Archive

from tests.fakes.storage import FATES, Crash, Entry, FakeStorage, Tabs

TEXT = 'class Mine(BallDrill):\n    """{[\\ "quoted", ünïcode 🙂."""\n\tdash_speed = 9.0\n'


class Desk:
    """A keeper in one tab; several may share storage and locks."""

    def __init__(self, storage: FakeStorage | None = None, tabs: Tabs | None = None) -> None:
        self.storage, self.tabs = storage or FakeStorage(), tabs or Tabs()
        self.told: list[messages.Message] = []
        self.keeper = CodeKeeper(self.told.append, Archive(self.storage), self.tabs.of(self))

    def ask(self, request: FetchCode | KeepCode) -> KeptCode:
        assert self.keeper.handle(request)
        asyncio.run(self.keeper.turn())
        answer = self.told[-1]
        assert isinstance(answer, KeptCode) and answer.drill == request.drill
        return answer

    def earlier(self, drill: str = "ball") -> list[str]:
        found = self.ask(FetchCode(drill)).earlier
        assert isinstance(found, list) and all(row["at"].endswith("Z") for row in found)
        return [row["text"] for row in found]


def test_what_was_typed_is_there_again_at_the_next_visit_for_each_drill() -> None:
    first = Desk()
    assert first.ask(FetchCode("ball")) == KeptCode("ball"), "nothing yet"
    assert first.ask(KeepCode("ball", TEXT)).text == TEXT
    first.ask(KeepCode("chase", "class Mine(ChaseDrill): pass"))
    second = Desk(first.storage)
    assert second.ask(FetchCode("ball")).text == TEXT
    assert second.ask(FetchCode("chase")).text == "class Mine(ChaseDrill): pass"
    second.ask(KeepCode("ball", ""))
    assert Desk(first.storage).ask(FetchCode("ball")).text == "", "the original again"
    assert not first.keeper.handle(messages.ListRuns())


def test_of_two_tabs_the_last_has_the_text_and_what_was_run_in_either_stays() -> None:
    one = Desk()
    two = Desk(one.storage, one.tabs)
    for desk in (one, two):
        desk.ask(FetchCode("ball"))
    one.ask(KeepCode("ball", "a typed", ["a run"]))
    two.ask(KeepCode("ball", "b typed", ["b run"]))
    assert one.ask(FetchCode("ball")).text == "b typed"
    assert one.earlier() == ["b run", "a run"]
    one.ask(KeepCode("ball", "a typed on"))
    assert (two.ask(FetchCode("ball")).text, two.earlier()) == ("a typed on", ["b run", "a run"])
    two.ask(KeepCode("ball", "", ["a run"]))
    assert two.earlier() == ["a run", "b run"], "run again, once in the list"


def test_while_another_tab_is_at_it_a_request_waits_and_is_done_after() -> None:
    desk = Desk()
    other = desk.tabs.of("another tab")
    assert asyncio.run(other.hold(LOCK + "ball"))
    desk.keeper.handle(KeepCode("ball", TEXT))
    for _ in range(3):
        asyncio.run(desk.keeper.turn())
    assert desk.told == [] and desk.storage.entries == {}
    other.let_go(LOCK + "ball")
    asyncio.run(desk.keeper.turn())
    assert [getattr(each, "text", None) for each in desk.told] == [TEXT]
    assert desk.tabs.holders == {}


def test_it_takes_a_bounded_room() -> None:
    desk = Desk()
    for number in range(3 * MOST_RUN):
        desk.ask(KeepCode("ball", "", [f"run {number}"]))
    assert desk.earlier() == [f"run {number}" for number in range(3 * MOST_RUN - 1, 2 * MOST_RUN - 1, -1)]
    refused = desk.ask(KeepCode("ball", "x" * (LONGEST_VALUE + 1)))
    assert "98,305 characters, at most 98,304 are kept" in refused.why
    assert desk.ask(FetchCode("ball")).text == "", "what was kept stays"
    desk.ask(KeepCode("ball", TEXT, ["x" * (LONGEST_VALUE + 1), 3]))
    assert desk.earlier()[0] == "3" and len(desk.earlier()) == MOST_RUN


@pytest.mark.parametrize("kind", ["nowhere", "full"])
def test_what_cannot_be_kept_is_told_and_everything_goes_on(kind: str) -> None:
    def refused(call: int) -> None:
        raise StorageError(kind, "there is no room for it")

    desk = Desk(FakeStorage(refused))
    for request in (FetchCode("ball"), KeepCode("ball", TEXT)):
        assert desk.ask(request) == KeptCode("ball", why="there is no room for it")
    assert desk.tabs.holders == {}
    desk.storage.before = lambda call: None
    assert desk.ask(KeepCode("ball", TEXT)) == KeptCode("ball", TEXT)


def test_the_same_again_is_not_written_again() -> None:
    desk = Desk()
    desk.ask(KeepCode("ball", TEXT, ["run"]))
    before = {name: entry.safe for name, entry in desk.storage.entries.items()}
    desk.ask(KeepCode("ball", TEXT))
    assert {name: entry.safe for name, entry in desk.storage.entries.items()} == before


def test_after_a_crash_at_any_moment_there_is_the_newest_text_or_the_one_before_and_all_that_was_run() -> None:
    def crashing(at: int) -> Callable[[int], None]:
        def before(call: int) -> None:
            if call == at:
                raise Crash

        return before

    chance = random.Random(5)
    for at in range(1, 40):
        desk = Desk()
        desk.ask(KeepCode("ball", "before", ["run before"]))
        desk.storage.before = crashing(desk.storage.calls + at)
        with contextlib.suppress(Crash):
            desk.ask(KeepCode("ball", "newest", ["run newest"]))
        found = desk.storage.after_a_crash(lambda: chance.choice(FATES), chance)
        after = Desk(found)
        assert after.ask(FetchCode("ball")).text in ("before", "newest")
        assert after.earlier()[-1] == "run before"
    assert after.earlier() == ["run newest", "run before"], "the last ones came after it was done"


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"text": 3, "earlier": [[1], "x", {}]}', b'{"earlier": 3}'])
def test_what_another_build_wrote_and_makes_no_sense_is_left_out(content: bytes) -> None:
    assert DrillCode.decode(content) == DrillCode()


def test_what_waits_when_the_trainer_ends_is_still_written() -> None:
    async def end(desk: Desk) -> None:
        desk.keeper.handle(KeepCode("ball", TEXT))
        desk.keeper.close()
        while asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.sleep(0)

    desk = Desk()
    asyncio.run(end(desk))
    assert Desk(desk.storage).ask(FetchCode("ball")).text == TEXT


@pytest.mark.parametrize("ends", [".a", ".b", ".a.b"])
def test_what_a_newer_version_has_kept_stays_and_this_one_writes_beside_it(ends: str) -> None:
    desk = Desk()
    desk.ask(KeepCode("ball", TEXT))
    theirs = MAGIC + (VERSION + 1).to_bytes(4, "little") + b"whatever follows there"
    files = [b"ball".hex() + "." + end for end in ends.split(".")[1:]]
    for file in files:
        desk.storage.entries[file] = Entry(theirs)
    answer = desk.ask(FetchCode("ball"))
    assert answer.text == (TEXT if ends == ".a" else "") and "a newer version of this page" in answer.note
    assert desk.ask(KeepCode("ball", "mine")).why == ""
    assert Desk(desk.storage).ask(FetchCode("ball")).text == "mine"
    assert [desk.storage.entries[file].now() for file in files] == [theirs] * len(files)

"""The archive: no crash, no error and no full disk loses a save that was reported as done."""

import contextlib
import random
from collections.abc import Coroutine
from functools import cache
from itertools import product
from typing import TypeVar

import pytest
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import LONGEST_NAME, MAGIC, VERSION, Archive, Saved, check_name, fitted

from build.promises.records import tally
from tests.fakes.storage import FATES, Crash, Entry, FakeStorage
from tests.rigs.length import AT_LENGTH

T = TypeVar("T")
RUN, OTHER = "Ball 1", "naïve 🏐"


def done(work: Coroutine[object, object, T]) -> T:
    """The result of work that never has to wait."""
    try:
        work.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    raise AssertionError("it waits for something")


def content(number: int) -> bytes:
    """Saves of different lengths that share no long part."""
    return random.Random(number).randbytes(200 + 37 * (number % 5))


@cache
def _filled() -> FakeStorage:
    """Two runs, one of them saved three times; everything safe."""
    storage = FakeStorage()
    for number in (1, 2, 3):
        done(Archive(storage).save(RUN, content(number)))
    done(Archive(storage).save(OTHER, content(9)))
    return storage


def filled() -> FakeStorage:
    """A copy of that."""
    return _filled().after_a_crash(lambda: "kept", random.Random(0))


def test_the_newest_of_several_saves_is_loaded_and_the_one_before_is_kept() -> None:
    storage = filled()
    assert done(Archive(storage).load(RUN)) == Saved(content(3), 3, damaged=False)
    assert done(Archive(storage).names()) == sorted([RUN, OTHER])
    slots = done(Archive(storage)._slots(RUN))
    assert sorted(slot.generation for slot in slots) == [2, 3]


def test_a_damaged_newest_save_gives_the_one_before_and_says_so() -> None:
    for name in filled().entries:
        for byte in range(0, 240, 3):
            storage = filled()
            entry = storage.entries[name]
            assert entry.safe is not None
            before = done(Archive(storage)._read(name))
            entry.safe = before[:byte] + bytes([before[byte] ^ 16]) + before[byte + 1 :]
            hit = name.startswith(RUN.encode().hex())
            if not hit:
                with pytest.raises(StorageError, match="no whole save"):
                    done(Archive(storage).load(OTHER))
                continue
            saved = done(Archive(storage).load(RUN))
            assert saved.damaged and saved.content in (content(2), content(3))
            done(Archive(storage).save(RUN, content(4)))  # goes where the damage is
            assert done(Archive(storage).load(RUN)) == Saved(content(4), saved.generation + 1, damaged=False)


def test_files_of_others_are_left_alone() -> None:
    storage = filled()
    for name in ("readme.a", "ff.a", "00.b", ".a", "notes", "41.c"):
        done(storage.open(name, create=True)).close()
    assert done(Archive(storage).names()) == sorted([RUN, OTHER])


def operations() -> dict[str, tuple[object, list[dict[str, bytes | None]]]]:
    """What may be interrupted, and what may be found afterwards, by name (None: nothing)."""

    async def save(archive: Archive) -> None:
        await archive.save(RUN, content(4))

    async def save_new(archive: Archive) -> None:
        await archive.save("new", content(5))

    async def rename(archive: Archive) -> None:
        await archive.rename(RUN, "new")

    async def delete(archive: Archive) -> None:
        await archive.delete(RUN)

    old: dict[str, bytes | None] = {RUN: content(3)}
    kept: dict[str, bytes | None] = {RUN: content(3), "new": content(3)}
    moved = {**kept, RUN: None}
    return {
        "save": (save, [old, {RUN: content(4)}]),
        "save new": (save_new, [{**old, "new": None}, {**old, "new": content(5)}]),
        "rename": (rename, [{**old, "new": None}, kept, moved, {RUN: content(2), "new": content(3)}]),
        "delete": (delete, [old, {RUN: None}, {RUN: content(2)}]),
    }


def found(storage: FakeStorage, names: list[str]) -> dict[str, bytes | None]:
    archive = Archive(storage)
    whole: dict[str, bytes | None] = {}
    for name in names:
        try:
            whole[name] = done(archive.load(name)).content
        except StorageError as missing:
            assert missing.kind == "missing"
            whole[name] = None
    return whole


def interrupt(storage: FakeStorage, operation: object, before: int, error: BaseException) -> bool:
    """Run it with `error` at call number `before`; whether it got that far."""

    def strike(number: int) -> None:
        if number == before:
            raise error

    storage.calls, storage.before = 0, strike
    assert callable(operation)
    try:
        done(operation(Archive(storage)))
    except type(error):
        pass
    storage.before = lambda number: None
    return storage.calls >= before


# What becomes of the first three writes that were not flushed; of later ones chance decides, at length three times.
FATES_OF_THREE = list(product(FATES, repeat=3)) * (3 if AT_LENGTH else 1)


@pytest.mark.parametrize("what", list(operations()))
def test_a_crash_at_any_moment_loses_no_save_that_was_done(what: str) -> None:
    operation, allowed = operations()[what]
    cuts = 0
    for number in range(1, 1000):
        reached = True
        for seed, fates in enumerate(FATES_OF_THREE):
            storage = filled()
            reached = interrupt(storage, operation, number, Crash())
            chance = random.Random(seed)
            fate = iter([*fates, *(chance.choice(FATES) for _ in range(20))])
            disk = storage.after_a_crash(lambda fate=fate: next(fate), chance)  # type: ignore[misc]
            assert found(disk, list(allowed[-1])) in allowed, (number, fates)
            assert found(disk, [OTHER]) == {OTHER: content(9)}
            done(Archive(disk).save(RUN, content(6)))
            assert found(disk, [RUN]) == {RUN: content(6)}
            cuts += 1
        if not reached:
            break
    assert not reached and cuts > 500
    tally(10, "cuts", cuts)


@pytest.mark.parametrize("what", list(operations()))
@pytest.mark.parametrize("kind", ["full", "failed", "busy"])
def test_an_error_at_any_call_loses_no_save_that_was_done(what: str, kind: str) -> None:
    operation, allowed = operations()[what]
    for number in range(1, 1000):
        storage = filled()
        reached = interrupt(storage, operation, number, StorageError(kind, "as told"))
        assert found(storage, list(allowed[-1])) in allowed, number
        assert found(storage, [OTHER]) == {OTHER: content(9)}
        assert not any(entry.open for entry in storage.entries.values())
        done(Archive(storage).save(RUN, content(6)))
        assert found(storage, [RUN]) == {RUN: content(6)}
        if not reached:
            break
    assert not reached
    tally(12, "failing calls", number)


def test_everything_fails_from_some_call_on_and_the_last_save_is_still_there() -> None:
    for number in range(1, 40):
        storage = filled()

        def strike(call: int, number: int = number) -> None:
            if call >= number:
                raise StorageError("full", "no room")

        storage.calls, storage.before = 0, strike
        with contextlib.suppress(StorageError):
            done(Archive(storage).save(RUN, content(4)))
        storage.before = lambda call: None
        assert found(storage, [RUN])[RUN] in (content(3), content(4))


def test_a_short_write_is_a_full_disk() -> None:
    storage = filled()
    storage.short_by = 1
    with pytest.raises(StorageError, match="only") as refusal:
        done(Archive(storage).save(RUN, content(4)))
    assert refusal.value.kind == "full"
    assert done(Archive(storage).load(RUN)).content == content(3)


def test_a_save_that_reads_back_otherwise_is_none() -> None:
    storage = filled()

    class Lying(FakeStorage):
        async def open(self, name: str, *, create: bool):  # type: ignore[no-untyped-def]
            opened = await super().open(name, create=create)
            if create:
                opened.write = lambda at, content: len(content)  # type: ignore[method-assign]
            return opened

    lying = Lying()
    lying.entries = storage.entries
    with pytest.raises(StorageError, match="read back"):
        done(Archive(lying).save(RUN, content(4)))
    assert done(Archive(storage).load(RUN)).content == content(3)


def test_a_name_that_is_taken_is_not_given_again() -> None:
    storage = filled()
    with pytest.raises(StorageError, match="already"):
        done(Archive(storage).rename(RUN, OTHER))
    assert found(storage, [RUN, OTHER]) == {RUN: content(3), OTHER: content(9)}


@pytest.mark.parametrize("bad", ["", "   ", "a\nb", "x" * (LONGEST_NAME + 1), "\ud800", "\u200d", "\u202eevil"])
def test_a_name_that_cannot_be_shown_is_refused_without_showing_it(bad: str) -> None:
    with pytest.raises(ValueError, match="characters that can be seen") as refused:
        check_name(bad)
    assert str(refused.value).isprintable() and "\\u" not in str(refused.value)
    assert check_name("  Ball / 1..\\ ") == "Ball / 1..\\"


def test_a_name_that_takes_too_much_room_is_refused_with_both_sizes() -> None:
    with pytest.raises(ValueError, match=r"takes 108 bytes, and there is room for 100: shorten it$"):
        check_name("🏐" * 27)


@pytest.mark.parametrize("name", ["👨‍👩‍👧 run", "🏴‍☠️", "می\u200cخواهم"])
def test_parts_that_are_joined_invisibly_are_one_name(name: str) -> None:
    assert check_name(f" {name}\u200d") == name


@pytest.mark.parametrize(
    "base", ["Ball Drill", "x" * 99, "🏐" * 40, "蹴鞠" * 30, "", "\n\u200d ", "a \u200d \u200d", "\u202eevil \ud800"]
)
@pytest.mark.parametrize("number", [1, 2, 10**9])
def test_any_title_makes_a_name_that_is_found_again(base: str, number: int) -> None:
    name, storage = fitted(base, number), FakeStorage()
    done(Archive(storage).save(name, content(1)))
    assert done(Archive(storage).names()) == [name] == [check_name(name)]
    assert name.endswith("" if number == 1 else f" {number}")


def by_a_newer_version(storage: FakeStorage, *ends: str, version: int = VERSION + 1) -> dict[str, bytes]:
    """RUN's files with these ends are of a newer version, whatever else it may have in them; returns their content."""
    for number, end in enumerate(ends):
        rest = b"" if number else content(3)
        storage.entries[RUN.encode().hex() + end] = Entry(MAGIC + version.to_bytes(4, "little") + rest)
    return {name: entry.now() for name, entry in storage.entries.items()}


@pytest.mark.parametrize("ends", [(".a",), (".b",), (".a", ".b")])
@pytest.mark.parametrize("version", [VERSION + 1, 255])
def test_what_a_newer_version_has_saved_is_never_overwritten(ends: tuple[str, ...], version: int) -> None:
    storage = filled()
    before = by_a_newer_version(storage, *ends, version=version)
    archive = Archive(storage)
    for refused in (archive.save(RUN, content(4)), archive.rename(RUN, "new")):
        with pytest.raises(
            StorageError, match="'Ball 1' was saved by a newer version of this page: it is kept as it"
        ) as told:
            done(refused)
        assert told.value.kind == "newer"
    assert {name: entry.now() for name, entry in storage.entries.items()} == before
    if len(ends) == 1:  # there is one that this version can read
        assert done(archive.load(RUN)) == Saved(
            content(3 if ends == (".a",) else 2), 3 if ends == (".a",) else 2, False, True
        )
    else:
        with pytest.raises(StorageError, match="newer version"):
            done(archive.load(RUN))
    assert RUN in done(archive.names())
    done(archive.delete(RUN))  # when the visitor wants that
    assert done(archive.names()) == [OTHER]

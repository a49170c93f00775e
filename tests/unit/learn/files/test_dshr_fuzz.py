"""Ten thousand mutated replays: each is refused with a reason, or plays; nothing else ever happens."""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from array import array
from dataclasses import replace

import pytest
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshr import (
    DIGEST_BYTES,
    FORMAT,
    HEAD,
    MOST_BYTES,
    MOST_TICKS,
    Moved,
    ReplayFileError,
    ensure_playable,
    read_replay,
    write_replay,
)
from drillsergeant.learn.files.safetensors import LONGEST_VALUE

from tests.fakes.theatre import Theatre
from tests.rigs.replay_mutants import forged, mutants
from tests.rigs.replays import cut, eventful

THEATRE: Theatre = eventful("ball", 1.0)
FACTS = facts_of(THEATRE.drill)
CONTENT = write_replay(cut(THEATRE))


def signed(content: bytes) -> bytes:
    """`content` with its digest behind it."""
    return content + hashlib.sha256(content).digest()[:DIGEST_BYTES]


def refusal(content: bytes) -> str:
    """Why a file is refused; "" where it is not."""
    try:
        ensure_playable(read_replay(content), FACTS)
    except ReplayFileError as refused:
        return str(refused)
    return ""


def test_ten_thousand_mutated_files_are_refused_with_a_reason_or_are_sound() -> None:
    told: dict[str, int] = {}
    sound = 0
    for content in mutants(CONTENT, 10_000, random.Random(1)):
        why = refusal(content)
        sound += not why
        told[why[:24]] = told.get(why[:24], 0) + 1
    # Those that are let in have a digest made for them, and numbers that the game has; what they end in tells.
    assert sound < 1500
    assert len(told) > 25, "the reasons are as different as what is wrong"


@pytest.mark.parametrize("code", ["#" * (LONGEST_VALUE - 2), "蹴" * (LONGEST_VALUE // 6 - 1)], ids=["letters", "signs"])
def test_the_longest_code_that_a_game_may_have_goes_with_its_replay(code: str) -> None:
    assert read_replay(write_replay(cut(THEATRE, code))).edit == code


def test_a_mutant_without_a_digest_of_its_own_is_never_let_in() -> None:
    for content in mutants(CONTENT, 3000, random.Random(2), forging=False):
        assert content == CONTENT or refusal(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no .dshr file: choose a replay"),
        (b"\x89PNG" + CONTENT, "this is a picture"),
        (CONTENT[:10], "is cut off"),
        (CONTENT[: HEAD.size + DIGEST_BYTES - 1], "is cut off"),
        (CONTENT[: HEAD.size + DIGEST_BYTES], "damaged: its digest"),
        (signed(HEAD.pack(b"DSHR", FORMAT, 0, 0, 4)), "the header's length is 0, of a file of 32 bytes"),
        (signed(HEAD.pack(b"DSHR", FORMAT, 0, 2, 4) + b"{}"), "an object of exactly"),
        (signed(HEAD.pack(b"DSHR", FORMAT, 0, 3, 4) + b"{}"), "the header's length is 3, of a file of 34 bytes"),
        (CONTENT[:-1], "damaged: its digest"),
        (CONTENT + b"\0", "damaged: its digest"),
        (CONTENT + bytes(MOST_BYTES), "at most 524,288 are read"),
        (HEAD.pack(b"DSHR", FORMAT + 1, 0, 2, 4) + CONTENT[HEAD.size :], "format is 2, this version reads 1: a newer"),
        (HEAD.pack(b"DSHR", 0, 0, 2, 4) + CONTENT[HEAD.size :], "format is 0, this version reads 1: get it again"),
        (forged(CONTENT, {"decisions": MOST_TICKS + 1}), "decisions is 7201"),
        (forged(CONTENT, {"decisions": 1}), "its counts come to"),
        (forged(CONTENT, {"decisions": 1e3}), "decisions is 1000.0, expected a whole number"),
        (forged(CONTENT, {"names": ["a" * 41]}), "more than 40 characters"),
        (forged(CONTENT, {"names": [1]}), "expected a name for each team"),
        (forged(CONTENT, {"final": None}), "final is None"),
        (forged(CONTENT, {"more": 1}), "an object of exactly"),
        (forged(CONTENT, words=[0] * 10), "its counts come to"),
        (forged(CONTENT, words=[0] * 10, size=2**31), "its counts come to"),
    ],
)
def test_what_is_wrong_is_named(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_numbers_that_the_game_does_not_have_are_refused() -> None:
    sound = cut(THEATRE)
    nan, row = array("I", array("f", [float("nan")]).tobytes())[0], list(FACTS.fields).index("ball_x")
    start = list(sound.start)
    start[row] = nan
    for wrong, said in (
        (replace(sound, start=start), "field 'ball_x' is inf"),
        (replace(sound, moved=[Moved(0, 0, row, nan)]), "field 'ball_x' is inf"),
        (replace(sound, actions=[[99] * 6, *sound.actions[1:]]), "decision 0: move is 99"),
        (replace(sound, actions=[[9] + [0] * 5, *sound.actions[1:]]), "decision 0: move is 9"),
        (replace(sound, actions=[each[:5] for each in sound.actions]), "its decisions 5 numbers"),
        (replace(sound, start=[0, *start]), "states have 28 fields"),
        (replace(sound, ticks=[9, *sound.ticks[1:]]), "held for 9 ticks, those of 'ball' last 8"),
    ):
        assert said in refusal(write_replay(wrong))
    for wrong in (
        replace(sound, ticks=[0, *sound.ticks[1:]]),
        replace(sound, moved=[Moved(10**6, 0, 0, 0)]),
        replace(sound, moved=[Moved(1, 0, 0, 0), Moved(0, 0, 0, 0)]),
        replace(sound, actions=[], ticks=[], moved=[]),
    ):
        with pytest.raises(ReplayFileError):
            write_replay(wrong)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zlib.compress(bytes(50_000_000), 9)
    head = CONTENT[HEAD.size : HEAD.size + HEAD.unpack_from(CONTENT)[3]]
    header = json.loads(head)
    size = 4 * (header["fields"] + header["decisions"] * (header["actions"] + 1) + 4 * header["moved"])
    assert len(bomb) < MOST_BYTES - DIGEST_BYTES
    assert "do not come to the" in refusal(forged(CONTENT, packed=bomb, size=size))

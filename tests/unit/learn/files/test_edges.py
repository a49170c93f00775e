"""What lies at a limit is read and what lies one beyond it is refused, in every file: what went in can come out."""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from drillsergeant.learn.files import kept_versions, safetensors
from drillsergeant.learn.files.dshr import HEAD, MOST_BYTES, MOST_TICKS, Moved, Replay, read_replay, write_replay
from drillsergeant.learn.files.history_tensors import MOST_NUMBERS, MOST_ROWS, history_tensors, split_history
from drillsergeant.learn.files.kept_versions import read_games, split_versions, version_tensors
from drillsergeant.learn.files.run_progress import counter
from drillsergeant.learn.files.safetensors import LENGTH, Tensor, check_values, decode, encode, strict_json
from drillsergeant.learn.ppo.limits import SANE

from tests.fakes.policies import SMALL, some_policy, with_versions

POLICY = with_versions(some_policy(SMALL), 1)
REPLAY = Replay("ball", "r" * 64, 7, [1, 2], [[0, 1, 2]] * 3, [8, 8, 5], [], "f" * 64, "", ("a" * 40, "b"))


def held(header: Mapping[str, object], data: bytes = b"", size: int = 0) -> bytes:
    """A file with a header of at least so many bytes."""
    text = json.dumps(header).encode()
    text += b" " * (size - len(text))
    return LENGTH.pack(len(text)) + text + data


def tensors(count: int) -> bytes:
    return encode({f"t{number}": Tensor((1,), bytes(4)) for number in range(count)}, {})


def shaped(*shape: int) -> bytes:
    return encode({"t": Tensor(shape, bytes(4 * math.prod(shape)))}, {})


def filled(size: int) -> bytes:
    """A file of so many bytes."""
    rest = size - LENGTH.size - safetensors.MOST_HEADER_BYTES
    header, at = {}, 0
    for number, words in enumerate((2**20, 2**20, 2**20, rest // 4 - 3 * 2**20)):
        header[f"t{number}"] = {"dtype": "F32", "shape": [words], "data_offsets": [at, at + 4 * words]}
        at += 4 * words
    return held(header, bytes(at), safetensors.MOST_HEADER_BYTES)


def history(rows: int, numbers: int = 1) -> Mapping[str, object]:
    named = {f"n{number}": [0.5] * rows for number in range(numbers - 1)}
    return split_history(history_tensors({"t_s": [1.0] * rows, **named}))[1]


def words(values: list[float]) -> bytes:
    return array("f", values).tobytes()


def version(**change: object) -> object:
    row = {"version": 1, "decisions": 2, "updates": 3, "t_s": 4.0, "win": None, "kind": "auto", "rating": None}
    return split_versions(version_tensors(POLICY.versions, SMALL), {"versions": json.dumps([{**row, **change}])}, SMALL)


def games(played: float, wins: float, losses: float) -> object:
    return read_games({"games": json.dumps([[0, -1, played, wins, losses]])}, 1)


def replay(**change: object) -> object:
    return read_replay(write_replay(replace(REPLAY, **change)))  # type: ignore[arg-type]


MORE = 10.0 * (1.0 + kept_versions.ROUNDING) + kept_versions.ROUNDING
EDGES: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "the smallest file": (lambda: decode(held({})), lambda: decode(LENGTH.pack(1) + b" ")),
    "no header": (lambda: decode(held({})), lambda: decode(LENGTH.pack(0))),
    "the header's length": (
        lambda: decode(held({}, size=safetensors.MOST_HEADER_BYTES)),
        lambda: decode(held({}, size=safetensors.MOST_HEADER_BYTES + 1)),
    ),
    "the file's length": (
        lambda: decode(filled(safetensors.MOST_BYTES)),
        lambda: decode(filled(safetensors.MOST_BYTES + 4)),
    ),
    "tensors": (lambda: decode(tensors(2048)), lambda: decode(tensors(2049))),
    "dimensions": (lambda: decode(shaped(1, 2, 3, 4)), lambda: decode(shaped(1, 2, 3, 4, 1))),
    "one dimension": (lambda: decode(shaped(2**20)), lambda: decode(shaped(2**20 + 1))),
    "a text of metadata": (
        lambda: decode(encode({}, {"n" * 64: "x" * 98_304})),
        lambda: decode(encode({}, {"n": "x" * 98_305})),
    ),
    "digits": (lambda: strict_json("-" + "9" * 15), lambda: strict_json("-" + "9" * 16)),
    "depth": (lambda: strict_json('[{"a": 1}]', 2), lambda: strict_json('[{"a": []}]', 2)),
    "a number's size": (
        lambda: check_values("t", words([math.nextafter(SANE, 0.0) * (1 - 1e-7)]), -SANE),
        lambda: check_values("t", words([SANE]), -SANE),
    ),
    "a number's size below": (
        lambda: check_values("t", words([-SANE * (1 - 1e-7)]), -SANE),
        lambda: check_values("t", words([-SANE]), -SANE),
    ),
    "no less than nothing": (
        lambda: check_values("t", words([0.0, 1.0]), 0.0),
        lambda: check_values("t", words([-1e-30, 1.0]), 0.0),
    ),
    "a count": (lambda: counter({"n": "100"}, "n", 100), lambda: counter({"n": "101"}, "n", 100)),
    "a count's digits": (lambda: counter({"n": "007"}, "n", 100), lambda: counter({"n": "0007"}, "n", 100)),
    "rows of history": (lambda: history(MOST_ROWS), lambda: history(MOST_ROWS + 1)),
    "kind": (lambda: version(kind="k" * 16), lambda: version(kind="k" * 17)),
    "a share": (lambda: version(win=1.0), lambda: version(win=1.0000001)),
    "a rating": (lambda: version(rating=-1e6), lambda: version(rating=-1000001)),
    "games won and lost": (lambda: games(10.0, MORE, 0.0), lambda: games(10.0, math.nextafter(MORE, 11.0), 0.0)),
    "games": (lambda: games(1e9, 0.0, 0.0), lambda: games(1.000001e9, 0.0, 0.0)),
    "ticks in all": (
        lambda: replay(actions=[[0]] * 900, ticks=[8] * 900),
        lambda: replay(actions=[[0]] * 900, ticks=[8] * 899 + [9]),
    ),
    "ticks": (lambda: replay(ticks=[MOST_TICKS - 2, 1, 1]), lambda: replay(ticks=[MOST_TICKS, 1, 1])),
    "a team's name": (lambda: replay(names=("n" * 40,)), lambda: replay(names=("n" * 41,))),
    "teams": (lambda: replay(names=("a", "b")), lambda: replay(names=("a", "b", "c"))),
    "a drill's name": (lambda: replay(drill="d" * 64), lambda: replay(drill="d" * 65)),
    "a seed": (lambda: replay(seed=2**32 - 1), lambda: replay(seed=2**32)),
    "the moment of a move": (lambda: replay(moved=[Moved(2, 5, 1, 0)]), lambda: replay(moved=[Moved(2, 6, 1, 0)])),
    "the decision of a move": (lambda: replay(moved=[Moved(2, 0, 1, 0)]), lambda: replay(moved=[Moved(3, 0, 1, 0)])),
    "the field of a move": (lambda: replay(moved=[Moved(0, 0, 1, 0)]), lambda: replay(moved=[Moved(0, 0, 2, 0)])),
    "moves in order": (
        lambda: replay(moved=[Moved(1, 3, 0, 0), Moved(1, 3, 1, 0)]),
        lambda: replay(moved=[Moved(1, 3, 0, 0), Moved(1, 2, 1, 0)]),
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_at_a_limit_is_read_and_one_beyond_is_refused(edge: str) -> None:
    within, beyond = EDGES[edge]
    within()
    with pytest.raises(ValueError, match=r"\w") as refusal:
        beyond()
    assert len(str(refusal.value).split()) > 4, "in words"


def test_the_largest_replay_is_looked_at() -> None:
    """What is as long as may be is refused for what is wrong with it, and not for its length."""
    content = HEAD.pack(b"DSHR", 1, 0, 2, 4) + bytes(MOST_BYTES - HEAD.size)
    for more, says in ((b"", "damaged"), (b"\0", "at most 524,288 are read")):
        with pytest.raises(ValueError, match=says):
            read_replay(content + more)


def test_no_more_numbers_of_a_run_are_written_than_are_read() -> None:
    assert len(history(2, MOST_NUMBERS)) == MOST_NUMBERS
    kept = history(2, MOST_NUMBERS + 5)
    assert len(kept) == MOST_NUMBERS and "t_s" in kept
    assert split_history(history_tensors({"t_s": [0.0, 0.0, 1.0]}))[1] == {"t_s": [0.0, 0.0, 1.0]}, "moments may be one"

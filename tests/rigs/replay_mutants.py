"""Replay files as nobody should send them: damaged ones, and ones made up with a digest that fits."""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence

from drillsergeant.learn.files.dshr import DIGEST_BYTES, FORMAT, HEAD, MAGIC

from tests.rigs.damaged_bytes import flip, overwrite

ODD: tuple[object, ...] = (
    0,
    1,
    -1,
    2,
    7,
    2**31,
    2**53,
    10**14,
    1.5,
    "",
    "x" * 70,
    "squad",
    None,
    True,
    [],
    {},
    [["a"]],
)


def signed(content: bytes) -> bytes:
    """With a digest that fits."""
    return content + hashlib.sha256(content).digest()[:DIGEST_BYTES]


def forged(
    content: bytes,
    header: Mapping[str, object] | None = None,
    words: Sequence[int] | None = None,
    *,
    packed: bytes | None = None,
    size: int | None = None,
) -> bytes:
    """The file with other facts and words, and a digest that fits."""
    _, _, _, length, told = HEAD.unpack_from(content)
    facts = json.loads(content[HEAD.size : HEAD.size + length]) | dict(header or {})
    body = content[HEAD.size + length : -DIGEST_BYTES]
    if words is not None:
        raw = array("I", words).tobytes()
        body, told = zlib.compress(raw), len(raw)
    body = packed if packed is not None else body
    text = json.dumps(facts).encode()
    return signed(HEAD.pack(MAGIC, FORMAT, 0, len(text), told if size is None else size) + text + body)


def mutants(content: bytes, count: int, moments: random.Random, *, forging: bool = True) -> Iterator[bytes]:
    """So many files that are not `content`; with `forging`, half of them with digests that fit."""
    ways = [flip, _cut, overwrite, _repeat]
    for number in range(count):
        if forging and number % 2:
            yield _forge(content, moments)
        else:
            yield moments.choice(ways)(content, moments)


def _cut(content: bytes, moments: random.Random) -> bytes:
    begin, end = sorted(moments.randrange(len(content)) for _ in range(2))
    return moments.choice((content[:begin], content[begin + 1 :], content[:begin] + content[end + 1 :]))


def _repeat(content: bytes, moments: random.Random) -> bytes:
    begin, end = sorted(moments.randrange(len(content)) for _ in range(2))
    return content[: end + 1] + content[begin:]


def _forge(content: bytes, moments: random.Random) -> bytes:
    length = HEAD.unpack_from(content)[3]
    facts = json.loads(content[HEAD.size : HEAD.size + length])
    words = array("I", zlib.decompress(content[HEAD.size + length : -DIGEST_BYTES])).tolist()
    kind = moments.randrange(4)
    if kind == 0:
        return forged(content, {moments.choice([*facts]): moments.choice(ODD)})
    if kind == 1:
        for _ in range(moments.choice((1, 1, 3, 30))):
            words[moments.randrange(len(words))] = moments.choice((0, 1, 3, 8, 9, moments.getrandbits(32), 0x7FC00000))
        return forged(content, words=words)
    if kind == 2:
        at = moments.randrange(len(words))
        return forged(content, words=moments.choice((words[:at], words + words[:at])))
    return signed(flip(content[:-DIGEST_BYTES], moments))

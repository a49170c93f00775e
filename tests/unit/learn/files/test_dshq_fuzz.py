"""Thousands of mutated policy files: each is refused with a reason, or loads equal; nothing else ever happens."""

import json
import random
import struct
import time
from collections.abc import Callable

import numpy as np
import pytest
from drillsergeant.learn.files.dshq import read_policy, read_summary, write_policy
from drillsergeant.learn.files.safetensors import LENGTH, PolicyFileError

from build.promises.records import tally
from tests.fakes.policies import SMALL, some_policy, with_versions
from tests.rigs.damaged_bytes import flip, overwrite
from tests.rigs.length import AT_LENGTH

ORIGINAL = with_versions(some_policy(SMALL))
CONTENT = write_policy(ORIGINAL)
(HEADER_LENGTH,) = LENGTH.unpack_from(CONTENT)
DATA_AT = LENGTH.size + HEADER_LENGTH
FILES = 1500 if AT_LENGTH else 300  # of each mutation; more where all of them are drawn from
SLOWEST_S = 1.0  # of CPU, against a file that takes for ever
NAMES = ("F64", "", "x" * 70, "\ud800", "policy.bias")
WORDS: tuple[object, ...] = (*NAMES, 0, 1, -1, 2, 3, 4, 2**31, 2**53, 10**14, 1e308, None, True, [], {}, [0, 4], [[]])


def cut(content: bytes, moments: random.Random) -> bytes:
    begin, end = sorted(moments.randrange(len(content) + 1) for _ in range(2))
    return moments.choice((content[:begin], content[begin:], content[:begin] + content[end:]))


def repeat(content: bytes, moments: random.Random) -> bytes:
    begin, end = sorted(moments.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[begin:]


def lie_about_length(content: bytes, moments: random.Random) -> bytes:
    length = moments.choice((0, 1, moments.randrange(len(content)), 2 ** moments.randrange(64), 2**64 - 1))
    return LENGTH.pack(length) + content[LENGTH.size :]


def poison(content: bytes, moments: random.Random) -> bytes:
    changed = bytearray(content)
    at = DATA_AT + 4 * moments.randrange((len(content) - DATA_AT) // 4)
    value = moments.choice((float("nan"), float("inf"), -float("inf"), 3e38, -1e19, 1e-45, moments.gauss(0, 1)))
    changed[at : at + 4] = struct.pack("<f", value)
    return bytes(changed)


def nest(content: bytes, moments: random.Random) -> bytes:
    depth, at = moments.choice((4, 100, 3000, 30_000)), moments.randrange(LENGTH.size, DATA_AT)
    text = content[LENGTH.size : at] + moments.choice((b"[", b'{"a":', b'"[\\"')) * depth + content[at:DATA_AT]
    return LENGTH.pack(len(text)) + text + content[DATA_AT:]


def rewrite_header(content: bytes, moments: random.Random) -> bytes:
    """Valid JSON, other facts: what a hostile writer would do."""
    header = json.loads(content[LENGTH.size : DATA_AT])
    name = moments.choice(list(header))
    facts = header[name]
    kind = moments.randrange(5)
    if kind == 0:
        del header[name]
    elif kind == 1:
        header[name] = moments.choice(WORDS)
    elif kind == 2:
        facts[moments.choice(list(facts))] = moments.choice(WORDS)
    elif kind == 3:
        header[moments.choice(NAMES)] = facts
    else:
        other = moments.choice([each for each in header if each != "__metadata__"])
        header[other] = dict(header[other], shape=[moments.randrange(-1, 9) for _ in range(moments.randrange(6))])
    text = json.dumps(header).encode()
    return LENGTH.pack(len(text)) + text + content[DATA_AT:]


MUTATIONS = (flip, cut, repeat, overwrite, lie_about_length, poison, nest, rewrite_header)


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_a_mutated_file_is_refused_or_loads_equal(mutate: Callable[[bytes, random.Random], bytes]) -> None:
    moments = random.Random(mutate.__name__)
    refused = 0
    for number in range(FILES):
        content = mutate(CONTENT, moments)
        began_s = time.process_time()
        try:
            # Who has lost the name of the digest has none, as below.
            assert read_policy(content, SMALL) == ORIGINAL or b'"digest"' not in content, number
        except PolicyFileError as refusal:
            assert str(refusal).isprintable() and len(str(refusal)) < 500
            refused += 1
        assert time.process_time() - began_s < SLOWEST_S, number
    assert refused > FILES * 2 // 3
    tally(13, "files", FILES)


def test_without_a_digest_what_loads_is_still_whole_and_finite() -> None:
    header = json.loads(CONTENT[LENGTH.size : DATA_AT])
    del header["__metadata__"]["digest"]
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (HEADER_LENGTH - len(text))  # so that the mutations above know where the tensors begin
    content = LENGTH.pack(len(text)) + text + CONTENT[DATA_AT:]
    moments = random.Random(4)
    loaded = 0
    for _ in range(2 * FILES):
        try:
            policy = read_policy(moments.choice(MUTATIONS)(content, moments), SMALL)
        except PolicyFileError:
            continue
        loaded += 1
        for name, values in policy.state.arrays.items():
            numbers = np.frombuffer(values, np.float32)
            assert numbers.size == len(ORIGINAL.state.arrays["parameters"]) // 4
            assert (np.abs(numbers) <= 1e18).all() and (name != "second_moment" or (numbers >= 0).all())
    assert loaded > FILES // 15
    tally(13, "files", 2 * FILES)


def test_the_summary_of_a_mutated_file_is_refused_or_read() -> None:
    moments = random.Random(5)
    for _ in range(FILES):
        try:
            summary = read_summary(moments.choice(MUTATIONS)(CONTENT, moments))
        except PolicyFileError:
            continue
        assert 0 <= summary.progress.decisions <= 2**50

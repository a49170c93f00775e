"""Named f32 tensors and text in one file, in the format `safetensors`, with the standard library alone.

    u64 header length | JSON header, padded with spaces to 8 bytes | the tensors' bytes, without gaps

The header maps each tensor's name to {dtype, shape, data_offsets}, and `__metadata__` to a map of strings to strings.
Format: https://github.com/huggingface/safetensors#format. Numbers are little-endian, like every machine that runs this.

A file to read is somebody else's: nothing is allocated, parsed or believed before its size is known to be harmless.
"""

from __future__ import annotations

import json
import math
import re
import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.learn.ppo.limits import SANE

MOST_BYTES = 16 * 1024 * 1024  # a policy has 0.1 MB, with the 24 versions of a long run 0.8 MB
MOST_HEADER_BYTES = 256 * 1024
MOST_DEPTH = 3  # header, one tensor's facts, its shape
MOST_TENSORS = 2048
MOST_RANK = 4
MOST_DIMENSION = 1 << 20
LONGEST_NAME = 64
LONGEST_VALUE = 96 * 1024  # a reader's code is in one
LONGEST_NUMBER = 15  # digits
METADATA = "__metadata__"
FACTS = {"dtype", "shape", "data_offsets"}
F32_BYTES = 4
LENGTH = struct.Struct("<Q")
# How files begin that are chosen by mistake, and what they are; the length of a header is nowhere near these numbers.
OTHERS: Mapping[bytes, str] = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture, a sound or a film",
    b"<svg": "a picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x1f\x8b\x08": "a compressed file",
    b"\x08\x08\x12": "an ONNX file, which holds a policy for other programs and nothing to go on with",
    b"<!": "a web page",
}

_TOKENS = re.compile(r'\\.|["{}\[\]]', re.DOTALL)


class PolicyFileError(ValueError):
    """A file that cannot be used; the text names what is wrong, what was found, what was expected, and what to do."""


@dataclass(frozen=True)
class Tensor:
    """`content` holds the f32 values, row-major."""

    shape: tuple[int, ...]
    content: bytes


def encode(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """Return the file. Tensors lie in the order given."""
    header: dict[str, object] = {METADATA: dict(metadata)}
    at = 0
    for name, tensor in tensors.items():
        end = at + len(tensor.content)
        assert end - at == F32_BYTES * math.prod(tensor.shape), f"{name}: {end - at} bytes for {tensor.shape}"
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join((LENGTH.pack(len(text)), text, *(tensor.content for tensor in tensors.values())))


def decode(content: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return tensors and metadata of a file nobody vouches for. Raises PolicyFileError."""
    header, begin = _header(content)
    metadata = _metadata(header.pop(METADATA, {}))
    if len(header) > MOST_TENSORS:
        raise PolicyFileError(f"the file holds {len(header)} tensors, at most {MOST_TENSORS} are read")
    spans = {name: _span(name, facts) for name, facts in header.items()}
    at = 0
    for name, (_, start, end) in sorted(spans.items(), key=lambda item: item[1][1:]):
        if start != at:
            raise PolicyFileError(f"tensor {name!r} begins at byte {start}, expected {at}: no gap and no overlap")
        at = end
    if begin + at != len(content):
        raise PolicyFileError(
            f"the file has {len(content)} bytes, its header speaks of {begin + at}: it was cut off, or more was added; "
            "get it again"
        )
    tensors = {name: Tensor(shape, content[begin + start : begin + end]) for name, (shape, start, end) in spans.items()}
    return tensors, metadata


def read_metadata(content: bytes) -> dict[str, str]:
    """Return the metadata alone. Raises PolicyFileError."""
    return _metadata(_header(content)[0].get(METADATA, {}))


def check_values(name: str, content: bytes, low: float) -> None:
    """Refuse values below `low`, of the size of SANE or more, and what is no number. Raises PolicyFileError."""
    values = array("f", content)
    if values and math.isfinite(sum(values)) and max(low, -SANE) < min(values) and max(values) < SANE:
        return  # none of them is NaN: then their sum, in f64, would be
    for index, value in enumerate(values):
        if not (low <= value and abs(value) < SANE):  # true for NaN too
            raise PolicyFileError(f"tensor {name!r} holds {value} at {index}, expected {low:g} to {SANE:g}")


def strict_json(text: str, depth: int = MOST_DEPTH) -> object:
    """Parse JSON that is no deeper than `depth`, repeats no key and has no NaN. Raises PolicyFileError."""
    level, quoted = 0, False
    for found in _TOKENS.finditer(text):
        token = found[0]
        if token == '"':
            quoted = not quoted
        elif not quoted and token in "{[":
            level += 1
            if level > depth:
                raise PolicyFileError(f"the file's text is nested more than {depth} deep: no policy is")
        elif not quoted and token in "}]":
            level -= 1
    try:
        return json.loads(
            text, object_pairs_hook=_no_repeats, parse_constant=_no_constant, parse_int=_whole, parse_float=_finite
        )
    except PolicyFileError:
        raise
    except ValueError as wrong:
        raise PolicyFileError(f"the file's text is not valid JSON: {wrong}") from wrong


def _header(content: bytes) -> tuple[dict[str, object], int]:
    """The header, and where the tensors begin."""
    if len(content) > MOST_BYTES:
        raise PolicyFileError(f"the file has {len(content)} bytes, at most {MOST_BYTES} are read")
    if len(content) < LENGTH.size:
        raise PolicyFileError(f"this is no .dshq file: it has {len(content)} bytes, one has at least {LENGTH.size}")
    (length,) = LENGTH.unpack_from(content)
    most = min(MOST_HEADER_BYTES, len(content) - LENGTH.size)
    if not 2 <= length <= most:
        if other := next((what for begins, what in OTHERS.items() if content.startswith(begins)), ""):
            raise PolicyFileError(f"this is {other}, no .dshq file: choose one that was exported here")
        raise PolicyFileError(
            f"this is no .dshq file, or one that was cut: the header's length is {length}, expected 2 to {most}"
        )
    begin = LENGTH.size + length
    try:
        text = content[LENGTH.size : begin].decode()
    except UnicodeDecodeError as wrong:
        raise PolicyFileError(f"the header is not UTF-8 text: {wrong}") from wrong
    header = strict_json(text)
    if not isinstance(header, dict):
        raise PolicyFileError(f"the header is a {type(header).__name__}, expected an object that maps names to tensors")
    for name in header:
        _check_text("a tensor's name", name, LONGEST_NAME)
    return header, begin


def _metadata(found: object) -> dict[str, str]:
    if not isinstance(found, dict):
        raise PolicyFileError(f"{METADATA} is a {type(found).__name__}, expected an object of strings")
    metadata: dict[str, str] = {}
    for key, value in found.items():
        _check_text("a key of the metadata", key, LONGEST_NAME)
        if not isinstance(value, str):
            raise PolicyFileError(f"metadata {key!r} is a {type(value).__name__}, expected a string")
        _check_text(f"metadata {key!r}", value, LONGEST_VALUE)
        metadata[key] = value
    return metadata


def _span(name: str, facts: object) -> tuple[tuple[int, ...], int, int]:
    """Shape, first byte and byte behind the last one of a tensor."""
    if not isinstance(facts, dict) or set(facts) != FACTS:
        raise PolicyFileError(f"tensor {name!r} must be described by exactly {', '.join(sorted(FACTS))}")
    if facts["dtype"] != "F32":
        raise PolicyFileError(f"tensor {name!r} has dtype {facts['dtype']!r:.20}, expected 'F32': convert it")
    shape = _wholes(name, "shape", facts["shape"], 1, MOST_DIMENSION)
    if len(shape) > MOST_RANK:
        raise PolicyFileError(f"tensor {name!r} has {len(shape)} dimensions, at most {MOST_RANK} are read")
    offsets = _wholes(name, "data_offsets", facts["data_offsets"], 0, MOST_BYTES)
    if len(offsets) != 2:
        raise PolicyFileError(f"tensor {name!r} has {len(offsets)} data_offsets, expected a begin and an end")
    size = F32_BYTES * math.prod(shape)
    if offsets[1] - offsets[0] != size:
        raise PolicyFileError(f"tensor {name!r} lies in bytes {list(offsets)}, its shape {list(shape)} needs {size}")
    return shape, offsets[0], offsets[1]


def _wholes(name: str, what: str, found: object, low: int, high: int) -> tuple[int, ...]:
    if not isinstance(found, list) or any(type(each) is not int or not low <= each <= high for each in found):
        raise PolicyFileError(f"tensor {name!r}: {what} must be a list of whole numbers from {low} to {high}")
    return tuple(found)


def _check_text(what: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise PolicyFileError(f"{what} has {len(text)} characters, at most {longest} are read")
    if not text.isprintable():  # neither control characters nor halves of a pair
        raise PolicyFileError(f"{what} holds characters that cannot be shown: {text[:40]!a}")


def _no_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PolicyFileError(f"the name {twice[:LONGEST_NAME]!a} occurs twice in the file")
    return found


def _no_constant(text: str) -> object:
    raise PolicyFileError(f"the file's text holds {text}, which is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise PolicyFileError(f"the file's text holds {text[:LONGEST_NAME]}, which is more than a number can be")
    return value


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > LONGEST_NUMBER:
        raise PolicyFileError(f"a number in the file has {len(text)} digits, at most {LONGEST_NUMBER} are read")
    return int(text)

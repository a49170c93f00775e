"""The WebAssembly instructions that kernels use, as one table in the spec's spelling; what the next one needs is added.

Fixed-width SIMD and what drives its loops; no relaxed SIMD, whose results may differ between processors. Each row of
`_GROUPS` is a signature and the instructions that have it; `OPCODES` is the table by name.
Numbers: WebAssembly Core Specification 2.0, appendix "Index of Instructions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

I32, F32, V128 = "i32", "f32", "v128"
VALUE_TYPES: Final[Mapping[str, int]] = {I32: 0x7F, F32: 0x7D, V128: 0x7B}


@dataclass(frozen=True, slots=True)
class Opcode:
    """One instruction: its bytes, the operand types it takes and gives, and what follows it in the code.

    `operand` is "" (nothing), "memory" (alignment and offset) or "lane" (a lane number below `lanes`).
    `align` is the base-2 logarithm of the bytes one access touches.
    """

    name: str
    encoding: bytes
    takes: list[str]
    gives: list[str]
    operand: str = ""
    align: int = 0
    lanes: int = 0


def unsigned_leb128(value: int) -> bytes:
    """`value` (not negative) in the variable-length form every count and index of a module has."""
    if value < 0:
        raise ValueError(f"unsigned LEB128 cannot hold {value}; counts, indices and offsets start at 0")
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed_leb128(value: int) -> bytes:
    """`value` in the variable-length two's complement form of `i32.const`."""
    out = bytearray()
    while not -0x40 <= value <= 0x3F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


_PLAIN, _SIMD = b"", b"\xfd"

# (prefix, signature, {name: number}). Names run in the spec's order inside a group.
_GROUPS: Final[list[tuple[bytes, str, dict[str, int]]]] = [
    (
        _PLAIN,
        "i32 i32 -> i32",
        {
            "i32.ne": 0x47,
            "i32.lt_u": 0x49,
            "i32.gt_u": 0x4B,
            "i32.le_s": 0x4C,
            "i32.add": 0x6A,
            "i32.sub": 0x6B,
            "i32.mul": 0x6C,
            "i32.and": 0x71,
            "i32.or": 0x72,
            "i32.shl": 0x74,
            "i32.shr_s": 0x75,
            "i32.shr_u": 0x76,
        },
    ),
    (_PLAIN, "i32 -> i32", {"i32.eqz": 0x45}),
    (
        _PLAIN,
        "f32 f32 -> f32",
        {
            "f32.add": 0x92,
            "f32.mul": 0x94,
        },
    ),
    (
        _SIMD,
        "v128 v128 -> v128",
        {
            "i32x4.eq": 55,
            "i32x4.ne": 56,
            "i32x4.lt_s": 57,
            "i32x4.lt_u": 58,
            "i32x4.gt_u": 60,
            "i32x4.le_s": 61,
            "i32x4.le_u": 62,
            "i32x4.ge_s": 63,
            "f32x4.eq": 65,
            "f32x4.ne": 66,
            "f32x4.lt": 67,
            "f32x4.le": 69,
            "f64x2.ge": 76,
            "v128.and": 78,
            "v128.andnot": 79,
            "v128.or": 80,
            "v128.xor": 81,
            "i32x4.add": 174,
            "i32x4.sub": 177,
            "i32x4.mul": 181,
            "i32x4.min_s": 182,
            "i32x4.min_u": 183,
            "i32x4.max_s": 184,
            "i32x4.max_u": 185,
            "f32x4.add": 228,
            "f32x4.sub": 229,
            "f32x4.mul": 230,
            "f32x4.div": 231,
            "f32x4.pmin": 234,
            "f32x4.pmax": 235,
            "f64x2.add": 240,
            "f64x2.sub": 241,
            "f64x2.mul": 242,
            "f64x2.div": 243,
        },
    ),
    (
        _SIMD,
        "v128 -> v128",
        {
            "v128.not": 77,
            "f32x4.demote_f64x2_zero": 94,
            "f64x2.promote_low_f32x4": 95,
            "f32x4.ceil": 103,
            "f32x4.floor": 104,
            "f32x4.trunc": 105,
            "f32x4.nearest": 106,
            "f64x2.trunc": 122,
            "i32x4.abs": 160,
            "i32x4.neg": 161,
            "f32x4.abs": 224,
            "f32x4.neg": 225,
            "f32x4.sqrt": 227,
            "i32x4.trunc_sat_f32x4_s": 248,
            "i32x4.trunc_sat_f32x4_u": 249,
            "f32x4.convert_i32x4_s": 250,
            "f32x4.convert_i32x4_u": 251,
        },
    ),
    (_SIMD, "v128 v128 v128 -> v128", {"v128.bitselect": 82}),
    (
        _SIMD,
        "v128 -> i32",
        {
            "v128.any_true": 83,
        },
    ),
    (
        _SIMD,
        "v128 i32 -> v128",
        {
            "i32x4.shl": 171,
            "i32x4.shr_s": 172,
            "i32x4.shr_u": 173,
        },
    ),
    (_SIMD, "i32 -> v128", {"i32x4.splat": 17}),
    (_SIMD, "f32 -> v128", {"f32x4.splat": 19}),
]

# (prefix, signature, {name: (number, log2 of the bytes accessed)})
_MEMORY_GROUPS: Final[list[tuple[bytes, str, dict[str, tuple[int, int]]]]] = [
    (
        _PLAIN,
        "i32 -> i32",
        {
            "i32.load": (0x28, 2),
        },
    ),
    (_PLAIN, "i32 -> f32", {"f32.load": (0x2A, 2)}),
    (_PLAIN, "i32 f32 -> ", {"f32.store": (0x38, 2)}),
    (
        _SIMD,
        "i32 -> v128",
        {
            "v128.load": (0, 4),
            "v128.load32_splat": (9, 2),
            "v128.load32_zero": (92, 2),
        },
    ),
    (_SIMD, "i32 v128 -> ", {"v128.store": (11, 4)}),
]

# Signature, then number and lanes by name.
_LANE_GROUPS: Final[list[tuple[str, dict[str, tuple[int, int]]]]] = [
    ("v128 -> f32", {"f32x4.extract_lane": (31, 4)}),
]


def _signature(text: str) -> tuple[list[str], list[str]]:
    takes, _, gives = text.partition("->")
    return takes.split(), gives.split()


def _encoding(prefix: bytes, number: int) -> bytes:
    return prefix + unsigned_leb128(number) if prefix else bytes([number])


def _rows() -> Iterator[Opcode]:
    for prefix, text, names in _GROUPS:
        for name, number in names.items():
            yield Opcode(name, _encoding(prefix, number), *_signature(text))
    for prefix, text, accesses in _MEMORY_GROUPS:
        for name, (number, align) in accesses.items():
            yield Opcode(name, _encoding(prefix, number), *_signature(text), "memory", align)
    for text, lane_names in _LANE_GROUPS:
        for name, (number, lanes) in lane_names.items():
            yield Opcode(name, _encoding(_SIMD, number), *_signature(text), "lane", lanes=lanes)


OPCODES: Final[Mapping[str, Opcode]] = {row.name: row for row in _rows()}

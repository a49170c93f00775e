"""The WebAssembly instructions the kernels may use, as one table in the spec's spelling.

Fixed-width SIMD, bulk memory and the few atomics shared memory needs; no relaxed SIMD, whose results may differ between
processors. Each row of `_GROUPS` is a signature and the instructions that have it; `OPCODES` is the table by name.
Numbers: WebAssembly Core Specification 2.0, appendix "Index of Instructions"; threads proposal for the atomics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

I32, I64, F32, F64, V128 = "i32", "i64", "f32", "f64", "v128"
VALUE_TYPES: Final[Mapping[str, int]] = {I32: 0x7F, I64: 0x7E, F32: 0x7D, F64: 0x7C, V128: 0x7B}


@dataclass(frozen=True, slots=True)
class Opcode:
    """One instruction: its bytes, the operand types it takes and gives, and what follows it in the code.

    `operand` is "" (nothing), "memory" (alignment and offset), "lane" (a lane number below `lanes`), or "memory lane".
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
    """`value` in the variable-length two's complement form of `i32.const` and `i64.const`."""
    out = bytearray()
    while not -0x40 <= value <= 0x3F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


_PLAIN, _SIMD, _BULK, _ATOMIC = b"", b"\xfd", b"\xfc", b"\xfe"

# (prefix, signature, {name: number}). Names run in the spec's order inside a group.
_GROUPS: Final[list[tuple[bytes, str, dict[str, int]]]] = [
    (_PLAIN, "-> ", {"nop": 0x01}),
    (_PLAIN, "i32 -> i32", {"i32.eqz": 0x45, "i32.clz": 0x67, "i32.ctz": 0x68, "i32.popcnt": 0x69}),
    (
        _PLAIN,
        "i32 i32 -> i32",
        {
            "i32.eq": 0x46,
            "i32.ne": 0x47,
            "i32.lt_s": 0x48,
            "i32.lt_u": 0x49,
            "i32.gt_s": 0x4A,
            "i32.gt_u": 0x4B,
            "i32.le_s": 0x4C,
            "i32.le_u": 0x4D,
            "i32.ge_s": 0x4E,
            "i32.ge_u": 0x4F,
            "i32.add": 0x6A,
            "i32.sub": 0x6B,
            "i32.mul": 0x6C,
            "i32.div_s": 0x6D,
            "i32.div_u": 0x6E,
            "i32.rem_s": 0x6F,
            "i32.rem_u": 0x70,
            "i32.and": 0x71,
            "i32.or": 0x72,
            "i32.xor": 0x73,
            "i32.shl": 0x74,
            "i32.shr_s": 0x75,
            "i32.shr_u": 0x76,
            "i32.rotl": 0x77,
            "i32.rotr": 0x78,
        },
    ),
    (_PLAIN, "i64 -> i32", {"i64.eqz": 0x50, "i32.wrap_i64": 0xA7}),
    (
        _PLAIN,
        "i64 i64 -> i32",
        {
            "i64.eq": 0x51,
            "i64.ne": 0x52,
            "i64.lt_s": 0x53,
            "i64.lt_u": 0x54,
            "i64.gt_s": 0x55,
            "i64.gt_u": 0x56,
            "i64.le_s": 0x57,
            "i64.le_u": 0x58,
            "i64.ge_s": 0x59,
            "i64.ge_u": 0x5A,
        },
    ),
    (
        _PLAIN,
        "i64 i64 -> i64",
        {
            "i64.add": 0x7C,
            "i64.sub": 0x7D,
            "i64.mul": 0x7E,
            "i64.and": 0x83,
            "i64.or": 0x84,
            "i64.xor": 0x85,
            "i64.shl": 0x86,
            "i64.shr_s": 0x87,
            "i64.shr_u": 0x88,
        },
    ),
    (_PLAIN, "i32 -> i64", {"i64.extend_i32_s": 0xAC, "i64.extend_i32_u": 0xAD}),
    (
        _PLAIN,
        "f32 f32 -> i32",
        {"f32.eq": 0x5B, "f32.ne": 0x5C, "f32.lt": 0x5D, "f32.gt": 0x5E, "f32.le": 0x5F, "f32.ge": 0x60},
    ),
    (
        _PLAIN,
        "f32 -> f32",
        {
            "f32.abs": 0x8B,
            "f32.neg": 0x8C,
            "f32.ceil": 0x8D,
            "f32.floor": 0x8E,
            "f32.trunc": 0x8F,
            "f32.nearest": 0x90,
            "f32.sqrt": 0x91,
        },
    ),
    (
        _PLAIN,
        "f32 f32 -> f32",
        {
            "f32.add": 0x92,
            "f32.sub": 0x93,
            "f32.mul": 0x94,
            "f32.div": 0x95,
            "f32.min": 0x96,
            "f32.max": 0x97,
            "f32.copysign": 0x98,
        },
    ),
    (_PLAIN, "i32 -> f32", {"f32.convert_i32_s": 0xB2, "f32.convert_i32_u": 0xB3, "f32.reinterpret_i32": 0xBE}),
    (_PLAIN, "f32 -> i32", {"i32.trunc_f32_s": 0xA8, "i32.trunc_f32_u": 0xA9, "i32.reinterpret_f32": 0xBC}),
    (_BULK, "f32 -> i32", {"i32.trunc_sat_f32_s": 0, "i32.trunc_sat_f32_u": 1}),
    (
        _SIMD,
        "v128 v128 -> v128",
        {
            "i8x16.swizzle": 14,
            "i32x4.eq": 55,
            "i32x4.ne": 56,
            "i32x4.lt_s": 57,
            "i32x4.lt_u": 58,
            "i32x4.gt_s": 59,
            "i32x4.gt_u": 60,
            "i32x4.le_s": 61,
            "i32x4.le_u": 62,
            "i32x4.ge_s": 63,
            "i32x4.ge_u": 64,
            "f32x4.eq": 65,
            "f32x4.ne": 66,
            "f32x4.lt": 67,
            "f32x4.gt": 68,
            "f32x4.le": 69,
            "f32x4.ge": 70,
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
            "i64x2.add": 206,
            "i64x2.sub": 209,
            "i64x2.mul": 213,
            "i64x2.extmul_low_i32x4_u": 222,
            "i64x2.extmul_high_i32x4_u": 223,
            "f32x4.add": 228,
            "f32x4.sub": 229,
            "f32x4.mul": 230,
            "f32x4.div": 231,
            "f32x4.min": 232,
            "f32x4.max": 233,
            "f32x4.pmin": 234,
            "f32x4.pmax": 235,
        },
    ),
    (
        _SIMD,
        "v128 -> v128",
        {
            "v128.not": 77,
            "f32x4.ceil": 103,
            "f32x4.floor": 104,
            "f32x4.trunc": 105,
            "f32x4.nearest": 106,
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
    (_SIMD, "v128 -> i32", {"v128.any_true": 83, "i32x4.all_true": 163, "i32x4.bitmask": 164}),
    (
        _SIMD,
        "v128 i32 -> v128",
        {
            "i32x4.shl": 171,
            "i32x4.shr_s": 172,
            "i32x4.shr_u": 173,
            "i64x2.shl": 203,
            "i64x2.shr_s": 204,
            "i64x2.shr_u": 205,
        },
    ),
    (_SIMD, "i32 -> v128", {"i8x16.splat": 15, "i16x8.splat": 16, "i32x4.splat": 17}),
    (_SIMD, "i64 -> v128", {"i64x2.splat": 18}),
    (_SIMD, "f32 -> v128", {"f32x4.splat": 19}),
    (_ATOMIC, "-> ", {"atomic.fence": 3}),
]

# (prefix, signature, {name: (number, log2 of the bytes accessed)})
_MEMORY_GROUPS: Final[list[tuple[bytes, str, dict[str, tuple[int, int]]]]] = [
    (
        _PLAIN,
        "i32 -> i32",
        {
            "i32.load": (0x28, 2),
            "i32.load8_s": (0x2C, 0),
            "i32.load8_u": (0x2D, 0),
            "i32.load16_s": (0x2E, 1),
            "i32.load16_u": (0x2F, 1),
        },
    ),
    (_PLAIN, "i32 -> i64", {"i64.load": (0x29, 3)}),
    (_PLAIN, "i32 -> f32", {"f32.load": (0x2A, 2)}),
    (_PLAIN, "i32 i32 -> ", {"i32.store": (0x36, 2), "i32.store8": (0x3A, 0), "i32.store16": (0x3B, 1)}),
    (_PLAIN, "i32 i64 -> ", {"i64.store": (0x37, 3)}),
    (_PLAIN, "i32 f32 -> ", {"f32.store": (0x38, 2)}),
    (
        _SIMD,
        "i32 -> v128",
        {
            "v128.load": (0, 4),
            "v128.load32_splat": (9, 2),
            "v128.load64_splat": (10, 3),
            "v128.load32_zero": (92, 2),
            "v128.load64_zero": (93, 3),
        },
    ),
    (_SIMD, "i32 v128 -> ", {"v128.store": (11, 4)}),
    (_ATOMIC, "i32 i32 -> i32", {"memory.atomic.notify": (0x00, 2), "i32.atomic.rmw.add": (0x1E, 2)}),
    (_ATOMIC, "i32 i32 i64 -> i32", {"memory.atomic.wait32": (0x01, 2)}),
    (_ATOMIC, "i32 -> i32", {"i32.atomic.load": (0x10, 2)}),
    (_ATOMIC, "i32 i32 -> ", {"i32.atomic.store": (0x17, 2)}),
    (_ATOMIC, "i32 i32 i32 -> i32", {"i32.atomic.rmw.cmpxchg": (0x48, 2)}),
]

# (signature, {name: (number, lanes, log2 of the bytes accessed or None)})
_LANE_GROUPS: Final[list[tuple[str, dict[str, tuple[int, int, int | None]]]]] = [
    ("v128 -> i32", {"i32x4.extract_lane": (27, 4, None)}),
    ("v128 i32 -> v128", {"i32x4.replace_lane": (28, 4, None)}),
    ("v128 -> i64", {"i64x2.extract_lane": (29, 2, None)}),
    ("v128 i64 -> v128", {"i64x2.replace_lane": (30, 2, None)}),
    ("v128 -> f32", {"f32x4.extract_lane": (31, 4, None)}),
    ("v128 f32 -> v128", {"f32x4.replace_lane": (32, 4, None)}),
    ("i32 v128 -> v128", {"v128.load32_lane": (86, 4, 2), "v128.load64_lane": (87, 2, 3)}),
    ("i32 v128 -> ", {"v128.store32_lane": (90, 4, 2), "v128.store64_lane": (91, 2, 3)}),
]


def _signature(text: str) -> tuple[list[str], list[str]]:
    takes, _, gives = text.partition("->")
    return takes.split(), gives.split()


def _encoding(prefix: bytes, number: int) -> bytes:
    return prefix + unsigned_leb128(number) if prefix else bytes([number])


def _rows() -> Iterator[Opcode]:
    for prefix, text, names in _GROUPS:
        for name, number in names.items():
            zero = b"\0" if name == "atomic.fence" else b""
            yield Opcode(name, _encoding(prefix, number) + zero, *_signature(text))
    for prefix, text, accesses in _MEMORY_GROUPS:
        for name, (number, align) in accesses.items():
            yield Opcode(name, _encoding(prefix, number), *_signature(text), "memory", align)
    for text, lane_names in _LANE_GROUPS:
        for name, (number, lanes, log2_bytes) in lane_names.items():
            operand = "lane" if log2_bytes is None else "memory lane"
            yield Opcode(name, _encoding(_SIMD, number), *_signature(text), operand, log2_bytes or 0, lanes)


OPCODES: Final[Mapping[str, Opcode]] = {row.name: row for row in _rows()}

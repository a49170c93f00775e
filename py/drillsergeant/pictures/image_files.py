"""Pictures as files, with nothing but NumPy and zlib: a PNG, and a GIF that moves."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from drillsergeant.elementary import Array

MOST_COLOURS = 255  # of a GIF; one of its 256 says "as before"
KEPT = 255
FIRST_SIZE = 9  # bits of the first codes: 256 colours, and two that clear and end
CLEAR, END, MOST_CODES = 256, 257, 4096


def png(image: Array) -> bytes:
    """A picture u8 [HEIGHT][WIDTH][red, green, blue] as PNG."""
    height, width, _ = image.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), image.reshape(height, -1)], 1)  # 0: no filter
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def gif(images: Sequence[Array], fps: float, made: Callable[[int], None] = lambda _count: None) -> bytes:
    """Pictures u8 [HEIGHT][WIDTH][3] of one size as a GIF that moves for ever, `fps` of them a second.

    A picture has only what differs from the one before. Of more than 255 colours the most frequent are kept. `made`
    hears how many pictures are done.
    """
    height, width, _ = images[0].shape
    numbers = [_numbers(image) for image in images]
    palette = _palette(numbers)
    colours = np.zeros((256, 3), np.uint8)
    for row, number in enumerate(palette):
        colours[row] = number >> 16, number >> 8 & 255, number & 255
    parts = [b"GIF89a", struct.pack("<HHBBB", width, height, 0xF7, 0, 0), colours.tobytes()]
    parts.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
    shown = np.full((height, width), -1, np.int16)
    for step, wanted in enumerate(_indexed(numbers, palette, colours)):
        delay = round(100 * (step + 1) / fps) - round(100 * step / fps)
        box, different = _changed(wanted, shown)
        cut = np.where(different, wanted, KEPT)[box]
        rows, columns = box
        parts.append(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0x05, delay, KEPT, 0))
        parts.append(struct.pack("<BHHHHB", 0x2C, columns.start, rows.start, cut.shape[1], cut.shape[0], 0))
        parts.append(b"\x08" + _in_blocks(_compressed(cut.ravel().tolist())) + b"\x00")
        shown = wanted
        made(step + 1)
    return b"".join(parts) + b"\x3b"


def _numbers(image: Array) -> Array:
    """Each pixel's colour as one number, i32 [HEIGHT][WIDTH]."""
    red, green, blue = np.moveaxis(image.astype(np.int32), -1, 0)
    number: Array = red << 16 | green << 8 | blue
    return number


def _palette(numbers: Sequence[Array]) -> list[int]:
    """The most frequent colours of a few of the pictures."""
    some = np.concatenate([each.ravel() for each in numbers[:: max(len(numbers) // 8, 1)]])
    found, counts = np.unique(some, return_counts=True)
    most = np.argsort(-counts, kind="stable")[:MOST_COLOURS]
    return [int(colour) for colour in found[most]]


def _indexed(numbers: Sequence[Array], palette: Sequence[int], colours: Array) -> Iterator[Array]:
    """Each pixel's row of the palette, i16 [HEIGHT][WIDTH]: the same colour, or the one nearest to it."""
    known = colours[: len(palette)].astype(np.int32)
    row_of = np.full(1 << 24, -1, np.int16)
    row_of[palette] = np.arange(len(palette))
    for each in numbers:
        rows = row_of[each]
        new = np.unique(each[rows < 0])
        if len(new):
            split = np.stack([new >> 16, new >> 8 & 255, new & 255], -1)
            row_of[new] = [((known - one) ** 2).sum(1).argmin() for one in split]
            rows = row_of[each]
        yield rows


def _changed(wanted: Array, shown: Array) -> tuple[tuple[slice, slice], Array]:
    """The box around the pixels that differ, [HEIGHT][WIDTH], and which do; one pixel where none does."""
    different = wanted != shown
    rows, columns = np.flatnonzero(different.any(1)), np.flatnonzero(different.any(0))
    if not len(rows):
        return (slice(0, 1), slice(0, 1)), different
    return (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)), different


def _compressed(pixels: Sequence[int]) -> bytes:
    """LZW as GIF has it."""
    bits, filled, out, size = CLEAR, FIRST_SIZE, bytearray(), FIRST_SIZE
    table: dict[int, int] = {}
    free, current = END + 1, pixels[0]
    for pixel in [*pixels[1:], -1]:
        key = current << 8 | pixel
        if pixel >= 0 and key in table:
            current = table[key]
            continue
        bits |= current << filled
        filled += size
        if pixel >= 0 and free < MOST_CODES:
            table[key] = free
            size += free == 1 << size
            free += 1
        elif pixel >= 0:
            bits |= CLEAR << filled
            filled += size
            table, free, size = {}, END + 1, FIRST_SIZE
        while filled >= 8:
            out.append(bits & 255)
            bits >>= 8
            filled -= 8
        current = pixel
    size += free == 1 << size  # as whoever reads it will count
    bits |= END << filled
    return bytes(out) + bits.to_bytes((filled + size + 7) // 8, "little")


def _in_blocks(content: bytes) -> bytes:
    """In blocks of at most 255 bytes, each behind its length."""
    return b"".join(bytes([len(content[at : at + 255])]) + content[at : at + 255] for at in range(0, len(content), 255))

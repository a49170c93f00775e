"""Damage to the bytes of a file, of which a loader must say so or find that nothing changed."""

from __future__ import annotations

import random


def flip(content: bytes, moments: random.Random) -> bytes:
    """Some bits are others."""
    changed = bytearray(content)
    for _ in range(moments.choice((1, 1, 1, 2, 8, 100))):
        changed[moments.randrange(len(changed))] ^= 1 << moments.randrange(8)
    return bytes(changed)


def overwrite(content: bytes, moments: random.Random) -> bytes:
    """Noise from somewhere on, at the end as an addition."""
    changed, size = bytearray(content), moments.randrange(1, 64)
    at = moments.randrange(len(changed))
    changed[at : at + size] = moments.randbytes(size)
    return bytes(changed)

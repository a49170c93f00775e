"""Actions as the words in which they are recorded: a choice is an i32, a number the bits of an f32."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drillsergeant.drills.contract import Continuous, Head
from drillsergeant.elementary import Array
from drillsergeant.learn.heads import BITS_PER_WORD, mask_words


def to_words(heads: Sequence[Head], action: Sequence[Array]) -> list[Array]:
    """An action, i32 or f32 [N] a head, as words i32 [N]."""
    return [
        part.view(np.int32) if isinstance(head, Continuous) else part for head, part in zip(heads, action, strict=True)
    ]


def from_words(heads: Sequence[Head], words: Sequence[Array]) -> list[Array]:
    """The action, i32 or f32 [N] a head, of words i32 [N]."""
    return [
        word.view(np.float32) if isinstance(head, Continuous) else word for head, word in zip(heads, words, strict=True)
    ]


def as_played(heads: Sequence[Head], action: Sequence[Array]) -> list[Array]:
    """What the game gets of an action, i32 or f32 [N] a head: numbers clipped to their range."""
    return [
        np.minimum(np.maximum(part, head.low), head.high) if isinstance(head, Continuous) else part
        for head, part in zip(heads, action, strict=True)
    ]


def packed(allowed: Sequence[Array]) -> list[Array]:
    """Masks [N] as bits of words i32 [N]."""
    words = []
    for begin in range(0, len(allowed), BITS_PER_WORD):
        bits = [mask.astype(np.int32) << k for k, mask in enumerate(allowed[begin : begin + BITS_PER_WORD])]
        word = bits[0]
        for bit in bits[1:]:
            word = word | bit
        words.append(word)
    return words


def unpacked(words: Sequence[Array], count: int) -> list[Array]:
    """The `count` masks [N] of words i32 [N]. Raises ValueError where there are not as many words."""
    if len(words) != mask_words(count):
        raise ValueError(f"{len(words)} words for {count} masks, which take {mask_words(count)}")
    return [(words[k // BITS_PER_WORD] & (1 << k % BITS_PER_WORD)) != 0 for k in range(count)]

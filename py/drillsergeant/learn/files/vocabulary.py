"""What there is to write in the code of a drill, for an editor that lists and completes it: made ahead of time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class CodeWord:
    """`name` is what is completed, `text` what is put where nothing of it stands yet; `detail` its unit, value or
    arguments, `note` a sentence about it. Either of the two may be empty."""

    name: str
    text: str
    detail: str = ""
    note: str = ""


@dataclass(frozen=True)
class WordGroup:
    """Words of one kind. `after` is a regular expression, of Python and of JavaScript, for what stands before them."""

    title: str
    kind: str  # "property", "function" or "constant"
    after: str
    words: tuple[CodeWord, ...]


def to_json(groups: Sequence[WordGroup]) -> str:
    """The text form, one group after another."""
    return json.dumps([asdict(group) for group in groups], ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> tuple[WordGroup, ...]:
    """What `to_json` wrote. Raises ValueError for anything else."""
    found = json.loads(text)
    if not isinstance(found, list) or not all(isinstance(group, Mapping) for group in found):
        raise ValueError(f"a list of groups of words is wanted, not {text[:40]!r}")
    try:
        words = [tuple(CodeWord(**word) for word in group["words"]) for group in found]
        return tuple(WordGroup(**{**group, "words": each}) for group, each in zip(found, words, strict=True))
    except (KeyError, TypeError) as wrong:
        raise ValueError(f"a group of words has title, kind, after and words: {wrong}") from wrong

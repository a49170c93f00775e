"""A stretch of a match as a file, `.dshr`: where it began, what every player did, and what a hand moved.

A match is its start and its actions, so that is all there is; whoever has the game plays the rest, to the same bits:

    "DSHR" | u16 format | u16 0 | u32 bytes of the header | u32 bytes of the words | header | words, deflated | digest

The header is JSON: {drill, rules (a digest of what actions and fields mean), edit (the reader's own code, "" for the
original), seed, decisions, actions (words of a decision), fields, moved (entries), names (who plays each team), final
(a digest of the state at the end)}. The words are u32, little-endian like everything: the start state [fields], then
actions [decisions][actions], the ticks that each decision was held [decisions], and four columns of what was moved
[moved]: in which decision, after how many of its ticks, which field, to which bits. The digest is SHA-256's first half.

A file to read is somebody else's: nothing is unpacked or believed before its size is known to be harmless.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.drills.contract import Discrete
from drillsergeant.learn.files.safetensors import LONGEST_VALUE, OTHERS, PolicyFileError, strict_json
from drillsergeant.learn.files.schema import plain_head
from drillsergeant.learn.ppo.limits import LONGEST_DRILL_NAME, MOST_SEED, SANE
from drillsergeant.learn.program import DrillFacts

FORMAT = 1
SUFFIX = ".dshr"
MAGIC = b"DSHR"
HEAD = struct.Struct("<4sHHII")
DIGEST_BYTES = 16
MOST_BYTES = 512 * 1024  # ten seconds have about 1 kB, a minute of squads with a hand in it 40 kB
MOST_HEADER_BYTES = 128 * 1024  # a reader's code is in it
MOST_TICKS = 7200  # a minute at 120 ticks a second: all of it is played before it is shown
MOST_MOVED = 4 * MOST_TICKS
MOST_FIELDS, MOST_ACTIONS = 1024, 1024
LONGEST_NAME = 40
COLUMNS = 4  # of what was moved
WORD = 4  # bytes
COUNTS: Mapping[str, tuple[int, int]] = {
    "seed": (0, MOST_SEED), "decisions": (1, MOST_TICKS), "actions": (1, MOST_ACTIONS), "fields": (1, MOST_FIELDS),
    "moved": (0, MOST_MOVED),
}  # fmt: skip
TEXTS: Mapping[str, int] = {"drill": LONGEST_DRILL_NAME, "rules": 64, "edit": LONGEST_VALUE, "final": 64}


class ReplayFileError(ValueError):
    """A replay that cannot be played; the text names what is wrong, what was found, what was expected, what to do."""


@dataclass(frozen=True)
class Moved:
    """A field of the state that was set by hand: in which decision, after how many of its ticks, to which bits."""

    decision: int
    tick: int
    field: int
    word: int


@dataclass(frozen=True)
class Replay:
    """What a file holds; words are u32. `ticks`: how many each decision was held; one that was held for all of the
    game's ticks was judged after them. `rules` is `rules_of` the game, `edit` a reader's own code of it."""

    drill: str
    rules: str
    seed: int
    start: Sequence[int]  # [fields]
    actions: Sequence[Sequence[int]]  # [decisions][players x heads]
    ticks: Sequence[int]  # [decisions]
    moved: Sequence[Moved]
    final: str  # `state_digest` of the end
    edit: str = ""
    names: tuple[str, ...] = ()  # who plays each team, for people


def rules_of(drill: DrillFacts) -> str:
    """A digest of what the words of a replay mean in a game."""
    heads = list(map(plain_head, drill.heads))
    fields = list(drill.fields.items())
    facts = [drill.called or drill.name, drill.teams, heads, drill.action_repeat, drill.tick_hz, fields]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def state_digest(words: Sequence[int]) -> str:
    """A digest of a state, u32 [fields]."""
    return hashlib.sha256(array("I", words).tobytes()).hexdigest()[:16]


def write_replay(replay: Replay) -> bytes:
    """The file, which `read_replay` takes. Raises ReplayFileError for what no file holds."""
    columns = [[getattr(each, name) for each in replay.moved] for name in ("decision", "tick", "field", "word")]
    flat = [word for action in replay.actions for word in action]
    words = array("I", [*replay.start, *flat, *replay.ticks, *(word for column in columns for word in column)])
    header = {
        "drill": replay.drill,
        "rules": replay.rules,
        "edit": replay.edit,
        "seed": replay.seed,
        "decisions": len(replay.actions),
        "actions": len(replay.actions[0]) if replay.actions else 0,
        "fields": len(replay.start),
        "moved": len(replay.moved),
        "names": list(replay.names),
        "final": replay.final,
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    content = HEAD.pack(MAGIC, FORMAT, 0, len(text), len(words) * WORD) + text + zlib.compress(words.tobytes(), 9)
    content += _digest(content)
    read_replay(content)  # whoever is given a file can read it
    return content


def read_replay(content: bytes) -> Replay:
    """What a file holds that nobody vouches for. Raises ReplayFileError."""
    text, size, packed = _parts(content)
    header = _header(text)
    counts = {name: _count(header, name) for name in COUNTS}
    fields, decisions, each, moved = (counts[name] for name in ("fields", "decisions", "actions", "moved"))
    expected = WORD * (fields + decisions * (each + 1) + COLUMNS * moved)
    if size != expected:
        raise ReplayFileError(f"the file speaks of {size} bytes of words, its counts come to {expected}: get it again")
    words = array("I", _unpacked(packed, size)).tolist()
    start, rest = words[:fields], words[fields:]
    flat, rest = rest[: decisions * each], rest[decisions * each :]
    ticks, rest = rest[:decisions], rest[decisions:]
    if not all(ticks) or sum(ticks) > MOST_TICKS:
        raise ReplayFileError(
            f"its decisions are held for {min(ticks)} to {max(ticks)} ticks, {sum(ticks)} in all: each must be held "
            f"for at least 1, and a replay lasts at most {MOST_TICKS}"
        )
    rows = zip(*(rest[column * moved : (column + 1) * moved] for column in range(COLUMNS)), strict=True)
    return Replay(
        _text(header, "drill"),
        _text(header, "rules"),
        counts["seed"],
        start,
        [flat[at : at + each] for at in range(0, len(flat), each)],
        ticks,
        _checked_moves([Moved(*row) for row in rows], ticks, fields),
        _text(header, "final"),
        _text(header, "edit"),
        _names(header),
    )


def ensure_playable(replay: Replay, drill: DrillFacts, edit: str = "") -> None:
    """Raises ReplayFileError where a replay is not of this game, played with the code `edit`."""
    name = drill.called or drill.name
    if replay.drill != name:
        raise ReplayFileError(f"the replay is of {replay.drill!r}, {name!r} plays here: choose that game first")
    if replay.edit != edit:
        theirs, ours = map(_code_told, (replay.edit, edit))
        raise ReplayFileError(f"the replay was played by {theirs}, here plays {ours}: run the same code first")
    if replay.rules != rules_of(drill):
        raise ReplayFileError(
            f"the replay's actions and fields are those of {replay.rules!r}, {name!r} has {rules_of(drill)!r}: the "
            "game has changed since"
        )
    per_decision = sum(drill.teams) * len(drill.heads)
    found = len(replay.start), len(replay.actions[0])
    if found != (len(drill.fields), per_decision):
        raise ReplayFileError(
            f"its states have {found[0]} fields and its decisions {found[1]} numbers, {name!r} has {len(drill.fields)} "
            f"and {per_decision}: the game has changed since"
        )
    if max(replay.ticks) > drill.action_repeat:
        raise ReplayFileError(
            f"a decision is held for {max(replay.ticks)} ticks, those of {name!r} last {drill.action_repeat}"
        )
    kinds = list(drill.fields.values())
    for place, word in [*enumerate(replay.start), *((each.field, each.word) for each in replay.moved)]:
        if kinds[place] == "f32" and not abs(_number(word)) < SANE:
            raise ReplayFileError(f"field {list(drill.fields)[place]!r} is {_number(word)}, which is no place to be")
    _check_actions(replay, drill)


def _code_told(text: str) -> str:
    """Which code, in a few words."""
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]
    return f"code of its own ({digest})" if text else "the original"


def _check_actions(replay: Replay, drill: DrillFacts) -> None:
    heads = drill.heads * sum(drill.teams)
    for number, action in enumerate(replay.actions):
        for head, word in zip(heads, action, strict=True):
            good = word < len(head.choices) if isinstance(head, Discrete) else abs(_number(word)) < SANE
            if not good:
                found = word if isinstance(head, Discrete) else _number(word)
                raise ReplayFileError(
                    f"decision {number}: {head.name} is {found}, which {replay.drill!r} does not have"
                )


def _parts(content: bytes) -> tuple[bytes, int, bytes]:
    """The header's text, how many bytes of words there are, and these, packed, of a file that is whole."""
    if len(content) > MOST_BYTES:
        raise ReplayFileError(f"the file has {len(content):,} bytes, at most {MOST_BYTES:,} are read")
    if not content.startswith(MAGIC):
        other = next((what for begins, what in OTHERS.items() if content.startswith(begins)), "no .dshr file")
        raise ReplayFileError(f"this is {other}: choose a replay that was saved here")
    if len(content) < HEAD.size + DIGEST_BYTES:
        raise ReplayFileError(f"the file has {len(content)} bytes and is cut off: get it again")
    _, found, spare, length, size = HEAD.unpack_from(content)
    if found != FORMAT or spare:
        newer = "a newer version wrote it, which a reload of the page or an update brings"
        raise ReplayFileError(
            f"the file's format is {found}, this version reads {FORMAT}: {newer if found > FORMAT else 'get it again'}"
        )
    if content[-DIGEST_BYTES:] != _digest(content[:-DIGEST_BYTES]):
        raise ReplayFileError("the file is damaged: its digest is that of other bytes; get it again")
    end = HEAD.size + length
    if not 2 <= length <= MOST_HEADER_BYTES or end > len(content) - DIGEST_BYTES:
        raise ReplayFileError(f"the header's length is {length}, of a file of {len(content)} bytes: get it again")
    return content[HEAD.size : end], size, content[end:-DIGEST_BYTES]


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:DIGEST_BYTES]


def _unpacked(packed: bytes, size: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, size + 1)
    except zlib.error as damaged:
        raise ReplayFileError(f"the file's words cannot be unpacked ({damaged}): get it again") from damaged
    if len(raw) != size or not unpacker.eof or unpacker.unused_data:
        raise ReplayFileError(f"the file's words do not come to the {size} bytes it speaks of: get it again")
    return raw


def _header(text: bytes) -> Mapping[str, object]:
    try:
        header = strict_json(text.decode(), depth=2)
    except (UnicodeDecodeError, PolicyFileError) as wrong:
        raise ReplayFileError(f"the header cannot be read: {str(wrong)[:200]}") from wrong
    known = {*COUNTS, *TEXTS, "names"}
    if not isinstance(header, dict) or set(header) != known:
        raise ReplayFileError(f"the header must be an object of exactly {', '.join(sorted(known))}")
    return header


def _count(header: Mapping[str, object], name: str) -> int:
    found, (low, high) = header[name], COUNTS[name]
    if type(found) is not int or not low <= found <= high:
        raise ReplayFileError(f"{name} is {found!r:.40}, expected a whole number from {low} to {high}")
    return found


def _text(header: Mapping[str, object], name: str) -> str:
    found = header[name]
    if not isinstance(found, str) or len(found) > TEXTS[name]:
        raise ReplayFileError(f"{name} is {found!r:.40}, expected a text of at most {TEXTS[name]} characters")
    return found


def _names(header: Mapping[str, object]) -> tuple[str, ...]:
    found = header["names"]
    if not isinstance(found, list) or len(found) > 2 or not all(isinstance(each, str) for each in found):
        raise ReplayFileError(f"names is {found!r:.40}, expected a name for each team")
    if any(len(each) > LONGEST_NAME or not each.isprintable() for each in found):
        raise ReplayFileError(f"a name has more than {LONGEST_NAME} characters, or some that cannot be shown")
    return tuple(found)


def _checked_moves(moved: Sequence[Moved], ticks: Sequence[int], fields: int) -> Sequence[Moved]:
    before = (0, 0)
    for each in moved:
        at = each.decision, each.tick
        if each.decision >= len(ticks) or each.tick > ticks[each.decision] or each.field >= fields or at < before:
            raise ReplayFileError(
                f"field {each.field} is moved in decision {each.decision} after {each.tick} ticks: there is no such "
                "moment or field, or it is out of order"
            )
        before = at
    return moved


def _number(word: int) -> float:
    value: float = struct.unpack("<f", struct.pack("<I", word))[0]
    return value if math.isfinite(value) else math.inf

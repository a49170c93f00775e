"""The one table of shared memory: what lies where, in which type, and who writes it.

`Plan` holds the sizes, `Layout` turns them into regions. Nobody else writes an offset. Axis letters: `W` rollout
workers, `R` weights readers (show, every rollout worker), `T` decisions in a chunk, `A` agents of one worker (whose
play is recorded), `OBS`, `HEADS` words of an action, `P` parameters, `K` library slots. The last axis of a chunk field
is `lanes`: A rounded up to 8, so that a SIMD loop may run past A without leaving its row.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from enum import IntEnum
from functools import cached_property
from math import prod

from drillsergeant.memory.access import WORD_BYTES, Memory, signed, unsigned

MAGIC = 0x44534851  # "DSHQ"
FORMAT = 3  # raised when the meaning of a word changes while its place does not
PAGE_BYTES = 65536
MAX_PAGES = 32768  # 2 GiB: every byte offset stays a positive i32
ALIGNMENT_BYTES = 64  # a cache line, so that two writers never share one
# Behind each of several rows, so that they do not all fall into the same set of the cache.
SKEW_BYTES = ALIGNMENT_BYTES
LANE_MULTIPLE = 8
LIBRARY_SLOTS = 24  # K
TALLY_WORDS = 4
SHARES_MAX = 16  # parts into which a minibatch is divided for whoever has time, see `work_queue`
LINE_WORDS = ALIGNMENT_BYTES // WORD_BYTES
TELEMETRY_WORDS = 32
SHOW, TRAINER, PAGE, ANYBODY = "show", "trainer", "page", "anybody"


class HeaderWord(IntEnum):
    """Words of region `header`, written once by the page, magic last."""

    MAGIC = 0
    HASH = 1
    TOTAL_BYTES = 2


class ControlWord(IntEnum):
    """Words of region `control`, written by the page; 0 or 1."""

    RUN = 0


class ChunkWord(IntEnum):
    """Header words of one chunk, written by its rollout worker before the chunk is published."""

    SEQUENCE = 0
    EPOCH = 1  # of the lane
    RUN = 2  # epoch of the run in which it was begun


def rollout(worker: int) -> str:
    """Name of rollout worker `worker` wherever a role is asked for."""
    return f"rollout.{worker}"


def round_up(value: int, multiple: int) -> int:
    """Return the smallest multiple of `multiple` that is at least `value`."""
    return -(-value // multiple) * multiple


@dataclass(frozen=True)
class Plan:
    """Every size the layout depends on. Counts unless the name ends in `_bytes`."""

    workers: int
    matches: int
    teams: tuple[int, ...]  # players of each
    horizon: int
    observation_size: int
    action_words: int  # HEADS
    parameter_count: int
    mask_words: int = 0  # WORDS: which choices could be taken, a bit each; none where a drill has no masks
    ring_slots: int = 4
    stats_size: int = 32
    scratch_bytes: int = 0
    learner_scratch_bytes: int = 0
    show_scratch_bytes: int = 0
    duels: int = 0  # of `matches`, how many are played against a frozen snapshot; only team 0 of these is recorded

    def __post_init__(self) -> None:
        """Refuse sizes that no layout can hold."""
        for name, value in asdict(self).items():
            least = 0 if name.endswith("_bytes") or name in ("duels", "mask_words") else 1
            for number in value if name == "teams" else (value,):
                if type(number) is not int or number < least:
                    raise ValueError(f"plan.{name} is {value!r}, needs an integer of at least {least}")
        if self.duels > self.matches or (self.duels and len(self.teams) < 2):
            what = f"plan.duels is {self.duels} with {self.matches} matches, teams {self.teams}"
            raise ValueError(f"{what}: at most every match can be a duel, and it takes two teams; set duels=0")
        if self.ring_slots & (self.ring_slots - 1):
            # A slot is counter % ring_slots and the counter wraps at 2**32: only powers of two go round without a jump.
            raise ValueError(f"plan.ring_slots is {self.ring_slots}, needs a power of two: 2, 4 or 8")

    @property
    def agents(self) -> int:
        """A: agents of one worker. Player s of self-play owns `self_play` lanes from s * self_play on; behind them,
        each of team 0 in the duels owns `duels` lanes."""
        return self.players * self.self_play + self.teams[0] * self.duels

    @property
    def players(self) -> int:
        """S: players of one match."""
        return sum(self.teams)

    @property
    def self_play(self) -> int:
        """Matches in which every player is played by the learning policy."""
        return self.matches - self.duels

    @property
    def lanes(self) -> int:
        """Stride of an agent row, in elements."""
        return round_up(self.agents, LANE_MULTIPLE)

    @property
    def readers(self) -> tuple[str, ...]:
        """Roles that read weights, in the order of their pin cells."""
        return (SHOW, *map(rollout, range(self.workers)))

    @property
    def writers(self) -> tuple[str, ...]:
        """Roles that own a telemetry block."""
        return (PAGE, SHOW, TRAINER, *map(rollout, range(self.workers)))


@dataclass(frozen=True)
class Region:
    """One row of the table. `dtype` is "f32", "i32" or "u8"; `offset` is in bytes."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    writer: str
    readers: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes in use, without the padding behind them."""
        return prod(self.shape) * (1 if self.dtype == "u8" else WORD_BYTES)

    @property
    def end(self) -> int:
        """First byte offset behind the region."""
        return self.offset + self.size_bytes

    @property
    def word(self) -> int:
        """Index of the region's first i32 cell."""
        return self.offset // WORD_BYTES


Row = tuple[str, str, tuple[int, ...], str, tuple[str, ...]]


class Layout:
    """The regions of one plan, their hash, and the size of the memory that holds them. Immutable."""

    def __init__(self, plan: Plan) -> None:
        """Place every region; ValueError where the memory would pass 2 GiB."""
        self.plan = plan
        self.chunk: Mapping[str, Region] = {region.name: region for region in _place(_chunk_rows(plan), 0)}
        self.chunk_bytes = round_up(max(region.end for region in self.chunk.values()), ALIGNMENT_BYTES)
        rows = [*_global_rows(plan), *_weight_rows(plan), *_ring_rows(plan, self.chunk_bytes)]
        rows += [*_share_rows(plan), *_scratch_rows(plan), *_library_rows(plan)]
        # The first page stays zero and unused, so that offset 0 never names data and can mean "nowhere".
        self.regions: Mapping[str, Region] = {region.name: region for region in _place(rows, PAGE_BYTES)}
        self.pages = round_up(max(region.end for region in self.regions.values()), PAGE_BYTES) // PAGE_BYTES
        if self.pages > MAX_PAGES:
            raise ValueError(
                f"plan needs {self.pages * PAGE_BYTES >> 20} MiB of shared memory, at most "
                f"{MAX_PAGES * PAGE_BYTES >> 20} can be addressed: lower matches, horizon, ring_slots or workers"
            )

    def __getitem__(self, name: str) -> Region:
        """Return the region called `name`."""
        return self.regions[name]

    @property
    def total_bytes(self) -> int:
        """Bytes of the whole memory, a whole number of WebAssembly pages."""
        return self.pages * PAGE_BYTES

    @property
    def weight_slots(self) -> int:
        """Slots of weights: one active, one pinned per reader, and still one to fill."""
        return len(self.plan.readers) + 2

    @cached_property
    def hash(self) -> int:
        """Unsigned 32-bit digest of the format, the plan, the whole table and the fields of a chunk."""
        tables = [[astuple(region) for region in table.values()] for table in (self.regions, self.chunk)]
        return zlib.crc32(json.dumps([FORMAT, asdict(self.plan), *tables]).encode())

    def chunk_field(self, name: str, chunk_offset: int) -> Region:
        """Return field `name` of the chunk at byte `chunk_offset`, as the ring's `reserve` and `peek` give it."""
        field = self.chunk[name]
        return replace(field, offset=chunk_offset + field.offset)

    def to_dict(self) -> dict[str, object]:
        """Return what a worker needs to rebuild this layout: plain numbers, fit for postMessage."""
        return {"plan": asdict(self.plan), "hash": self.hash}

    @classmethod
    def from_dict(cls, message: Mapping[str, object]) -> Layout:
        """Rebuild a layout from `to_dict`; ValueError where this wheel would lay the plan out differently."""
        sizes = message["plan"]
        if not isinstance(sizes, Mapping):
            raise ValueError(f"layout message holds plan {sizes!r}, needs the dict made by Layout.to_dict")
        layout = cls(Plan(**{**sizes, "teams": tuple(sizes["teams"])}))
        if message["hash"] != layout.hash:
            raise ValueError(_mismatch("the layout message", f"{message['hash']}", f"{layout.hash}"))
        return layout


def initialise(memory: Memory, layout: Layout) -> None:
    """Stamp a zeroed memory with the layout's hash and size, magic last. The page does this once, before any worker."""
    header = layout["header"].word
    memory.store(header + HeaderWord.HASH, layout.hash)
    memory.store(header + HeaderWord.TOTAL_BYTES, layout.total_bytes)
    memory.store(header + HeaderWord.MAGIC, MAGIC)


def attach(memory: Memory, layout: Layout) -> None:
    """Refuse a memory that was stamped for another layout (ValueError naming both). Every runtime does this first."""
    header = layout["header"].word
    magic = memory.load(header + HeaderWord.MAGIC)
    if magic != signed(MAGIC):
        raise ValueError(_mismatch("the memory's magic word", f"{unsigned(magic):#010x}", f"{MAGIC:#010x}"))
    found = unsigned(memory.load(header + HeaderWord.HASH))
    if found != layout.hash:
        raise ValueError(_mismatch("the memory's layout hash", f"{found:#010x}", f"{layout.hash:#010x}"))


def _mismatch(thing: str, found: str, expected: str) -> str:
    return (
        f"{thing} is {found}, this worker expects {expected}: page and worker run different versions or plans. "
        "Reload the page"
    )


def _place(rows: Iterable[Row], start: int) -> list[Region]:
    """Give every row the next aligned byte offset."""
    regions = []
    offset = start
    for name, dtype, shape, writer, readers in rows:
        regions.append(Region(name, dtype, shape, offset, writer, readers))
        offset = round_up(regions[-1].end, ALIGNMENT_BYTES)
    return regions


def _chunk_rows(plan: Plan) -> list[Row]:
    """Fields of one chunk, offsets counted from its start. Masks are i32 0 or 1."""
    steps, lanes = plan.horizon, plan.lanes
    fields_of_chunk: list[tuple[str, str, tuple[int, ...]]] = [
        ("header", "i32", (LINE_WORDS,)),
        ("stats", "f32", (plan.stats_size,)),
        ("obs", "f32", (steps, plan.observation_size, lanes)),
        ("action", "i32", (steps, plan.action_words, lanes)),
        ("allowed", "i32", (steps, plan.mask_words, lanes)),
        *((name, "f32", (steps, lanes)) for name in ("logp", "reward")),
        *((name, "i32", (steps, lanes)) for name in ("terminated", "truncated")),
        ("value", "f32", (steps + 1, lanes)),
    ]
    return [(name, dtype, shape, "rollout", (TRAINER,)) for name, dtype, shape in fields_of_chunk]


def _global_rows(plan: Plan) -> list[Row]:
    """Header, control words, lane epochs, the run's epoch, doorbell and one telemetry block per role."""
    everybody = (ANYBODY,)
    return [
        ("header", "i32", (LINE_WORDS,), PAGE, everybody),
        ("control", "i32", (LINE_WORDS,), PAGE, everybody),
        ("lane_epoch", "i32", (plan.workers,), PAGE, everybody),
        ("run", "i32", (LINE_WORDS,), TRAINER, everybody),
        # The one cell with many writers: each adds 1 in a single atomic step, and nobody relies on its value.
        ("doorbell", "i32", (1,), ANYBODY, (TRAINER,)),
        *((f"telemetry.{role}", "i32", (TELEMETRY_WORDS,), role, everybody) for role in plan.writers),
    ]


def _weight_rows(plan: Plan) -> list[Row]:
    """Control words, a pin cell per reader, and R + 2 slots of a header and P parameters."""
    rows: list[Row] = [("weights.control", "i32", (LINE_WORDS,), TRAINER, (ANYBODY,))]
    rows += [(f"weights.pin.{role}", "i32", (1,), role, (TRAINER,)) for role in plan.readers]
    for slot in range(len(plan.readers) + 2):
        rows.append((f"weights.{slot}.header", "i32", (LINE_WORDS,), TRAINER, plan.readers))
        rows.append((f"weights.{slot}", "f32", (plan.parameter_count,), TRAINER, plan.readers))
    return rows


def _ring_rows(plan: Plan, chunk_bytes: int) -> list[Row]:
    """Per rollout worker: the producer's words, the consumer's words, the chunks."""
    rows: list[Row] = []
    for worker in range(plan.workers):
        role = rollout(worker)
        rows.append((f"ring.{worker}.producer", "i32", (LINE_WORDS,), role, (TRAINER,)))
        rows.append((f"ring.{worker}.consumer", "i32", (LINE_WORDS,), TRAINER, (role,)))
        shape = (plan.ring_slots, chunk_bytes // WORD_BYTES)
        rows.append((f"ring.{worker}.chunks", "i32", shape, role, (TRAINER,)))
    return rows


def _share_rows(plan: Plan) -> list[Row]:
    """The job that is open, its tickets, and per rollout worker what it has done and the gradients it came to."""
    helpers = tuple(map(rollout, range(plan.workers)))
    rows: list[Row] = [
        ("shares.job", "i32", (LINE_WORDS,), TRAINER, helpers),
        # Two cells with many writers: a ticket is drawn by compare-exchange, the bell only ever counts up.
        ("shares.ticket", "i32", (1,), ANYBODY, (ANYBODY,)),
        ("shares.bell", "i32", (1,), ANYBODY, (TRAINER,)),
    ]
    stride = round_up(plan.parameter_count, LANE_MULTIPLE)
    for role in helpers:
        rows.append((f"shares.{role}.done", "i32", (SHARES_MAX,), role, (TRAINER,)))
        rows.append((f"shares.{role}.gradients", "f32", (SHARES_MAX, stride), role, (TRAINER,)))
    return rows


def _scratch_rows(plan: Plan) -> list[Row]:
    """Bytes that only their writer touches, for whatever the kernels need."""
    rows: list[Row] = []
    for worker in range(plan.workers):
        role = rollout(worker)
        rows.append((f"{role}.scratch", "u8", (plan.scratch_bytes,), role, (role,)))
    rows.append(("show.scratch", "u8", (plan.show_scratch_bytes,), SHOW, (SHOW,)))
    rows.append(("trainer.scratch", "u8", (plan.learner_scratch_bytes,), TRAINER, (TRAINER,)))
    return rows


def _library_rows(plan: Plan) -> list[Row]:
    """Frozen snapshots; whose number each rollout worker plays, its tallies, and its copy of the one it plays."""
    workers = tuple(map(rollout, range(plan.workers)))
    rows: list[Row] = [
        ("library.ids", "i32", (LIBRARY_SLOTS,), TRAINER, (SHOW, *workers)),
        ("library.parameters", "f32", (LIBRARY_SLOTS, plan.parameter_count), TRAINER, (SHOW, *workers)),
        ("library.choice", "i32", (plan.workers,), TRAINER, workers),
    ]
    for own in workers:
        rows.append((f"library.tally.{own}", "i32", (LIBRARY_SLOTS, TALLY_WORDS), own, (TRAINER,)))
        rows.append((f"library.rival.{own}", "f32", (plan.parameter_count,), own, (own,)))
    return rows

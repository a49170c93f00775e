"""The timeline of a run: which snapshots of the policy are kept, for showing, as opponents, and to go back to.

The first policy, one more each time the decisions have grown by a fixed factor, the best so far, and those the visitor
asked for. There are as many places as the library in shared memory has slots; when they are full, the snapshot goes
whose neighbours lie closest together. Which one comes or goes depends on the calls alone, never on a clock.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from drillsergeant.learn.league.snapshot_schedule import SnapshotSchedule
from drillsergeant.memory.layout import LIBRARY_SLOTS

if TYPE_CHECKING:
    from drillsergeant.learn.files.kept_versions import KeptVersion
    from drillsergeant.learn.ppo.ppo import LearnerState
    from drillsergeant.memory.snapshots import SnapshotWriter

MANUAL_KEPT = 8
KINDS = FIRST, AUTO, BEST, MANUAL = "first", "auto", "best", "manual"


class TimelineEntry(NamedTuple):
    """A point of a run: seconds and decisions of training, version of the published weights, and the lesson of the
    drill, from 0."""

    t_s: float
    decisions: int
    version: int
    lesson: int = 0


@dataclass(frozen=True)
class Entry:
    """One snapshot. `win` is its win rate against the scripted player when it was taken, where that was known, and
    `mean_return` what it earned, where that is the drill's measure.

    `version` is that of the published weights, `t_s` in seconds of training, `rating` on an Elo-like scale, `lesson`,
    from 0, the one that was played then.
    """

    id: int
    slot: int
    version: int
    decisions: int
    t_s: float
    win: float | None
    kind: str
    rating: float | None = None
    updates: int = 0
    mean_return: float | None = None
    lesson: int = 0


class Timeline:
    """Keeps the snapshots. Every entry has a slot of the library with its parameters, and a learner's whole state."""

    def __init__(self, library: SnapshotWriter) -> None:
        """Begin an empty timeline; what a trainer before this one left in the library goes, but can be recalled."""
        self._library = library
        self._next_id = max(library.ids()) + 1
        self._left = {ident: library.parameters(slot) for slot, ident in enumerate(library.ids()) if ident}
        self.clear()

    def clear(self) -> None:
        """Forget everything: another run begins."""
        for slot in range(LIBRARY_SLOTS):
            self._library.drop(slot)
        self.entries: list[Entry] = []
        self._states: dict[int, LearnerState] = {}
        self._schedule = SnapshotSchedule()

    def due(self, decisions: int) -> bool:
        """Whether it is time for the next snapshot."""
        return self._schedule.due(decisions)

    def go_back(self, decisions: int) -> None:
        """The run goes on from where it had so many decisions; snapshots are due from there on."""
        self._schedule.go_back(decisions)

    def add(
        self, kind: str, state: LearnerState, when: TimelineEntry, win: float | None, mean_return: float | None = None
    ) -> Entry:
        """Keep a snapshot, of now or of a little while ago. One of kind "best" takes the place of the best before."""
        self._schedule.taken(when.decisions)
        old = self.best if kind == BEST else self._surplus() if kind == MANUAL else None
        if len(self.entries) == LIBRARY_SLOTS:
            self._remove(old or self._least_missed())
            old = None
        entry = Entry(
            self._new_id(), self._free(), when.version, when.decisions, round(when.t_s, 3), win, kind,
            updates=state.updates, mean_return=mean_return, lesson=when.lesson,
        )  # fmt: skip
        self._place(entry, state)
        if old is not None:
            self._remove(old)
        return entry

    def recall(self, versions: Sequence[KeptVersion], like: LearnerState) -> list[int]:
        """Begin with the versions of a saved run; returns the ids they have now, in their order.

        A version has parameters alone, so its state has a fresh optimiser, and the other numbers of `like`.
        """
        self.clear()
        for version in versions[:LIBRARY_SLOTS]:
            kind = version.kind if version.kind in KINDS else AUTO
            facts = version.version, version.decisions, version.t_s, version.win, kind, version.rating
            entry = Entry(self._new_id(), self._free(), *facts, version.updates, version.mean_return, version.lesson)
            self._place(entry, _fresh(like, version.parameters, version.updates))
            self._schedule.taken(version.decisions)
        return sorted(self._states)

    def restore_timeline(self, told: object, like: LearnerState) -> bool:
        """Put back what a trainer before this one left, as far as `told`, its rows of `plain`, says what that is.

        Only parameters are left, so the states begin as those of `recall` do. What was the best is kept as if the
        visitor had asked for it: how good it was is to be found out again. Returns whether there was anything.
        """
        left, self._left = self._left, {}
        rows = [row for row in told if isinstance(row, Mapping)] if isinstance(told, Sequence) else []
        entries = [entry for row in rows if (entry := _entry(row, like.updates)) is not None and entry.id in left]
        if any(entry.kind == FIRST for entry in entries):
            self.entries = [replace(entry, kind=AUTO) for entry in self.entries]
        for entry in entries:
            if entry.id in left and len(self.entries) < LIBRARY_SLOTS:
                state = _fresh(like, left.pop(entry.id), entry.updates)
                self._place(replace(entry, slot=self._free()), state)
        self.demote_best()
        return bool(entries)

    def states(self) -> list[LearnerState]:
        """What there is of each version, its optimiser too."""
        return list(self._states.values())

    def complete(self, states: Sequence[LearnerState]) -> None:
        """After `recall`: versions that these are the very states of have them again, optimiser and all."""
        whole = {(state.updates, state.arrays["parameters"]): state for state in states}
        self._states = {
            ident: whole.get((state.updates, state.arrays["parameters"]), state)
            for ident, state in self._states.items()
        }

    def _new_id(self) -> int:
        """An id that was never given."""
        self._next_id += 1
        return self._next_id - 1

    def _free(self) -> int:
        """A slot that no entry has."""
        taken = {entry.slot for entry in self.entries}
        return next(slot for slot in range(LIBRARY_SLOTS) if slot not in taken)

    def _place(self, entry: Entry, state: LearnerState) -> None:
        self._library.put(entry.slot, entry.id, state.arrays["parameters"])
        insort(self.entries, entry, key=lambda each: each.decisions)
        self._states[entry.id] = state

    @property
    def best(self) -> Entry | None:
        """The best so far."""
        return next((entry for entry in self.entries if entry.kind == BEST), None)

    def find(self, ident: int) -> tuple[Entry, LearnerState]:
        """Return an entry and its state. Raises ValueError where there is none of that id (any more)."""
        for entry in self.entries:
            if entry.id == ident:
                return entry, self._states[ident]
        known = ", ".join(str(entry.id) for entry in self.entries)
        raise ValueError(f"no snapshot {ident} on the timeline (any more); there are {known}")

    def holds(self, state: LearnerState) -> bool:
        """Whether a snapshot has these very parameters."""
        return any(kept.arrays["parameters"] == state.arrays["parameters"] for kept in self._states.values())

    def demote_best(self) -> None:
        """Keep the best so far like one the visitor asked for: the run goes on from elsewhere, with another best."""
        self.entries = [replace(entry, kind=MANUAL) if entry.kind == BEST else entry for entry in self.entries]

    def keep(self, ident: int) -> None:
        """Keep an entry as the visitor's own; one too many of these is an ordinary one again. ValueError as `find`."""
        entry, _ = self.find(ident)
        if entry.kind != AUTO:
            return
        surplus = self._surplus()
        kinds = {ident: MANUAL} if surplus is None else {ident: MANUAL, surplus.id: AUTO}
        self.entries = [replace(each, kind=kinds.get(each.id, each.kind)) for each in self.entries]

    def rate(self, ratings: Mapping[int, float]) -> None:
        """Write ratings to the entries, by id; ids that have gone are left out."""
        self.entries = [replace(entry, rating=ratings.get(entry.id, entry.rating)) for entry in self.entries]

    def plain(self) -> list[dict[str, object]]:
        """Return the entries for a message, in the order of the run."""
        return [asdict(entry) for entry in self.entries]

    def _remove(self, entry: Entry) -> None:
        self._library.drop(entry.slot)
        self.entries.remove(entry)
        del self._states[entry.id]

    def _surplus(self) -> Entry | None:
        """The oldest of the visitor's snapshots, where there are as many as may be."""
        manual = [entry for entry in self.entries if entry.kind == MANUAL]
        return manual[0] if len(manual) >= MANUAL_KEPT else None

    def _least_missed(self) -> Entry:
        """The one to go, which nobody plays against now, where there is such a one.

        Never the newest: its id tells a trainer that takes over which ids have been given.
        """
        chosen = self._library.chosen()
        played = {entry.id for entry in self.entries if entry.slot in chosen}
        return self.entries[least_missed(self.entries, played, self._next_id - 1)]


def least_missed(entries: Sequence[Entry], played: Collection[int] = (), newest: int = 0) -> int:
    """The place of the entry whose neighbours are closest, in factors of decisions, of at least five.

    Never the first, the last, the best or the one with the id `newest`; the visitor's own only where there is no other,
    and then of those without an id in `played`, where there are some.
    """
    middle = [place for place in range(1, len(entries) - 1) if entries[place].kind != BEST]
    places = [place for place in middle if entries[place].id != newest]
    places = [place for place in places if entries[place].kind == AUTO] or places
    quiet = [place for place in places if entries[place].id not in played]
    return min(quiet or places, key=lambda place: _gap(entries, place))


def thinned(entries: Sequence[Entry], most: int) -> list[Entry]:
    """At most so many of the entries, and four at least: those that are missed most."""
    left = list(entries)
    while len(left) > max(most, 4):
        left.pop(least_missed(left))
    return left


def _gap(entries: Sequence[Entry], place: int) -> float:
    before, after = entries[place - 1], entries[place + 1]
    return math.log((after.decisions + 1) / (before.decisions + 1))


def _fresh(like: LearnerState, parameters: bytes, updates: int) -> LearnerState:
    """The state of parameters alone: a fresh optimiser, and otherwise `like` this one."""
    arrays = {name: bytes(len(content)) for name, content in like.arrays.items()} | {"parameters": parameters}
    return replace(like, updates=updates, steps=0, arrays=arrays)


def _entry(row: Mapping[str, object], updates: int) -> Entry | None:
    """An entry as `plain` told of it, after `updates` where it does not say; None for anything else."""
    whole = [row.get(name) for name in ("id", "slot", "version", "decisions")]
    others = [row.get(name) for name in ("t_s", "win", "rating", "mean_return")]
    ident, slot, version, decisions = (value if isinstance(value, int) else -1 for value in whole)
    lesson = row.get("lesson")
    t_s, win, rating, mean_return = (float(value) if isinstance(value, int | float) else None for value in others)
    if min(ident, version, decisions) < 0 or t_s is None or row.get("kind") not in KINDS:
        return None
    made = row.get("updates")
    facts = version, decisions, t_s, win, str(row["kind"]), rating
    lesson = max(0, lesson) if isinstance(lesson, int) else 0
    return Entry(ident, slot, *facts, made if isinstance(made, int) else updates, mean_return, lesson)

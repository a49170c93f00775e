"""A run as far as saving goes: what the trainer has to offer to whoever saves and loads, and in which game it was
trained: in the original, or in a reader's own code of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from drillsergeant.learn.files import dshq, onnx, run_table
from drillsergeant.learn.files.dshq import PolicyFile, read_summary, write_policy
from drillsergeant.learn.files.history_tensors import Numbers
from drillsergeant.learn.files.kept_versions import POLICY, KeptVersion, VersionGames
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.league.elo import ANCHOR, NOW, SCRIPTED
from drillsergeant.learn.league.matchmaking import Matchmaking
from drillsergeant.learn.league.opponents import Record
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.runtimes.protocol.messages import Exported
from drillsergeant.runtimes.trainer.timeline import Timeline, TimelineEntry, thinned
from drillsergeant.runtimes.trainer.undo.left_run import LeftRun
from drillsergeant.runtimes.trainer.undo.undo_list import UndoList

# Of the parameters of versions in a file: all 24 of the networks that there are; of larger ones, fewer.
MOST_VERSION_BYTES = 2 * 1024 * 1024
DECIMALS = 3  # of counted games
WRITERS = {
    "dshq": (write_policy, dshq.SUFFIX),
    "onnx": (onnx.write_onnx, onnx.SUFFIX),
    "csv": (run_table.write_csv, run_table.CSV),
    "json": (run_table.write_json, run_table.JSON),
}


class Capture(NamedTuple):
    """What a run is made of at one moment, as in `PolicyFile`; what is not in there is in its `RunProgress`. `states`
    are those of all its versions, with their optimisers, which no file has."""

    state: LearnerState
    hyper: Hyper
    hyper_guarded: Hyper
    hyper_in_use: Hyper
    win_rate: float | None
    mean_return: float | None
    history: Numbers
    events: Sequence[Mapping[str, object]]
    versions: Sequence[KeptVersion]
    games: Sequence[VersionGames]
    states: Sequence[LearnerState]

    def as_file(self, schema: Schema, progress: RunProgress, edit: str) -> PolicyFile:
        """The same as what a file holds; `edit` is the reader's own code of the game."""
        return PolicyFile(
            schema, self.state, self.hyper, progress, self.hyper_guarded, self.hyper_in_use, edit, self.history,
            self.events, self.versions, self.games,
        )  # fmt: skip


class Run(Protocol):
    """The trainer, as far as saving goes."""

    @property
    def training(self) -> bool:
        """Whether it learns at the moment."""

    def moment(self) -> TimelineEntry:
        """Where the run is now."""

    @property
    def acts(self) -> UndoList:
        """What was done and can be taken back."""

    def capture(self, whole: bool = False) -> Capture:
        """What there is to save of it; `whole`: with all versions of large networks, too."""

    def resume(self, policy: PolicyFile, text: str, states: Sequence[LearnerState] = ()) -> None:
        """Go on from there and note `text` about it; `states` are those of its versions, where they are still known.
        Raises ValueError, and changes nothing, if it cannot."""

    def restore_timeline(self, told: object, policy: PolicyFile) -> None:
        """Put back the snapshots that a trainer before this one left, and of which it told this; where it left none,
        those that were saved with `policy`."""


@dataclass(frozen=True)
class Leave:
    """The run in hand ends here: save this last state of it, if it was not yet, and let go of its name. `left` is kept
    for an undo, where there is one."""

    policy: PolicyFile | None
    left: LeftRun | None = None


class OtherGame(ValueError):
    """A run was trained in another game than is played now. `edit`: the code of its game, "" for the original."""

    def __init__(self, name: str, edit: str, playing: str) -> None:
        now = "code of your own is played now" if playing else "the original is played now"
        then = "in the original game" if not edit else "with other code" if playing else "with code of its own"
        super().__init__(f"{name!r} was trained {then}, and {now}")
        self.edit = edit


def in_other_game(name: str, content: bytes, schema: Schema, playing: str, anyway: bool) -> bool:
    """Whether the run in a file's `content` was trained in another game of `schema`'s drill than in `playing`, the code
    of the game now. Raises OtherGame unless it is to go on `anyway`, and PolicyFileError for what is no run."""
    summary = read_summary(content)
    other = schema.is_of(summary.drill, summary.place) and summary.edit != playing
    if other and not anyway:
        raise OtherGame(name, summary.edit, playing)
    return other


def export_of(policy: PolicyFile, form: str, name: str) -> Exported:
    """A file of a run in one of the forms of WRITERS, called after `name`. Raises ValueError for any other form."""
    if form not in WRITERS:
        raise ValueError(f"there is no form {form!r}; a run is exported as {' or '.join(WRITERS)}")
    write, suffix = WRITERS[form]
    base = "".join(each if each.isalnum() else "-" for each in name)
    return Exported(f"{base}-{policy.progress.decisions}{suffix}", write(policy))


def kept_versions(
    timeline: Timeline, matchmaking: Matchmaking, whole: bool = False
) -> tuple[tuple[KeptVersion, ...], tuple[VersionGames, ...]]:
    """The versions on a timeline that are saved, or on the `whole` of it, and what came of games among them."""
    parameters = {entry.id: timeline.find(entry.id)[1].arrays["parameters"] for entry in timeline.entries}
    size = max(map(len, parameters.values()), default=1)
    entries = timeline.entries if whole else thinned(timeline.entries, MOST_VERSION_BYTES // size)
    versions = tuple(
        KeptVersion(parameters[each.id], each.version, each.decisions, each.updates, each.t_s, each.win, each.kind,
                    each.rating, each.mean_return, each.lesson)
        for each in entries
    )  # fmt: skip
    places = {NOW: POLICY, SCRIPTED: SCRIPTED} | {entry.id: place for place, entry in enumerate(entries, start=1)}
    # One that has only just been taken has the results of the policy that it is of.
    results = dict.fromkeys(places.keys() - {SCRIPTED}, matchmaking.results[NOW]) | matchmaking.results
    games = (
        VersionGames(places[own], places[other], *_counted(record))
        for own, theirs in results.items()
        for other, record in theirs.items()
        if own in places and other in places and own != other and record.games
    )
    return versions, tuple(games)


def recall_games(matchmaking: Matchmaking, policy: PolicyFile, ids: Sequence[int]) -> None:
    """Go on with what came of the games of a saved run. `ids`: those of its versions now, 0 for one that has gone."""
    if not policy.games:
        return
    names = {POLICY: NOW, SCRIPTED: SCRIPTED} | {place: ident for place, ident in enumerate(ids, start=1) if ident}
    ratings = {
        ident: ANCHOR if version.rating is None else version.rating
        for ident, version in zip(ids, policy.versions, strict=False)
        if ident
    }
    results: dict[int, dict[int, Record]] = {}
    for own, other, *told in policy.games:
        record = Record(*_counted(Record(*told)))  # of somebody's file: fewer than would be written are none
        if own in names and other in names and record.games:
            results.setdefault(names[own], {})[names[other]] = record
    matchmaking.restore(ratings, results)


def _counted(record: Record) -> tuple[float, float, float]:
    """Games, wins and losses for a file. Workers count on while they are read: a win may be seen before its game is."""
    games = round(record.games, DECIMALS)
    wins = min(round(record.wins, DECIMALS), games)
    return games, wins, max(0.0, min(round(record.losses, DECIMALS), games - wins))

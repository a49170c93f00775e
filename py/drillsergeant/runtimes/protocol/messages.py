"""Every message that crosses between the page and its workers, each written down once, here.

A message travels as a plain dict: its `type` and the fields of the dataclass below (`codec`). Bulk data (weights,
rollouts) never travels here; it lies in shared memory. Each class names the word on the wire and who takes it; its
docstring says who sends it. Units are in the field names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from drillsergeant.drills.contract import Player
from drillsergeant.learn.ppo.limits import MOST_SEED
from drillsergeant.runtimes.protocol.init_options import InitOptions

Role = str
ROLES: tuple[Role, ...] = ("show", "trainer", "rollout")
LEARNERS: tuple[str, ...] = ("auto", "wasm", "webgpu")
SEED_RANGE = (0, MOST_SEED)
VIEWS: tuple[str, ...] = ("match", "factory", "compare", "replay")
WON, DROPPED = "won", "dropped"  # what may have HAPPENED
# Who plays: a snapshot of the library by its id, which is positive, or one of these.
NEWEST, SCRIPTED, RANDOM, VISITOR = 0, -1, -2, -3
OTHERS: Mapping[int, Player] = {SCRIPTED: Player.SCRIPTED, RANDOM: Player.RANDOM, VISITOR: Player.VISITOR}
# Policies from files, which the show keeps for the page: as snapshots, whose ids are below.
GUESTS, MOST_GUESTS = 2**30, 24
PLAYER_RANGE = (VISITOR, 2**31 - 1)
MATCH_RANGE = (0, 2)  # the match, and the two that are compared
WATCH_RANGE = (-1, 63)  # a training match that is shown, or -1: all that are
SPEED_RANGE = (0.25, 4.0)
TRIED_RANGE = (0, 63)  # players that are trained side by side

MESSAGES: dict[str, type[Message]] = {}  # by the word on the wire; filled by the classes below


@dataclass(frozen=True)
class Message:
    """Base of all messages. `TYPE` is the word on the wire, `TO` who takes it."""

    TYPE: ClassVar[str]
    TO: ClassVar[frozenset[Role]]

    def __init_subclass__(cls, wire: str, to: tuple[Role, ...]) -> None:
        cls.TYPE, cls.TO = wire, frozenset(to)
        MESSAGES[wire] = cls


# -- page -> trainer, and to start any worker --


@dataclass(frozen=True)
class Init(Message, wire="INIT", to=ROLES):
    """page -> worker, once: everything a worker needs to start.

    `program` is the text form of a `learn.program.Program`; `module` (compiled), `memory` and `canvas` are
    host objects. In solo mode `memory` is how many pages the worker takes for itself, and `contents` what has to
    stand in them, as MIRRORED has it.
    """

    role: Role
    index: int
    generation: int
    seed: int
    layout: dict[str, object]
    program: str
    module: object
    memory: object
    canvas: object = None
    options: InitOptions = field(default_factory=InitOptions)
    contents: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class StartTraining(Message, wire="START_TRAINING", to=("trainer",)):
    """page -> trainer: collect and learn until told to stop. `hyper` holds changes to the defaults."""

    hyper: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ExpectTraining(Message, wire="EXPECT_TRAINING", to=("trainer",)):
    """page -> trainer: Train is about to be pressed. What takes a moment to be at its fastest may begin to."""


@dataclass(frozen=True)
class StopTraining(Message, wire="STOP_TRAINING", to=("trainer",)):
    """page -> trainer: finish the update in hand, then rest. Weights and optimiser are kept."""


@dataclass(frozen=True)
class SetHyper(Message, wire="SET_HYPER", to=("trainer",)):
    """page -> trainer: change these from the next update on; refused as a whole if one is out of range."""

    changes: dict[str, object]


@dataclass(frozen=True)
class SetLearner(Message, wire="SET_LEARNER", to=("trainer",)):
    """page -> trainer: learn with this from the next update on; nothing learned is lost. `auto`: the faster one."""

    learner: str


@dataclass(frozen=True)
class SetValidation(Message, wire="SET_VALIDATION", to=("trainer",)):
    """page -> trainer: compare the GPU's kernels with NumPy while they learn, or stop doing so."""

    on: bool


@dataclass(frozen=True)
class SetGuards(Message, wire="SET_GUARDS", to=("trainer",)):
    """page -> trainer: whether safeguards may change steps and entropy bonus, and go back to the best."""

    on: bool


@dataclass(frozen=True)
class SetObjective(Message, wire="SET_OBJECTIVE", to=("trainer",)):
    """page -> trainer: whether winning is what it learns for. A reader's own reward may want to lose: then a lost win
    rate is not answered by going back."""

    to_win: bool


@dataclass(frozen=True)
class SetGame(Message, wire="SET_GAME", to=("trainer",)):
    """page -> trainer: the matches are played by another program (text form) for the same network and memory, made of
    a reader's code `edit`; "" is the original."""

    program: str
    edit: str = ""


@dataclass(frozen=True)
class ResetTrainer(Message, wire="RESET_TRAINER", to=("trainer",)):
    """page -> trainer: forget everything learned; new weights from `seed`, and these changes to hyperparameters."""

    seed: int
    hyper: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Rewind(Message, wire="REWIND", to=("trainer",)):
    """page -> trainer: go on from snapshot `id` of the timeline: weights, clocks, counters and optimiser are as they
    were then. Of snapshots in a saved run no more than the weights is known; then the optimiser is a fresh one."""

    id: int


@dataclass(frozen=True)
class KeepSnapshot(Message, wire="SNAPSHOT", to=("trainer",)):
    """page -> trainer: keep the policy as it is now on the timeline, or the snapshot `id` that is there for good."""

    id: int = 0


# -- page -> show: what is on screen and who plays --


@dataclass(frozen=True)
class Play(Message, wire="PLAY", to=("show",)):
    """page -> show: let the match run."""


@dataclass(frozen=True)
class Pause(Message, wire="PAUSE", to=("show",)):
    """page -> show: hold what is on screen; drawing and dragging go on."""


@dataclass(frozen=True)
class StepShow(Message, wire="STEP", to=("show",)):
    """page -> show: while paused, advance by this many physics ticks."""

    ticks: int = 1


@dataclass(frozen=True)
class ResetShow(Message, wire="RESET_SHOW", to=("show",)):
    """page -> show: a new match from this seed. The policy is kept."""

    seed: int


@dataclass(frozen=True)
class SetSpeed(Message, wire="SET_SPEED", to=("show",)):
    """page -> show: match seconds per wall second, 0.25 to 4."""

    speed: float


@dataclass(frozen=True)
class SetPlayers(Message, wire="SET_PLAYERS", to=("show",)):
    """page -> show: who plays a match from its next decision on; refused where a snapshot is not kept any more."""

    left: int = NEWEST
    right: int = NEWEST
    match: int = 0


@dataclass(frozen=True)
class OpenPolicy(Message, wire="OPEN_POLICY", to=("show",)):
    """page -> show: keep the policy in this file, a `.dshq`'s bytes, whoever wrote it, to be seated as `id`, from
    GUESTS on. Answered with `PolicyRead`."""

    id: int
    content: object


@dataclass(frozen=True)
class StartContest(Message, wire="START_CONTEST", to=("show",)):
    """page -> show: the scores of all matches begin anew; the matches go on."""


@dataclass(frozen=True)
class SetView(Message, wire="SET_VIEW", to=("show",)):
    """page -> show: what is on screen: the match; the training matches, behind which it goes on; or the two that are
    compared, from a new kick-off, while it is held; or the replay that was opened, while it is held, too."""

    view: str


@dataclass(frozen=True)
class WatchMatch(Message, wire="WATCH_MATCH", to=("show",)):
    """page -> show: of the training matches show only this one, large; -1: all that are shown, small."""

    match: int = -1


@dataclass(frozen=True)
class Inspect(Message, wire="INSPECT", to=("show",)):
    """page -> show: look into this player, METRICS say what it thinks; -1 for nobody."""

    player: int
    match: int = 0


@dataclass(frozen=True)
class SetMap(Message, wire="SET_MAP", to=("show",)):
    """page -> show: tint the field by what the player who is looked into would expect if thing number `thing` of those
    that can be dragged were there, with `arrows` where it would go; -1: no map."""

    thing: int = -1
    arrows: bool = True


@dataclass(frozen=True)
class ExportMap(Message, wire="EXPORT_MAP", to=("show",)):
    """page -> show: make a file of the map on screen. Answered with `Exported`."""


@dataclass(frozen=True)
class Recall(Message, wire="RECALL", to=("show",)):
    """page -> show, while paused: show the match as it was at this decision of the player who is looked into, which
    METRICS have told, and what that one made of it; -1, or one that is not kept: as it is."""

    decision: int = -1


@dataclass(frozen=True)
class Tap(Message, wire="TAP", to=("show",)):
    """page -> show: a place on a field was pointed at (metres); look into the player there, if there is one."""

    x_m: float
    y_m: float
    match: int = 0


@dataclass(frozen=True)
class Input(Message, wire="INPUT", to=("show",)):
    """page -> show: the visitor's current action, a list of a number for each head, or a drag of the body that is
    nearest to where it began (metres, field coordinates). It is trained on only after `LearnFromPlayed`."""

    action: object = None
    x_m: float = 0.0
    y_m: float = 0.0
    released: bool = False
    match: int = 0


@dataclass(frozen=True)
class CutReplay(Message, wire="CUT_REPLAY", to=("show",)):
    """page -> show: make a replay of the last seconds of the match. Answered with `ReplayCut`. `names`: a list of who
    plays each team."""

    names: object = field(default_factory=list)


@dataclass(frozen=True)
class OpenReplay(Message, wire="OPEN_REPLAY", to=("show",)):
    """page -> show: put this replay, a file's bytes, whoever wrote it, on screen. Answered with `ReplayRead`."""

    content: object


@dataclass(frozen=True)
class SeekReplay(Message, wire="SEEK_REPLAY", to=("show",)):
    """page -> show: go to a moment of the replay on screen, and on from there where it is `playing`."""

    tick: int
    playing: bool


@dataclass(frozen=True)
class FilmReplay(Message, wire="FILM_REPLAY", to=("show",)):
    """page -> show: tell the states of the replay on screen that a film of it shows. Answered with `ReplayPictures`."""


@dataclass(frozen=True)
class Resize(Message, wire="RESIZE", to=("show",)):
    """page -> show: the canvas is now this many device pixels large; colours follow `dark`. `calm`: nothing moves on it
    but the match."""

    width_px: int
    height_px: int
    dark: bool = False
    calm: bool = False


# -- what a visitor plays, to be learned from --


@dataclass(frozen=True)
class PlayedDecisions(Message, wire="PLAYED", to=("page", "trainer")):
    """show -> page -> trainer, about once a second: what the visitor's player saw and did, a list of a row for each
    decision as `Demonstrations.extended` takes it. Kept, and nothing else, before `LearnFromPlayed`."""

    drill: str
    rows: object = field(default_factory=list)


@dataclass(frozen=True)
class LearnFromPlayed(Message, wire="LEARN_FROM_PLAYED", to=("trainer",)):
    """page -> trainer: the visitor has pressed "Learn from me": clone what was played of this drill, then go on."""


@dataclass(frozen=True)
class ForgetPlayed(Message, wire="FORGET_PLAYED", to=("trainer",)):
    """page -> trainer: remove all that was played of this drill; told in `Undoables` while that can be taken back."""


@dataclass(frozen=True)
class ExportPlayed(Message, wire="EXPORT_PLAYED", to=("trainer",)):
    """page -> trainer: make a file of all that was played of this drill. Answered with `Exported`."""


@dataclass(frozen=True)
class TakePlayed(Message, wire="TAKE_PLAYED", to=("trainer",)):
    """page -> trainer: add what this file holds, which `ExportPlayed` had made, to what was played of this drill."""

    content: object


# -- one update, step by step --


@dataclass(frozen=True)
class TellUpdate(Message, wire="TELL_UPDATE", to=("trainer",)):
    """page -> trainer: play sixteen decisions of a match of this seed with the weights as they are, learn from them
    aside, and tell every number. Answered with `UpdateTold`."""

    seed: int


@dataclass(frozen=True)
class UpdateTold(Message, wire="UPDATE_TOLD", to=("page",)):
    """trainer -> page: an update as `learn.reference.slow_update.SlowUpdate.plain` has it, or why there is none."""

    table: object = None
    why: str = ""


# -- saved runs --


@dataclass(frozen=True)
class ListRuns(Message, wire="LIST_RUNS", to=("trainer",)):
    """page -> trainer: read the list of saved runs again. Answered, like every request here, with `Runs`."""


@dataclass(frozen=True)
class SaveRun(Message, wire="SAVE_RUN", to=("trainer",)):
    """page -> trainer: save the run in hand now; with a `name`, a copy of it under that name."""

    name: str = ""


@dataclass(frozen=True)
class LoadRun(Message, wire="LOAD_RUN", to=("trainer",)):
    """page -> trainer: go on with a saved run. What was learned so far is saved first.

    `newest`: a trainer that died is to go on with the weights it has left, and the saved optimiser and counters, and
    with the snapshots it has left, of which `timeline` is what it last told in its metrics, or those in the save where
    there are none. `anyway`: also where it was trained in another game than is played now, as a copy; otherwise that is
    refused.
    """

    name: str
    newest: bool = False
    timeline: object = field(default_factory=list)
    anyway: bool = False


@dataclass(frozen=True)
class DeleteRun(Message, wire="DELETE_RUN", to=("trainer",)):
    """page -> trainer: remove a saved run; told in `Undoables` while that can be taken back."""

    name: str


@dataclass(frozen=True)
class RenameRun(Message, wire="RENAME_RUN", to=("trainer",)):
    """page -> trainer: give a saved run another name."""

    name: str
    to: str


@dataclass(frozen=True)
class ImportRun(Message, wire="IMPORT_RUN", to=("trainer",)):
    """page -> trainer: go on with what this file holds (a `.dshq`, whoever wrote it), and save it under its name.

    `anyway` as in `LoadRun`.
    """

    name: str
    content: object
    anyway: bool = False


@dataclass(frozen=True)
class ExportRun(Message, wire="EXPORT_RUN", to=("trainer",)):
    """page -> trainer: make a file of the run as it is now: `dshq` or `onnx`, or its numbers as `csv` or `json`.
    Answered with `Exported` too."""

    form: str


@dataclass(frozen=True)
class TellRun(Message, wire="TELL_RUN", to=("trainer",)):
    """page -> trainer: tell of a saved run what it was trained with and how it went. Answered with `RunTold`."""

    name: str


@dataclass(frozen=True)
class RunTold(Message, wire="RUN_TOLD", to=("page",)):
    """trainer -> page: a saved run, to be compared with others; or `why` it cannot be.

    `settings`: {hyper, hidden, seed, edit (the reader's own code, "" for the original), drill, decisions}; `numbers` as
    in `RunHistory`, those of `learn.files.run_story.COMPARED`; `changes`: how often settings were changed on the way.
    """

    name: str
    settings: dict[str, object] = field(default_factory=dict)
    numbers: dict[str, object] = field(default_factory=dict)
    changes: int = 0
    why: str = ""


@dataclass(frozen=True)
class Runs(Message, wire="RUNS", to=("page",)):
    """trainer -> page: the saved runs, newest first, and how the last request went.

    `runs` is a list of {name, drill, decisions, trained_s, win_rate and mean_return (if known), created (ISO
    8601, UTC), problem,
    edited (whether its game was a reader's own)}; `drill` is the trainer's, `left` the run that a trainer
    which ends here leaves behind;
    `current` is the run in hand, if it has a name, `saved` when it was saved last; `note` is a sentence for the
    visitor, `refused` whether it says why something was not done; `imported` is the name that `ImportRun` had,
    where this is its answer. `other_game` says that a run was refused because its game is another, with the code of
    that game: {edit}. `trouble` is the kind of the StorageError that the last attempt to save ended in, "" for none, or
    "lockstep", where nothing is saved.
    """

    runs: object = field(default_factory=list)
    current: str = ""
    saved: str = ""
    note: str = ""
    refused: bool = False
    imported: str = ""
    drill: str = ""
    left: str = ""
    other_game: object = None
    trouble: str = ""


@dataclass(frozen=True)
class TurnAct(Message, wire="TURN_ACT", to=("trainer",)):
    """page -> trainer: take back what was done, by its id in `Undoables`, or do it again. Answered with that."""

    id: int


@dataclass(frozen=True)
class ForgetActs(Message, wire="FORGET_ACTS", to=("trainer",)):
    """page -> trainer: nothing of what was done needs to be taken back any more: what was kept for that may go."""


@dataclass(frozen=True)
class Undoables(Message, wire="UNDOABLES", to=("page",)):
    """trainer -> page: what was done here and can be taken back, or was and can be done again, oldest first.

    `acts` is a list of {id, label}, the label such as "deleted “mine”". `turned` is the id that `TurnAct` had, where
    this is its answer, and 0 elsewhere; `note` is a sentence about it, `refused` whether it says why not.
    """

    acts: object = field(default_factory=list)
    note: str = ""
    refused: bool = False
    turned: int = 0


@dataclass(frozen=True)
class Exported(Message, wire="EXPORTED", to=("page",)):
    """trainer or show -> page: a file for the visitor; `content` holds its bytes."""

    filename: str
    content: object


@dataclass(frozen=True)
class PolicyRead(Message, wire="POLICY_READ", to=("page",)):
    """show -> page: the policy `id` can be seated, after so many `decisions` learned from; or `why` it cannot."""

    id: int
    why: str = ""
    decisions: int = 0


@dataclass(frozen=True)
class ReplayCut(Message, wire="REPLAY_CUT", to=("page",)):
    """show -> page: the last seconds of the match, as a file's bytes, and what the file is called."""

    content: object
    filename: str


@dataclass(frozen=True)
class ReplayRead(Message, wire="REPLAY_READ", to=("page",)):
    """show -> page: a replay is on screen, of so many ticks; or `why` it is not, or why none was made. `names`: who
    plays each team. `edit`: of one that was refused, the code of its own that it was played by."""

    why: str = ""
    ticks: int = 0
    tick_hz: int = 1
    names: object = field(default_factory=list)
    edit: str = ""


@dataclass(frozen=True)
class ReplayPictures(Message, wire="REPLAY_PICTURES", to=("page",)):
    """show -> page: the states that a film of the replay shows, a list of {field: number}, `fps` a second."""

    states: object
    fps: float


# -- a reader's code is kept, and becomes a program --


@dataclass(frozen=True)
class FetchCode(Message, wire="FETCH_CODE", to=("trainer",)):
    """page -> trainer: tell what is kept of the reader's code of this drill. Answered with `KeptCode`."""

    drill: str


@dataclass(frozen=True)
class KeepCode(Message, wire="KEEP_CODE", to=("trainer",)):
    """page -> trainer: keep this text of the drill, "" for the original, and those that were run since the last time, a
    list of texts, beside the others that were. Answered with `KeptCode`."""

    drill: str
    text: str
    run: object = field(default_factory=list)


@dataclass(frozen=True)
class KeptCode(Message, wire="KEPT_CODE", to=("page",)):
    """trainer -> page: what is kept of the reader's code of a drill, "" for the original.

    `earlier` is a list of {text, at (ISO 8601, UTC)}, of texts that were run, newest first. `why` says why it could not
    be read or written, where it could not, `note` what else there is to know.
    """

    drill: str
    text: str = ""
    earlier: object = field(default_factory=list)
    why: str = ""
    note: str = ""


@dataclass(frozen=True)
class Compile(Message, wire="COMPILE", to=("workshop",)):
    """page -> workshop: make a program of drill `drill` as `text` has it (empty: as it is), for memory that is shared
    or not. `hidden`: units of each hidden layer of its network, "64,64"; empty: the drill's own. `check`: say what is
    wrong with the text, a whole game, and make nothing.

    Answered with `Refused`, or with `Checked` and then `CompiledProgram`, or `Findings` where it was to `check`.
    """

    drill: str
    text: str
    shared: bool
    hidden: str = ""
    check: bool = False


@dataclass(frozen=True)
class Checked(Message, wire="CHECKED", to=("page",)):
    """workshop -> page: the reader's code ran, ended and can be traced; what is left is our own work."""


@dataclass(frozen=True)
class CompiledProgram(Message, wire="COMPILED", to=("page",)):
    """workshop -> page: the program (text form), its WebAssembly, as bytes, what the code printed while played, and the
    code itself."""

    program: str
    binary: object
    printed: str = ""
    edit: str = ""


@dataclass(frozen=True)
class Findings(Message, wire="FINDINGS", to=("page",)):
    """workshop -> page: what a check of a game found, a list of {severity, line (from 1; 0: unknown), sentence,
    remedy}, the worst first, and how much was played for it."""

    findings: object
    played: str


@dataclass(frozen=True)
class Refused(Message, wire="REFUSED", to=("page",)):
    """workshop -> page: the text is no drill, because of what stands in `line` (from 1; 0: nowhere in particular),
    between two columns (from 0, in units of UTF-16; an end of 0 is that of the line)."""

    message: str
    line: int
    printed: str = ""  # what the code printed before, a line for each `print`
    start_column: int = 0
    end_column: int = 0


# -- long jobs beside everything, in a worker that lives for one of them --


@dataclass(frozen=True)
class MakeFilm(Message, wire="MAKE_FILM", to=("workshop",)):
    """page -> job: draw these states, a list of {field: number}, of a game (the text form of its program) as a GIF,
    `fps` pictures a second. Answered with `Progress`, and then `Exported` or `Refused`."""

    program: str
    states: object
    fps: float
    filename: str
    dark: bool = False


@dataclass(frozen=True)
class PlayLeague(Message, wire="PLAY_LEAGUE", to=("workshop",)):
    """page -> job: let the policies in these files, a list of [name, bytes], play each other. `program` and `module` as
    in INIT; `shared`: the memory that the module imports is. Answered with `Progress`, and then `LeaguePlayed` or
    `Refused`."""

    program: str
    module: object
    shared: bool
    files: object


@dataclass(frozen=True)
class Progress(Message, wire="PROGRESS", to=("page",)):
    """job -> page: so much is done, of how much."""

    done: int
    of: int


@dataclass(frozen=True)
class LeaguePlayed(Message, wire="LEAGUE_PLAYED", to=("page",)):
    """job -> page: how a league ended. `players`: a list of {name, rating, low, high, won, drawn, lost}, as the files
    stood; `refused`: a list of [name, why] of those that did not play."""

    players: object
    refused: object


# -- what if: players from nothing, beside the run --


@dataclass(frozen=True)
class TryPlayer(Message, wire="TRY_PLAYER", to=("workshop",)):
    """page -> workshop: train a player from nothing in drill `drill` as `text` has it, by `recipe` (fields of
    `learn.trials.short_run.TrialRecipe`), and let it play on `canvas`, where there is one. `place` is its own among the
    others; `hidden` as in `Compile`. `content`: the file of a player that has learned before, and only plays.

    Answered with `Refused`, or with `Checked` and then `PlayerTried`, again and again until it is `over`.
    """

    place: int
    drill: str
    text: str
    hidden: str = ""
    recipe: dict[str, object] = field(default_factory=dict)
    canvas: object = None
    content: object = None


@dataclass(frozen=True)
class WatchPlayers(Message, wire="WATCH_PLAYERS", to=("workshop",)):
    """page -> workshop: the players' matches go on and are drawn, or are held: nobody sees them."""

    on: bool
    dark: bool = False


@dataclass(frozen=True)
class PlayerTried(Message, wire="PLAYER_TRIED", to=("page",)):
    """workshop -> page: how far a player has come, {name: number}, and how it came there, `curve`, a list of
    (decisions, the drill's measure); once it is `over` also its file, bytes, and where everybody was in a match of its
    own, {body: list of (x, y), m}."""

    place: int
    metrics: dict[str, object]
    over: bool = False
    content: object = None
    places: dict[str, object] = field(default_factory=dict)
    curve: object = field(default_factory=list)


# -- what workers tell --


@dataclass(frozen=True)
class Mirrored(Message, wire="MIRRORED", to=("page", "show")):
    """trainer -> page -> show, in solo mode: what changed in the trainer's own memory, bytes by offset."""

    spans: dict[str, object]


@dataclass(frozen=True)
class Loading(Message, wire="LOADING", to=("page",)):
    """worker -> page, once a second at most: more of what it downloads has come."""

    role: Role
    index: int


@dataclass(frozen=True)
class Ready(Message, wire="READY", to=("page",)):
    """worker -> page: INIT is done. `boot_s` counts from the worker script's first line."""

    role: Role
    index: int
    boot_s: float


@dataclass(frozen=True)
class Metrics(Message, wire="METRICS", to=("page",)):
    """worker -> page, one or two a second: numbers to show, keyed by name (units in the names)."""

    role: Role
    index: int
    values: dict[str, object]


@dataclass(frozen=True)
class Happened(Message, wire="HAPPENED", to=("page",)):
    """show -> page: something has just happened in a match on screen: `team` has WON it, or the ball was DROPPED
    elsewhere (then `team` is -1). The scores are those of that match from now on."""

    kind: str
    team: int
    match: int
    score_0: int
    score_1: int


@dataclass(frozen=True)
class RunHistory(Message, wire="RUN_HISTORY", to=("page",)):
    """trainer -> page: it goes on with a saved run, whose numbers over time these were.

    `numbers` maps `t_s` (seconds of training) and the names of numbers, as in METRICS, to lists as long as `t_s`, with
    None where a number was unknown. `rewound`: the run in hand went back to where it had these; what came after that is
    left as it was.
    """

    numbers: dict[str, object]
    rewound: bool = False


@dataclass(frozen=True)
class Error(Message, wire="ERROR", to=("page",)):
    """worker -> page: something was refused or went wrong.

    `fatal` means the worker cannot go on; `final` that another in its place could not either.
    """

    role: Role
    index: int
    message: str
    traceback: str = ""
    fatal: bool = False
    final: bool = False


RUN_REQUESTS: tuple[type[Message], ...] = (ListRuns, SaveRun, LoadRun, DeleteRun, RenameRun, ImportRun, ExportRun)
MATCH_NEWS: tuple[type[Message], ...] = (Happened, PolicyRead, ReplayCut, ReplayRead, ReplayPictures)
RUN_ANSWERS: tuple[type[Message], ...] = (Runs, Exported, RunTold, Undoables)

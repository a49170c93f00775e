"""What a drill (a game to learn) is: pure elementwise functions over many matches at once.

Axis letters, everywhere in this package: N matches, S players of one match, OBS entries of an observation,
HEADS parts of an action. A state is a dict of arrays [N], one per field, structure of arrays.

The same functions run as plain NumPy (the reference) and with tracers in place of arrays (recorded once, then run as
WebAssembly SIMD), so inside them there is no `if` on data, no indexing, no reduction over matches, no in-place write.
Allowed: arithmetic and comparisons, & | ~ on masks, + - * // % & | ^ << >> on u32 and i32, .astype(f32 | i32 | u32),
.view(f32 | i32 | u32), everything in `drillsergeant.elementary`, and what `kernels/README.md` lists: np.where, np.clip,
np.sqrt, np.sum(arrays, axis=0) and others.

Numbers in the code are Python floats and ints, which take the dtype of the array they meet (NumPy >= 2); f64 never
appears. `np.where(mask, 1.0, 0.0)` would be f64: write `mask.astype(np.float32)`.

This module itself needs no NumPy: workers that only run kernels know a drill by its facts (`learn.program`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, Protocol, TypeAlias, TypeGuard, TypeVar

if TYPE_CHECKING:
    from drillsergeant.elementary import Array

State: TypeAlias = "dict[str, Array]"  # field -> its value in every match, [N]
Dtype: TypeAlias = Literal["f32", "i32", "u32"]  # of a field
Flag = TypeVar("Flag", bool, "Array")
Winner = TypeVar("Winner", int, "Array")

# Every state starts with these: which random numbers the match draws, how many matches were played in this slot
# before it, and how many ticks it has lasted.
COMMON_FIELDS: Mapping[str, Dtype] = {"seed": "u32", "episode": "u32", "clock": "u32"}

# A match's `episode` counts in so many bits; those above tell at which of a drill's lessons it is played.
LESSON_SHIFT = 28
MOST_LESSONS = 16


MOST_TEAMS, MOST_PLAYERS = 2, 22


def teams_fault(teams: object) -> str:
    """What is wrong with the `teams` of a drill, in words; "" for nothing."""
    if not isinstance(teams, tuple) or not all(type(count) is int and count >= 1 for count in teams):
        return f"teams is {teams!r}, it must be a tuple of the players of each team, at least 1: (1,), (1, 1) or (3, 3)"
    if not 1 <= len(teams) <= MOST_TEAMS:
        return f"teams names {len(teams)} teams, there can be 1 to {MOST_TEAMS}"
    if sum(teams) > MOST_PLAYERS:
        return f"teams has {sum(teams)} players in all, at most {MOST_PLAYERS} can play: make the teams smaller"
    return ""


def team_of(teams: Sequence[int], player: int) -> int:
    """The team of a player: they are numbered team after team."""
    return int(player >= teams[0])


class Player(StrEnum):
    """Who plays a player, or a whole team."""

    POLICY = "policy"  # the one that learns, as it is now
    FROZEN = "frozen"  # a policy as it was once
    SCRIPTED = "scripted"  # the drill's hand-written player, on the page "the bot"
    RANDOM = "random"  # any action, each as likely
    VISITOR = "visitor"  # a human


@dataclass(frozen=True)
class WinRate:
    """The objective of a game with an opponent: the share of matches that the policy wins against the scripted player.

    As team 0; as either, the mean of both, where teams differ in size and so play different games.
    """

    kind: Literal["win_rate"] = "win_rate"


@dataclass(frozen=True)
class SuccessShare:
    """The objective of a task that succeeds or fails: the share of episodes whose winner is +1, from `threshold` on."""

    threshold: float
    kind: Literal["success_share"] = "success_share"


@dataclass(frozen=True)
class MeanReturn:
    """The objective of a task that is paid for: the mean of an episode's summed reward, over so many `episodes`.

    It is solved from `threshold` on. What is earned past the time limit, until the chunk ends, does not count.
    """

    threshold: float
    episodes: int = 100
    kind: Literal["mean_return"] = "mean_return"


Objective: TypeAlias = "WinRate | SuccessShare | MeanReturn"  # what a drill is about


class Outcome(NamedTuple, Generic[Flag, Winner]):
    """How a step ended: of N matches masks [N] and i32 [N], of one match bools and an int.

    The winner is +1 for team 0, -1 for team 1 (of a drill with one team: for whatever it plays against), 0 for nobody;
    it counts once the match is over. Terminated and truncated exclude each other.
    """

    terminated: Flag  # the match is decided
    truncated: Flag  # time is up
    winner: Winner

    @property
    def over(self) -> Flag:
        """Whether the match has ended, either way."""
        return self.terminated | self.truncated


@dataclass(frozen=True)
class Discrete:
    """A part of an action: one of several choices, each with a chance of its own."""

    name: str  # in a word, such as "move"
    choices: tuple[str, ...]  # in words


@dataclass(frozen=True)
class Continuous:
    """A part of an action: a number between `low` and `high`, drawn from a Gaussian whose mean the policy says."""

    name: str  # in a word, such as "torque"
    low: float
    high: float
    unit: str  # of the number, such as "N m"


Head: TypeAlias = "Discrete | Continuous"  # a part of an action


@dataclass(frozen=True)
class Body:
    """One thing to draw: where its state lies and how large it is.

    A heading is a unit vector, not an angle: turning the field by half a turn negates it exactly, no angle ever wraps,
    and (cos, sin) is what a canvas transform wants.
    """

    kind: Literal["box", "disc"]
    name: str  # what it is, such as "ball"
    x: str  # state field, m, to the right
    y: str  # state field, m, upwards
    size_m: float  # half the edge of a box, radius of a disc
    player: int | None = None  # which player this is; None: nobody
    team: int | None = None  # whose colour it has; None: nobody's
    heading: tuple[str, str] | None = None  # state fields (cos, sin) of the direction a box looks in
    velocity: tuple[str, str] | None = None  # state fields (x, y), m/s: zeroed when a visitor drags the body


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What all shapes of a picture have in common; they are in `drills.shapes`.

    `edge` is the colour of an outline `edge_m` wide, "" for none. A `detail` is left out where many small matches are
    drawn. A click on a shape with a `player` looks into that player, who is ringed.
    """

    colour: str = "nobody"
    opacity: float = 1.0  # from 0 to 1
    edge: str = ""
    edge_m: float = 0.05
    detail: bool = False
    player: int | None = None
    name: str = ""  # what it is, such as "paddle"


@dataclass(frozen=True)
class Words:
    """What a page says of a drill, in words for somebody who has never heard of reinforcement learning."""

    title: str  # of the drill, in a word or two
    sentence: str  # what the players learn
    counts: tuple[str, str]  # over the two numbers of the scoreboard: wins of team 0, and its losses
    win: str  # what is counted there, in the plural
    picture: str  # what is to be seen, for who cannot see it
    keys: str  # who a human is, and by which keys
    shout: tuple[str, str] = ("", "")  # written over the field when team 0, or team 1, has won; "": nothing, no pause


@dataclass(frozen=True)
class Scene:
    """What is drawn, centred on the origin, x to the right and y upwards; team 0 attacks the goal at +x.

    From below: the background, the ground, the shapes, the bodies. The numbers say where the field ends; of what is on
    it, a `ground` and `shapes` of one's own say more: see `drills.shapes` and `drills.grounds`. Without a ground it is
    a soccer field where there are goals, a ring where it is round, and else a bare court.
    """

    half_length_m: float  # the field spans [-half_length_m, half_length_m] in x, goal recesses excluded
    half_width_m: float  # and [-half_width_m, half_width_m] in y
    goal_half_width_m: float = 0.0  # 0: no goals
    goal_depth_m: float = 0.0  # how far a goal recess reaches beyond the field
    bodies: tuple[Body, ...] = ()  # players, balls and what a visitor may drag about, drawn in this order
    corner_m: float = 0.0  # a field's four corners are cut off at 45 degrees, this far along each side
    round: bool = False  # the field is a disc of radius half_length_m (= half_width_m) instead, without goals
    ground: tuple[Shape, ...] | None = None  # of constant numbers; its first shape lights up after a goal
    shapes: tuple[Shape, ...] = ()
    background: str = "surround"  # a colour

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, each.name) for each in fields(self)))

    def __hash__(self) -> int:
        """Worked out once: what is drawn again and again is kept by its scene."""
        return self._hash

    def __getstate__(self) -> dict[str, object]:
        """Without the hash, which is another one in another process."""
        return {name: value for name, value in self.__dict__.items() if name != "_hash"}


@dataclass(frozen=True)
class Recommended:
    """What a drill is better learned with than with the defaults, which are for all drills, and why, in a sentence.

    `hidden`: units of each hidden layer of the network, first to last; `hyper`: hyperparameters by name. What is left
    out stays at its default.
    """

    why: str
    hidden: tuple[int, ...] = ()
    hyper: Mapping[str, float] = field(default_factory=dict)


def recommended_by(drill: Drill) -> Recommended | None:
    """What a drill recommends: its `recommended`, or nothing where it names none."""
    recommended: Recommended | None = getattr(drill, "recommended", None)
    return recommended


def objective_of(drill: Drill) -> Objective:
    """What a drill is about: its `objective`, or winning where it names none."""
    objective: Objective = getattr(drill, "objective", WinRate())
    return objective


def only_time_ends(drill: Drill) -> bool:
    """Whether nothing but its time limit ends an episode of a drill, which says so by a field of this name."""
    return bool(getattr(drill, "only_time_ends", False))


class Drill(Protocol):
    """A game for S players, whose tunable numbers are fields of a frozen dataclass.

    Players are numbered team after team and share one policy: what makes them differ is in what they observe. Each
    team is seen from its own end of the field: an action means the same thing, and an observation reads the same, for
    whoever attacks to the right (team 0) and to the left (team 1).

    Further fields or properties: `objective` says what is to be reached, see `objective_of`; `recommended` what it is
    better learned with than with the defaults, see `Recommended`; `only_time_ends`, true, that nothing else ends an
    episode; `look_back` how many observations a player is shown, see `drills.look_back`. A number may be `between` two
    others, or `lessons`, see `drills.per_match`. A further method `allowed` forbids choices: `Masking`.
    """

    @property
    def name(self) -> str:
        """Key in the registry of drills."""

    @property
    def teams(self) -> tuple[int, ...]:
        """Players of each team, one team or two: (1,), (1, 1), (3, 3), (2, 1); S of them in all, see `teams_fault`."""

    @property
    def heads(self) -> tuple[Head, ...]:
        """The parts of an action, chosen independently of each other: a move, a turn. An action of a player is an array
        for each, in this order: i32 [N], the numbers of choices, or f32 [N] within the range of a continuous head."""

    @property
    def action_repeat(self) -> int:
        """Ticks per decision."""

    @property
    def tick_hz(self) -> int:
        """Ticks per second of the match's time."""

    @property
    def time_limit_s(self) -> float:
        """Match time after which `outcome` reports a truncation."""

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """Ordered: state field -> dtype; begins with COMMON_FIELDS."""

    @property
    def observation(self) -> tuple[str, ...]:
        """A readable name for each of the OBS entries."""

    @property
    def reward_terms(self) -> tuple[str, ...]:
        """A readable name for each term of the reward."""

    @property
    def scene(self) -> Scene:
        """How to draw a match."""

    @property
    def words(self) -> Words:
        """What a page says of it."""

    def reset(self, seed: Array, episode: Array) -> State:
        """Return the start of match `episode` (u32 [N]) of the slot seeded with `seed` (u32 [N]); clock is 0."""

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """Return the state 1/tick_hz s later; actions[player][head] are arrays i32 or f32 [N]."""

    def observe(self, state: State, player: int) -> list[Array]:
        """Return OBS arrays f32 [N], of magnitude about 1."""

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """Return one f32 [N] per reward term, earned over one decision; what is trained on is their sum."""

    def outcome(self, state: State) -> tuple[Array, Array, Array]:
        """Return an `Outcome`, or as plain a tuple: terminated mask [N], truncated mask [N], winner i32 [N]."""

    def scripted(self, state: State, player: int) -> list[Array]:
        """Return the action, i32 or f32 [N] a head, of the drill's frozen hand-written player, the yardstick for
        learned ones."""

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[float, ...]:
        """Return the action, a number a head, for the keys a human holds.

        right, up in {-1, 0, 1} are directions on the screen; turn is +1 for counter-clockwise, -1 for clockwise.
        """


class Masking(Drill, Protocol):
    """What a drill may have besides: choices that cannot be taken now have probability 0, and nothing is learned of
    them. A human may ask for one all the same, so `tick` has to bear it."""

    def allowed(self, state: State, player: int) -> list[Array]:
        """Return a mask [N] for each choice of every discrete head, one head after the other; of each head at least one
        is set. Who scripts the drill's player keeps to it."""


def has_masks(drill: Drill) -> TypeGuard[Masking]:
    """Whether a drill may forbid choices."""
    return hasattr(drill, "allowed")

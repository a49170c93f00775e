"""The matches of a device between its updates: when they begin, and whom they are against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from drillsergeant.drills.contract import LESSON_SHIFT
from drillsergeant.learn.engine import NO_EPISODES, Tally, duel_seed, evaluation_seed
from drillsergeant.learn.league.elo import NOW
from drillsergeant.learn.league.matchmaking import RIVALS
from drillsergeant.learn.webgpu.blocks import MatchBlock
from drillsergeant.learn.webgpu.learner import GpuDevice
from drillsergeant.learn.webgpu.play_plan import PlayPlan
from drillsergeant.memory.access import WORD_BYTES


class Opponents(Protocol):
    """Whom the policy plays duels against: `league.matchmaking.Matchmaking`."""

    @property
    def rivals(self) -> Sequence[int]:
        """An id for each of RIVALS blocks of duels: a snapshot's, SCRIPTED, or NOW for the policy itself."""

    def parameters(self, ident: int) -> bytes | None:
        """The f32 [P] of a snapshot; None where it is gone."""


class NoOpponents:
    """`Opponents`, where there are none but the policy itself."""

    rivals: Sequence[int] = (NOW,) * RIVALS

    def parameters(self, ident: int) -> None:
        """There are no snapshots."""


class Setting(NamedTuple):
    """Of a chunk: whom each block of duels was against, and whether its evaluations count."""

    rivals: Sequence[int]
    counts: bool


class PlayedChunk:
    """What a chunk came to. `stats`: of self-play, as in a chunk's field "stats"."""

    def __init__(self, play: PlayPlan, setting: Setting, sums: Sequence[float]) -> None:
        """`sums`: the words of "played"."""
        self._play, self._setting, self._sums = play, setting, sums
        self.stats = sums[: play.ended_rows]

    def duels(self) -> Mapping[int, Tally]:
        """Episodes against each opponent of its duels, by id."""
        found = dict[int, Tally]()
        blocks = self._play.blocks.duels
        for number, (ident, _) in enumerate(zip(self._setting.rivals, blocks, strict=True), 1):
            found[ident] = found.get(ident, NO_EPISODES) + self._play.tally_of(number, self._sums)
        return found

    def evaluations(self) -> Mapping[str, Tally]:
        """Episodes of every evaluation, as the policy has won and lost them; none where they do not count yet."""
        blocks = self._play.blocks
        first = 1 + len(blocks.duels)
        return {
            name: self._play.tally_of(number, self._sums).of_team(blocks.team(name))
            for number, name in enumerate(blocks.evaluations, first)
            if self._setting.counts
        }


class DeviceMatches:
    """What there is to say to one device before it plays."""

    def __init__(self, play: PlayPlan, device: GpuDevice) -> None:
        self._play, self._device = play, device
        self._blocks = play.blocks
        self._start: tuple[int, int] | None = None  # seed and lesson of the matches under way
        self._rivals: Sequence[int] | None = None  # None: the device knows of none
        self._asked: Sequence[int] | None = None  # for which of them: some may have been gone
        self._parameters = [bytes(WORD_BYTES * play.layout.plan.parameter_count)] * RIVALS  # of snapshots among them
        self._duel_starts = self._evaluation_starts = 0
        self._evaluated = 0  # decisions since evaluation began

    def go_on(self, seed: int, lesson: int) -> bool:
        """Whether the matches under way are of this seed and lesson."""
        return self._start == (seed, lesson)

    def forget(self) -> None:
        """The matches under way are not to be gone on with."""
        self._start = None

    def restart_evaluations(self) -> None:
        """The evaluation matches begin anew: the policy is one that did not come of the one that began them."""
        self._evaluated = 0

    def prepare(self, seed: int, lesson: int, opponents: Opponents, *, empty: bool) -> Setting:
        """Get the matches ready for a chunk; `empty`: the device's buffers are."""
        if empty or not self.go_on(seed, lesson):
            self._start, self._rivals, self._asked, self._evaluated = (seed, lesson), None, None, 0
            self._begin(None, seed)
        if not self._evaluated:
            for number, block in enumerate(self._blocks.evaluations.values()):
                self._begin(block, evaluation_seed(seed, number, self._evaluation_starts))
            self._evaluation_starts += 1
        self._face(opponents, seed)
        assert self._rivals is not None, "the device was told whom its duels are against"
        # Short matches end first: until the longest have, those that ended are not like those that began.
        setting = Setting(self._rivals, self._evaluated >= self._play.longest_episode)
        self._evaluated += self._play.layout.plan.horizon
        return setting

    def _begin(self, block: MatchBlock | None, seed: int) -> None:
        """The matches of a block, or all, begin anew."""
        assert self._start is not None, "matches begin at a lesson"
        numbers = self._play.knobs(seed=seed, episode=self._start[1] << LESSON_SHIFT, block=block)
        self._device.write("play_knobs", numbers)
        self._device.submit([self._play.begin(block)], last=False)

    def _face(self, opponents: Opponents, seed: int) -> None:
        """Play the duels against these; those that were against somebody else begin anew."""
        wanted = list(opponents.rivals[: len(self._blocks.duels)])
        if wanted == self._asked:
            return
        self._asked = list(wanted)
        before: Sequence[int | None] = self._rivals or [None] * len(wanted)
        for number, (ident, was) in enumerate(zip(wanted, before, strict=True)):
            if ident > NOW and ident != was:
                parameters = opponents.parameters(ident)
                if parameters is None:
                    wanted[number] = NOW
                else:
                    self._parameters[number] = parameters
        self._device.write("rivals", b"".join(self._parameters))
        self._device.write("opponents", self._blocks.opponents(wanted))
        self._device.submit([self._play.pack_rivals], last=False)
        for block, ident, was in zip(self._blocks.duels, wanted, before, strict=True):
            if was not in (None, ident):
                self._begin(block, duel_seed(seed, self._duel_starts))
                self._duel_starts += 1
        self._rivals = wanted

    def submit(self, at_once: int) -> int:
        """A chunk in submissions of so many decisions; returns of how many."""
        horizon, before = self._play.layout.plan.horizon, [self._play.pack]
        for begins in range(0, horizon, at_once):
            self._device.write("play_knobs", self._play.knobs(begins=begins, ends=min(horizon, begins + at_once)))
            self._device.submit([*before, self._play.play], last=False)
            before = []
        return -(-horizon // at_once)

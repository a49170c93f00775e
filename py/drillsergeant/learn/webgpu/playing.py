"""Play on a device of its own: how many matches, and whether that is faster than learning from workers' play."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from drillsergeant.learn.engine import duels_of
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.program import Program
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.learn.webgpu.learner import GpuDevice, GpuLearner
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.learn.webgpu.play_plan import PlayPlan
from drillsergeant.learn.webgpu.player import GpuPlayer
from drillsergeant.memory.layout import Layout, Plan, round_up
from drillsergeant.tasks import Tasks

# Decisions in an update to begin with, and to go on to where there is room: few are learned from sooner, many are
# played faster.
DECISIONS = (32768, 131072)
MATCHES_EVEN = 64  # matches are a multiple of these
TRIAL_UPDATES = 20  # after which it is told whether it is faster, and whether there is room
# Trials in a row that others were faster, until they play: in the first one, pipelines are run for the first time.
TRIALS_LOST = 3
# An update that takes less leaves room for more matches: there are more than a hundred of them a second then.
ROOM_S = 0.008
# A decision, of a device that need not be timed next to others: faster than anything that was ever learned from what
# workers played in a browser.
SURELY_FASTER_S = 1.5e-7
# Of work before somebody trains, at most: longer than a pointer takes from a button's edge to pressing it.
ROUSED_S = 1.0

# Opens a device for a plan; one that is a program on the CPU only if told so.
Opener = Callable[[GpuPlan, bool], Awaitable[GpuDevice]]


def played_plans(program: Program, plan: Plan, matches: int) -> list[GpuPlan]:
    """The plans by which a device plays what workers play by `plan`: that of so many matches, or, for 0, those of about
    so many DECISIONS.

    None where a match fits into no workgroup.
    """
    teams = program.drill.teams
    percent = RunSizes.duel_percent if plan.duels else 0
    # Of a duel, only team 0 is learned from.
    each = (sum(teams) - percent / 100 * sum(teams[1:])) * plan.horizon
    counts = [round_up(int(decisions / each), MATCHES_EVEN) for decisions in DECISIONS]
    plans = []
    for count in [matches] if matches else counts:
        duels = duels_of(teams, count, percent)
        layout = Layout(plan_for(program, 1, count, plan.horizon, ring_slots=1, duels=duels))
        try:
            plans.append(GpuPlan(program, layout, PlayPlan(program, layout)))
        except ValueError:
            return []
    return plans


class Pace:
    """How fast training is, with everything that happens between two updates."""

    def __init__(self) -> None:
        self._began_s = self._last_s = 0.0
        self._decisions = self.updates = 0

    def updated(self, decisions: int) -> None:
        """An update of so many decisions is done; the first one only says when."""
        now_s = time.perf_counter()
        if not self._began_s:
            self._began_s = now_s
        else:
            self._decisions += decisions
            self.updates += 1
        self._last_s = now_s

    @property
    def seconds(self) -> float:
        """A decision; infinite before anything is known."""
        return (self._last_s - self._began_s) / self._decisions if self._decisions else float("inf")


class Playing:
    """The device that plays, if one does: `player`. `pace` is what it came to lately, `given_up`: others are faster."""

    def __init__(self, plans: Sequence[GpuPlan], opener: Opener, tasks: Tasks, elsewhere: Plan, *, must: bool) -> None:
        """`elsewhere`: how workers play. `must`: whatever is faster, and on a program on the CPU, too."""
        self._plans, self._opener, self._tasks, self.must = plans, opener, tasks, must
        self._rows_elsewhere = elsewhere.workers * elsewhere.agents * elsewhere.horizon
        self.player: GpuPlayer | None = None
        self.warm_s = float("inf")  # a decision, of a device that was warmed
        self._wider: GpuPlayer | None = None  # that takes its place before the next update
        self._step = 0  # of the plans, which plays
        self._following = Hyper(), 0
        self._rousing: asyncio.Task[None] | None = None
        self._needed = False  # the device that is being roused
        self.restart()

    def restart(self) -> None:
        """Nothing is known of how fast it is."""
        self.pace, self.given_up, self._widening, self._lost = Pace(), False, False, 0
        self.told_s = float("inf")  # seconds a decision, of the last whole trial

    @property
    def missing(self) -> bool:
        """Whether it might play, and has no device."""
        return bool(self._plans) and self.player is None and not self.given_up

    async def open(self, hyper: Hyper, seed: int) -> None:
        """Be ready to play: by the plan of few matches, or by that of many where there is room. Whatever a browser does
        with its GPU, others go on playing. `hyper`, `seed`: of the updates there will be."""
        self.restart()
        self._following = hyper, seed
        self._step, self.warm_s = 0, float("inf")
        if not self._plans:
            return
        try:
            self.player = await self._opened(0)
        except Exception:
            self.given_up = True
            return
        if self._room_for_more(self.player, self.warm_s):
            self._widening = True
            await self._widen(self.player, 1)

    def _room_for_more(self, player: GpuPlayer, seconds: float) -> bool:
        """Whether a device that takes so long a decision is to go on to more matches."""
        return seconds * player.decisions < ROOM_S and self._step + 1 < len(self._plans)

    def rouse(self) -> None:
        """Keep a fast device busy for ROUSED_S, or until it plays: one that has rested runs at a third of its clocks or
        less, and takes a third of a second of work to raise them."""
        if self.player is not None and self.surely_faster and self._rousing is None:
            self._rousing = self._tasks.begin(self._rouse(self._wider or self.player))

    async def _rouse(self, player: GpuPlayer) -> None:
        ends_s = time.monotonic() + ROUSED_S
        try:
            while not self._needed and time.monotonic() < ends_s:
                await player.idle(*self._following)
            await player.rest()
        except Exception:
            return  # whoever needs the device next hears of it
        finally:
            self._rousing = None

    async def end_rousing(self) -> None:
        """The device is needed."""
        if self._rousing is not None:
            self._needed = True
            await asyncio.wait([self._rousing])
            self._needed = False

    def next_player(self) -> GpuPlayer:
        """Whose the next update is: one of more matches, where there is a device for them by now."""
        assert self.player is not None, "nothing plays"
        if self._wider is not None:
            self.player.learner.device.close()
            self.player, self._wider = self._wider, None
            self._step += 1
            self.restart()
        return self.player

    @property
    def surely_faster(self) -> bool:
        """Whether the device need not be timed next to others."""
        return self.warm_s < SURELY_FASTER_S

    async def _opened(self, step: int) -> GpuPlayer:
        plan = self._plans[step]
        assert plan.play is not None, "these are plans to play by"
        player = GpuPlayer(GpuLearner(plan, await self._opener(plan, self.must)), plan.play, self._rows_elsewhere)
        if not self.must:  # who must play has nothing better to do meanwhile
            try:
                self.warm_s = await player.warm(*self._following) / player.decisions
            except Exception:
                player.learner.device.close()
                raise
        return player

    def interrupt(self) -> None:
        """What is played does not follow on what was learned from it last."""
        if self.player is not None:
            self.player.interrupt()

    def close(self) -> None:
        """Give the devices back."""
        for player in (self.player, self._wider):
            if player is not None:
                player.learner.device.close()
        self.player = self._wider = None

    def give_up(self) -> None:
        """Leave playing to others until `restart`."""
        self.given_up = True
        self.close()

    def updated(self, player: GpuPlayer, others_s: float) -> None:
        """An update is done, and nothing waits for it; others take so many seconds a decision: go on, play more matches
        from now on, or give up."""
        self.pace.updated(player.decisions)
        if self.pace.updates < TRIAL_UPDATES:
            return
        self.told_s, self.pace = self.pace.seconds, Pace()
        self._lost = self._lost + 1 if others_s < self.told_s else 0
        if self._lost == TRIALS_LOST and not self.must:
            self.give_up()
        elif self._room_for_more(player, self.told_s) and not self._widening:
            self._widening = True
            self._tasks.begin(self._widen(player, self._step + 1))

    async def _widen(self, before: GpuPlayer, step: int) -> None:
        """Get ready to play more matches, on another device."""
        try:
            player = await self._opened(step)
        except Exception:  # as in `open`; the matches there are go on
            return
        if self.player is before:
            self._wider = player
        else:
            player.learner.device.close()

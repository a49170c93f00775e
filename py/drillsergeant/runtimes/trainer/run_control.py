"""The course of a run: the hyperparameters in use, the snapshots on its timeline, its safeguards, and what happened.

The trainer asks what the next update uses, tells what came of it, and passes on what the visitor wants. Nothing here
depends on a clock; seconds are only written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import NamedTuple

from drillsergeant.drills.contract import Player
from drillsergeant.learn.engine import AnyLearner
from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.ppo.hyper import Hyper, annealed, with_step_scaled
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.safeguards import Safeguards
from drillsergeant.runtimes.trainer.events import ORIGINAL_GAME, OWN_GAME, RunEvents
from drillsergeant.runtimes.trainer.report import TrainerReport
from drillsergeant.runtimes.trainer.saved_run import recall_games
from drillsergeant.runtimes.trainer.timeline import AUTO, BEST, FIRST, MANUAL, Entry, Timeline, TimelineEntry


class Moment(NamedTuple):
    """A policy, where it is in the run, and how good it was, where that was known; see `Entry`."""

    state: LearnerState
    when: TimelineEntry
    win: float | None
    mean_return: float | None


class RunControl:
    """`setting` is what the visitor has set, `guarded` that with what safeguards have changed since; what an update
    uses is `next_hyper`.

    `to_win`: whether winning is what it learns for; otherwise wins that stay away or get lost are nobody's concern.
    """

    def __init__(
        self,
        learner: AnyLearner,
        timeline: Timeline,
        report: TrainerReport,
        hyper: Hyper,
        safeguards: Callable[[bool], Safeguards],
        moment: Callable[[], TimelineEntry],
        publish: Callable[[], None],
        as_set: bool = False,
    ) -> None:
        """`safeguards` makes them, on or off, for a run that begins. `publish` hands parameters that no update led to
        to every reader, and has play with others thrown away; the learner's own have been published once already.

        `as_set`: every update uses the setting itself, whatever comes of it; lockstep promises that.
        """
        self._learner, self._report, self._fresh_safeguards = learner, report, safeguards
        self._moment, self._publish = moment, publish
        self.timeline, self.events = timeline, RunEvents()
        self.to_win, self._as_set = True, as_set
        self.edit = ""  # the reader's code that is played; "" for the original
        self._learner_name = learner.name
        self._safeguards = self._fresh_safeguards(not as_set)
        self.begin(hyper)

    def begin(self, setting: Hyper, guarded: Hyper | None = None) -> None:
        """A new run with this setting, from what the learner holds now; `guarded` where safeguards have changed it."""
        self._safeguards = self._fresh_safeguards(self._safeguards.on)
        self.setting = setting
        self.guarded = guarded if guarded is not None and self._safeguards.on else setting
        self.events.clear()
        self.timeline.clear()
        self._promising: Moment | None = None
        self._keep(FIRST)

    def recall(self, policy: PolicyFile) -> None:
        """After `begin`, with the policy of a saved run: go on with the versions that it has kept, if it has.

        What is known of games is, too, and how good the best is; without it, that is to be found out again.
        """
        if not policy.versions:
            return
        ids = self.timeline.recall(policy.versions, self._learner.state())
        recall_games(self._report.matchmaking, policy, ids)
        best = [value for value in policy.history.get(self._best_name, ()) if value is not None]
        if policy.games and best and self.timeline.best is not None:
            self._safeguards.best.best = best[-1]
        else:
            self.timeline.demote_best()

    def next_hyper(self, updates: int) -> Hyper:
        """What the next update uses, after so many: the setting, with what safeguards have changed, annealed."""
        return self.setting if self._as_set else annealed(self._safeguards.in_force(self.guarded), updates)

    def change(self, changes: Mapping[str, object]) -> None:
        """The visitor's change to hyperparameters. Raises ValueError, and changes nothing, for one out of range.

        What is changed is used as it is from then on: what safeguards had made of it before is forgotten.
        """
        setting, guarded = self.setting.changed(**changes), self.guarded.changed(**changes)
        if text := differences(self.setting, setting):
            self.note("hyper", text)
        self.setting, self.guarded = setting, guarded

    def switch_safeguards(self, on: bool) -> None:
        """The visitor wants safeguards, or the setting without them; it is annealed all the same.

        Raises: ValueError in lockstep.
        """
        if self._as_set:
            raise ValueError("SET_GUARDS is not for lockstep, whose weights depend on nothing but its numbers")
        if on == self._safeguards.on:
            return
        undone = differences(self.guarded, self.setting)
        self.guarded = self.setting
        self._safeguards.switch(on)
        self.note("guard", "Safeguards on" if on else f"Safeguards off{undone and ': '}{undone}")

    def watch(self, metrics: Mapping[str, float]) -> None:
        """Judge an update that has been published."""
        if self._as_set:
            return
        recent = self._report.recent[Player.SCRIPTED]
        advice = self._safeguards.judge(metrics, recent, self.guarded, self.setting, to_win=self.to_win)
        if advice.changes:
            self.guarded = self.guarded.changed(**advice.changes)
        for text in advice.notes:
            self.note("guard", text)
        if advice.fallen:
            self._fall_back(advice.fallen)
        elif advice.best:
            assert self._promising is not None, "the guard tells of a promising policy first"
            self.timeline.add(BEST, *self._promising)
        elif self.timeline.due(self._moment().decisions):
            self._keep(AUTO)
        if advice.promising:
            self._promising = self._now()
        if self._learner.name != self._learner_name:
            self._learner_name = self._learner.name
            self.note("learner", f"Learning on {self._learner.name} now: {self._learner.why}")

    def snapshot(self) -> None:
        """Keep the policy as it is, because the visitor says so."""
        self._keep(MANUAL)

    def rewind(self, ident: int, go_back: Callable[[Entry], None]) -> None:
        """Go on from a snapshot of the timeline, with its optimiser; raises ValueError where there is none of that id.

        `go_back` turns clocks and counters back to it. The visitor knows why: unless it is the best policy, the best so
        far is no longer what to fall back to.
        """
        entry, state = self.timeline.find(ident)
        if not self.timeline.holds(self._learner.state()):
            self._keep(AUTO)  # so that this can be taken back, too
        self._learner.restore(state)
        if entry.kind == BEST:
            self._safeguards.best.rewound()
        else:
            self._safeguards = self._fresh_safeguards(self._safeguards.on)
            self.timeline.demote_best()
        self._promising = None
        self.timeline.go_back(entry.decisions)
        self.events.cut(entry.t_s)
        go_back(entry)
        self._publish()
        self._report.go_back(entry.t_s, ident, [each.id for each in (entry, *self.timeline.entries)])
        self.mark_game()
        self.note("rewind", f"Back to version {entry.version}, as it was after {entry.decisions:,} decisions")

    def next_lesson(self, text: str) -> None:
        """Another lesson has begun: how well the one before was played is no measure of it."""
        self._keep(AUTO)
        self._go_on_anew()
        self.note("lesson", text)

    def taught(self, state: LearnerState, text: str) -> None:
        """Go on from what it was taught: how well it played before is no measure of that, and can be gone back to."""
        if not self.timeline.holds(self._learner.state()):
            self._keep(AUTO)
        self._learner.restore(state)
        self._go_on_anew()
        self.note("taught", text)

    def _go_on_anew(self) -> None:
        self._promising = None
        self._safeguards = self._fresh_safeguards(self._safeguards.on)
        self.timeline.demote_best()
        self._publish()
        self._report.restart_wins()

    def play(self, edit: str) -> None:
        """Matches are played by the reader's code `edit` from now on, "" is the original; the run is marked with it."""
        if edit != self.edit:
            self.edit = edit
            self.note("code", OWN_GAME if edit else ORIGINAL_GAME)

    def mark_game(self) -> None:
        """Mark what is played, where the marks that are left say something else."""
        marked = (event.text for event in reversed(self.events.newest) if event.kind == "code")
        text = OWN_GAME if self.edit else ORIGINAL_GAME
        if text != next(marked, ORIGINAL_GAME):
            self.note("code", text)

    def _fall_back(self, why: str) -> None:
        best = self.timeline.best
        assert best is not None, "the guard tells of a best before it tells of a fall"
        self._learner.restore(self.timeline.find(best.id)[1])
        self._safeguards.best.rewound()
        self._publish()
        self._report.restart_wins(best.id)
        old, slower = self.guarded, with_step_scaled(self.guarded, 0.5)
        step = differences(old, slower) or f"learning rate stays at {slower.learning_rate:g}, the least there is"
        self.guarded = slower
        self.note("rewind", f"{why}: back to version {best.version}, the best so far; {step}")

    def _keep(self, kind: str) -> None:
        self.timeline.add(kind, *self._now())

    def _now(self) -> Moment:
        report = self._report
        return Moment(self._learner.state(), self._moment(), report.win_rate, report.mean_return)

    def note(self, kind: str, text: str) -> None:
        """Mark this moment of the run with a sentence."""
        now = self._moment()
        self.events.add(kind, text, now.t_s, now.decisions)

    @property
    def _best_name(self) -> str:
        """What the best score so far is called among the numbers."""
        return "return_best" if self._report.score.of_returns else "win_best"

    def values(self, updates: int) -> dict[str, object]:
        """Return what the page shows of it after so many updates."""
        self.timeline.rate(self._report.matchmaking.ratings)
        in_use = self.next_hyper(updates)
        values: dict[str, object] = {
            "hyper": asdict(self.setting),
            "hyper_in_use": asdict(in_use),
            "learning_rate_in_use": in_use.learning_rate,
            "safeguards": None if self._as_set else self._safeguards.on,
            "timeline": self.timeline.plain(),
            "events": self.events.plain(),
        }
        if self._safeguards.best.best is not None:
            values[self._best_name] = self._safeguards.best.best
        return values


def differences(old: Hyper, new: Hyper) -> str:
    """Return what changes from one to the other, in words; nothing where they are equal."""
    pairs = [(name, value, getattr(new, name)) for name, value in asdict(old).items()]
    return ", ".join(f"{name.replace('_', ' ')} {a:g} → {b:g}" for name, a, b in pairs if a != b)

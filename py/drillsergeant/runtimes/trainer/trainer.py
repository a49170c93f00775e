"""The trainer: takes chunks from the rings, learns, publishes weights, reports. The match on screen never needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from drillsergeant.drills.contract import Player
from drillsergeant.learn.engine import DeviceLearner, Learner
from drillsergeant.learn.evaluation.curriculum import Curriculum
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.heads import most_entropy
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import MOST_S, within
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.program import DrillFacts, Program
from drillsergeant.learn.safeguards import Safeguards
from drillsergeant.learn.self_play import SelfPlayRun
from drillsergeant.learn.webgpu.auto_learner import AutoLearner
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import TRAINER, Layout
from drillsergeant.memory.run_epoch import RunEpoch
from drillsergeant.memory.snapshots import SnapshotWriter
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.memory.weights import WeightsWriter, weights_digest
from drillsergeant.runtimes.host import Host
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.storage import Keeper, TellingKeeper
from drillsergeant.runtimes.trainer.between_updates import BetweenUpdates
from drillsergeant.runtimes.trainer.report import TrainerReport, pause_s
from drillsergeant.runtimes.trainer.run_control import RunControl
from drillsergeant.runtimes.trainer.saved_run import Capture, kept_versions, recall_games
from drillsergeant.runtimes.trainer.saves import Saves
from drillsergeant.runtimes.trainer.timeline import Entry, Timeline, TimelineEntry
from drillsergeant.runtimes.trainer.undo.undo_list import UndoList
from drillsergeant.runtimes.updates import Updates

BREATHE_EVERY_S = 0.05
WARM_AFTER_S = 0.3  # until a GPU is asked for that nobody trains on yet: the page starts first
IDLE_REST_S = 0.02  # between two looks for something to do; without it, a page that does not train wears a whole core


class Trainer:
    """The loop and state of the trainer worker."""

    def __init__(
        self,
        host: Host,
        memory: Memory,
        layout: Layout,
        learner: Learner | DeviceLearner,
        weights: WeightsWriter,
        hyper: Hyper,
        drill: DrillFacts,
        lockstep: int = 0,
    ) -> None:
        """`lockstep`: with N > 0, every update waits for a chunk of every worker, and training stops after N updates
        and reports the digest of the weights, which then depend on nothing but seed, sizes and hyperparameters."""
        self._host, self._memory, self._layout = host, memory, layout
        self.learner, self._weights = learner, weights
        self._on_gpu = learner if isinstance(learner, AutoLearner) else None  # what may learn and play there
        self._updates = Updates(memory, layout, learner, lockstep=lockstep > 0)
        self.between = BetweenUpdates(self._updates)
        self._run_epoch, self._telemetry = RunEpoch(memory, layout), TelemetryWriter(memory, layout, TRAINER)
        self.progress = SelfPlayRun(layout.plan, self._publish)
        self._report = TrainerReport(memory, layout, drill.reward_terms, Score(drill.objective))
        self._curriculum = Curriculum(drill.lessons, self._report.score, self._run_epoch.lesson)
        self._lockstep, self.training = lockstep, False
        self._post: Callable[[messages.Message], None] = lambda message: host.post(codec.encode(message))
        self.saves: Saves | None = None
        self.code: Keeper | None = None
        self.played: TellingKeeper | None = None
        self.teller: Keeper | None = None
        self.stories: Keeper | None = None
        self.acts = UndoList(self._post)
        self._restart_counts()
        if weights.version == 0:
            self.progress.publish()
        timeline = Timeline(SnapshotWriter(memory, layout))
        entropy, alone = most_entropy(drill.heads), len(drill.teams) == 1
        safeguards = partial(Safeguards, self._report.score, entropy, layout.plan.workers, alone=alone)
        self.run_control = RunControl(
            learner, timeline, self._report, hyper, safeguards, self.moment, self._turn, as_set=lockstep > 0
        )

    def _restart_counts(self, t_s: float = 0.0, decisions: int = 0, updates: int = 0) -> None:
        self._set_clocks(t_s, decisions, updates)
        self._report.restart()

    def _set_clocks(self, t_s: float, decisions: int, updates: int) -> None:
        self.progress.restart(decisions, updates)
        self._trained_s, self._since_s = t_s, self._host.now_s()

    def _publish(self, decisions: int) -> None:
        """Hand the learner's parameters to every reader."""
        self.learner.write_parameters(self._weights.reserve())
        self._weights.commit(decisions)

    def _turn(self) -> None:
        """The learner holds parameters that no update led to: nothing played before them is learned from."""
        self.progress.publish()
        self._run_epoch.turn()

    async def run(self) -> None:
        """Learn whenever there is something to learn from; lets messages in between updates."""
        breathed_s = reported_s = self._host.now_s()
        while True:
            if self.training:
                await self.step()
            for keeper in self._keepers:
                await keeper.turn()
            now_s = self._host.now_s()
            if now_s - reported_s >= pause_s(self.trained_s() if self.training else None):
                self.report()
                reported_s = now_s
            if not self.training:
                if self._on_gpu is not None and now_s - self._since_s >= WARM_AFTER_S:
                    self._on_gpu.warm(lambda: self.run_control.next_hyper(self.progress.updates))
                await self._host.rest(IDLE_REST_S)
            elif now_s - breathed_s >= BREATHE_EVERY_S:
                await self._host.yield_to_events()
                breathed_s = now_s

    def close(self) -> None:
        """End here, while the worker goes on: keep what is to be kept."""
        for keeper in self._keepers:
            keeper.close()

    @property
    def _keepers(self) -> list[Keeper]:
        found = (self.code, self.saves, self.played, self.teller, self.stories)
        return [*(keeper for keeper in found if keeper is not None), self.acts]

    async def step(self) -> None:
        """Update once; waits a moment where there is nothing to learn from."""
        hyper = self.run_control.next_hyper(self.progress.updates)
        learned = await self._updates.update(hyper, self._curriculum.number, self._report.matchmaking)
        if learned is None:
            self.between.catch_up()
            return
        self._report.learned(learned.metrics, learned.chunk_offsets, hyper, learned.played)
        self.progress.learned(learned.decisions)
        self._updates.release()  # after publishing, so that whoever waited for room plays on with the new weights
        self.run_control.watch(learned.metrics)
        self._move_on()
        self.between.catch_up()
        if self._lockstep and self.progress.updates == self._lockstep:
            self._set_training(False)
            self._report.note("weights_sha256", weights_digest(self._memory, self._layout, self._weights.active_offset))
        self._telemetry.count(Counter.UPDATES)
        self._telemetry.count(Counter.DECISIONS, learned.decisions)

    def _move_on(self) -> None:
        """Go on to the next lesson once this one's measure is reached. Lockstep stays: it depends on no clock."""
        if not self._lockstep and self._curriculum.reached(self._report.recent[Player.SCRIPTED].estimate()):
            self._curriculum.number += 1
            self._run_epoch.set_lesson(self._curriculum.number)
            self.run_control.next_lesson(str(self._curriculum))

    def _go_to_lesson(self, number: int) -> None:
        """Play at this lesson, or at the last that there is."""
        self._curriculum.number = min(number, self._curriculum.count - 1)
        self._run_epoch.set_lesson(self._curriculum.number)

    def handle(self, message: messages.Message) -> None:
        """Obey one decoded message from the page. Raises ValueError for what cannot be, and changes nothing then."""
        if any(keeper.handle(message) for keeper in self._keepers):
            return
        match message:
            case messages.StartTraining(hyper=changes):
                self.run_control.change(changes)
                self._set_training(True)
            case messages.ExpectTraining() if self._on_gpu is not None and not self._updates.learning:
                self._on_gpu.rouse()
            case messages.StopTraining():
                self._set_training(False)
            case messages.SetHyper(changes=changes):
                self.run_control.change(changes)
            case messages.SetLearner(learner=wanted):
                self._choose(wanted)
            case messages.SetValidation(on=on) if self._on_gpu is not None:
                self._on_gpu.watch.turn(on)
            case messages.SetGame(program=program, edit=edit):
                self._set_game(program, edit)
            case messages.SetGuards(on=on):
                self.run_control.switch_safeguards(on)
            case messages.SetObjective(to_win=to_win):
                self.run_control.to_win = to_win
            case messages.ResetTrainer(seed=seed, hyper=changes):
                hyper = self.run_control.setting.changed(**changes)
                self.between.do(lambda: self._reset(seed, hyper))
            case messages.Rewind() | messages.KeepSnapshot():
                self._turn_back(message)
        self.report()

    def _set_game(self, program: str, edit: str) -> None:
        """The matches are played by another program, made of a reader's code, which no device has."""
        self.run_control.play(edit)
        game = Program.from_json(program).drill
        if self._on_gpu is not None:
            self._on_gpu.played_here = not edit
        self._report.name_rewards(game.reward_terms)
        self._curriculum = Curriculum(game.lessons, self._report.score)
        self._go_to_lesson(0)

    def _turn_back(self, message: messages.Rewind | messages.KeepSnapshot) -> None:
        if self._lockstep:
            raise ValueError(f"{message.TYPE} is not for lockstep, whose weights depend on nothing but its numbers")
        ident = message.id
        if isinstance(message, messages.KeepSnapshot) and not ident:
            self.between.do(self.run_control.snapshot)
            return
        self.run_control.timeline.find(ident)
        if isinstance(message, messages.KeepSnapshot):
            self.run_control.timeline.keep(ident)
            return
        if self.saves is not None:
            self.saves.branch("went back to an earlier version")
        self.between.do(lambda: self._rewind(ident))

    def _rewind(self, ident: int) -> None:
        """The weights of a snapshot, and clocks, counters, numbers and lesson as they were when it was taken."""

        def go_back(entry: Entry) -> None:
            self._set_clocks(entry.t_s, entry.decisions, entry.updates)
            self._go_to_lesson(entry.lesson)

        self.run_control.rewind(ident, go_back)
        self._tell_history(rewound=True)

    def _choose(self, wanted: str) -> None:
        if self._on_gpu is None:
            raise ValueError(f"the learner {self.learner.name} has no other beside it; reload with ?learner={wanted}")
        self._on_gpu.choose(wanted)

    def _set_training(self, on: bool) -> None:
        if on == self.training:
            return
        now_s = self._host.now_s()
        if on:
            self._since_s = now_s
            self._report.restart_rates()
        else:
            self._trained_s += now_s - self._since_s
            if self._on_gpu is not None:
                self._on_gpu.rest()
        self.training = on

    def _reset(self, seed: int, hyper: Hyper) -> None:
        self._go_to_lesson(0)
        self.learner.reset(seed)
        self._restart_counts()
        self.progress.publish()
        self._run_epoch.begin(seed)
        self._begin(hyper)
        self.run_control.note(
            "restart", f"A new run from nothing, seed {seed}{', of your code' if self.run_control.edit else ''}"
        )

    def capture(self, whole: bool = False) -> Capture:
        """Return what there is to save of the run; `whole`: with every version there is, however large."""
        control = self.run_control
        in_use = control.next_hyper(self.progress.updates)
        return Capture(
            self.learner.state(),
            control.setting,
            control.guarded,
            in_use,
            self._report.win_rate,
            self._report.mean_return,
            self._report.history.numbers(),
            control.events.plain(),
            *kept_versions(control.timeline, self._report.matchmaking, whole),
            control.timeline.states(),
        )

    def resume(self, policy: PolicyFile, text: str, states: Sequence[LearnerState] = ()) -> None:
        """Go on from a saved policy, between two updates. Raises ValueError, and changes nothing, if it cannot."""
        progress = policy.progress
        self.learner.restore(policy.state)
        self._go_to_lesson(progress.lesson)
        self._restart_counts(progress.trained_s, progress.decisions, policy.state.updates)
        self._weights.go_on_from(progress.version)
        self._turn()
        self._begin(policy.hyper, policy.hyper_guarded)
        self.run_control.recall(policy)
        self.run_control.timeline.complete(states)
        self._report.restore(policy.history)
        self.run_control.events.restore(policy.events)
        self.run_control.mark_game()
        self.run_control.note("save", text)
        self._tell_history()

    def _tell_history(self, rewound: bool = False) -> None:
        self._post(messages.RunHistory({**self._report.history.numbers()}, rewound))

    def restore_timeline(self, told: object, policy: PolicyFile) -> None:
        """Put back the snapshots that a trainer before this one left, and of which it told this; where it left none,
        those that were saved with `policy`."""
        timeline = self.run_control.timeline
        if not timeline.restore_timeline(told, self.learner.state()):
            self.run_control.recall(policy)
            return
        ids = {entry.version: entry.id for entry in timeline.entries}
        recall_games(self._report.matchmaking, policy, [ids.get(each.version, 0) for each in policy.versions])

    def _begin(self, setting: Hyper, guarded: Hyper | None = None) -> None:
        """The learner holds another run's parameters, which have been published."""
        self._report.restart_wins()
        self.run_control.begin(setting, guarded)

    def moment(self) -> TimelineEntry:
        """Return where the run is now."""
        lesson = self._curriculum.number
        return TimelineEntry(self.trained_s(), self.progress.decisions, self._weights.version, lesson)

    def trained_s(self) -> float:
        """Return the seconds spent training so far."""
        return within(self._trained_s + (self._host.now_s() - self._since_s if self.training else 0.0), 0.0, MOST_S)

    def report(self) -> None:
        """Send the page the numbers of this moment."""
        if self.training:
            self._report.rate(self._host.now_s(), self.progress.decisions, self.progress.updates)
        t_s = self.trained_s()
        values = self._values(t_s)
        self._report.remember(t_s, values)
        self._post(messages.Metrics(TRAINER, 0, values))

    def _values(self, t_s: float) -> dict[str, object]:
        values: dict[str, object] = {
            **self._report.values(t_s, self.progress.decisions),
            "t_s": t_s,
            "training": self.training,
            "decisions": self.progress.decisions,
            "updates": self.progress.updates,
            "version": self._weights.version,
            "learner": self.learner.name,
            "learner_why": self.learner.why,
            **self.run_control.values(self.progress.updates),
        }
        if self.played is not None:
            values["played"] = self.played.told()
        if self._curriculum.count > 1:
            values |= {"lesson": self._curriculum.number + 1, "lessons": self._curriculum.count}
        if self._on_gpu is not None:
            told = {**self._on_gpu.watch.told(), "possible": self._on_gpu.device_possible}
            values |= {"learner_choice": self._on_gpu.mode, "validation": told}
        return values

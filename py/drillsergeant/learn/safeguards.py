"""What keeps a run from breaking, as rules over its own numbers: nothing here touches weights or waits.

Four guards judge every update. A fifth, against NaN and absurd numbers, sits inside the update itself (`poison`): it
leaves such an update out, and here it is only told.

- *Score.* The highest score is remembered, which is the win rate against the frozen scripted player or what else the
  drill's objective is; once it is surely more than a tenth of the whole below that, the advice is to go back to the
  policy that had it, with half the learning rate.
- *Entropy.* A policy that always does the same while it has much to gain is made to try more: the entropy coefficient
  is doubled, within bounds, and lowered again when the policy has recovered.
- *Plateau.* A good policy that has not become better for long takes half the step from then on:
  what is left to learn is finer than the noise of large steps. Where nobody plays against it and the score is as high
  as it can be, nothing is left to learn.
- *KL.* A policy that an update has moved further than PPO's linear view of it holds takes half the step at the next
  one; the steps grow back by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from drillsergeant.learn.evaluation.results import Estimate, RecentEpisodes, Score
from drillsergeant.learn.ppo.hyper import Hyper, floor_learning_rate, with_step_scaled

# -- score: shares of the whole, which is 1 for a win rate, the threshold for a mean return (`results.Score.unit`) --
DROP = 0.10
ENOUGH_EPISODES = 300.0  # effective ones, before a rate can be the best
BETTER = 0.005  # by how much a rate must beat the best for its policy to be looked at
# Episodes of every rollout worker, begun after it was promising, before it is the best: what was counted until then, or
# waited to be, others have earned.
CONFIRM_EPISODES = 75
WORSE = 0.01  # by how much the rate may have gone down in that time
SURE_DEVIATIONS = 3.0
COOL_DOWN_EPISODES = 3000  # of every rollout worker, between two rewinds

# -- entropy, as a share of the highest there is, of choices all as likely; Ball Drill's: a seventh at 9 wins of 10 --
COLLAPSED = 0.04
RECOVERED = 0.10
SMALLEST_RAISED = 0.002
LARGEST_RAISED = 0.05
SMOOTHING = 0.9
PATIENCE_UPDATES = 50

# -- plateau --
# Of every rollout worker; some hundred seconds on two cores. A policy that beats the scripted player nearly always has
# little to gain there, and still learns to beat its earlier selves: with a fifth of this, that was cut short.
PATIENCE_EPISODES = 20_000
REFINES_BELOW = 0.30  # of the whole below what is enough; who is further down has large steps to make
FINEST_SHARE = 1.0 / 32.0  # of the learning rate that the visitor has set

# -- KL of one update; 0.005 is usual with the defaults, 0.037 the largest seen in a healthy run --
KL_LIMIT = 0.1
SMALLEST_SCALE = 1.0 / 64.0
GROWTH = 1.05
QUIET_UPDATES = 200  # between two sentences about the same thing


@dataclass
class Advice:
    """What to do after an update. `changes` are to hyperparameters, `notes` sentences for the visitor.

    `promising`: the policy may be the best so far, set it aside. `best`: the one set aside is the best.
    `fallen`: go back to the best; the sentence says why.
    """

    changes: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    promising: bool = False
    best: bool = False
    fallen: str = ""


class ScoreGuard:
    """Remembers the best score, and notices when it is lost.

    A moving average tells late: a policy that has just been ruined has the highest rate ever for a moment. So one that
    may be the best has to keep the rate up for some hundred episodes more.
    """

    def __init__(self, score: Score, workers: int) -> None:
        self.best: float | None = None
        self._score, self._workers = score, workers
        self._promised: tuple[float, int] | None = None  # rate, and episodes to be seen before it is believed
        self._cool = 0

    def judge(self, episodes: RecentEpisodes, advice: Advice) -> None:
        """Look at the score as it stands."""
        now, unit = episodes.estimate(), self._score.unit
        if now is None:
            return
        value = self._score.value(now)
        if self._promised is None:
            better = self.best is None or value >= self.best + BETTER * unit
            if better and now.effective >= ENOUGH_EPISODES:
                begun = episodes.seen + episodes.waiting
                self._promised, advice.promising = (value, begun + CONFIRM_EPISODES * self._workers), True
        elif episodes.seen >= self._promised[1]:
            if value >= self._promised[0] - WORSE * unit:
                sure = min(self._promised[0], value)
                self.best, advice.best = sure if self.best is None else max(self.best, sure), True
            self._promised = None
        if self.best is None or episodes.seen < self._cool:
            return
        if self._score.interval(now, SURE_DEVIATIONS)[1] < self.best - DROP * unit:
            text = self._score.text
            advice.fallen = f"{self._score.name} fell from {text(self.best)} to {text(value)}"

    def rewound(self) -> None:
        """The policy is the best one again; the rate starts anew and gets time."""
        self._promised, self._cool = None, COOL_DOWN_EPISODES * self._workers


class EntropyGuard:
    """Raises the entropy coefficient of a policy that has stopped trying things."""

    def __init__(self, score: Score, highest: float) -> None:
        """`highest`: the entropy of a policy that takes every choice equally often, nats; infinite where actions are
        numbers, whose entropy tells nothing of how much is tried: such a policy is left alone."""
        self._score = score
        self._highest = max(highest, math.log(2.0))
        self._smooth: float | None = None
        self._since_change = self._since_best = 0
        self._told_bound = False

    def judge(self, entropy: float, now: Estimate | None, hyper: Hyper, setting: Hyper, advice: Advice) -> None:
        """Look at an update's mean entropy.

        `setting` is what the visitor has set, `hyper` that with what guards have changed since.
        """
        self._smooth = entropy if self._smooth is None else SMOOTHING * self._smooth + (1.0 - SMOOTHING) * entropy
        self._since_change += 1
        self._since_best = 0 if advice.best else self._since_best + 1
        if self._since_change < PATIENCE_UPDATES or math.isinf(self._highest):
            return
        share = self._smooth / self._highest
        idle = self._since_best >= PATIENCE_UPDATES and (now is None or self._score.value(now) < self._score.enough)
        if share < COLLAPSED and idle:
            self._raise(share, hyper, setting, advice)
        elif share > RECOVERED and hyper.entropy_coef > setting.entropy_coef:
            self._change(max(setting.entropy_coef, hyper.entropy_coef / 2.0), advice)
            advice.notes.append(
                f"The policy tries things again: entropy bonus down to {advice.changes['entropy_coef']:g}"
            )

    def _raise(self, share: float, hyper: Hyper, setting: Hyper, advice: Advice) -> None:
        bound = max(LARGEST_RAISED, setting.entropy_coef)
        higher = min(bound, max(SMALLEST_RAISED, 2.0 * hyper.entropy_coef))
        what = f"The policy hardly varies what it does ({share:.0%} of the possible entropy) and does not get better"
        if higher > hyper.entropy_coef:
            self._told_bound = False
            self._change(higher, advice)
            advice.notes.append(f"{what}: entropy bonus up to {higher:g}")
        elif not self._told_bound:
            self._told_bound = True
            advice.notes.append(f"{what}; the entropy bonus is already {hyper.entropy_coef:g}, as high as it is raised")

    def _change(self, value: float, advice: Advice) -> None:
        self._since_change = 0
        advice.changes["entropy_coef"] = value


class PlateauGuard:
    """Halves the learning rate of a good policy that does not become better."""

    def __init__(self, score: Score, workers: int, alone: bool) -> None:
        self._score, self._patience = score, PATIENCE_EPISODES * workers
        self._has_ceiling = alone and not score.of_returns
        self._since = 0  # episodes seen when it was last the best, or when the learning rate was last another
        self._learning_rate = 0.0

    def judge(self, episodes: RecentEpisodes, best: float | None, hyper: Hyper, setting: Hyper, advice: Advice) -> None:
        """Look at how long ago the score was last higher than ever."""
        if advice.best or hyper.learning_rate != self._learning_rate or episodes.seen < self._since:
            self._since, self._learning_rate = episodes.seen, hyper.learning_rate
        least = self._score.enough - REFINES_BELOW * self._score.unit
        if best is None or best < least or episodes.seen - self._since < self._patience:
            return
        if self._has_ceiling and best > 1.0 - BETTER:
            return
        self._since = episodes.seen
        finer = floor_learning_rate(max(hyper.learning_rate / 2.0, setting.learning_rate * FINEST_SHARE))
        if finer < hyper.learning_rate:
            advice.changes["learning_rate"] = finer
            advice.notes.append(
                f"{self._score.name} rose no further than {self._score.text(best)} for {self._patience:,} matches: "
                f"learning rate {hyper.learning_rate:g} → {finer:g}"
            )


class KlGuard:
    """Shortens the steps after an update that went too far."""

    def __init__(self) -> None:
        self.scale = 1.0
        self._since_told = QUIET_UPDATES

    def judge(self, approx_kl: float, advice: Advice) -> None:
        """Look at an update's mean approximate KL, in nats."""
        self._since_told += 1
        if not approx_kl <= KL_LIMIT:
            self.scale = max(SMALLEST_SCALE, self.scale / 2.0)
            if self._since_told >= QUIET_UPDATES:
                self._since_told = 0
                advice.notes.append(
                    f"An update changed the policy by KL {approx_kl:.2g}, more than {KL_LIMIT:g}: smaller steps for now"
                )
        elif self.scale < 1.0:
            self.scale = min(1.0, self.scale * GROWTH)


class Safeguards:
    """All of them. One object per run; `judge` after every update.

    `on`: whether they change anything. Off, they only remember the best and tell of updates left out.
    """

    def __init__(
        self, score: Score, highest_entropy: float, workers: int, on: bool = True, *, alone: bool = False
    ) -> None:
        """`workers`: rollout workers, all of which play evaluation matches. `alone`: the drill has one team."""
        self.on = on
        self.best, self._plateau = ScoreGuard(score, workers), PlateauGuard(score, workers, alone)
        self._score, self._highest_entropy = score, highest_entropy
        self._entropy, self._kl = EntropyGuard(score, highest_entropy), KlGuard()
        self._since_dropped = QUIET_UPDATES

    def switch(self, on: bool) -> None:
        """From now on they change something or nothing; what they know of the best stays."""
        self.on = on
        self._entropy, self._kl = EntropyGuard(self._score, self._highest_entropy), KlGuard()

    def in_force(self, hyper: Hyper) -> Hyper:
        """`hyper` with the step that the last updates' KL allows."""
        return with_step_scaled(hyper, self._kl.scale)

    def judge(
        self,
        metrics: Mapping[str, float],
        episodes: RecentEpisodes,
        hyper: Hyper,
        setting: Hyper,
        *,
        to_win: bool = True,
    ) -> Advice:
        """Return what to do after an update with these metrics. `to_win`: whether winning is what it learns for."""
        advice = Advice()
        self.best.judge(episodes, advice)
        self._tell_dropped(metrics, advice)
        if not (self.on and to_win):
            advice.fallen = ""
        elif not advice.fallen:
            self._plateau.judge(episodes, self.best.best, hyper, setting, advice)
        if self.on and metrics["steps"]:
            self._entropy.judge(metrics["entropy"], episodes.estimate(), hyper, setting, advice)
            self._kl.judge(metrics["approx_kl"], advice)
        return advice

    def _tell_dropped(self, metrics: Mapping[str, float], advice: Advice) -> None:
        self._since_dropped += 1
        if metrics["dropped"] and self._since_dropped >= QUIET_UPDATES:
            self._since_dropped = 0
            advice.notes.append("An update with NaN or absurd numbers in it was left out; the policy is as it was")

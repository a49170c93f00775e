"""Behaviour cloning: the policy is made to do what somebody did, before PPO goes on from there.

The loss is the cross-entropy -log pi(a) of the decisions that are learned from. Its gradient is the one that PPO's loss
has for a decision whose probability is compared with itself and whose advantage is one, so the learner's own backward
pass computes it: the value's row and the spreads of numbers are left alone. It ends where the decisions that are held
out are explained no better, with the parameters that explained them best.
"""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from drillsergeant.drills.contract import Continuous, Head
from drillsergeant.learn.evaluation.results import Estimate
from drillsergeant.learn.heads import GAUSSIAN_ENTROPY, LOG_STD_MAX, LOG_STD_MIN, policy_rows, split_rows, spread_of
from drillsergeant.learn.imitation.demonstrations import Demonstrations
from drillsergeant.learn.ppo.arithmetic import corrections
from drillsergeant.learn.ppo.imitator import MOST_ROWS, DecisionBatch, Imitator
from drillsergeant.learn.ppo.ppo import LearnerState

LEARNING_RATE = 2e-3
MOST_EPOCHS = 60
PATIENCE = 6  # epochs without a better held-out loss
NEAR = 0.25  # a number agrees that lies within so many half ranges
HALF_LOG_TAU = GAUSSIAN_ENTROPY - 0.5


@dataclass(frozen=True)
class Agreement:
    """Of decisions that were not learned from: in which share the likeliest action is the one that was taken.

    `loss` is their mean cross-entropy in nats, `chance` the share in which a policy that takes every choice equally
    often agrees, `commonest` one that always takes the action that was taken most often.
    """

    decisions: int
    share: float
    loss: float
    chance: float
    commonest: float

    def interval(self) -> tuple[float, float]:
        """Where the true share lies: Wilson's interval of 95 %."""
        return Estimate(self.share, 1.0 - self.share, 0.0, max(self.decisions, 1)).interval()


@dataclass(frozen=True)
class CloningStep:
    """One epoch: how many are done, the mean loss of the decisions learned from, and what of those held out; `best`:
    these are the parameters to go on with so far, and `done`: they are the last."""

    epoch: int
    loss: float
    held_out: Agreement
    best: Agreement
    done: bool = False


class Cloning:
    """Epoch after epoch by `epochs`; `parameters` are the best so far. Depends on no clock."""

    def __init__(self, imitator: Imitator, heads: Sequence[Head], shown: Demonstrations, parameters: bytes) -> None:
        """Raises ValueError where there is too little to learn from."""
        split = shown.split()
        self._imitator, self._heads, self._shown = imitator, heads, shown
        self._learned, self._held_out = split.learned, split.held_out
        self._steps, self.parameters = 0, parameters
        imitator.begin(parameters)
        self.before = self._agreement()

    def epochs(self) -> Iterator[CloningStep]:
        """Raises FloatingPointError where a step leaves numbers that are none."""
        best, since = self.before, 0
        for epoch in range(1, MOST_EPOCHS + 1):
            loss = self._epoch(epoch)
            now = self._agreement()
            since += 1
            if now.loss < best.loss:
                best, since, self.parameters = now, 0, self._imitator.parameters()
            done = since >= PATIENCE or epoch == MOST_EPOCHS
            yield CloningStep(epoch, loss, now, best, done)
            if done:
                return

    def _epoch(self, epoch: int) -> float:
        draws = random.Random(epoch)
        keys = [draws.random() for _ in self._learned]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        total = 0.0
        for rows in _parts([self._learned[place] for place in order]):
            batch = self._batch(rows)
            logp, _ = self._judged(batch)
            total -= sum(logp)
            self._steps += 1
            if not self._imitator.step(array("f", logp), LEARNING_RATE, *corrections(self._steps)):
                raise FloatingPointError("a step of cloning left NaN, infinity or numbers above 1e18 in the weights")
        return total / len(order)

    def _agreement(self) -> Agreement:
        """Of the decisions held out."""
        loss, agreed = 0.0, 0
        for rows in _parts(self._held_out):
            logp, same = self._judged(self._batch(rows))
            loss, agreed = loss - sum(logp), agreed + sum(same)
        count, width = len(self._held_out), len(self._heads)
        taken = [tuple(self._shown.actions[row * width : (row + 1) * width]) for row in self._held_out]
        chance = math.prod(_by_chance(head) for head in self._heads)
        commonest = max(map(taken.count, set(taken))) / count
        return Agreement(count, agreed / count, loss / count, chance, commonest)

    def _batch(self, rows: Sequence[int]) -> DecisionBatch:
        shown = self._shown
        widths = len(shown.observation), len(shown.heads), shown.masks
        parts = zip((shown.seen, shown.actions, shown.allowed), widths, strict=True)
        return DecisionBatch(*(_columns(part, width, rows) for part, width in parts))

    def _judged(self, batch: DecisionBatch) -> tuple[list[float], list[bool]]:
        """Of every decision of a batch its log-probability, and whether it is what the policy would do."""
        head, rows = self._imitator.look(batch), policy_rows(self._heads)
        logp, same = [0.0] * batch.size, [True] * batch.size
        masks, spreads = iter(batch.allowed), iter(head[rows + 1 :])
        for of_head, own, taken in zip(self._heads, split_rows(self._heads, head[:rows]), batch.actions, strict=True):
            if isinstance(of_head, Continuous):
                found = _of_number(of_head, own[0], next(spreads), taken)
            else:
                found = _of_choice(own, [next(masks) for _ in own] if batch.allowed else [], taken)
            for row, (more, agrees) in enumerate(found):
                logp[row] += more
                same[row] &= agrees
        return logp, same


def cloned(state: LearnerState, parameters: bytes) -> LearnerState:
    """A learner's state with other parameters, and with a fresh optimiser: what was known of how these move is of
    another policy."""
    still = bytes(len(parameters))
    arrays = {"parameters": parameters, "first_moment": still, "second_moment": still}
    scales = state.scales and replace(state.scales, fresh=False)
    return replace(state, steps=0, arrays=arrays, scales=scales)


def _of_choice(
    logits: Sequence[array[float]], masks: Sequence[array[float]], taken: array[float]
) -> Iterator[tuple[float, bool]]:
    """Of each decision the log-probability of what was chosen, and whether nothing is likelier."""
    for row, choice in enumerate(taken):
        column = [each[row] for each in logits]
        if masks:
            column = [logit if mask[row] else -math.inf for logit, mask in zip(column, masks, strict=True)]
        largest, own = max(column), column[int(choice)]
        yield own - largest - math.log(sum(math.exp(logit - largest) for logit in column)), own == largest


def _of_number(
    head: Continuous, mean: array[float], log_std: array[float], taken: array[float]
) -> Iterator[tuple[float, bool]]:
    """Of each decision the log density of its number, and whether the mean is near it."""
    middle, half = spread_of(head)
    for row, number in enumerate(taken):
        used = min(max(log_std[row], LOG_STD_MIN), LOG_STD_MAX)
        away = (number - middle) / half - mean[row]
        yield -0.5 * (away * math.exp(-used)) ** 2 - used - HALF_LOG_TAU, abs(away) <= NEAR


def _by_chance(head: Head) -> float:
    """How often a policy without any idea agrees."""
    return NEAR if isinstance(head, Continuous) else 1.0 / len(head.choices)


def _parts(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    """Minibatches of about equal size."""
    count = -(-len(rows) // MOST_ROWS)
    bounds = [part * len(rows) // count for part in range(count + 1)]
    return (rows[low:high] for low, high in pairwise(bounds))


def _columns(table: array[float], width: int, rows: Sequence[int]) -> list[array[float]]:
    return [array("f", [table[row * width + column] for row in rows]) for column in range(width)]

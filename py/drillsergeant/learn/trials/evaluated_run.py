"""A run in one thread that is looked at as it learns, by matches that it does not learn from.

Looking has no influence on the weights, but for a drill with lessons, which moves on by what is seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from drillsergeant.drills.contract import Drill, objective_of
from drillsergeant.learn.evaluation.curriculum import Curriculum
from drillsergeant.learn.evaluation.results import BothTeams, Score, recent_of
from drillsergeant.learn.ppo.hyper import Hyper, annealed
from drillsergeant.learn.self_play import SingleThreadRun

# Evaluation plays about a third as many decisions as training does; every fourth time it costs a tenth. While nothing
# is known it is done every time: the first matches count when all of them are over.
EVALUATE_EVERY = 4
# Of the last LOOKED_BACK, in a run that has learned: rare numbers that are none cost an update each, and no more. Where
# they are not rare, what is learned is what never leads to them, say never to score.
MOST_IDLE_UPDATES, LOOKED_BACK = 16, 32


class EvaluatedRun:
    """`run` goes on; `recent` are the evaluation's episodes of late by their names, see `recent_of`."""

    def __init__(self, drill: Drill, run: SingleThreadRun) -> None:
        self.run, self.score, self._name = run, Score(objective_of(drill)), drill.name
        self._steps, self._idle = 0, deque[bool](maxlen=LOOKED_BACK)
        self.recent = recent_of(drill.teams, self.score)
        self.curriculum = Curriculum(getattr(drill, "lesson_values", ()), self.score)

    def update(self, hyper: Hyper) -> Mapping[str, float]:
        """Play one chunk of every match and learn from it; returns the metrics of the update.

        Raises FloatingPointError where a run learns nothing, or from half of its play at most, as the other holds no
        numbers.
        """
        metrics = self.run.update(annealed(hyper, self.run.updates))
        self._idle.append(not metrics["steps"])
        self._steps += int(metrics["steps"])
        idle = sum(self._idle)
        if idle >= (MOST_IDLE_UPDATES if self._steps else 1):
            raise FloatingPointError(
                f"drill {self._name}: {idle} of its last {len(self._idle)} updates had nothing to learn from, as "
                "observations, rewards or weights are NaN, infinite or above 1e18: look at its rules and its reward; "
                "check_drill says more"
            )
        return metrics

    def evaluate_if_due(self) -> None:
        """Look, every few updates."""
        if self.run.updates % EVALUATE_EVERY == 0 or not self.recent["scripted"].seen:
            self._evaluate()

    def _evaluate(self) -> None:
        for name, tally in self.run.collectors[0].evaluate(self.run.weights_offset).items():
            self.recent[name].add(tally)
        if self.curriculum.reached(self.recent["scripted"].estimate()):
            self.curriculum.number += 1
            self.run.set_lesson(self.curriculum.number)
            for recent in self.recent.values():
                recent.restart()

    def won(self) -> dict[str, float]:
        """What the evaluation says by now; NaN where no match counts yet."""
        estimates = {name: recent.estimate() for name, recent in self.recent.items()}
        shares = {name: estimate.win if estimate else float("nan") for name, estimate in estimates.items()}
        won = {"win_rate": shares["scripted"], "win_rate_random": shares["random"]}
        if self.score.of_returns:
            now = estimates["scripted"]
            won["mean_return"] = now.mean_return if now else float("nan")
        if self.curriculum.count > 1:
            won["lesson"] = self.curriculum.number + 1
        if isinstance(both := self.recent["scripted"], BothTeams):
            for team, each in enumerate(both.of_teams()):
                won[f"win_rate_team_{team}"] = each.win if each else float("nan")
        return won

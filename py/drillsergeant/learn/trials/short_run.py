"""A player trained from nothing, shortly: by so many decisions, or until it is as good as the drill asks for.

It depends on nothing but its recipe and the game, so it comes to the same weights in a browser and natively.
"""

from __future__ import annotations

import math
from collections import deque
from datetime import UTC, datetime

from drillsergeant.learn.defaults import default_hyper
from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hyper import annealed
from drillsergeant.learn.program import DrillFacts
from drillsergeant.learn.rig import Rig
from drillsergeant.learn.trials.evaluated_run import EvaluatedRun
from drillsergeant.learn.trials.film import SEED, Film, film, seen_in
from drillsergeant.learn.trials.recipe import TrialRecipe

ENOUGH_EPISODES = 64.0  # effective ones, before a policy counts as good enough
UPDATES_TIMED = 16  # whose matches say how long one lasts: fewer hold no whole one of a drill with long ones


class ShortRun:
    """One player. `step` until it `is_over`; what it has come to can be asked for at any time."""

    def __init__(self, rig: Rig, facts: DrillFacts, hidden: tuple[int, ...], recipe: TrialRecipe) -> None:
        """`rig` is laid out for one worker with the recipe's matches; `facts` name what the file will be for."""
        self.rig, self.facts, self.recipe = rig, facts, recipe
        self._schema = Schema.of(facts, hidden)
        self._hyper = default_hyper(facts).changed(**recipe.hyper)
        self._evaluated = EvaluatedRun(rig.drill, rig.run(1, recipe.seed))
        self._run = self._evaluated.run
        self._points: list[tuple[int, float]] = []  # decisions and the drill's measure, as far as it is known
        self._timed = deque[tuple[float, float]](maxlen=UPDATES_TIMED)  # matches that ended, and decisions in them

    @property
    def decisions(self) -> int:
        """Learned from so far."""
        return self._run.decisions

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do."""
        return self.decisions >= self.recipe.decisions or (self.recipe.stops and self._is_good())

    def _is_good(self) -> bool:
        now, score = self._evaluated.recent["scripted"].estimate(), self._evaluated.score
        last = self._evaluated.curriculum.number + 1 >= self._evaluated.curriculum.count
        return last and now is not None and now.effective >= ENOUGH_EPISODES and score.value(now) >= score.enough

    def step(self) -> None:
        """Play one chunk of every match and learn from it. Raises FloatingPointError where nothing can be learned."""
        self._evaluated.update(self._hyper)
        sums = self._run.episode_sums(())
        self._timed.append((sums["episodes"], sums["decisions"]))
        self._evaluated.evaluate_if_due()
        if (now := self._evaluated.recent["scripted"].estimate()) is not None:
            self._points.append((self.decisions, self._evaluated.score.value(now)))

    def curve(self, most: int = 0) -> list[tuple[int, float]]:
        """How it came there: (decisions, the drill's measure) after each update that it is known at; of more than
        `most`, where that is given, every so many and the newest."""
        stride = -(-len(self._points) // most) if most else 1
        return self._points[:: stride or 1] + (self._points[-1:] if (len(self._points) - 1) % (stride or 1) else [])

    def metrics(self) -> dict[str, float]:
        """How far it has come: `decisions`, `updates`, and what is known of its play."""
        known = {name: value for name, value in self._evaluated.won().items() if math.isfinite(value)}
        return {"decisions": self.decisions, "updates": self._run.updates, **known, **self._lasts()}

    def _lasts(self) -> dict[str, float]:
        """How long a match lasts, s. Returns of games with other rewards cannot be compared, and this can."""
        ended = math.fsum(episodes for episodes, _ in self._timed)
        if not self._evaluated.score.of_returns or not ended:
            return {}
        decisions = math.fsum(each for _, each in self._timed)
        return {"lasts_s": decisions / ended * self.facts.action_repeat / self.facts.tick_hz}

    def parameters(self) -> bytes:
        """What it plays by now, f32 [P]."""
        found = bytearray(4 * self.rig.layout.plan.parameter_count)
        self.rig.memory.read(self.rig.weights_offset, found)
        return bytes(found)

    def film(self) -> tuple[Film, dict[str, float]]:
        """A match of its own as it plays now, and what that says in numbers."""
        match = self.rig.engine.show_match(SEED)
        for team in range(len(self.facts.teams)):
            match.adopt(self.rig.weights_offset, team)
        found = film(match, self.facts)
        return found, seen_in(self.facts.scene, found)

    def policy(self, edit: str = "") -> PolicyFile:
        """What its file holds; `edit` is the reader's code of the game, where it was another one."""
        known, estimate = self.metrics(), self._evaluated.recent["scripted"].estimate()
        mean_return = estimate.mean_return if estimate and self._evaluated.score.of_returns else None
        progress = RunProgress(
            self.decisions,
            win_rate=known.get("win_rate"),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            mean_return=mean_return,
            lesson=self._evaluated.curriculum.number,
        )
        in_use = annealed(self._hyper, self._run.updates)
        state = self._run.learner.state()
        return PolicyFile(self._schema, state, self._hyper, progress, hyper_in_use=in_use, edit=edit)

"""Training without workers: play a chunk, learn from it, say how it went, and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict
from typing import Any

from drillsergeant import drills
from drillsergeant.callbacks.callback import Callback, close, tell
from drillsergeant.callbacks.history import MetricHistory
from drillsergeant.callbacks.progress import ProgressBar, progress_here
from drillsergeant.callbacks.run_plot import RunPlot
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.defaults import default_hidden, default_hyper
from drillsergeant.learn.files import dshq
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.heads import masks_of
from drillsergeant.learn.imitation.cloning import Agreement, Cloning, cloned
from drillsergeant.learn.imitation.demonstrations import Demonstrations
from drillsergeant.learn.ppo.hidden import checked_hidden
from drillsergeant.learn.ppo.hyper import Hyper, annealed, current_names
from drillsergeant.learn.ppo.limits import checked_seed
from drillsergeant.learn.rig import ENGINES, make_rig
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.learn.trials.evaluated_run import EvaluatedRun
from drillsergeant.library.policy import Policy, now, schema_of
from drillsergeant.library.public import public_names
from drillsergeant.library.webassembly import REMEDY, has_webassembly, place
from drillsergeant.memory.turns import new_turn
from drillsergeant.plain import whole_number


class Training:
    """A run of PPO by self-play. Loop over it with `for`, or on a page with `async for`, which lets the page breathe.

    Each round yields the metrics of one update by name: `decisions`, `updates`, `seconds`, those of the page
    (`policy_loss`, `value_loss`, `entropy`, `approx_kl`, `clip_fraction`, `gradient_norm`, `steps`, `dropped`),
    `win_rate` against the drill's scripted player and `win_rate_random` (NaN before the first match that counts; whole
    matches in the order in which they began, see `learn.evaluation`), of a drill whose objective is a mean return also
    `mean_return`, of one whose teams differ in size `win_rate_team_0` and `win_rate_team_1`, whose mean `win_rate` is
    then, of one with lessons the `lesson`, from 1, and `reward_<term>`, the mean per episode that ended in this round
    (NaN where none did; short ones come first). The loop ends after `decisions` decisions, or with an update after
    which a callback returns False; `policy` is the policy as it is now, whenever asked; `settings` is what the run was
    begun with, by name, and `seconds` the time it took so far.

    Any number of threads may loop over it, one round at a time. A copy (`copy.deepcopy`, `pickle`) goes on by itself,
    to the very weights that the run itself would come to; nobody watches it yet.
    """

    def __init__(
        self, drill: Drill, seed: int, hyper: Hyper, decisions: int, matches: int, engine: str, hidden: Sequence[int]
    ) -> None:
        self.drill, self.hyper, self.engine, self.hidden = drill, hyper, engine, tuple(hidden)
        self._wanted, self.seconds, self._turn = decisions, 0.0, new_turn()
        self._run = make_rig(drill, RunSizes(matches=matches), engine, place, hidden=hidden).run(1, seed)
        self._evaluated = EvaluatedRun(drill, self._run)
        self._history, self._callbacks, self._goes_on = MetricHistory(), list[Callback](), True
        self.settings: dict[str, object] = {"drill": drill.name, "seed": seed, "decisions": decisions}
        self.settings |= {"matches": matches, "engine": engine, "hidden": list(hidden), **asdict(hyper)}

    @property
    def wanted(self) -> int:
        """After how many decisions the loop ends."""
        return self._wanted

    @property
    def history(self) -> list[dict[str, float]]:
        """The metrics of the updates so far; of more than two thousand, some."""
        return self._history.rows

    @property
    def decisions(self) -> int:
        """Decisions learned from so far."""
        return self._run.decisions

    @property
    def updates(self) -> int:
        """Updates made so far."""
        return self._run.updates

    @property
    def is_over(self) -> bool:
        """Whether the loop has ended."""
        return self.decisions >= self._wanted or not self._goes_on

    def __iter__(self) -> Iterator[dict[str, float]]:
        try:
            while not self.is_over:
                yield self.step()
        finally:
            close(self._callbacks)

    async def __aiter__(self) -> AsyncIterator[dict[str, float]]:
        try:
            while not self.is_over:
                yield self.step()
                await asyncio.sleep(0)
        finally:
            close(self._callbacks)

    def finish(self, progress: bool | None = None) -> Policy:
        """Go on to the end and return the policy, with a bar in a terminal and a chart in a notebook.

        `progress` False shows neither; True shows the bar also where it is not a terminal that it is written to.
        """
        shown = progress_here() if progress is not False else []
        self._callbacks += shown or ([ProgressBar()] if progress else [])
        for _ in self:
            pass
        return self.policy

    def watch(self, *callbacks: Callback) -> None:
        """Call these after every update from now on. Raises TypeError for what cannot be called."""
        for each in callbacks:
            if not callable(each):
                raise TypeError(f"a callback is {each!r:.40}; give functions of the run and its metrics")
        self._callbacks += callbacks

    def plot(self, *names: str) -> RunPlot:
        """The curve so far, in a notebook a picture, by `plot().save("curve.svg")` a file: the metrics of these names,
        or wins, or the mean return where that is what counts."""
        return RunPlot.of(self, *names)

    def __repr__(self) -> str:
        evaluated, said = self._evaluated, f"{self.updates:,} updates"
        if now := evaluated.recent["scripted"].estimate():
            said += f", {now.mean_return:.1f} on average" if evaluated.score.of_returns else f", {now.win:.0%} wins"
        done = f"{self.decisions:,} of {self._wanted:,} decisions, {said}"
        return f"<Training {self.drill.name}: {done}, network {self.hidden}, {self.engine}>"

    def __dir__(self) -> list[str]:
        return public_names(super().__dir__())

    def _repr_html_(self) -> str:
        return self.plot().svg()

    def step(self) -> dict[str, float]:
        """Play one chunk of every match and learn from it; returns the metrics.

        Raises FloatingPointError where nothing can be learned from what is played, see `EvaluatedRun.update`.
        """
        with self._turn:
            start = time.perf_counter()
            learned = self._evaluated.update(self.hyper)
            self._evaluated.evaluate_if_due()
            self.seconds += time.perf_counter() - start
            counted = {"decisions": self.decisions, "updates": self.updates, "seconds": self.seconds}
            metrics = {**learned, **counted, **self._evaluated.won(), **self._rewards()}
            self._history.add(metrics)
            self._goes_on = tell(self._callbacks, self, metrics)
            return metrics

    def clone(self, demonstrations: Demonstrations) -> Agreement:
        """Make the policy do what somebody did, by behaviour cloning; the loop then goes on from there with PPO.

        Returns how far the policy agrees with the decisions that were held out, see `learn.imitation.cloning`. The
        optimiser starts afresh, and wins are counted anew. Raises ValueError where they are too few, or of another
        drill or of one whose players see or do something else; TypeError for what is none; FloatingPointError where a
        step leaves numbers that are none. Nothing has changed then.
        """
        if not isinstance(demonstrations, Demonstrations):
            raise TypeError(f"demonstrations is {demonstrations!r:.40}; give those of drillsergeant.demonstrate(drill)")
        with self._turn:
            masks = masks_of(self.drill)
            if not demonstrations.belongs_to(self.drill, masks):
                wanted = Demonstrations.of(self.drill, masks)
                raise ValueError(
                    f"the demonstrations are of {demonstrations.told()}, this run is of {wanted.told()}: record "
                    "some of this drill as it is now"
                )
            learner, collectors = self._run.learner, self._run.collectors
            before = after = learner.state()
            try:
                cloning = Cloning(learner.imitator(), self.drill.heads, demonstrations, before.arrays["parameters"])
                *_, last = cloning.epochs()
                after = cloned(before, cloning.parameters)
            finally:
                learner.restore(after)
            self._run.publish()
            for recent in self._evaluated.recent.values():
                recent.restart()
            for collector in collectors:
                collector.restart_evaluations()
            return last.best

    def _rewards(self) -> dict[str, float]:
        sums = self._run.episode_sums(self.drill.reward_terms)
        ended = sums["episodes"]
        return {f"reward_{name}": sums[name] / ended if ended else float("nan") for name in self.drill.reward_terms}

    @property
    def policy(self) -> Policy:
        """The policy as it is now, with its optimiser: saved and imported on the page, it goes on training there."""
        with self._turn:
            return Policy(self._content())

    def _content(self) -> dshq.PolicyFile:
        """What the file of the policy holds."""
        estimate = self._evaluated.recent["scripted"].estimate()
        mean_return = estimate.mean_return if estimate and self._evaluated.score.of_returns else None
        win, lesson = estimate.win if estimate else None, self._evaluated.curriculum.number
        progress = RunProgress(self.decisions, self.seconds, win, now(), mean_return=mean_return, lesson=lesson)
        state, in_use = self._run.learner.state(), annealed(self.hyper, self.updates)
        schema = schema_of(self.drill, self.hidden)
        return dshq.PolicyFile(schema, state, self.hyper, progress, hyper_in_use=in_use)

    def __deepcopy__(self, memo: dict[int, Any]) -> Training:
        with self._turn:
            copied = Training.__new__(Training)
            copied.__setstate__(deepcopy(self.__getstate__(), memo))
        return copied

    def __getstate__(self) -> dict[str, Any]:
        state = {**vars(self), "_callbacks": []}  # which may have files and windows
        del state["_turn"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _turn=new_turn())


def train(
    drill: Drill | str,
    *,
    seed: int = 0,
    hyper: Hyper | Mapping[str, float] | None = None,
    decisions: int = 4_000_000,
    matches: int = RunSizes.matches,
    engine: str | None = None,
    hidden: Sequence[int] | None = None,
    callbacks: Iterable[Callback] = (),
) -> Training:
    """A run of a drill, or of the one with this name (`drills.make`), from fresh weights: see `Training`.

    `hyper` changes hyperparameters by name (`learn.defaults` has what they are without), `matches` is how many are
    played at once, `engine` is "wasm" or "numpy" (default: "wasm" where the host has it), `hidden` the units of each
    hidden layer of the network, 1 to 3 layers of 8 to 256 (default: the drill's, mostly `(64, 64)`), `callbacks` are
    called with the run and its metrics after every update, see `drillsergeant.callbacks`. With "wasm" the same
    arguments give the same weights to the last bit, in any browser and natively. Raises ValueError for values out of
    range, TypeError for callbacks that cannot be called.
    """
    if engine not in (None, *ENGINES):
        raise ValueError(f"engine is {engine!r}, expected one of {', '.join(ENGINES)}: {REMEDY}")
    made = drills.resolve(drill)
    ensure_drill(made)
    chosen = hyper if isinstance(hyper, Hyper) else default_hyper(made).changed(**current_names(hyper or {}))
    decisions = whole_number("decisions", decisions)
    matches = whole_number("matches", matches, least=1)
    network = default_hidden(made) if hidden is None else checked_hidden(hidden)
    seed = checked_seed(seed)
    engine = engine or ("wasm" if has_webassembly() else "numpy")
    run = Training(made, seed, chosen, decisions, matches, engine, network)
    if not isinstance(callbacks, Iterable):
        raise TypeError(f"callbacks is {callbacks!r:.40}; give a list of them, [callback]")
    run.watch(*callbacks)
    return run

"""Training without workers: play a chunk, learn from it, say how it went, and again."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import AsyncIterator, Iterator, Mapping

from drillsergeant import drills
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.engine import CHUNK_STATS, Engine, duels_of
from drillsergeant.learn.files import dshq
from drillsergeant.learn.files.dshq import RunProgress
from drillsergeant.learn.league.single_thread import League
from drillsergeant.learn.ppo.hyper import Hyper, annealed, current_names
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.learn.win_rate import WinRate
from drillsergeant.library.policy import Policy, now, schema_of
from drillsergeant.library.webassembly import REMEDY, has_webassembly, place
from drillsergeant.memory.access import Memory, PlainMemory
from drillsergeant.memory.layout import Layout

MATCHES, HORIZON, DUEL_PERCENT = 256, 16, 25
# Evaluation plays about a third as many decisions as training does; every fourth time it costs a tenth.
EVALUATE_EVERY = 4
ENGINES = ("wasm", "numpy")


class Training:
    """A run of PPO by self-play. Loop over it with `for`, or on a page with `async for`, which lets the page breathe.

    Each round yields the metrics of one update by name: `decisions`, `updates`, `seconds`, those of the page
    (`policy_loss`, `value_loss`, `entropy`, `approx_kl`, `clip_fraction`, `gradient_norm`, `steps`, `dropped`),
    `win_rate` against the drill's scripted player and `win_rate_random` (NaN before the first finished match), and
    `reward_<term>`, the mean per episode that ended in this round (NaN where none did). The loop ends after `decisions`
    decisions; `policy` is the policy as it is now, whenever asked.
    """

    def __init__(self, drill: Drill, seed: int, hyper: Hyper, decisions: int, matches: int, engine: str) -> None:
        self.drill, self.hyper, self.engine = drill, hyper, engine
        self._wanted = decisions
        self.decisions = self.updates = 0
        self.seconds = 0.0
        self._layout, self._memory, made = _engine(drill, matches, engine)
        self._learner = made.learner(seed)
        self._collectors = [made.collector(0, seed)]
        self._slots = [self._layout["ring.0.chunks"].offset]
        self._weights = self._layout["weights.0"].offset
        self._learner.write_parameters(self._weights)
        self._league = League(self._memory, self._layout, workers=1)
        self._rates = {"scripted": WinRate(), "random": WinRate()}

    def __iter__(self) -> Iterator[dict[str, float]]:
        while self.decisions < self._wanted:
            yield self.step()

    async def __aiter__(self) -> AsyncIterator[dict[str, float]]:
        while self.decisions < self._wanted:
            yield self.step()
            await asyncio.sleep(0)

    def step(self) -> dict[str, float]:
        """Play one chunk of every match and learn from it; returns the metrics."""
        start = time.perf_counter()
        self._league.collect(self._collectors, self._slots)
        learned = self._learner.learn(self._slots, annealed(self.hyper, self.updates))
        self._learner.write_parameters(self._weights)
        self.updates += 1
        self.decisions += self._layout.plan.agents * self._layout.plan.horizon
        self._league.updated(self.decisions)
        if self.updates % EVALUATE_EVERY == 0:
            self._evaluate()
        self.seconds += time.perf_counter() - start
        counted = {"decisions": self.decisions, "updates": self.updates, "seconds": self.seconds}
        return {**learned, **counted, **self._won(), **self._rewards()}

    def _evaluate(self) -> None:
        for name, tally in self._collectors[0].evaluate(self._weights).items():
            self._rates[name].add(tally.episodes, tally.wins, tally.losses)

    def _won(self) -> dict[str, float]:
        estimates = {name: rate.estimate() for name, rate in self._rates.items()}
        shares = {name: estimate.win if estimate else float("nan") for name, estimate in estimates.items()}
        return {"win_rate": shares["scripted"], "win_rate_random": shares["random"]}

    def _rewards(self) -> dict[str, float]:
        names = [*CHUNK_STATS, *self.drill.reward_terms]
        sums = array("f", bytes(4 * len(names)))
        self._memory.read(self._layout.chunk_field("stats", self._slots[0]).offset, sums)
        ended, earned = sums[0], sums[len(CHUNK_STATS) :]
        means = [total / ended if ended else float("nan") for total in earned]
        return {f"reward_{name}": mean for name, mean in zip(self.drill.reward_terms, means, strict=True)}

    @property
    def policy(self) -> Policy:
        """The policy as it is now, with its optimiser: saved and imported on the page, it goes on training there."""
        estimate = self._rates["scripted"].estimate()
        progress = RunProgress(self.decisions, self.seconds, estimate.win if estimate else None, now())
        state = self._learner.state()
        return Policy(dshq.PolicyFile(schema_of(self.drill), state, self.hyper, progress))


def _engine(drill: Drill, matches: int, engine: str) -> tuple[Layout, Memory, Engine]:
    program = build_program(drill, shared=False)
    duels = duels_of(drill.sides, matches, DUEL_PERCENT)
    layout = Layout(plan_for(program, 1, matches, HORIZON, ring_slots=2, duels=duels))
    return layout, *_made(drill, program, layout, engine)


def _made(drill: Drill, program: Program, layout: Layout, engine: str) -> tuple[Memory, Engine]:
    if engine == "numpy":
        from drillsergeant.learn.reference.engine import NumpyEngine

        plain = PlainMemory(layout.total_bytes)
        return plain, NumpyEngine(drill, layout, plain)
    here = place(layout.total_bytes)
    return here.memory, KernelEngine(program, here.link(program.binary), layout, here.memory)


def train(
    drill: Drill | str,
    *,
    seed: int = 0,
    hyper: Hyper | Mapping[str, float] | None = None,
    decisions: int = 4_000_000,
    matches: int = MATCHES,
    engine: str | None = None,
) -> Training:
    """A run of a drill (or of the one with this name) from fresh weights: see `Training`.

    `hyper` changes hyperparameters by name (`learn.ppo.hyper.Hyper` has their defaults), `matches` is how many are
    played at once, `engine` is "wasm" or "numpy" (default: "wasm" where the host has it). With "wasm" the same
    arguments give the same weights to the last bit, in any browser and natively. Raises ValueError for values out of
    range.
    """
    if engine not in (None, *ENGINES):
        raise ValueError(f"engine is {engine!r}, expected one of {', '.join(ENGINES)}: {REMEDY}")
    chosen = hyper if isinstance(hyper, Hyper) else Hyper().changed(**current_names(hyper or {}))
    made = drills.make(drill) if isinstance(drill, str) else drill
    return Training(made, seed, chosen, decisions, matches, engine or ("wasm" if has_webassembly() else "numpy"))

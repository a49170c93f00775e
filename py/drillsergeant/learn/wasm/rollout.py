"""A rollout worker's matches on kernels: one call a chunk."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from drillsergeant.drills.contract import LESSON_SHIFT
from drillsergeant.learn.engine import (
    CHUNK_STATS,
    NO_EPISODES,
    EvaluationMatches,
    Tally,
    duel_seed,
    evaluation_seed,
    evaluations_of,
    worker_seed,
)
from drillsergeant.learn.evaluation.start_order import StartOrder
from drillsergeant.learn.first_clocks import first_clocks
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Calls, Rows
from drillsergeant.learn.wasm.gradient_shares import KernelAssistant
from drillsergeant.learn.wasm.scratch import Arena, BatchScratch, RolloutScratch
from drillsergeant.memory.access import SIMD_LANES, WORD_BYTES, Memory
from drillsergeant.memory.layout import LANE_MULTIPLE, Layout, rollout, round_up

RECORDED = ("obs", "action", "allowed", "logp", "reward", "terminated", "truncated", "value", "stats")


class KernelCollector:
    """`engine.Collector`: plays where `rollout.Collector` would, to the bit."""

    def __init__(self, program: Program, calls: Calls, layout: Layout, memory: Memory, index: int, seed: int) -> None:
        self._calls, self._layout, self._memory = calls, layout, memory
        plan = layout.plan
        arena = Arena.over(layout[f"{rollout(index)}.scratch"])
        self._places = RolloutScratch(program, plan.self_play, arena, plan.duels, plan.horizon)
        self._looks = evaluations_of(plan.teams)
        memory.write(self._places.slots, array("I", range(round_up(self._places.largest, SIMD_LANES))))
        self._assistant = KernelAssistant(program, calls, layout, memory, index, self._places.match_view.network)
        self._drill = program.drill
        self._seed = worker_seed(seed, index)
        self._duel_starts = self._evaluation_starts = 0
        self._rival: int | None = None
        self.set_lesson(0)

    def set_lesson(self, lesson: int) -> None:
        """Start all matches anew, at this lesson."""
        self._first = lesson << LESSON_SHIFT
        self._main = self._start(self._places.main, self._layout.plan.self_play, self._seed) | self._chunk_rows()
        if clocks := first_clocks(self._drill, self._layout.plan.self_play):
            state, row = self._places.main.state, list(self._drill.fields).index("clock")
            self._memory.write(state.base + row * state.stride, array("I", clocks))
        self.set_opponent(self._rival)
        self.restart_evaluations()

    def _start(self, batch: BatchScratch, matches: int, seed: int) -> dict[str, int]:
        """Start every match's first episode; returns what a call that plays them needs beside the chunk's places."""
        slots = Rows(self._places.slots, 0)
        scalars = {"count": matches, "scalar.seed": seed, "scalar.first": self._first}
        self._calls.run("reset", scalars, in_slot=slots, out_state=batch.state)
        self._memory.write(batch.running.base, bytes(batch.ended.base - batch.running.base))
        match_view = self._places.match_view
        return {
            "decisions": self._layout.plan.horizon,
            "matches": matches,
            "match_stride": batch.match_stride,
            "state": batch.state.base,
            "next_state": batch.next_state.base,
            "running": batch.running.base,
            "ended": batch.ended.base,
            "rewards": batch.rewards.base,
            "flag": batch.flag.base,
            "draw": match_view.draw,
            "scratch": match_view.network,
            "head": match_view.head.base,
            "head_stride": match_view.head.stride,
        }

    def _lanes_bytes(self, agents: int) -> int:
        """Stride of rows of so many agents that are recorded nowhere."""
        return round_up(agents, LANE_MULTIPLE) * WORD_BYTES

    def _chunk_rows(self) -> dict[str, int]:
        """What playing into a chunk needs."""
        match_view = self._places.match_view
        last = {"last_obs": match_view.obs, "last_allowed": match_view.allowed}
        return {"lanes_bytes": self._layout.plan.lanes * WORD_BYTES, **last}

    def set_opponent(self, weights_offset: int | None) -> None:
        """Start the duels anew, against the parameters at this offset; None: against those `collect` plays with."""
        plan, match_view, teams = self._layout.plan, self._places.match_view, self._layout.plan.teams
        self._rival, self._duels = weights_offset, {}
        if not plan.duels:
            return
        seed = duel_seed(self._seed, self._duel_starts)
        self._duel_starts += 1
        self._duels = self._start(self._places.duels, plan.duels, seed) | self._chunk_rows()
        self._duels |= {
            "rival_lanes_bytes": self._lanes_bytes(sum(teams[1:]) * plan.duels),
            "rival_action": match_view.action.base,
            "rival_action_stride": match_view.action.stride,
            "rival_logp": match_view.logp,
            "rival_value": match_view.value,
        }

    def restart_evaluations(self) -> None:
        """Start the evaluation matches anew: the policy is one that did not come of the one that began them."""
        self._evaluations = {
            name: self._start_evaluation(name, each, evaluation_seed(self._seed, number, self._evaluation_starts))
            for number, (name, each) in enumerate(self._looks.items())
        }
        self._orders = {name: StartOrder(each.matches) for name, each in self._looks.items()}
        self._evaluation_starts += 1

    def _start_evaluation(self, name: str, look: EvaluationMatches, seed: int) -> dict[str, int]:
        match_view = self._places.match_view
        return self._start(self._places.evaluations[name], look.matches, seed) | {
            "lanes_bytes": self._lanes_bytes(self._layout.plan.teams[look.team] * look.matches),
            "obs": match_view.obs,
            "allowed": match_view.allowed,
            "action": match_view.action.base,
            "action_stride": match_view.action.stride,
            "logp": match_view.logp,
            "value": match_view.value,
            "log": self._places.log,
        }

    def compute_shares(self) -> None:
        """Compute shares of the learner's gradient as long as there are any."""
        self._assistant.compute_shares()

    def collect(self, weights_offset: int, chunk_offset: int) -> Tally:
        """Play one chunk with the parameters at `weights_offset` and write it to the ring at `chunk_offset`.

        Returns what became of its duels.
        """
        chunk = {name: self._layout.chunk_field(name, chunk_offset).offset for name in RECORDED}
        if self._main["matches"]:
            self._calls.run("collect", {**self._main, **chunk, "parameters": weights_offset})
        if not self._duels:
            return NO_EPISODES
        # Behind the lanes of self-play, in the same rows; after them, for their last group of four may run into ours.
        self_play_bytes = self._layout.plan.players * self._layout.plan.self_play * WORD_BYTES
        beside = {name: offset + self_play_bytes for name, offset in chunk.items()}
        players = {"parameters": weights_offset, "rival_parameters": self._rival or weights_offset}
        self._calls.run("collect_duel", {**self._duels, **beside, **players, "stats": self._places.stats})
        return self._tally()

    def ended_duels(self) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
        """Of each duel [N] how many of its matches ended in the last chunk, and how many team 0 won and lost."""
        ended, kinds = self._places.duels.ended, 3  # the first of CHUNK_STATS
        log = array("f", bytes(kinds * ended.stride))
        self._memory.read(ended.base, log)
        step, matches = ended.stride // WORD_BYTES, self._layout.plan.duels
        over, won, lost = (log[at * step : at * step + matches] for at in range(kinds))
        return over, won, lost

    def evaluate(self, weights_offset: int) -> Mapping[str, Tally]:
        """Play the evaluation matches for one chunk's length; returns what counts from now on of each."""
        return {name: self._evaluate(name, each, weights_offset) for name, each in self._looks.items()}

    def _evaluate(self, name: str, look: EvaluationMatches, weights_offset: int) -> Tally:
        self._calls.run(f"evaluate_{name}", {**self._evaluations[name], "parameters": weights_offset})
        stride = self._places.evaluations[name].match_stride
        kinds = len(CHUNK_STATS)
        logged = range(0, (self._layout.plan.horizon + 1) * kinds * stride, stride)
        log = array("f", bytes(logged.stop))
        self._memory.read(self._places.log, log)
        rows = [memoryview(log)[start // WORD_BYTES :][: look.matches] for start in logged]
        return self._orders[name].count([rows[at : at + kinds] for at in range(0, len(rows), kinds)]).of_team(look.team)

    def waiting(self, evaluation: str) -> int:
        """Return how many matches of an evaluation have begun and are not counted yet."""
        return self._orders[evaluation].waiting

    def _tally(self) -> Tally:
        """What the call before left in the scratch statistics."""
        stats = array("f", bytes(len(CHUNK_STATS) * WORD_BYTES))
        self._memory.read(self._places.stats, stats)
        found = dict(zip(CHUNK_STATS, stats, strict=True))
        episodes, wins, losses = (int(found[name]) for name in ("episodes", "wins", "losses"))
        return Tally(episodes, wins, losses, found["returns"], found["return_squares"])

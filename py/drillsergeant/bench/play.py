"""Playing: physics alone, whole rollouts, and where the time of a rollout goes."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Callable, Mapping
from time import perf_counter

import numpy as np

from drillsergeant.bench.ground import SEED, BenchPlace, Ground
from drillsergeant.bench.timing import KERNELS, NUMPY, Contestant, Parts, Race
from drillsergeant.drills.contract import Discrete, Head
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.actions import to_words
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.learn.reference.rollout import ReferenceCollector
from drillsergeant.learn.wasm.calls import Rows
from drillsergeant.learn.wasm.scratch import Arena, RolloutScratch
from drillsergeant.memory.access import WORD_BYTES

PHYSICS_MATCHES = 1024
# Then the matches start anew: what nobody pushes decays into denormal numbers, which processors are 10 times slower at,
# and no real match lasts long enough for that.
DECISIONS_EACH = 100
NUMBERS_TRIED = 16  # of a continuous head


def physics(place: BenchPlace) -> Race:
    """One decision's ticks of many matches whose players keep to one action each, for less than seven seconds."""
    ground = Ground(place, PHYSICS_MATCHES, horizon=1)
    drill = ground.drill
    ticks = PHYSICS_MATCHES * drill.action_repeat
    slots = np.arange(PHYSICS_MATCHES, dtype=np.int32)
    players = range(sum(drill.teams))
    actions = [[_kept_to(head, slots // (1 + player)) for head in drill.heads] for player in players]
    matches = MatchBatch(drill, PHYSICS_MATCHES, SEED)
    start = matches.state

    def numpy_ticks() -> None:
        for _ in range(drill.action_repeat):
            matches.state = drill.tick(matches.state, actions)

    contestants = [
        Contestant(KERNELS, _kernel_ticks(ground, np.array([to_words(drill.heads, each) for each in actions])), ticks),
        Contestant(NUMPY, _afresh(numpy_ticks, lambda: setattr(matches, "state", start)), ticks),
    ]
    return Race("match-ticks/s", contestants)


def _kept_to(head: Head, numbers: Array) -> Array:
    """An action of this head by numbers i32 [N]: choices i32 [N], or f32 [N] anywhere in its range."""
    if isinstance(head, Discrete):
        action: Array = numbers % len(head.choices)
    else:
        share = (numbers % NUMBERS_TRIED).astype(np.float32) * np.float32(1.0 / NUMBERS_TRIED)
        action = share * np.float32(head.high - head.low) + np.float32(head.low)
    return action


def _kernel_ticks(ground: Ground, actions: np.typing.NDArray[np.int32]) -> Callable[[], object]:
    """The product's call of `tick`, from one state to another and back; actions, words i32 [S][HEADS][N]."""
    ground.engine(ground.kernels).collector(0, SEED)  # numbers the slots
    scratch = RolloutScratch(ground.program, ground.matches, Arena.over(ground.layout["rollout.0.scratch"]))
    batch, slots = scratch.main, Rows(scratch.slots, 0)
    place = ground.spare.words(actions.size)
    ground.memory.write(place, array("i", actions.ravel().tolist()))
    count, (player_bytes, head_bytes, _) = {"count": ground.matches}, actions.strides
    given = {f"in_action_{player}": Rows(place + player * player_bytes, head_bytes) for player in range(len(actions))}
    reset = ground.calls.bind(
        "reset", {**count, "scalar.seed": SEED, "scalar.first": 0}, in_slot=slots, out_state=batch.state
    )
    there = ground.calls.bind("tick", count, in_state=batch.state, out_state=batch.next_state, **given)
    back = ground.calls.bind("tick", count, in_state=batch.next_state, out_state=batch.state, **given)
    calls = [there, back]

    def ticks() -> None:
        calls[0]()
        calls.reverse()

    return _afresh(ticks, reset)


def _afresh(play: Callable[[], object], start: Callable[[], object]) -> Callable[[], None]:
    """`play`, with `start` before every DECISIONS_EACHth time."""
    played = itertools.count()

    def call() -> None:
        if next(played) % DECISIONS_EACH == 0:
            start()
        play()

    return call


def rollout(place: BenchPlace) -> Race:
    """Whole chunks with their full record, all players by a fresh policy."""
    ground = Ground(place)
    collector = ground.engine(ground.kernels).collector(0, SEED)
    network = Network.for_heads(len(ground.drill.observation), ground.drill.heads)
    parameters, reference = network.initial(SEED), ReferenceCollector(ground.drill, network, ground.matches, SEED)
    contestants = [
        Contestant(KERNELS, lambda: collector.collect(ground.weights_offset, ground.chunk_offset), ground.decisions),
        Contestant(NUMPY, lambda: reference.collect(parameters, ground.horizon), ground.decisions),
    ]
    return Race("agent decisions/s", contestants)


class RolloutProfile:
    """A chunk's kernels called one by one in the order and on the rows in which `collect` calls them; "record" is what
    a whole chunk takes beyond that. A rollout worker also plays the evaluations after each chunk. In ms a chunk."""

    unit = "ms"

    def __init__(self, place: BenchPlace) -> None:
        self._ground = Ground(place)
        self._collector = self._ground.engine(self._ground.kernels).collector(0, SEED)
        self._parts = Parts()
        self._decisions = [self._calls(t) for t in range(self._ground.horizon)]

    def _calls(self, t: int) -> list[Callable[..., object]]:
        """The calls of decision t, timed."""
        ground, program = self._ground, self._ground.program
        scratch = RolloutScratch(program, ground.matches, Arena.over(ground.layout["rollout.0.scratch"]))
        batch, match_view, players = scratch.main, scratch.match_view, range(sum(ground.drill.teams))
        lanes_bytes = ground.layout.plan.lanes * WORD_BYTES

        def row(name: str, agent_rows: int = 1) -> int:
            return ground.layout.chunk_field(name, ground.chunk_offset).offset + t * agent_rows * lanes_bytes

        obs, allowed = row("obs", len(program.drill.observation)), row("allowed", ground.layout.plan.mask_words)
        matches, agents = {"count": ground.matches}, {"count": ground.layout.plan.agents}
        player_bytes = ground.matches * WORD_BYTES
        action = row("action", len(program.drill.heads))
        chosen = {f"in_action_{player}": Rows(action + player * player_bytes, lanes_bytes) for player in players}
        network = {"rows": agents["count"], "obs": obs, "obs_stride": lanes_bytes, "params": ground.weights_offset}
        network |= {"scratch": match_view.network, "head": match_view.head.base, "head_stride": match_view.head.stride}
        books = {"in_running": batch.running, "in_ended": batch.ended, "out_running": batch.running}
        books |= {"out_ended": batch.ended, "out_flag": batch.flag, "out_reward": batch.rewards}

        def seen(player: int) -> dict[str, Rows]:
            first = player * player_bytes
            places = {"out_obs": Rows(obs + first, lanes_bytes), "out_draw": Rows(match_view.draw + first, 0)}
            return {**places, "out_allowed": Rows(allowed + first, lanes_bytes)}

        drawn = {
            "in_head": match_view.head,
            "in_allowed": Rows(allowed, lanes_bytes),
            "in_draw": Rows(match_view.draw, 0),
            "out_action": Rows(action, lanes_bytes),
            "out_logp": Rows(row("logp"), 0),
        }
        around = {"in_before": batch.state, "in_after": batch.next_state, "out_state": batch.state}
        return [
            *(self._part("observe", f"observe_{p}", matches, in_state=batch.state, **seen(p)) for p in players),
            self._part("forward", "forward", network),
            self._part("sample", "sample", agents, **drawn),
            self._part("tick", "tick", matches, in_state=batch.state, out_state=batch.next_state, **chosen),
            self._part("judge", "judge", matches, **around, **books),
        ]

    def _part(self, name: str, function: str, numbers: Mapping[str, float], **groups: Rows) -> Callable[..., object]:
        bind = self._ground.calls.bind
        nothing = {**numbers, "rows" if "rows" in numbers else "count": 0}
        return self._parts.timed(name, bind(function, numbers, **groups), bind(function, nothing, **groups))

    def round(self, seconds: float) -> Mapping[str, float]:
        """Chunk by chunk, whole and in parts by turns."""
        chunks, whole_s, evaluations_s, began_s = 0, 0.0, 0.0, perf_counter()
        self._parts.taken()
        while not chunks or perf_counter() - began_s < seconds:
            start_s = perf_counter()
            self._collector.collect(self._ground.weights_offset, self._ground.chunk_offset)
            whole_s += perf_counter() - start_s
            start_s = perf_counter()
            self._collector.evaluate(self._ground.weights_offset)
            evaluations_s += perf_counter() - start_s
            for decision in self._decisions:
                for call in decision:
                    call()
            chunks += 1
        parts = {name: 1e3 * spent_s / chunks for name, spent_s in self._parts.taken().items()}
        whole_ms = 1e3 * whole_s / chunks
        record_ms = whole_ms - sum(parts.values())
        return {**parts, "record": record_ms, "whole": whole_ms, "and evaluations": 1e3 * evaluations_s / chunks}

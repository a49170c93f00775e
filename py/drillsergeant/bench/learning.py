"""Learning: whole updates, and where the time of an update goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

from drillsergeant.bench.ground import SEED, BenchPlace, Ground
from drillsergeant.bench.timing import KERNELS, NUMPY, Contestant, Parts, Race
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.heads import head_rows, mask_words, masks_of
from drillsergeant.learn.ppo.arithmetic import METRICS
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import PpoLearner
from drillsergeant.learn.reference.arithmetic import NumpyArithmetic
from drillsergeant.learn.reference.chunk import ChunkArrays
from drillsergeant.learn.reference.rollout import ReferenceCollector
from drillsergeant.learn.wasm.calls import Call, Function, Kernels, Rows
from drillsergeant.memory.access import WORD_BYTES


def learner(place: BenchPlace) -> Race:
    """Updates from one chunk of fresh play. The NumPy learner takes whole rows of agents at a time, as in `make train`:
    with the kernels' small cells it would be slower."""
    ground, hyper = Ground(place), Hyper()
    kernels = ground.engine(ground.kernels)
    kernels.collector(0, SEED).collect(ground.weights_offset, ground.chunk_offset)
    learning = kernels.learner(SEED)
    network = Network.for_heads(len(ground.drill.observation), ground.drill.heads)
    chunk = ReferenceCollector(ground.drill, network, ground.matches, SEED).collect(
        network.initial(SEED), ground.horizon
    )
    reference = _NumpyLearner(network, ground.drill, ground.layout.plan.agents)
    work = ground.decisions
    contestants = [
        Contestant(KERNELS, lambda: learning.learn([ground.chunk_offset], hyper), work, lambda: learning.reset(SEED)),
        Contestant(NUMPY, lambda: reference.learn(chunk, hyper), work, reference.reset),
    ]
    return Race("trained decisions/s", contestants)


class _NumpyLearner:
    """The reference over arrays. Started anew before a round: a policy trained on one chunk for ever goes astray."""

    def __init__(self, network: Network, drill: Drill, cell_rows: int) -> None:
        self._network, self._drill, self._cell_rows = network, drill, cell_rows
        self.reset()

    def reset(self) -> None:
        """Start over."""
        arithmetic = NumpyArithmetic(self._network, self._drill.heads, SEED, masks_of(self._drill))
        self._learner: PpoLearner[ChunkArrays] = PpoLearner(arithmetic, SEED, self._cell_rows)

    def learn(self, chunk: ChunkArrays, hyper: Hyper) -> None:
        """One update."""
        self._learner.learn([chunk], hyper)


class TimedKernels:
    """`Kernels` whose every function adds its time to `parts` under its own name."""

    def __init__(self, kernels: Kernels, parts: Parts) -> None:
        self._kernels, self._parts = kernels, parts

    def function(self, name: str) -> Function:
        """The exported function, timed."""
        return self._parts.timed(name, self._kernels.function(name))


class LearnerProfile:
    """An update by the functions it calls, in ms; "Python" is what happens between calls.

    "gradient" is one function that runs the network forward, the loss and the network backward. The first two are timed
    on their own, over as many rows, and "of it backward" is the rest.
    """

    unit = "ms"

    def __init__(self, place: BenchPlace) -> None:
        self._ground, self._hyper, self._parts = Ground(place), Hyper(), Parts()
        ground = self._ground
        ground.engine(ground.kernels).collector(0, SEED).collect(ground.weights_offset, ground.chunk_offset)
        self._learner = ground.engine(TimedKernels(ground.kernels, self._parts)).learner(SEED)
        cells = self._hyper.epochs * ground.decisions // ground.program.network.tile_rows
        rows, tile_rows = ground.layout.plan.agents, ground.program.network.tile_rows
        forward = [_many(_forward_of_decisions(ground, count), self._hyper.epochs) for count in (rows, 0)]
        loss = [_many([_loss_of_cell(ground, count)], cells) for count in (tile_rows, 0)]
        self._forward = self._parts.timed("of it forward", *forward)
        self._loss = self._parts.timed("of it loss", *loss)

    def round(self, seconds: float) -> Mapping[str, float]:
        """Updates and their parts by turns."""
        self._learner.reset(SEED)
        self._parts.taken()
        updates, whole_s, began_s = 0, 0.0, perf_counter()
        while not updates or perf_counter() - began_s < seconds:
            start_s = perf_counter()
            self._learner.learn([self._ground.chunk_offset], self._hyper)
            whole_s += perf_counter() - start_s
            self._forward()
            self._loss()
            updates += 1
        parts = {name: 1e3 * spent_s / updates for name, spent_s in self._parts.taken().items() if spent_s}
        inner = [parts.pop(name) for name in ("of it forward", "of it loss")]
        whole_ms = 1e3 * whole_s / updates
        return {
            **parts,
            "Python": whole_ms - sum(parts.values()),
            "whole": whole_ms,
            "of it forward": inner[0],
            "of it loss": inner[1],
            "of it backward": parts["gradient"] - sum(inner),
        }


def _many(calls: Sequence[Call], times: int) -> Call:
    """All calls, `times` times."""

    def call() -> None:
        for _ in range(times):
            for each in calls:
                each()

    return call


def _forward_of_decisions(ground: Ground, rows: int) -> list[Call]:
    """The network over `rows` agents of one decision, for each decision of the chunk."""
    network, plan = ground.program.network, ground.layout.plan
    agents, lanes_bytes = plan.agents, plan.lanes * WORD_BYTES
    head = ground.spare.rows(head_rows(ground.drill.heads), agents)
    numbers = {"rows": rows, "obs_stride": lanes_bytes, "params": ground.weights_offset}
    numbers |= {"scratch": ground.spare.take(network.scratch_bytes), "head": head.base, "head_stride": head.stride}
    obs, step = (
        ground.layout.chunk_field("obs", ground.chunk_offset).offset,
        len(ground.drill.observation) * lanes_bytes,
    )
    return [ground.calls.bind("forward", {**numbers, "obs": obs + t * step}) for t in range(ground.horizon)]


def _loss_of_cell(ground: Ground, rows: int) -> Call:
    """The loss of one cell, over zeros for logits."""
    hyper, tile_rows = Hyper(), ground.program.network.tile_rows

    def group(count: int) -> Rows:
        return ground.spare.rows(count, tile_rows)

    names, outputs = ("logp", "advantage", "returns"), head_rows(ground.drill.heads)
    return ground.calls.bind(
        "loss",
        {
            "count": rows,
            "scalar.clip_coef": hyper.clip_coef,
            "scalar.entropy_coef": hyper.entropy_coef,
            "scalar.value_coef": hyper.value_coef,
        },
        in_head=group(outputs),
        in_action=group(len(ground.drill.heads)),
        in_allowed=group(mask_words(ground.program.drill.masks)),
        out_upstream=group(outputs),
        out_metrics=group(len(METRICS)),
        **{f"in_{name}": group(1) for name in names},
    )

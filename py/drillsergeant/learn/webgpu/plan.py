"""One PPO update as compute dispatches: which buffers, pipelines and workgroups, and the words that steer them.

Device-independent: `browser/graphics/gpu_device.py` makes the objects named here, tests read the tables. The shaders
and the meaning of the words of `schedule`, `knobs` and `control` are in shaders/*.wgsl; common.wgsl first.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from drillsergeant.learn.heads import log_stds, policy_rows
from drillsergeant.learn.ppo.arithmetic import METRICS, corrections
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import counted
from drillsergeant.learn.ppo.minibatches import CELL_ROWS, Cell, cells_of, minibatches
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.program import Program
from drillsergeant.learn.webgpu.pipelines import (
    GRADIENT_TILE,
    LANES_PER_GROUP,
    OUTPUT_TILE,
    PARAMETERS_PER_GROUP,
    PLAYING,
    ROWS_INSPECTED,
    Binding,
    Dispatch,
    Pipeline,
)
from drillsergeant.learn.webgpu.play_plan import PlayPlan
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import Layout

# Partial gradients of a step. A layer is a few workgroups for each, so a large device is busy only with many of them:
# with 64, an H200 spent half of an update of 131,072 decisions in this (`make gpu-profile`).
SPLITS_MAX = 256
CONTROL_WORDS = 11 + len(METRICS)
KNOBS = struct.Struct("<9f5I")
RECORD = struct.Struct("<4I")
RECORD_WORDS = RECORD.size // WORD_BYTES


@dataclass(frozen=True)
class Sizes:
    """What the buffers have room for."""

    chunks: int
    cells: int  # of one minibatch
    records: int  # of four words, in the schedule

    def covers(self, other: Sizes) -> bool:
        """Whether everything that fits into `other` fits into this."""
        return self.chunks >= other.chunks and self.cells >= other.cells and self.records >= other.records

    def grown(self, other: Sizes) -> Sizes:
        """Room for both, in powers of two so that it seldom has to grow."""
        return Sizes(
            max(self.chunks, other.chunks),
            _power_of_two(max(self.cells, other.cells)),
            _power_of_two(max(self.records, other.records)),
        )


class Order(NamedTuple):
    """The minibatches of an update: of each its cells and rows, and the records of all cells in order."""

    counts: Sequence[tuple[int, int]]
    records: bytes


@dataclass(frozen=True)
class Update:
    """One update: its words, and what to run."""

    sizes: Sizes
    schedule: array[int]
    knobs: bytes
    steps: int
    prepare: tuple[Dispatch, ...]
    step: tuple[Dispatch, ...]  # to be run once for each step


class GpuPlan:
    """The tables of one drill's learner over one layout."""

    def __init__(self, program: Program, layout: Layout, play: PlayPlan | None = None) -> None:
        """`play`: the first chunk can be played on the device, too."""
        self.play = play
        drill, network = program.drill, program.network
        self.layout, self.plan = layout, layout.plan
        self.inputs, self.hidden = len(drill.observation), network.hidden
        self.heads, self.shader = drill.heads, program.shader
        self.masks, self.log_stds = drill.masks, log_stds(drill.heads)
        self.head, self.parameters = policy_rows(drill.heads) + 1, network.parameter_count
        self._cells: dict[int, Sequence[Cell]] = {}
        self._cell_words: dict[Cell, bytes] = {}
        self._orders: dict[tuple[int, ...], Order] = {}
        played = play.pipelines if play else ()
        self.pipelines: tuple[Pipeline, ...] = (*self._batch(), *self._dense(), *self._rest(), *played)

    def buffer_bytes(self, sizes: Sizes) -> dict[str, int]:
        """Size of every buffer."""
        plan, rows = self.plan, sizes.cells * CELL_ROWS
        prepared = sizes.chunks * plan.horizon * plan.lanes
        groups = sizes.chunks * -(-plan.lanes // LANES_PER_GROUP)
        words = {
            "knobs": KNOBS.size // WORD_BYTES,
            "control": CONTROL_WORDS,
            "schedule": sizes.records * RECORD_WORDS,
            "batch": sizes.chunks * self.layout.chunk_bytes // WORD_BYTES,
            "advantages": prepared,
            "returns": prepared,
            "sums": groups,
            "squares": groups,
            **{f"{name}{n}": units * rows for n, units in enumerate(self.hidden) for name in ("hidden", "upstream")},
            "head": (self.head + self.log_stds) * rows,
            "cell_metrics": sizes.cells * len(METRICS),
            "partials": SPLITS_MAX * self.parameters,
            "gradient": self.parameters,
            "state": 3 * self.parameters,
        }
        played = self.play.buffer_bytes() if self.play else {}
        return {**{name: count * WORD_BYTES for name, count in words.items()}, **played}

    @property
    def readback_bytes(self) -> dict[str, int]:
        """The buffers that are read after every update, in this order, and how much of each."""
        words = {"control": CONTROL_WORDS, "state": 3 * self.parameters}
        if self.play:
            words["played"] = self.play.played_words
        return {name: count * WORD_BYTES for name, count in words.items()}

    @property
    def shaders(self) -> tuple[str, ...]:
        """The shaders of all pipelines."""
        return tuple(dict.fromkeys(pipeline.shader for pipeline in self.pipelines))

    def text(self, shader: str, generated: str, play_kernels: str) -> str:
        """The WGSL text that goes with a shader's files: what was generated for the learner, or for playing."""
        if shader not in PLAYING:
            return generated
        assert self.play is not None, "nothing is played on this device"
        return self.play.text(shader, play_kernels)

    @property
    def activations(self) -> tuple[str, ...]:
        """The buffers that the layers write, in their order."""
        return (*(f"hidden{n}" for n in range(len(self.hidden))), "head")

    def full(self) -> Sizes:
        """A batch of a chunk from every worker, with minibatches of default size."""
        return Sizes(self.plan.workers, Hyper().minibatch_size // CELL_ROWS + 1, 1)

    def update(self, chunks: int, hyper: Hyper, state: LearnerState, *, orders: int = 0) -> Update:
        """The update that follows on a state, whose parameters are for numbers rescaled by its scales.

        Cells and minibatches are those of `ppo.PpoLearner`, or, of its first so many `orders`, one after the other.
        """
        number = counted(state.updates)
        order = self.order(chunks, hyper, state.seed, number % orders if orders else number, keep=bool(orders))
        steps, most = len(order.counts), max(cells for cells, _ in order.counts)
        sizes = Sizes(chunks, most, 2 * steps + len(order.records) // RECORD.size)
        splits = min(SPLITS_MAX, most)
        numbers = (
            *(hyper.gamma, hyper.gae_lambda),
            *(hyper.clip_coef, hyper.entropy_coef, hyper.value_coef),
            hyper.learning_rate,
            hyper.max_grad_norm,
            *return_scale(state),
        )
        knobs = KNOBS.pack(*numbers, number & 0xFFFF_FFFF, chunks, most * CELL_ROWS, splits, splits)
        return Update(
            sizes,
            self._schedule(order, state.steps),
            knobs,
            steps,
            self._prepare(chunks),
            self._step(most, splits),
        )

    def _cells_of(self, chunks: int) -> Sequence[Cell]:
        if chunks not in self._cells:
            self._cells[chunks] = cells_of(chunks, self.plan.horizon, self.plan.agents, CELL_ROWS)
            self._cell_words |= {cell: self._words_of(cell) for cell in self._cells[chunks]}
        return self._cells[chunks]

    def _words_of(self, cell: Cell) -> bytes:
        """The record of a cell, which is the same in every update."""
        chunk, t, lane, used = cell
        lanes, start = self.plan.lanes, chunk * (self.layout.chunk_bytes // WORD_BYTES) + lane
        observation = start + self._field("obs") + t * self.plan.observation_size * lanes
        prepared = (chunk * self.plan.horizon + t) * lanes + lane
        return RECORD.pack(observation, start + t * lanes, prepared, used)

    def order(self, chunks: int, hyper: Hyper, seed: int, number: int, *, keep: bool = True) -> Order:
        """The minibatches of an update, by number; those kept are made once: it takes longer than some updates do."""
        key = (chunks, hyper.minibatch_size, hyper.epochs, seed, number)
        if keep and key in self._orders:
            return self._orders[key]
        cells = self._cells_of(chunks)
        steps = [
            minibatch
            for epoch in range(hyper.epochs)
            for minibatch in minibatches(cells, hyper.minibatch_size, seed, number, epoch)
        ]
        counts = [(len(step), sum(cell.lanes for cell in step)) for step in steps]
        order = Order(counts, b"".join([self._cell_words[cell] for step in steps for cell in step]))
        if keep:
            if next(iter(self._orders), key)[:-1] != key[:-1]:  # of other sizes or another seed, which are past
                self._orders.clear()
            self._orders[key] = order
        return order

    def _schedule(self, order: Order, applied: int) -> array[int]:
        words = array("I")
        first = 2 * len(order.counts)
        for number, (cells, rows) in enumerate(order.counts):
            words.extend((first, cells, rows, 0))
            words.frombytes(struct.pack("<4f", *corrections(applied + number + 1), 0.0, 0.0))
            first += cells
        words.frombytes(order.records)
        return words

    def _field(self, name: str) -> int:
        return self.layout.chunk[name].offset // WORD_BYTES

    def _prepare(self, chunks: int) -> tuple[Dispatch, ...]:
        plan = self.plan
        across = -(-plan.agents // LANES_PER_GROUP)
        rows = plan.horizon * (plan.observation_size + 3) + 1
        return (
            Dispatch("inspect", (across, -(-rows // ROWS_INSPECTED), chunks)),
            *(Dispatch(name, (across, chunks, 1)) for name in ("estimate", "centre", "scale")),
        )

    def prepare_played(self) -> tuple[Dispatch, ...]:
        """The same of a chunk that was played on the device, and what its numbers come to."""
        assert self.play is not None, "nothing is played on this device"
        inspect, estimate, *rest = self._prepare(1)
        return (inspect, estimate, self.play.moments, *rest)

    def _step(self, cells: int, splits: int) -> tuple[Dispatch, ...]:
        def dense(name: str, outputs: int) -> Dispatch:
            return Dispatch(name, (cells, -(-outputs // OUTPUT_TILE), 1))

        def weights(name: str, inputs: int, outputs: int) -> Dispatch:
            return Dispatch(name, (-(-(inputs + 1) // GRADIENT_TILE), -(-outputs // GRADIENT_TILE), splits))

        across = -(-self.parameters // PARAMETERS_PER_GROUP)
        widths, last = [self.inputs, *self.hidden, self.head], len(self.hidden)
        learned = [*self.hidden, self.head + self.log_stds]  # rows of each layer's upstream
        down = range(last, -1, -1)
        return (
            *(dense(f"forward{n}", widths[n + 1]) for n in range(last + 1)),
            Dispatch("loss", (cells, 1, 1)),
            *(dense(f"backward{n - 1}", widths[n]) for n in down if n),
            *(weights(f"weights{n}", widths[n], learned[n]) for n in down),
            Dispatch("gather", (across, 1, 1)),
            Dispatch("judge", (1, 1, 1)),
            Dispatch("adam", (across, 1, 1)),
        )

    def _batch(self) -> list[Pipeline]:
        plan = self.plan
        sizes = {"LANES": plan.lanes, "AGENTS": plan.agents, "HORIZON": plan.horizon}
        chunk = {"CHUNK_WORDS": self.layout.chunk_bytes // WORD_BYTES}
        fields = {name.upper(): self._field(name) for name in ("logp", "reward", "value")}
        masks = {name.upper(): self._field(name) for name in ("terminated", "truncated")}
        obs = {"OBSERVATION": self._field("obs"), "OBSERVATION_SIZE": plan.observation_size}
        knobs, batch = (0, "knobs"), (1, "batch")
        advantages, sums, squares = (3, "advantages"), (5, "sums"), (6, "squares")
        estimate = {**sizes, **chunk, **masks, "REWARD": fields["REWARD"], "VALUE": fields["VALUE"]}
        inspect = {**sizes, **chunk, **fields, **obs}
        return [
            Pipeline("inspect", "batch", "inspect", inspect, (knobs, batch, (2, "control"))),
            Pipeline("estimate", "batch", "estimate", estimate, (knobs, batch, advantages, (4, "returns"), sums)),
            Pipeline("centre", "batch", "centre", sizes, (knobs, advantages, sums, squares)),
            Pipeline("scale", "batch", "scale", sizes, (knobs, advantages, squares)),
        ]

    def _dense(self) -> list[Pipeline]:
        """The layers' shapes, forward and back; parameters in the order of `network.Network.table`."""
        shapes = [(outputs, inputs) for inputs, outputs in pairwise([self.inputs, *self.hidden, self.head])]
        names = ["batch", *self.activations]
        pipelines, offset = [], 0
        for layer, (outputs, columns) in enumerate(shapes):
            bias, from_batch = offset + outputs * columns, layer == 0
            common = {"WEIGHTS": offset, "FROM_BATCH": from_batch, "LANES": self.plan.lanes}
            forward = {
                **common,
                "INPUTS": columns,
                "OUTPUTS": outputs,
                "WEIGHT_INPUT": 1,
                "WEIGHT_OUTPUT": columns,
                "BIAS": bias,
                "FINISH": 1 if layer == len(shapes) - 1 else 0,
            }
            places = (*_STEPPING, (3, "state"), (4, names[layer]), (5, names[layer + 1]))
            pipelines.append(Pipeline(f"forward{layer}", "dense", "dense", forward, (*places, (6, "returns"))))
            upstream = "head" if layer == len(shapes) - 1 else f"upstream{layer}"
            # Log standard deviations lie behind the head's rows and biases, as if they were biases themselves.
            rows = outputs + (self.log_stds if layer == len(shapes) - 1 else 0)
            gradient = {**common, "INPUTS": columns, "OUTPUTS": rows, "WEIGHTED": outputs, "BIAS": bias}
            gradient["PARAMETERS"] = self.parameters
            places = (*_STEPPING, (3, names[layer]), (4, upstream), (5, "partials"))
            pipelines.append(Pipeline(f"weights{layer}", "gradient", "weights", gradient, places))
            if layer:
                backward = {
                    **forward,
                    "INPUTS": outputs,
                    "OUTPUTS": columns,
                    "WEIGHT_INPUT": columns,
                    "WEIGHT_OUTPUT": 1,
                    "FINISH": 2,
                }
                places = (*_STEPPING, (3, "state"), (4, upstream), (5, f"upstream{layer - 1}"), (6, names[layer]))
                pipelines.append(Pipeline(f"backward{layer - 1}", "dense", "dense", backward, places))
            offset = bias + outputs
        return pipelines

    def _rest(self) -> list[Pipeline]:
        knobs, gradient, size = (0, "knobs"), (4, "gradient"), {"PARAMETERS": self.parameters}
        fields = {name.upper(): self._field(name) for name in ("action", "allowed", "logp")}
        loss = {**fields, "LANES": self.plan.lanes, "HORIZON": self.plan.horizon}
        loss["LOG_STD"] = self.parameters - self.log_stds
        rows = ((3, "batch"), (4, "advantages"), (5, "returns"), (6, "head"), (7, "cell_metrics"), (8, "state"))
        judge = (*_STEPPING, gradient, (5, "cell_metrics"))
        return [
            Pipeline("loss", "loss", "loss", loss, (*_STEPPING, *rows)),
            Pipeline("gather", "update", "gather", size, (knobs, (3, "partials"), gradient)),
            Pipeline("judge", "update", "judge", size, judge),
            Pipeline("adam", "update", "adam", size, (knobs, gradient, (6, "state"), (7, "control"))),
        ]


def return_scale(state: LearnerState) -> tuple[float, float]:
    """What returns are rescaled by: their mean, and the factor."""
    assert state.scales is not None, "a state to learn from on a device has scales"
    return state.scales.returns.mean, 1.0 / state.scales.return_spread


_STEPPING: tuple[Binding, ...] = ((0, "knobs"), (1, "control"), (2, "schedule"))


def _power_of_two(value: int) -> int:
    return 1 << max(0, value - 1).bit_length()

"""The arithmetic of one PPO update on kernels, over chunks in the rollout ring: nothing leaves shared memory but sums.

Equal to `reference.arithmetic` over the ordered dense layers, bit for bit. Parameters and moments lie in the trainer's
scratch, twice: an Adam step writes the other set, and only a step whose result is sound makes it the current one.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from drillsergeant.learn.ppo.arithmetic import METRICS, BatchShape, normaliser, ordered_sum
from drillsergeant.learn.ppo.minibatches import Cell, shares_of
from drillsergeant.learn.ppo.scales import Scales
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Calls, Rows
from drillsergeant.learn.wasm.cell_records import CellRecords
from drillsergeant.learn.wasm.gradient_shares import ShareGradient
from drillsergeant.learn.wasm.rescaling import KernelRescaling, Played
from drillsergeant.learn.wasm.scratch import Arena, LearnerScratch
from drillsergeant.memory.access import SIMD_LANES, WORD_BYTES, Memory
from drillsergeant.memory.layout import TRAINER, Layout
from drillsergeant.memory.work_queue import ShareBoard

SET = ("parameters", "first_moment", "second_moment")


class KernelArithmetic:
    """`arithmetic.Arithmetic` over chunks in the ring: each is its byte offset there."""

    def __init__(self, program: Program, calls: Calls, layout: Layout, memory: Memory, seed: int) -> None:
        self._calls, self._layout, self._memory = calls, layout, memory
        self._network, self._plan = program.network, layout.plan
        self._places = LearnerScratch(program, layout.plan, Arena.over(layout[f"{TRAINER}.scratch"]))
        self._current, self._other = self._places.sets
        self._chunk_offsets: Sequence[int] = ()
        self._records = CellRecords(program, layout, self._places)
        self._board = ShareBoard(memory, layout)
        self._work = ShareGradient(program, calls, self._places.network)
        self._rescaling = KernelRescaling(program, calls, layout, memory, self._places.rescale)
        self.scales = self._moved = Scales.unknown(len(program.drill.observation), fresh=True)
        self.observations = self._places.observations  # rescaled, of each chunk of the batch
        memory.write(self._current.base, bytes(3 * self._current.stride))
        memory.write(self._other.base, bytes(3 * self._other.stride))
        initialise(program, calls, memory, seed, self._places.plain, self._places.index)

    def prepare(self, chunks: Sequence[int], gamma: float, gae_lambda: float) -> BatchShape | None:
        """See Arithmetic. Raises ValueError for more chunks than there are rollout workers."""
        plan = self._plan
        if len(chunks) > plan.workers:
            raise ValueError(f"{len(chunks)} chunks in one update, the plan has room for {plan.workers}: one a worker")
        if any(self._poisoned(chunk_offset) for chunk_offset in chunks):
            return None
        self._take(chunks)
        self._estimate(len(chunks), gamma, gae_lambda)
        batch = [
            Played(self._layout.chunk_field("obs", chunk_offset).offset, result, returns)
            for chunk_offset, result, returns in zip(chunks, self.observations, self._places.returns, strict=False)
        ]
        self._moved = self._rescaling.measured(self.scales, batch)
        self._rescaling.standardise(self._moved, batch)
        self._enter()
        return BatchShape(len(chunks), plan.horizon, plan.agents)

    def _take(self, chunks: Sequence[int]) -> None:
        """The batch is of these chunks."""
        self._chunk_offsets = chunks
        self._records.begin(chunks)

    def _enter(self) -> None:
        """The parameters for numbers rescaled as the batch is."""
        if self.scales.fresh:
            self._copy(self._places.plain, self._current.base)
        else:
            self._rescaling.enter(self._places.plain, self._current.base, self._moved)

    def enter(self) -> None:
        """As `prepare`, for a batch elsewhere that is rescaled by the scales there are."""
        self._moved = self.scales
        self._enter()

    def finish(self) -> bool:
        """See Arithmetic."""
        result = self._other.base
        self._rescaling.leave(self._current.base, result, self._moved)
        if self._calls.run_integer("poisoned", {"rows": self._network.parameter_count, "x": result}):
            return False
        self.copy_parameters(source=result)
        self.scales = self._moved
        return True

    @property
    def in_use(self) -> int:
        """Byte offset of the parameters that a step works on."""
        return self._current.base

    @property
    def places(self) -> LearnerScratch:
        """What lies where."""
        return self._places

    def rescaled(self) -> dict[str, bytes]:
        """As `state`, with the parameters for rescaled numbers, as `prepare` and what followed have left them."""
        return {name: self._read(self._current.base + k * self._current.stride) for k, name in enumerate(SET)}

    @property
    def moved(self) -> Scales:
        """The scales that the batch in hand is rescaled by; they count from `finish` on."""
        return self._moved

    def _estimate(self, chunks: int, gamma: float, gae_lambda: float) -> None:
        """The advantages of the batch, normalised, and its returns."""
        rows = self._plan.horizon * self._plan.agents
        places = self._places.advantages[:chunks]
        sums = [
            self._advantages(number, chunk_offset, gamma, gae_lambda)
            for number, chunk_offset in enumerate(self._chunk_offsets)
        ]
        mean = ordered_sum(sums) / (rows * chunks)
        for place in places:
            self._in_place("centre", place, {"count": rows, "scalar.mean": mean})
        squares = [self._calls.run_float("square_sum", {"rows": rows, "x": place}) for place in places]
        factor = normaliser(ordered_sum(squares), rows * chunks)
        for place in places:
            self._in_place("scale", place, {"count": rows, "scalar.factor": factor})

    def _size(self) -> dict[str, float]:
        plan = self._plan
        return {"decisions": plan.horizon, "agents": plan.agents, "lanes_bytes": plan.lanes * WORD_BYTES}

    def _fields(self, chunk_offset: int, *names: str) -> dict[str, float]:
        return {name: self._layout.chunk_field(name, chunk_offset).offset for name in names}

    def _poisoned(self, chunk_offset: int) -> bool:
        fields = self._fields(chunk_offset, "obs", "reward", "logp", "value")
        return self._calls.run_integer("chunk_poisoned", {**self._size(), **fields}) != 0

    def _advantages(self, number: int, chunk_offset: int, gamma: float, gae_lambda: float) -> float:
        places = {
            "unpacked": self._places.unpacked,
            "advantages": self._places.advantages[number],
            "returns": self._places.returns[number],
        }
        fields = self._fields(chunk_offset, "reward", "terminated", "truncated", "value")
        return self._calls.run_float(
            "advantages", {**self._size(), **places, **fields, "gamma": gamma, "gae_lambda": gae_lambda}
        )

    def _in_place(self, kernel: str, place: int, numbers: Mapping[str, float]) -> None:
        self._calls.run(kernel, numbers, in_x=Rows(place, 0), out_x=Rows(place, 0))

    def gradient(self, cells: Sequence[Cell], clip_coef: float, entropy_coef: float, value_coef: float) -> list[float]:
        """See Arithmetic; one call a share. Rollout workers with nothing to play take some of the shares."""
        scalars = {"scalar.clip_coef": clip_coef, "scalar.entropy_coef": entropy_coef, "scalar.value_coef": value_coef}
        self._memory.write(self._places.cells, self._records.of(cells, scalars))
        self._add_up(self._shares(len(cells)))
        return self._metric_sums(len(cells))

    def _shares(self, cells: int) -> list[int]:
        """Have the gradient of every share computed; returns where each one lies."""
        shares = range(len(shares_of(cells)))
        arguments = (self._places.cells, cells, self._current.base)
        found: dict[int, int] = {}

        def compute(share: int) -> None:
            found[share] = self._places.shares.base + share * self._places.shares.stride
            self._work.compute(share, *arguments, found[share])

        self._board.open(len(shares), arguments)
        while (share := self._board.take()) is not None:
            compute(share)
        found |= self._board.collect(set(shares) - found.keys())
        for share in set(shares) - found.keys():  # taken by a worker that has died since
            compute(share)
        return [found[share] for share in shares]

    def _add_up(self, places: Sequence[int]) -> None:
        """The gradient is the sum of the shares at `places`, in that order."""
        total = Rows(self._places.gradient, 0)
        self._copy(places[0], total.base)
        count = {"count": self._network.parameter_count}
        for place in places[1:]:
            self._calls.run("add", count, in_x=total, in_y=Rows(place, 0), out_x=total)

    def _metric_sums(self, cells: int) -> list[float]:
        values = array("f", bytes(cells * len(METRICS) * WORD_BYTES))
        self._memory.read(self._places.sums, values)
        return [ordered_sum(values[metric :: len(METRICS)]) for metric in range(len(METRICS))]

    def squared_norm(self) -> float | None:
        """See Arithmetic."""
        whole = {"rows": self._network.parameter_count, "x": self._places.gradient}
        if self._calls.run_integer("poisoned", whole):
            return None
        return self._calls.run_float("square_sum", whole)

    def adam(self, learning_rate: float, gradient_scale: float, correction1: float, correction2: float) -> bool:
        """See Arithmetic."""
        count = self._network.parameter_count
        numbers: dict[str, float] = {
            "count": count,
            "scalar.learning_rate": learning_rate,
            "scalar.gradient_scale": gradient_scale,
            "scalar.correction1": correction1,
            "scalar.correction2": correction2,
        }
        groups = {"in_g": Rows(self._places.gradient, 0)}
        for way, rows in (("in", self._current), ("out", self._other)):
            groups |= {f"{way}_{name}": Rows(rows.base + k * rows.stride, 0) for k, name in enumerate("pmv")}
        self._calls.run("adam", numbers, **groups)
        for k in range(len(SET)):
            place = self._other.base + k * self._other.stride
            if self._calls.run_integer("poisoned", {"rows": count, "x": place}):
                return False
        self._current, self._other = self._other, self._current
        return True

    def copy_parameters(self, *, source: int | None = None, target: int | None = None) -> None:
        """Copy the parameters from the byte offset `source`, or to `target`."""
        plain = self._places.plain
        self._copy(plain if source is None else source, plain if target is None else target)

    def _copy(self, source: int, target: int) -> None:
        size = self._network.parameter_count * WORD_BYTES
        self._calls.run("copy", {"source": source, "target": target, "size_bytes": size})

    def state(self) -> dict[str, bytes]:
        """See Arithmetic."""
        moments = (self._current.base + k * self._current.stride for k in range(1, len(SET)))
        return {name: self._read(place) for name, place in zip(SET, (self._places.plain, *moments), strict=True)}

    def _read(self, place: int) -> bytes:
        buffer = bytearray(self._network.parameter_count * WORD_BYTES)
        self._memory.read(place, buffer)
        return bytes(buffer)

    def restore(self, state: Mapping[str, bytes]) -> None:
        """See Arithmetic."""
        self.restore_rescaled(state)
        self.copy_parameters(source=self._current.base)

    def restore_rescaled(self, state: Mapping[str, bytes]) -> None:
        """Go on with a `rescaled` state. It is checked where it will not be used yet."""
        count = self._network.parameter_count
        for k, name in enumerate(SET):
            if len(state[name]) != count * WORD_BYTES:
                raise ValueError(
                    f"{name} of the state to restore has {len(state[name])} bytes, this network has {count} "
                    f"parameters of {WORD_BYTES}; load weights that were saved for the same drill"
                )
            place = self._other.base + k * self._other.stride
            self._memory.write(place, state[name])
            if self._calls.run_integer("poisoned", {"rows": count, "x": place}):
                raise ValueError(f"{name} of the state to restore hold NaN, infinity or numbers above 1e18")
        self._current, self._other = self._other, self._current


def initialise(program: Program, calls: Calls, memory: Memory, seed: int, parameters: int, index: int) -> None:
    """Write the parameters of a fresh network, `Network.initial(seed)`, to the byte offset `parameters`.

    `index` is the offset of room for `wasm.scratch.noise_indices` words.
    """
    rows = program.network.initial
    memory.write(index, array("I", range(max(row.index + row.count for row in rows))))
    memory.write(parameters, bytes(program.network.parameter_count * WORD_BYTES))
    for row in rows:
        numbers = {
            "count": row.count,
            "scalar.seed": seed,
            "scalar.salt": row.salt,
            "scalar.scale": row.scale,
            "scalar.gain": row.gain,
        }
        source, target = index + row.index * WORD_BYTES, parameters + row.offset * WORD_BYTES
        calls.run("noise", numbers, in_index=Rows(source, 0), out_parameters=Rows(target, 0))
        # What a vector reaches behind the last one is zero until a later row says otherwise.
        memory.write(target + row.count * WORD_BYTES, bytes((SIMD_LANES - 1) * WORD_BYTES))

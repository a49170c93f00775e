"""The engine over plain NumPy: the reference, copying between shared memory and arrays of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from drillsergeant.drills.contract import LESSON_SHIFT, Drill, Head, Player
from drillsergeant.elementary import Array
from drillsergeant.learn.defaults import default_hidden
from drillsergeant.learn.engine import (
    CHUNK_STATS,
    NO_EPISODES,
    Tally,
    duel_seed,
    evaluation_seed,
    evaluations_of,
    worker_seed,
)
from drillsergeant.learn.evaluation.start_order import StartOrder
from drillsergeant.learn.first_clocks import first_clocks
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.heads import masks_of
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState, PpoLearner
from drillsergeant.learn.ppo.scales import Scales
from drillsergeant.learn.reference.arithmetic import NumpyArithmetic
from drillsergeant.learn.reference.chunk import ChunkArrays, EpisodeStats
from drillsergeant.learn.reference.imitation import NumpyImitator
from drillsergeant.learn.reference.rollout import ReferenceCollector, policy_against
from drillsergeant.learn.reference.show_match import SoloMatch
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import Layout

CHUNK_ARRAYS = ("obs", "action", "allowed", "logp", "reward", "terminated", "truncated", "value")


def network_of(drill: Drill) -> Network:
    """Return the network that plays `drill` by default."""
    return Network.for_heads(len(drill.observation), drill.heads, default_hidden(drill))


class NumpyEngine:
    """Makes the three parts over NumPy."""

    name = "numpy"

    def __init__(self, drill: Drill, layout: Layout, memory: Memory, network: Network | None = None) -> None:
        self._drill, self._layout, self._memory = drill, layout, memory
        self._network = network or network_of(drill)

    def show_match(self, seed: int, number: int = 0) -> NumpyShowMatch:
        """Return a match of the render worker; they share nothing, whatever their `number`."""
        return NumpyShowMatch(self._drill, self._network, self._memory, seed)

    def collector(self, index: int, seed: int) -> NumpyCollector:
        """Return the matches of rollout worker `index`."""
        return NumpyCollector(self._drill, self._network, self._layout, self._memory, index, seed)

    def learner(self, seed: int) -> NumpyLearner:
        """Return the trainer's learner."""
        return NumpyLearner(self._network, self._drill.heads, self._layout, self._memory, seed, masks_of(self._drill))


def read_parameters(memory: Memory, offset: int, network: Network) -> Array:
    """Return a copy of the parameters at `weights_offset`, f32 [P]."""
    parameters = np.empty(network.size, np.float32)
    memory.read(offset, parameters.data)
    return parameters


class NumpyShowMatch(SoloMatch):
    """`engine.ShowMatch`: one match of the drill, with weights from shared memory."""

    def __init__(self, drill: Drill, network: Network, memory: Memory, seed: int) -> None:
        super().__init__(drill, network, seed)
        self._memory = memory

    def adopt(self, weights_offset: int, team: int) -> None:
        """Copy the parameters at `weights_offset`; `team` plays by them from the next decision on."""
        self.use(read_parameters(self._memory, weights_offset, self.network), team)


class NumpyCollector:
    """`engine.ReferenceCollector` over the reference collector."""

    def __init__(self, drill: Drill, network: Network, layout: Layout, memory: Memory, index: int, seed: int) -> None:
        self._drill, self._network, self._layout, self._memory = drill, network, layout, memory
        self._seed = worker_seed(seed, index)
        self._duel_starts = self._evaluation_starts = 0
        self._rival: int | None = None
        self.set_lesson(0)

    def set_lesson(self, lesson: int) -> None:
        """Start all matches anew, at this lesson."""
        self._first = lesson << LESSON_SHIFT
        self._main = self._matches(self._layout.plan.self_play, self._seed)
        if clocks := first_clocks(self._drill, self._layout.plan.self_play):
            self._main.matches.state["clock"] = np.array(clocks, np.uint32)
        self.set_opponent(self._rival)
        self.restart_evaluations()

    def _matches(self, count: int, seed: int, players: Sequence[Player] | None = None) -> ReferenceCollector:
        return ReferenceCollector(self._drill, self._network, count, seed, players, self._first)

    def restart_evaluations(self) -> None:
        """Start the evaluation matches anew: the policy is one that did not come of the one that began them."""
        teams = self._drill.teams
        self._evaluations = {
            name: self._matches(
                each.matches,
                evaluation_seed(self._seed, number, self._evaluation_starts),
                policy_against(each.opponent, teams, each.team),
            )
            for number, (name, each) in enumerate(evaluations_of(teams).items())
        }
        self._orders = {name: StartOrder(each.matches) for name, each in evaluations_of(teams).items()}
        self._evaluation_starts += 1

    def set_opponent(self, weights_offset: int | None) -> None:
        """Start the duels anew, against the parameters at this offset; None: against those `collect` plays with."""
        self._duels, self._rival = None, weights_offset
        if self._layout.plan.duels:
            seed = duel_seed(self._seed, self._duel_starts)
            self._duel_starts += 1
            players = policy_against(Player.FROZEN, self._drill.teams)
            self._duels = self._matches(self._layout.plan.duels, seed, players)

    def collect(self, weights_offset: int, chunk_offset: int) -> Tally:
        """Play one chunk with the parameters at `weights_offset` and write it to the ring at `chunk_offset`.

        Returns what became of its duels.
        """
        plan = self._layout.plan
        parameters = read_parameters(self._memory, weights_offset, self._network)
        chunk = self._main.collect(parameters, plan.horizon)
        chunks, tally = [chunk], NO_EPISODES
        if self._duels:
            rival = weights_offset if self._rival is None else self._rival
            self._duels.frozen = read_parameters(self._memory, rival, self._network)
            chunks.append(self._duels.collect(parameters, plan.horizon))
            tally = tally_of(chunks[1].stats)
        for name in CHUNK_ARRAYS:
            region = self._layout.chunk_field(name, chunk_offset)
            if not region.shape[1]:
                continue  # masks of a drill that has none
            padded = np.zeros(region.shape, getattr(chunk, name).dtype)
            padded[..., : plan.agents] = np.concatenate([getattr(part, name) for part in chunks], axis=-1)
            self._memory.write(region.offset, padded.data)
        stats = [getattr(chunk.stats, name) for name in CHUNK_STATS]
        stats += [chunk.stats.reward_terms.get(name, 0.0) for name in self._drill.reward_terms]
        self._memory.write(self._layout.chunk_field("stats", chunk_offset).offset, np.array(stats, np.float32).data)
        return tally

    def compute_shares(self) -> None:
        """Nothing: the reference learner computes alone."""

    def evaluate(self, weights_offset: int) -> Mapping[str, Tally]:
        """Play the evaluation matches for one chunk's length; returns what counts from now on of each."""
        parameters = read_parameters(self._memory, weights_offset, self._network)
        tallies: dict[str, Tally] = {}
        for name, each in evaluations_of(self._drill.teams).items():
            collector = self._evaluations[name]
            collector.collect(parameters, self._layout.plan.horizon)
            counted = self._orders[name].count([rows.tolist() for rows in collector.log])
            tallies[name] = counted.of_team(each.team)
        return tallies

    def waiting(self, evaluation: str) -> int:
        """Return how many matches of an evaluation have begun and are not counted yet."""
        return self._orders[evaluation].waiting


def tally_of(stats: EpisodeStats) -> Tally:
    """What the engine tells of episodes."""
    return Tally(stats.episodes, stats.wins, stats.losses, stats.returns, stats.return_squares)


class NumpyLearner:
    """`engine.PpoLearner` over the reference arithmetic."""

    name, why = "numpy", "the reference, chosen in the page's address"

    def __init__(
        self, network: Network, heads: Sequence[Head], layout: Layout, memory: Memory, seed: int, masks: int = 0
    ) -> None:
        self._network, self._heads, self._masks = network, heads, masks
        self._layout, self._memory = layout, memory
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Start over with new parameters."""
        self._seed = seed
        self._arithmetic = NumpyArithmetic(self._network, self._heads, seed, self._masks)
        self._ppo = PpoLearner(self._arithmetic, seed)

    def learn(self, chunk_offsets: Sequence[int], hyper: Hyper) -> Mapping[str, float]:
        """Update from these chunks; returns the metrics of the update."""
        return asdict(self._ppo.learn([self._read_chunk(offset) for offset in chunk_offsets], hyper))

    def _read_chunk(self, chunk_offset: int) -> ChunkArrays:
        arrays: dict[str, Array] = {}
        for name in CHUNK_ARRAYS:
            region = self._layout.chunk_field(name, chunk_offset)
            array: Array = np.empty(region.shape, np.int32 if region.dtype == "i32" else np.float32)
            if array.size:
                self._memory.read(region.offset, array.data)
            arrays[name] = np.ascontiguousarray(array[..., : self._layout.plan.agents])
        return ChunkArrays(**arrays)  # type: ignore[arg-type]

    def write_parameters(self, weights_offset: int) -> None:
        """Copy the current parameters to `weights_offset`."""
        self._memory.write(weights_offset, self._arithmetic.parameters.data)

    def read_parameters(self, weights_offset: int) -> None:
        """Continue from the parameters at `weights_offset` with a fresh optimiser."""
        self.reset(self._seed)
        self._arithmetic.parameters = read_parameters(self._memory, weights_offset, self._network)
        self._arithmetic.scales = Scales.unknown(self._network.observation_size, fresh=False)

    def state(self) -> LearnerState:
        """Return everything needed to go on elsewhere exactly where this learner stands."""
        return self._ppo.state()

    def imitator(self) -> NumpyImitator:
        """What clones a policy for these heads."""
        return NumpyImitator(self._network, self._heads)

    def restore(self, state: LearnerState) -> None:
        """Go on from a state. Raises ValueError when it is another network's, or holds unusable numbers."""
        self._ppo.restore(state)
        self._seed = state.seed

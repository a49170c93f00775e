"""Matches played on a device, next to the reference playing the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from drillsergeant.drills.contract import Continuous, Player
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.learn.compile.shaders.play_kernels import play_kernels
from drillsergeant.learn.engine import CHUNK_STATS, Tally, evaluations_of
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.rescale import entered, factors, rounded, standardise
from drillsergeant.learn.league.elo import NOW, SCRIPTED
from drillsergeant.learn.league.matchmaking import RIVALS
from drillsergeant.learn.ppo.scales import Scale, Scales
from drillsergeant.learn.reference.chunk import ChunkArrays, EpisodeStats
from drillsergeant.learn.reference.rollout import ReferenceCollector, policy_against
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.learn.webgpu.blocks import MatchBlock
from drillsergeant.learn.webgpu.pipelines import Dispatch
from drillsergeant.learn.webgpu.play_plan import PlayPlan
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import Layout

from tests.rigs.engines import SMALL_HIDDEN, decisive_parameters, drill_named, program_of
from tests.rigs.graphics.gpu_stand import Stand

SEED, EPISODE = 7, 3
Fields = dict[str, Array]


class PlayedOnDevice:
    """Matches of a drill from one seed, on a stand's device and by the reference, with the same decided policy.

    `scales` are what the device's observations are rescaled by; its parameters are for such. Where there are duels,
    only these are compared: against one opponent each, SCRIPTED, NOW or a snapshot, of which this has the parameters.
    """

    def __init__(
        self,
        stand: Stand,
        name: str,
        matches: int,
        horizon: int,
        *,
        duels_against: tuple[int, int] = (0, NOW),
        evaluates: bool = False,
        hidden: tuple[int, ...] = SMALL_HIDDEN,
        lanes_per_player: int = 8,
        subgroups: bool = False,
    ) -> None:
        duels, rival = duels_against
        program, self.drill = program_of(name, hidden), drill_named(name)
        self.layout = Layout(plan_for(program, 1, matches, horizon, duels=duels))
        self.plan = PlayPlan(program, self.layout, evaluates=evaluates, lanes_per_player=lanes_per_player)
        blocks = self.plan.blocks
        self.block = MatchBlock(blocks.self_play.matches, duels) if duels else blocks.self_play
        network = Network.for_heads(len(self.drill.observation), self.drill.heads, hidden)
        self.parameters, self.scales = decisive_parameters(network, 3), uneven_scales(self.plan.inputs)
        who = Player.SCRIPTED if rival == SCRIPTED else Player.FROZEN
        players = policy_against(who, self.drill.teams) if duels else None
        self.reference = ReferenceCollector(self.drill, network, self.block.matches, SEED, players, EPISODE)
        other = decisive_parameters(network, 5)
        self.reference.frozen = self.parameters if rival == NOW else other
        self.network = network
        self.stand = stand
        self._compile(subgroups)
        stand.write("state", entered(network, self.parameters, self.scales))
        stand.write("scales", self.plan.scales(self.scales))
        stand.write("rivals", np.tile(other, RIVALS))
        stand.write("opponents", blocks.opponents([rival] * len(blocks.duels)))
        self._run([self.plan.pack_rivals, self.plan.begin()], self.plan.knobs(seed=SEED))
        for block in (self.block, *blocks.evaluations.values()):
            self._begin(block)

    def _begin(self, block: MatchBlock) -> None:
        """As the reference's matches begin."""
        self._run([self.plan.begin(block)], self.plan.knobs(seed=SEED, episode=EPISODE, block=block, slot=0))

    def _compile(self, subgroups: bool) -> None:
        kernels, plan = play_kernels(self.drill), self.layout.plan
        for pipeline in self.plan.pipelines:
            self.stand.compile([pipeline], self.plan.text(pipeline.shader, kernels), subgroups=subgroups)
        learners = {
            "batch": self.layout.chunk_bytes,
            "state": plan.parameter_count * WORD_BYTES,
            "returns": plan.horizon * plan.lanes * WORD_BYTES,
        }
        self.stand.buffers({**self.plan.buffer_bytes(), **learners})

    def _run(self, dispatches: Sequence[Dispatch], knobs: bytes) -> None:
        self.stand.write("play_knobs", knobs)
        self.stand.run(dispatches)

    def play(self, begins: int = 0, ends: int | None = None) -> None:
        """A chunk on the device, or a part of it, and what has ended in it."""
        self._run([self.plan.pack, self.plan.play, self.plan.tally], self.plan.knobs(begins=begins, ends=ends))

    def chunk(self) -> Fields:
        """The device's chunk: every field [T][..][A] of the lanes that are recorded."""
        content, first = self.stand.read("batch"), self.plan.players * self.block.first
        lanes = self.block.matches * len(self.reference.policy_players)
        found: Fields = {}
        for name in (field.name for field in fields(ChunkArrays) if field.name != "stats"):
            region = self.layout.chunk[name]
            count = np.prod(region.shape, dtype=int)
            words = np.frombuffer(content, DType(region.dtype).numpy, count, region.offset)
            found[name] = words.reshape(region.shape)[..., first : first + lanes]
        return found

    def expected(self) -> tuple[Fields, EpisodeStats]:
        """The same fields of the reference's next chunk, observations rescaled, and what ended in it."""
        chunk = self.reference.collect(self.parameters, self.layout.plan.horizon)
        found = {field.name: getattr(chunk, field.name) for field in fields(ChunkArrays) if field.name != "stats"}
        means, each = rounded(self.scales.means)[:, None], rounded(factors(self.scales.spreads))[:, None]
        found["obs"] = standardise(chunk.obs, means, each)
        return found, chunk.stats

    def tallied(self) -> dict[str, float]:
        """What the device says of the episodes that ended, in all of these matches."""
        words = np.frombuffer(self.stand.read("played"), np.float32)[: self.plan.tallied_words]
        each = words.reshape(len(self.plan.blocks.all), -1)
        sums = each[1:].sum(axis=0) if len(each) > 1 else each[0]
        return dict(zip((*CHUNK_STATS, *self.drill.reward_terms), map(float, sums), strict=False))

    def evaluations(self) -> dict[str, Tally]:
        """What the device says of those that ended in its evaluations, as team 0 has won and lost them."""
        sums, blocks = np.frombuffer(self.stand.read("played"), np.float32).tolist(), self.plan.blocks
        first = 1 + len(blocks.duels)
        return {name: self.plan.tally_of(number, sums) for number, name in enumerate(blocks.evaluations, first)}

    def expected_evaluations(self, chunks: int) -> dict[str, list[Tally]]:
        """The same of the reference, chunk by chunk."""
        found: dict[str, list[Tally]] = {}
        for name, look in evaluations_of(self.drill.teams).items():
            count = self.plan.blocks.evaluations[name].matches
            players = policy_against(look.opponent, self.drill.teams, look.team)
            reference = ReferenceCollector(self.drill, self.network, count, SEED, players, EPISODE)
            each = [reference.collect(self.parameters, self.layout.plan.horizon).stats for _ in range(chunks)]
            found[name] = [Tally(*(getattr(stats, field.name) for field in fields(Tally))) for stats in each]
        return found

    def differing(self, found: Fields, wanted: Fields, bound: float) -> Array:
        """Mask of the lanes [A] in which a choice or an end differs, or a number by more than `bound` of 1 + |x|."""
        lanes = np.zeros(found["logp"].shape[-1], np.bool_)
        for name, want in wanted.items():
            got = found[name]
            if name == "action":
                got, want = self._chosen(got), self._chosen(want)
            error = np.abs(got.astype(np.float64) - want.astype(np.float64)) / (1.0 + np.abs(want))
            lanes |= ~(error <= bound).reshape(-1, len(lanes)).all(axis=0)
        return lanes

    def _chosen(self, words: Array) -> Array:
        """What was chosen, numbers and choices alike, [T][HEADS][A], of words i32 of the same shape."""
        parts = [np.ascontiguousarray(words[:, head]) for head in range(self.plan.heads)]
        numbers = [isinstance(head, Continuous) for head in self.drill.heads]
        each = zip(parts, numbers, strict=True)
        return np.stack([part.view(np.float32) if number else part for part, number in each], axis=1)


def uneven_scales(entries: int) -> Scales:
    """Of observations that are neither centred nor of spread 1, nor are returns."""
    rng = np.random.default_rng(1)
    pairs = zip(rng.normal(0.0, 0.2, entries), rng.uniform(0.3, 2.0, entries), strict=True)
    observations = tuple(Scale(float(mean), float(variance)) for mean, variance in pairs)
    return Scales(observations, Scale(0.7, 4.0), updates=3, fresh=False)

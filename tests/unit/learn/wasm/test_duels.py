"""Duels with frozen parameters: the same bits on kernels as in NumPy, beside self-play that they leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill, Player
from drillsergeant.elementary import Array
from drillsergeant.learn.engine import NO_EPISODES, Collector, Tally, duel_seed, worker_seed
from drillsergeant.learn.formulas.linear import ORDERED
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.ppo.hidden import HIDDEN
from drillsergeant.learn.reference.rollout import ReferenceCollector, policy_against
from drillsergeant.learn.wasm.rollout import KernelCollector
from drillsergeant.learn.wasm.scratch import plan_for

from tests.rigs.engines import F32, SMALL_HIDDEN, Pair, decisive, drill_named, pair, program_of
from tests.rigs.length import few

SEED = 5
RECORDED = ("obs", "action", "allowed", "logp", "reward", "terminated", "truncated", "value")


class Duel:
    """Both engines, their weights and, elsewhere in memory, the parameters of an older self."""

    def __init__(
        self, name: str, matches: int, duels: int, horizon: int = 8, hidden: tuple[int, ...] = SMALL_HIDDEN
    ) -> None:
        self.both = pair(name, matches, horizon, hidden=hidden, duels=duels)
        layout = self.both.layout
        self.weights, self.rival = layout["weights.0"].offset, layout["weights.1"].offset
        self.ring = layout["ring.0.chunks"].offset
        for memory in self.both.memories:
            for offset, seed in ((self.weights, SEED), (self.rival, SEED + 1)):
                memory.array(offset, layout.plan.parameter_count, F32)[:] = decisive(self.both, seed)
        self.collectors: list[Collector] = [engine.collector(0, SEED) for engine in (self.both.kernel, self.both.numpy)]

    def play(self, chunks: int) -> list[Tally]:
        """Play some chunks into one slot of each engine, which must agree; returns the tallies of the duels."""
        tallies = []
        for _ in range(chunks):
            kernel, numpy = (collector.collect(self.weights, self.ring) for collector in self.collectors)
            assert kernel == numpy
            assert self.both.differing(self.ring) == []
            tallies.append(kernel)
        return tallies

    def set_opponent(self, offset: int | None) -> None:
        for collector in self.collectors:
            collector.set_opponent(offset)

    def lanes(self, name: str) -> Array:
        """A field of the last chunk, duels only."""
        plan, region = self.both.layout.plan, self.both.layout.chunk_field(name, self.ring)
        whole = self.both.kernel_memory.array(
            region.offset, region.shape, np.dtype(np.float32 if region.dtype == "f32" else np.int32)
        )
        return whole[..., plan.players * plan.self_play : plan.agents].copy()


@pytest.mark.parametrize(
    ("name", "matches", "duels"),
    few(
        [
            ("short", 7, 4),
            ("short", 8, 8),
            ("short-2-1", 12, 8),
            ("mixed-1-2", 8, 4),
            ("ball", 16, 4),
            ("short", 5, 4),
            ("short", 38, 12),
            ("short-trio", 12, 4),
            ("short-1-3", 8, 4),
            ("short-1-3", 4, 4),
            ("mixed", 12, 4),
        ],
        4,
    ),
)
def test_chunks_with_duels_equal_the_reference_in_every_bit(name: str, matches: int, duels: int) -> None:
    duel = Duel(name, matches, duels, horizon=6)
    tallies = duel.play(2)
    duel.set_opponent(duel.rival)
    tallies += duel.play(3)
    duel.set_opponent(None)
    tallies += duel.play(1)
    assert name == "ball" or sum(tally.episodes for tally in tallies) > duels, "too few episodes to compare"


def test_the_network_of_the_product_duels_to_the_bit() -> None:
    duel = Duel("ball", 70, 20, horizon=3, hidden=HIDDEN)
    duel.set_opponent(duel.rival)
    duel.play(2)


def test_self_play_is_what_it_is_without_duels() -> None:
    with_duels, without = Duel("short", 21, 8), Duel("short", 13, 0)
    with_duels.set_opponent(with_duels.rival)
    for _ in range(3):
        assert without.play(1) == [NO_EPISODES]
        with_duels.play(1)
        for name in (*RECORDED, "stats"):
            one, two = (each.both.layout.chunk_field(name, each.ring) for each in (with_duels, without))
            lanes = one.shape[-1] if name == "stats" else 26
            first = with_duels.both.kernel_memory.array(one.offset, one.shape, F32)[..., :lanes]
            second = without.both.kernel_memory.array(two.offset, two.shape, F32)[..., :lanes]
            np.testing.assert_array_equal(first.view(np.uint32), second.view(np.uint32), err_msg=name)


@pytest.mark.parametrize("name", ["short", "short-2-1", "mixed"])
def test_the_lanes_of_duels_are_team_0_of_a_match_between_the_two(name: str) -> None:
    duel, drill = Duel(name, 12, 8), drill_named(name)
    duel.set_opponent(duel.rival)
    duel.play(1)
    network = Network.for_heads(len(drill.observation), drill.heads, SMALL_HIDDEN, ORDERED)
    players = policy_against(Player.FROZEN, drill.teams)
    reference = ReferenceCollector(drill, network, 8, duel_seed(worker_seed(SEED, 0), 1), players)
    reference.frozen = decisive(duel.both, SEED + 1)
    chunk = reference.collect(decisive(duel.both, SEED), 8)
    for name in RECORDED:
        np.testing.assert_array_equal(duel.lanes(name), getattr(chunk, name), err_msg=name)


def test_whom_they_play_matters_and_without_anybody_it_is_themselves() -> None:
    def rewards(facing: int | None, *, same: bool = False) -> Array:
        duel = Duel("ball", 16, 8)
        if same:
            copy = duel.both.kernel_memory.array(duel.rival, duel.both.layout.plan.parameter_count, F32)
            copy[:] = decisive(duel.both, SEED)
            duel.both.numpy_memory.array(duel.rival, len(copy), F32)[:] = copy
        duel.set_opponent(duel.rival if facing else None)
        duel.play(2)
        return duel.lanes("value")

    themselves, other = rewards(None), rewards(1)
    np.testing.assert_array_equal(themselves, rewards(1, same=True))
    assert (themselves != other).any()


def test_another_opponent_starts_other_matches() -> None:
    duel = Duel("ball", 16, 8, horizon=2)
    first = []
    for facing in (duel.rival, duel.rival, None):
        duel.set_opponent(facing)
        duel.play(1)
        first.append(duel.lanes("obs")[0])
    assert (first[0] != first[1]).any() and (first[1] != first[2]).any()


@pytest.mark.parametrize(("name", "duels"), [("ball", 6), ("chase", 4)])
def test_duels_that_cannot_be_played_are_refused_with_the_remedy(name: str, duels: int) -> None:
    drill: Drill = make(name)
    with pytest.raises(
        ValueError, match=f"{duels} duels of {name}, whose teams are .*{len(drill.teams)}?.*: .*duels=0"
    ):
        plan_for(program_of(name), 1, 16, 4, duels=duels)


@pytest.mark.parametrize(("name", "agents"), [("ball", 28), ("short-2-1", 44), ("short-1-3", 52)])
def test_a_plan_of_duels_has_lanes_for_team_0_of_each(name: str, agents: int) -> None:
    both: Pair = pair(name, 16, 4, duels=4)
    assert (both.layout.plan.self_play, both.layout.plan.agents) == (12, agents)


def test_what_a_collector_writes_when_it_is_made_stays_in_its_place() -> None:
    """The numbers of all matches are more than those of the largest batch."""
    duel = Duel("ball", 512, 128)
    collector = duel.collectors[0]
    assert isinstance(collector, KernelCollector)
    places = collector._places
    assert places.slots < places.stats, "behind them"
    stats = duel.both.kernel_memory.array(places.stats, 2, F32)
    assert not stats.any()

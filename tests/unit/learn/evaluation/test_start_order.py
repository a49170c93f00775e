"""Win rates and mean returns of games with a known answer, where losses are short and wins are long, from the first
reading on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from drillsergeant.drills.contract import MeanReturn, Objective, Outcome, Player, State, WinRate
from drillsergeant.drills.probes import Probe, random_sign
from drillsergeant.elementary import Array
from drillsergeant.learn.engine import EVALUATION_MATCHES, NO_EPISODES, Collector, Tally
from drillsergeant.learn.evaluation.results import RecentEpisodes, Score
from drillsergeant.learn.evaluation.start_order import StartOrder
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.reference.engine import NumpyEngine
from drillsergeant.learn.rig import Rig
from drillsergeant.learn.train import Settings, evaluate, native_rig

SETTINGS = Settings(matches=4)
SLOTS = EVALUATION_MATCHES[Player.SCRIPTED]


@dataclass(frozen=True)
class Toss(Probe):
    """Half of the matches are lost after 3 decisions, half won after 60, whatever anybody does. A decision pays 1."""

    name: str = "probe-toss"

    def first_signal(self, seed: Array, episode: Array) -> Array:
        return random_sign(seed, episode)

    def outcome(self, state: State) -> Outcome[Array, Array]:
        lucky = state["signal"] > 0.0
        over = state["clock"] >= np.where(lucky, 60, 3).astype(np.uint32)
        return Outcome(over, over & ~over, np.where(lucky, 1, -1).astype(np.int32))


@dataclass(frozen=True)
class Pole(Probe):
    """Falls after 30 decisions once action 1 has been taken; otherwise time runs out after 500, which is a win.

    A decision pays 1, from action 1 on -1.
    """

    name: str = "probe-pole"
    choices: int = 2
    time_limit_s: float = 500 / 15

    def pay(self, state: State, action: Array) -> Array:
        return np.where((action == 1) | (state["earned"] < 0.0), -1.0, 1.0).astype(np.float32)

    def outcome(self, state: State) -> Outcome[Array, Array]:
        fallen = (state["earned"] < 0.0) & (state["clock"] >= 30)
        return Outcome(fallen, ~fallen & (state["clock"] >= 500), np.where(fallen, -1, 1).astype(np.int32))


def always(rig: Rig, action: int) -> None:
    """The policy takes this action."""
    network = Network(len(rig.drill.observation), policy_rows(rig.drill.heads))
    parameters = np.zeros(network.size, np.float32)
    network.table[5].of(parameters)[action] = 50.0
    rig.memory.write(rig.weights_offset, parameters.data)


def looks(collector: Collector, rig: Rig, count: int) -> Iterator[Tally]:
    for _ in range(count):
        yield collector.evaluate(rig.weights_offset)[Player.SCRIPTED]


def test_every_reading_of_short_losses_and_long_wins_is_near_the_known_half() -> None:
    rig = native_rig(Toss(), SETTINGS)
    collector = rig.engine.collector(0, 1)
    total, readings = NO_EPISODES, 0
    for tally in looks(collector, rig, 40):
        total += tally
        if tally.episodes:
            readings += 1
            near = 4.0 * math.sqrt(0.25 / total.episodes)
            assert abs(total.wins / total.episodes - 0.5) < near, total
            assert abs(total.returns / total.episodes - (60 + 3) / 2) < near * (60 - 3), total
    assert readings > 20 and total.episodes > 2000
    assert total.return_squares == total.wins * 60**2 + total.losses * 3**2


def test_kernels_and_numpy_count_the_same_matches_at_the_same_time() -> None:
    rig = native_rig(Toss(), SETTINGS)
    numpy = NumpyEngine(rig.drill, rig.layout, rig.memory, Network(1, 1, (4, 4)))  # what it computes decides nothing
    collectors: list[Collector] = [engine.collector(0, 1) for engine in (rig.engine, numpy)]
    for _ in range(2):
        kernels, reference = (list(looks(collector, rig, 6)) for collector in collectors)
        assert kernels == reference
        assert kernels[3].episodes > 0
        assert len({collector.waiting(Player.SCRIPTED) for collector in collectors}) == 1
        for collector in collectors:
            collector.restart_evaluations()


@pytest.mark.parametrize(("objective", "worst", "best"), [(WinRate(), 0.0, 1.0), (MeanReturn(475.0), -30.0, 500.0)])
def test_a_policy_that_stops_falling_reads_as_that_once_matches_that_it_began_are_over(
    objective: Objective, worst: float, best: float
) -> None:
    rig, score = native_rig(Pole(), SETTINGS), Score(objective)
    collector, recent = rig.engine.collector(0, 1), RecentEpisodes(score)
    always(rig, 1)
    for tally in looks(collector, rig, 40):
        recent.add(tally)
    before = recent.estimate()
    assert before is not None and score.value(before) == pytest.approx(worst) and before.effective > 500
    always(rig, 0)
    chunks = math.ceil(30 / SETTINGS.horizon) + math.ceil(500 / SETTINGS.horizon) + 1
    for tally in looks(collector, rig, chunks):
        recent.add(tally)
    now = recent.estimate()
    assert now is not None and score.value(now) == pytest.approx(best) and now.effective >= SLOTS


def test_the_terminal_s_points_count_whole_matches() -> None:
    rig = native_rig(Toss(time_limit_s=4.0), SETTINGS)
    tally = evaluate(rig, SETTINGS)["scripted"]
    assert abs(tally.wins / tally.episodes - 0.5) < 4.0 * math.sqrt(0.25 / tally.episodes)


def rows(*ended: str) -> list[list[list[float]]]:
    """One moment for each text: a letter a slot, W or L where a match of it is won or lost, which earns 2 or -1."""
    value = [dict.fromkeys("WL", 1.0), {"W": 1.0}, {"L": 1.0}, {}, {}, {"W": 2.0, "L": -1.0}, {"W": 4.0, "L": 1.0}]
    return [[[row.get(letter, 0.0) for letter in text] for row in value] for text in ended]


def test_a_match_counts_once_when_all_that_began_before_it_have_ended() -> None:
    order = StartOrder(2)
    assert order.waiting == 2
    assert order.count(rows("L.", "L.", "..")) == Tally(0, 0, 0), "slot 1 began with them"
    assert order.count(rows("L.", "L.")) == Tally(0, 0, 0)
    assert order.waiting == 6
    assert order.count(rows(".W", ".L")) == Tally(4, 1, 3, -1.0, 7.0), "of the second chunk's, one is under way"
    assert order.waiting == 4
    assert order.count(rows("..")) == Tally(0, 0, 0)
    assert order.count(rows("W.")) == Tally(2, 1, 1, 1.0, 5.0)


def test_everything_begun_is_counted_once() -> None:
    draws, order, ended, counted = np.random.default_rng(3), StartOrder(5), 0, 0
    for _ in range(200):
        log = rows(*("".join(draws.choice(list("WL.....")) for _ in range(5)) for _ in range(4)))
        ended += sum(int(sum(moment[0])) for moment in log)
        counted += order.count(log).episodes
        assert counted + order.waiting == ended + 5
    assert counted > 0.9 * ended

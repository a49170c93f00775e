"""A chunk played by one call of the program has the bits of the chunk that the NumPy collector plays."""

from __future__ import annotations

import numpy as np
import pytest
from drillsergeant.drills import OWN
from drillsergeant.learn.engine import CHUNK_STATS, EVALUATION_MATCHES, NO_EPISODES, SCRIPTED_AWAY, evaluations_of
from drillsergeant.learn.formulas.actions import unpacked
from drillsergeant.learn.ppo.hidden import HIDDEN
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import Arena, RolloutScratch
from drillsergeant.memory.layout import Plan

from tests.rigs.engines import F32, Pair, decisive, pair, program_of
from tests.rigs.length import AT_LENGTH, few

CHUNKS = 3
# Every drill once, and every number of matches, of which but one is no multiple of the lanes that a kernel has.
PLAYED = (("short", 7), ("ball", 3), ("short-between", 1), ("short-looks", 5), ("sumo", 3), ("chase", 64))
EACH = [(name, matches) for name, _ in PLAYED for matches in (1, 3, 5, 7, 64)]
I32 = np.dtype(np.int32)


def play(both: Pair, chunks: int, seed: int = 5) -> list[int]:
    """Collects chunks into the slots of one ring on both engines; returns their byte offsets."""
    weights = both.layout["weights.0"].offset
    for memory in both.memories:
        memory.array(weights, both.layout.plan.parameter_count, F32)[:] = decisive(both, seed)
    ring = both.layout["ring.0.chunks"].offset
    chunk_offsets = [ring + number * both.layout.chunk_bytes for number in range(chunks)]
    for engine in (both.kernel, both.numpy):
        collector = engine.collector(0, seed)
        for chunk_offset in chunk_offsets:
            collector.collect(weights, chunk_offset)
    return chunk_offsets


def stats(both: Pair, chunk_offset: int) -> list[np.ndarray]:
    """The statistics of a chunk, those of the kernels first."""
    region = both.layout.chunk_field("stats", chunk_offset)
    rows = len(CHUNK_STATS) + len(both.program.drill.reward_terms)
    return [memory.array(region.offset, rows, F32) for memory in both.memories]


@pytest.mark.parametrize(("name", "matches"), EACH if AT_LENGTH else PLAYED)
def test_a_chunk_equals_the_reference_in_every_bit(name: str, matches: int) -> None:
    both = pair(name, matches, horizon=8)
    for chunk_offset in play(both, CHUNKS):
        assert both.differing(chunk_offset) == []


@pytest.mark.parametrize(
    ("name", "matches"),
    few([("short-2-1", 12), ("mixed-1-2", 12), ("short-1-3", 4), ("mixed", 8), ("short-trio", 8)], 2),
)
def test_a_chunk_of_teams_equals_the_reference_in_every_bit(name: str, matches: int) -> None:
    both = pair(name, matches, horizon=8)
    for chunk_offset in play(both, CHUNKS):
        assert both.differing(chunk_offset) == []


@pytest.mark.parametrize("name", [name for name in OWN if name.startswith("probe")])
def test_matches_that_end_at_every_decision_equal_the_reference(name: str) -> None:
    both = pair(name, 9, horizon=4)
    for chunk_offset in play(both, CHUNKS):
        assert both.differing(chunk_offset) == []


def test_the_network_of_the_product_equals_the_reference_in_every_bit() -> None:
    both = pair("ball", 70, horizon=3, hidden=HIDDEN)
    for chunk_offset in play(both, 2):
        assert both.differing(chunk_offset) == []


def test_statistics_of_a_chunk_equal_the_reference() -> None:
    for name in ("short", "chase", "probe-action"):
        both = pair(name, 37, horizon=8)
        episodes = 0.0
        for chunk_offset in play(both, CHUNKS):
            kernel, numpy = stats(both, chunk_offset)
            counts = CHUNK_STATS.index("returns")  # sums of numbers that are no integers depend on their order
            np.testing.assert_array_equal(kernel[:counts], numpy[:counts])
            np.testing.assert_allclose(kernel[counts:], numpy[counts:], rtol=1e-5, atol=1e-5)
            episodes += float(kernel[0])
        assert episodes > 0.0, f"no episode of {name} ended, so nothing was compared"


def test_truncation_is_reported_at_the_last_decision_only_even_in_a_used_slot() -> None:
    both = pair("short", 5, horizon=8)
    region = both.layout.chunk_field("truncated", play(both, 1)[0])
    both.kernel_memory.array(region.offset, region.shape, F32)[:] = 1.0
    play(both, 1)
    truncated = both.kernel_memory.array(region.offset, region.shape, np.dtype(np.int32))[:, :10]
    assert not truncated[:-1].any()
    assert truncated[-1].all()


@pytest.mark.parametrize(
    "name",
    few(
        [
            *("short", "short-2-1", "mixed-1-2", "hide", "chase", "pendulum"),
            *("ball", "sumo", "short-trio", "short-looks", "probe-both"),
        ],
        6,
    ),
)
def test_evaluation_tallies_equal_the_reference(name: str) -> None:
    # of short matches and teams fewer decisions, which NumPy takes longer for
    both = pair(name, 4 if "-" in name or name == "hide" else 5, horizon=16 if name in ("sumo", "chase") else 8)
    play(both, 1)
    weights = both.layout["weights.0"].offset
    collectors = [engine.collector(0, 3) for engine in (both.kernel, both.numpy)]
    episodes = 0
    for _ in range(4):
        kernel, numpy = (collector.evaluate(weights) for collector in collectors)
        assert kernel == numpy
        assert (SCRIPTED_AWAY in kernel) == (name in ("short-2-1", "mixed-1-2", "hide"))
        episodes += sum(tally.episodes for tally in kernel.values())
    waiting = [[collector.waiting(opponent) for opponent in EVALUATION_MATCHES] for collector in collectors]
    assert waiting[0] == waiting[1]
    long = name in ("ball", "hide", "pendulum")
    assert episodes + sum(waiting[0]) > sum(EVALUATION_MATCHES.values()) or long


def test_a_plan_without_room_for_the_kernels_is_refused() -> None:
    both = pair("chase", 8, horizon=2)
    plan = both.layout.plan
    small = Plan(
        plan.workers,
        plan.matches,
        plan.teams,
        plan.horizon,
        plan.observation_size,
        plan.action_words,
        plan.parameter_count,
        scratch_bytes=1024,
    )
    other = pair("chase", 8, horizon=2)
    engine = type(other.kernel)(
        program_of("chase"),
        other.kernel_memory.link(program_of("chase").binary),
        type(other.layout)(small),
        other.kernel_memory,
    )
    with pytest.raises(ValueError, match="plan_for"):
        engine.collector(0, 1)


def test_a_forbidden_choice_is_never_taken_in_a_hundred_thousand_decisions() -> None:
    both = pair("mixed", 512, horizon=16)
    plan, memory = both.layout.plan, both.kernel_memory
    weights, ring = both.layout["weights.0"].offset, both.layout["ring.0.chunks"].offset
    memory.array(weights, plan.parameter_count, F32)[:] = decisive(both, 3)
    collector, decisions, forbidden = both.kernel.collector(0, 3), 0, 0
    while decisions < 100_000:
        collector.collect(weights, ring)
        fields = [both.layout.chunk_field(name, ring) for name in ("action", "allowed")]
        action, allowed = (memory.array(each.offset, each.shape, I32)[..., : plan.agents] for each in fields)
        masks = np.stack(unpacked(list(allowed.swapaxes(0, 1)), both.program.drill.masks))  # [43][T][A]
        for own, taken in ((masks[:3], action[:, 0]), (masks[3:], action[:, 2])):
            assert all(own[choice][taken == choice].all() for choice in range(len(own)))
        forbidden += int((~masks).sum())
        decisions += action[:, 0].size
    assert forbidden > 10 * decisions


def test_the_policy_as_team_1_wins_what_team_0_loses() -> None:
    """Half a second is too short to be caught in, so the runner wins every match of it."""
    both = pair("brief-hide", 4, horizon=16)
    play(both, 1)
    for engine in (both.kernel, both.numpy):
        collector, tallies = engine.collector(0, 3), {name: NO_EPISODES for name in evaluations_of((2, 1))}
        for _ in range(3):
            for name, tally in collector.evaluate(both.layout["weights.0"].offset).items():
                tallies[name] += tally
        home, away = tallies["scripted"], tallies[SCRIPTED_AWAY]
        assert (home.wins, home.losses) == (0, home.episodes) and home.episodes > 100
        assert (away.wins, away.losses) == (away.episodes, 0) and away.episodes > 50


def test_at_another_lesson_all_matches_begin_anew_and_equal_the_reference() -> None:
    both = pair("short-lessons", 8, horizon=8)
    (chunk_offset,) = play(both, 1)
    row = list(both.program.drill.fields).index("player_push")
    for engine, memory in ((both.kernel, both.kernel_memory), (both.numpy, both.numpy_memory)):
        weights, collector = both.layout["weights.0"].offset, engine.collector(0, 5)
        for lesson, push in ((0, 5.0), (2, 25.0)):
            collector.set_lesson(lesson)
            collector.collect(weights, chunk_offset)
            if isinstance(engine, KernelEngine):
                state = RolloutScratch(both.program, 8, Arena.over(both.layout["rollout.0.scratch"])).main.state
                assert np.all(memory.array(state.base + row * state.stride, 8, F32) == push)
    assert both.differing(chunk_offset) == []

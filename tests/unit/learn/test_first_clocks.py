"""First episodes that nothing but time ends begin at clocks spread over the time limit; others at 0."""

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.first_clocks import first_clocks

from tests.rigs.engines import F32, decisive, pair

I32 = np.dtype(np.int32)


def test_they_are_spread_evenly_and_lie_before_the_limit() -> None:
    pendulum, ticks = make("pendulum"), 200
    for matches in (1, 7, 256, 1000):
        clocks = first_clocks(pendulum, matches)
        assert clocks is not None and clocks == first_clocks(facts_of(pendulum), matches)
        assert (len(clocks), clocks[0]) == (matches, 0) and max(clocks) < ticks
        assert max(np.diff([*clocks, ticks])) <= -(-ticks // matches)


@pytest.mark.parametrize("name", ["ball", "sumo", "chase", "squad", "cartpole", "acrobot", "probe-delay"])
def test_games_that_may_end_at_any_time_begin_at_the_beginning(name: str) -> None:
    assert first_clocks(make(name), 64) is None


def test_of_matches_that_all_last_equally_long_a_few_end_in_every_chunk() -> None:
    both = pair("pendulum", 64, horizon=20)
    weights, ring = both.layout["weights.0"].offset, both.layout["ring.0.chunks"].offset
    for memory in both.memories:
        memory.array(weights, both.layout.plan.parameter_count, F32)[:] = decisive(both, 1)
    collectors = [engine.collector(0, 1) for engine in (both.kernel, both.numpy)]
    truncated = both.layout.chunk_field("truncated", ring)
    for _ in range(12):
        for collector in collectors:
            collector.collect(weights, ring)
        assert both.differing(ring) == []
        ended = both.kernel_memory.array(truncated.offset, truncated.shape, I32)[-1, :64].sum()
        assert 4 <= ended <= 9, "a tenth of them, or so"

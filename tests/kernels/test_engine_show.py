"""The match on screen equals the NumPy one in every field, tick after tick."""

from __future__ import annotations

import pytest
from drillsergeant.learn.engine import ShowMatch

from tests.kernels.engines import F32, Pair, decisive, pair


def matches_of(both: Pair, seed: int) -> list[ShowMatch]:
    """The kernel engine's match first."""
    return [engine.show_match(seed) for engine in (both.kernel, both.numpy)]


def play(both: Pair, shows: list[ShowMatch], decisions: int, human: dict[int, int]) -> int:
    """Plays on both and compares every tick; returns how many episodes ended."""
    ended = 0
    for _ in range(decisions):
        for show in shows:
            show.decide(human)
        for _ in range(both.program.drill.action_repeat):
            for show in shows:
                show.tick()
            assert shows[0].state() == shows[1].state()
        kernel, numpy = (show.finish() for show in shows)
        assert kernel == numpy
        assert shows[0].state() == shows[1].state()
        ended += kernel.terminated or kernel.truncated
    return ended


@pytest.mark.parametrize("name", ["ball", "short", "chase", "probe-delay"])
def test_the_match_with_fresh_parameters_equals_the_reference(name: str) -> None:
    both = pair(name, 4, 2)
    ended = play(both, matches_of(both, 11), 60, {})
    assert ended > 0 or name in ("ball", "chase")


def test_adopted_weights_and_a_humans_actions_equal_the_reference() -> None:
    both = pair("ball", 4, 2)
    shows = matches_of(both, 11)
    weights = both.layout["weights.1"].offset
    for memory in both.memories:
        memory.array(weights, both.layout.plan.parameter_count, F32)[:] = decisive(both, 2)
    play(both, shows, 3, {})
    for show in shows:
        show.adopt(weights)
    for memory in both.memories:  # adopting is a copy: what is written later is not played
        memory.array(weights, both.layout.plan.parameter_count, F32)[:] = 0.0
    play(both, shows, 20, {})
    play(both, shows, 20, {0: 17})


def test_dragging_and_starting_over_equal_the_reference() -> None:
    both = pair("ball", 4, 2)
    shows = matches_of(both, 1)
    play(both, shows, 2, {})
    for show in shows:
        show.put({"ball_x": 1.25, "ball_vx": -0.5, "clock": 7.0})
    assert shows[0].state()["ball_x"] == 1.25
    play(both, shows, 4, {})
    for show in shows:
        show.reset(99)
    play(both, shows, 4, {})

"""What the tutorial says of a cart that is put where it has never been, and of one that does not see its rail."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import drillsergeant
import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.learn.defaults import default_hyper
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.library.policy import Policy

from tests.rigs.length import AT_LENGTH
from tests.rigs.tutorial_text import SEEDS, edited, told

MATCHES = 64
END_M = 2.2  # of the rail, which is 2.4 long on either side
STEPS = 500  # until a pole counts as held
TRAINED = SEEDS if AT_LENGTH else (1, 3)  # at an end of the rail one of these two saves the pole, one loses it


class Tried(NamedTuple):
    """Shares of the poles held, and lost at an end of the rail; the mean of how long, in steps; and of what was
    expected at the start."""

    held: float
    off: float
    steps: float
    expected: float


def trained(drill: Drill, seed: int, decisions: int) -> Policy:
    run = drillsergeant.train(drill, seed=seed, decisions=decisions)
    for _ in run:
        pass
    return run.policy


@cache
def balancer(seed: int) -> Policy:
    return trained(make("cartpole"), seed, 1_200_000 if AT_LENGTH else 700_000)


def tried(policy: Policy, drill: Drill, from_m: float) -> Tried:
    """Matches that begin so far from the middle, played by the policy's chances."""
    matches, random = MatchBatch(drill, MATCHES, 3), np.random.default_rng(3)
    matches.state["x"] = np.full(MATCHES, from_m, np.float32)
    expected = float(policy.value(matches.observe(0).T).mean())
    alive, off, steps = np.full(MATCHES, True), np.full(MATCHES, False), np.zeros(MATCHES)
    for _ in range(STEPS):
        action: Array = policy.act(matches.observe(0).T, random)
        outcome = matches.step([[action.reshape(-1).astype(np.int32)]]).outcome
        off |= alive & (np.abs(matches.state["x"]) > make("cartpole").x_limit_m)  # type: ignore[attr-defined]
        steps += alive
        alive &= ~outcome.terminated
        if not alive.any():
            break
    return Tried(float(alive.mean()), float(off.mean()), float(steps.mean()), expected)


@pytest.mark.parametrize("seed", TRAINED)
def test_in_the_middle_of_the_rail_nearly_all_is_expected_that_there_is(seed: int) -> None:
    told("In the middle of the rail it now expects about eighty.")
    middle = tried(balancer(seed), make("cartpole"), 0.0)
    print(f"chapter 6, seed {seed}, in the middle: {middle}")
    assert middle.steps > 475 and 75 < middle.expected < 85
    per_decision = default_hyper(make("cartpole")).gamma
    assert middle.expected < 1.0 / (1.0 - per_decision), "the most there is to be had"


def test_where_it_has_hardly_been_what_is_expected_tells_little() -> None:
    told("Of six players that we trained, three saved the pole there and three lost it.")
    told("One of them expected a tenth of the usual, and saved it every time.")
    told("Another expected nearly as much as in the middle, and lost it every time.")
    ends = {seed: tried(balancer(seed), make("cartpole"), END_M) for seed in TRAINED}
    print("\n".join(f"chapter 6, seed {seed}, at the end: {end}" for seed, end in ends.items()))
    saved = [end.expected for end in ends.values() if end.held > 0.95]
    lost = [end.expected for end in ends.values() if end.held < 0.05]
    assert len(saved) == len(lost) == len(ends) // 2
    assert min(saved) < 15, "of the eighty"
    assert max(lost) > (70 if AT_LENGTH else 30)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_does_not_see_the_rail_loses_poles_at_its_ends_and_expects_the_same_there(seed: int) -> None:
    told("It hardly ever tips over any more.", "up to the end it expects as much as in the middle")
    drill = edited("cartpole", "rail")
    policy = trained(drill, seed, 2_000_000 if AT_LENGTH else 600_000)
    middle, end = (tried(policy, drill, from_m) for from_m in (0.0, END_M))
    print(f"chapter 6, rail unseen, seed {seed}: in the middle {middle}, at the end {end}")
    lost, off = 2.0 - middle.held - end.held, middle.off + end.off
    assert lost > 0.1 and off > 0.9 * lost, "and hardly ever by tipping over"
    assert end.expected == pytest.approx(middle.expected), "the two look the same"

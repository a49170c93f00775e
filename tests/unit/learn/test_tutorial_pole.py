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
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.library.policy import Policy

from tests.rigs.tutorial_text import AT_LENGTH, SEEDS, edited, told

MATCHES = 64
END_M = 2.2  # of the rail, which is 2.4 long on either side
STEPS = 500  # until a pole counts as held


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


@pytest.mark.parametrize("seed", SEEDS)
def test_who_never_drops_it_in_the_middle_expects_less_at_the_end_of_the_rail(seed: int) -> None:
    told("In the middle of the rail it now expects about eighty", "There it expects less.")
    drill = make("cartpole")
    middle, end = (tried(balancer(seed), drill, from_m) for from_m in (0.0, END_M))
    print(f"chapter 6, seed {seed}: in the middle {middle}, at the end {end}")
    assert middle.held > 0.95 and 70 < middle.expected < 90
    assert end.expected < 0.9 * middle.expected


def test_some_save_the_pole_there_and_some_lose_it_within_two_seconds() -> None:
    told(
        "Some players save the pole all the same; others, who never drop it in the middle, lose it here within a second"
    )
    seeds = range(1, 7) if AT_LENGTH else (1, 3)
    ends = [tried(balancer(seed), make("cartpole"), END_M) for seed in seeds]
    assert any(end.held > 0.95 for end in ends) and any(end.steps < 100 for end in ends)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_does_not_see_the_rail_loses_poles_at_its_ends_and_expects_the_same_there(seed: int) -> None:
    told("It hardly ever tips over any more.", "up to the end it expects as much as in the middle")
    drill = edited("cartpole", "rail")
    policy = trained(drill, seed, 2_000_000 if AT_LENGTH else 600_000)
    middle, end = (tried(policy, drill, from_m) for from_m in (0.0, END_M))
    print(f"chapter 6, rail unseen, seed {seed}: in the middle {middle}, at the end {end}")
    lost = 1.0 - end.held
    assert lost > 0.05 and end.off > 0.9 * lost, "and hardly ever by tipping over"
    assert end.expected == pytest.approx(middle.expected), "the two look the same"

"""Faults of numbers and masks, each seeded into a sound drill: what is found, and in which function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from drillsergeant.check.check_drill import check_drill
from drillsergeant.check.findings import Kind
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.classic.cartpole import CartPoleDrill
from drillsergeant.drills.classic.pendulum import PendulumDrill
from drillsergeant.drills.contract import Drill, State
from drillsergeant.drills.probes import MaskProbe
from drillsergeant.elementary import Array

from tests.rigs.mixed_drill import MixedDrill


class Deaf(PendulumDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        return super().tick(state, [[actions[0][0] * 0.0 + 0.0]])


class Whole(PendulumDrill):
    def scripted(self, state: State, player: int) -> list[Array]:
        return [super().scripted(state, player)[0].astype(np.int32)]


@dataclass(frozen=True)
class Endless(CartPoleDrill):
    only_time_ends: bool = True


class Stuck(MaskProbe):
    def allowed(self, state: State, player: int) -> list[Array]:
        left, always, right = super().allowed(state, player)
        return [left, always & left, right & left]


class Cheating(MixedDrill):
    def scripted(self, state: State, player: int) -> list[Array]:
        move, push, kick, load = super().scripted(state, player)
        return [move, push, kick + 39, load]


class TooFew(MaskProbe):
    def allowed(self, state: State, player: int) -> list[Array]:
        return super().allowed(state, player)[:2]


class Numbered(MaskProbe):
    def allowed(self, state: State, player: int) -> list[Array]:
        left, *others = super().allowed(state, player)
        return [left.astype(np.float32), *others]


@pytest.mark.parametrize(
    ("drill", "kind", "function", "said"),
    [
        (Deaf(), Kind.IDLE_ACTION, "tick", "torque does nothing: whatever it is"),
        (Whole(), Kind.ARRAY, "scripted", "the torque of the scripted player is int32, not float32"),
        (Endless(), Kind.CONTRACT, "outcome", "a match has terminated, and only_time_ends says that none does"),
        (Stuck(), Kind.FORBIDDEN, "allowed", "allowed leaves player 0 no choice at all in "),
        (Cheating(), Kind.FORBIDDEN, "scripted", "the scripted player 0 takes a kick that allowed forbids"),
        (TooFew(), Kind.CONTRACT, "allowed", "allowed returned 2 arrays, not 3 arrays"),
        (Numbered(), Kind.ARRAY, "allowed", "choice 0 of allowed is float32, not bool"),
    ],
    ids=lambda value: (
        type(value).__name__ if isinstance(value, PendulumDrill | CartPoleDrill | MaskProbe | MixedDrill) else ""
    ),
)
def test_each_is_found_and_named(drill: Drill, kind: Kind, function: str, said: str) -> None:
    report = check_drill(drill)
    found = [each for each in report if each.kind is kind and said in each.sentence]
    assert len(found) == 1 and found[0].remedy, str(report)
    assert found[0].where is not None and found[0].where.function == function
    assert found[0].where.file == __file__ or isinstance(drill, Endless)


def test_a_sound_game_of_numbers_and_masks_is_not_blamed_for_them() -> None:
    kinds = check_drill(MixedDrill()).kinds
    assert not kinds & {Kind.FORBIDDEN, Kind.IDLE_ACTION, Kind.ARRAY, Kind.CONTRACT, Kind.COMPILED, Kind.RAISES}, kinds


class Beside(ChaseDrill):
    def scripted(self, state: State, player: int) -> list[Array]:
        (move,) = super().scripted(state, player)
        return [np.where(state["clock"] > 20, move + 1, move)]


def test_a_scripted_player_that_leaves_the_choices_only_later_is_found() -> None:
    (found,) = (each for each in check_drill(Beside()) if each.kind is Kind.ARRAY)
    assert "the move of the scripted player is 1 to 5" in found.sentence and "outside of 0 to 4" in found.sentence
    assert found.where is not None and found.where.function == "scripted"

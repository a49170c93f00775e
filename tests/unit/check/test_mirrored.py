"""How well teams that do not play the same game are told: every single sign that is forgotten is found and named."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from drillsergeant.check.played.mirrored import find_not_mirrored
from drillsergeant.check.playthrough import Playthrough, play
from drillsergeant.check.seats import Seats
from drillsergeant.drills.contract import Outcome, State
from drillsergeant.drills.sumo import SumoDrill
from drillsergeant.elementary import Array


@dataclass(frozen=True)
class OneSign(SumoDrill):
    """Sumo Drill in which one entry of what the other player sees has the wrong sign."""

    wrong: str = ""
    time_limit_s: float = 4.0

    def observe(self, state: State, player: int) -> list[Array]:
        seen = super().observe(state, player)
        return [
            -array if player and name == self.wrong else array
            for name, array in zip(self.observation, seen, strict=True)
        ]


@cache
def played() -> Playthrough:
    """Matches of the sound game; what is seen in them is asked for anew each time."""
    return play(Seats(OneSign()))


def test_the_sound_game_is_not_blamed() -> None:
    assert list(find_not_mirrored(played())) == []


class Patient(SumoDrill):
    """Who is team 0 wins whenever time is up."""

    def outcome(self, state: State) -> Outcome[Array, Array]:
        ended, late = super().outcome(state), state["clock"] >= np.uint32(120)
        return Outcome(ended.terminated & ~late, late, np.where(late, 1, ended.winner))


def test_a_time_limit_that_one_team_wins_is_found() -> None:
    (found,) = find_not_mirrored(play(Seats(Patient(time_limit_s=1.0))))
    assert "that the time limit ended, team 0 wins" in found.sentence
    assert found.where is not None and found.where.function == "outcome"


@pytest.mark.parametrize("wrong", SumoDrill().observation)
def test_one_wrong_sign_is_found_and_named(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(played().seats, "drill", OneSign(wrong=wrong))
    (found,) = find_not_mirrored(played())
    assert wrong in found.sentence

"""What a visitor plays is noted: what its player saw, what it did, and nothing while nobody steers."""

from __future__ import annotations

import drillsergeant
import numpy as np
import pytest
from drillsergeant.learn.imitation.demonstrations import Demonstrations
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.show.played import AT_ONCE, IDLE_S

from tests.fakes.theatre import Theatre
from tests.rigs.mixed_drill import MixedDrill


def rows(theatre: Theatre) -> list[list[float]]:
    return [row for told in theatre.answers if isinstance(told, messages.PlayedDecisions) for row in told.rows]  # type: ignore[attr-defined]


def steered(name: str = "ball") -> Theatre:
    theatre = Theatre(name=name)
    theatre.show.handle(messages.SetPlayers(left=messages.VISITOR))
    return theatre


def decide(theatre: Theatre, action: list[float], decisions: int) -> None:
    theatre.show.handle(messages.Input(action=action))
    theatre.ticks(decisions * theatre.drill.action_repeat)


def test_each_decision_is_noted_as_it_was_seen_and_made() -> None:
    theatre = steered()
    seen = []
    for number in range(AT_ONCE):
        action = [1 + number % 4, number % 3, number % 2]
        theatre.show.handle(messages.Input(action=action))
        state = {name: np.array([value], np.float32) for name, value in theatre.match.state().items()}
        seen.append([*(float(entry[0]) for entry in theatre.drill.observe(state, 0)), *action])
        theatre.ticks(8)
    found = rows(theatre)
    assert np.array(found) == pytest.approx(np.array(seen))
    assert Demonstrations.of(theatre.drill).extended(found).decisions == AT_ONCE


def test_nothing_is_noted_where_nobody_steers() -> None:
    theatre = steered()
    decide(theatre, [0, 0, 0], 40)
    assert rows(theatre) == [], "nothing was touched yet"
    decide(theatre, [1, 0, 0], 3)
    idle = round(IDLE_S * 15)
    decide(theatre, [0, 0, 0], 3 * idle)
    assert len(rows(theatre)) == 3 + idle - 1, "standing still for a moment is play, too"
    theatre.show.handle(messages.SetPlayers(left=messages.NEWEST))
    before = len(rows(theatre))
    theatre.ticks(8 * 40)
    assert len(rows(theatre)) == before
    decide(theatre, [1, 0, 0], 20)
    assert len(rows(theatre)) == before, "the agent plays"
    theatre.show.handle(messages.SetPlayers(left=messages.VISITOR))
    theatre.show.handle(messages.SetView("factory"))
    decide(theatre, [2, 0, 0], 20)
    assert len(rows(theatre)) == before, "nobody sees the match behind the factory"


def test_masks_and_numbers_are_noted_too() -> None:
    theatre = Theatre(name=MixedDrill())
    theatre.show.handle(messages.SetPlayers(left=messages.VISITOR))
    decide(theatre, [2, 0.5, 4, 0.25], AT_ONCE)
    found = rows(theatre)
    assert len(found) == AT_ONCE and {len(row) for row in found} == {3 + 4 + 43}
    assert found[0][3:7] == pytest.approx([2.0, 0.5, 4.0, 0.25])
    assert drillsergeant.demonstrate(MixedDrill(), seconds=1).extended(found).masks == 43

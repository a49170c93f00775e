"""The button that trains: what it says before it is pressed."""

from __future__ import annotations

from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting


def test_who_comes_to_the_button_is_expected_to_press_it_where_that_would_train() -> None:
    sitting = Sitting()
    sitting.page.on_approach()
    assert sitting.fleet.take() == [], "nothing is ready"
    sitting.boot()
    sitting.page.on_approach()
    assert sitting.fleet.take() == [("trainer", messages.ExpectTraining())]
    sitting.page.on_click("train")
    sitting.fleet.take()
    sitting.page.on_approach()
    assert sitting.fleet.take() == []

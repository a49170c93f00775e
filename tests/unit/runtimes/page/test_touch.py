"""Fingers and controllers steer as keys do, all together, and only while the visitor plays."""

from __future__ import annotations

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.match.touch import touch_hint
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import STILL, Sitting


def playing() -> Sitting:
    sitting = Sitting().boot()
    sitting.page.on_change("player-left", "you")
    sitting.fleet.take()
    return sitting


def actions(sitting: Sitting) -> list[object]:
    return [message.action for _, message in sitting.fleet.take() if isinstance(message, messages.Input)]


def action(right: int = 0, up: int = 0, turn: int = 0, dash: bool = False) -> list[float]:
    return list(Sitting().game.from_keys(0, right, up, turn, dash))


@pytest.mark.parametrize(
    ("x", "y", "right", "up"),
    [(0.9, 0.2, 1, 0), (-0.9, 0.2, -1, 0), (0.2, 0.8, 0, 1), (-0.3, -0.8, 0, -1), (5.0, 1.0, 1, 0), (0.2, 0.1, 0, 0)],
)
def test_the_stick_runs_along_its_longer_axis(x: float, y: float, right: int, up: int) -> None:
    sitting = playing()
    sitting.page.on_pad("touch-stick", "down", x, y)
    wanted = action(right, up)
    assert actions(sitting) == ([] if wanted == STILL else [wanted])
    knob = sitting.view.knobs["touch-knob"]
    assert knob[0] ** 2 + knob[1] ** 2 <= 0.6**2 + 1e-9
    sitting.page.on_pad("touch-stick", "up", x, y)
    assert actions(sitting) == ([] if wanted == STILL else [STILL])
    assert sitting.view.knobs["touch-knob"] == (0.0, 0.0)


def test_several_fingers_and_the_keyboard_work_together() -> None:
    sitting = playing()
    sitting.page.on_pad("touch-stick", "down", 1.0, 0.0)
    sitting.page.on_pad("touch-left", "down", 0.0, 0.0)
    sitting.page.on_pad("touch-dash", "down", 0.0, 0.0)
    assert actions(sitting) == [action(1), action(1, turn=1), action(1, turn=1, dash=True)]
    assert sitting.view.attributes[("touch-dash", "data-down")] == ""
    sitting.page.on_key("KeyE", "e", True, "")
    assert actions(sitting) == [action(1, dash=True)], "left and right cancel"
    sitting.page.on_blur()
    assert actions(sitting) == [STILL]
    assert sitting.view.attributes[("touch-dash", "data-down")] is None


def test_pads_are_there_and_a_controller_is_asked_only_while_the_visitor_plays() -> None:
    sitting = Sitting().boot()
    assert not sitting.view.watching
    sitting.page.on_change("player-left", "you")
    assert sitting.view.watching
    assert sitting.view.attributes[("touch", "hidden")] is None
    sitting.page.on_click("factory")
    assert not sitting.view.watching
    assert sitting.view.attributes[("touch", "hidden")] == ""
    sitting.page.on_click("factory")
    assert sitting.view.watching
    sitting.page.on_change("player-left", "bot")
    assert not sitting.view.watching


@pytest.mark.parametrize(
    ("drill", "hint", "hidden"),
    [
        ("ball", "You are orange, attacking right: the stick moves, ↺ and ↻ turn, Dash dashes.", None),
        ("chase", "You are the orange square: the stick moves.", ""),
        ("cartpole", "You push the cart: the stick, left or right.", ""),
        ("probe-action", "The stick, left or right.", ""),
    ],
)
def test_fingers_are_told_of_the_pads_that_steer_and_keys_of_keys(drill: str, hint: str, hidden: str | None) -> None:
    game = facts_of(make(drill))
    assert touch_hint(game, 0) == hint
    for coarse, says in ((False, game.words.keys), (True, hint)):
        sitting = Sitting().boot()
        sitting.view.is_coarse = coarse
        sitting.page.on_drill(game)
        sitting.page.on_change("player-left", "you")
        assert sitting.view.texts["hint"] == says
        buttons = [sitting.view.attributes[(name, "hidden")] for name in ("touch-left", "touch-right", "touch-dash")]
        assert buttons == [hidden] * 3


@pytest.mark.parametrize(
    ("axes", "pressed", "held"),
    [
        ([0.9, 0.1, 0.0, 0.0], [], action(1)),
        ([0.1, -0.9, 0.0, 0.0], [], action(0, 1)),
        ([0.1, 0.05, 0.8, 0.0], [], action(turn=-1)),
        ([0.0, 0.0, -0.8, 0.0], [0], action(turn=1, dash=True)),
        ([], [4], action(turn=1)),
        ([], [5, 7], action(turn=-1, dash=True)),
        ([0.0, 0.0], [14], action(-1)),
        ([0.0, 0.0], [12], action(0, 1)),
        ([0.2, 0.2, 0.2, 0.2], [], STILL),
    ],
)
def test_a_controller_steers_by_the_standard_layout(axes: list[float], pressed: list[int], held: int) -> None:
    sitting = playing()
    sitting.page.on_gamepad(axes, [index in pressed for index in range(17)] if pressed else [])
    assert actions(sitting) == ([] if held == STILL else [held])
    sitting.page.on_gamepad([0.0] * 4, [False] * 17)
    assert actions(sitting) == ([] if held == STILL else [STILL])

"""The pictures: a shot near a goal is livelier than a kick-off, and what is cut out holds all that was asked for."""

from typing import Any, ClassVar

import pytest

from build.measure import pictures


def report(ball: tuple[float, float], one: tuple[float, float], two: tuple[float, float]) -> dict[str, Any]:
    bodies = {"ball": ball, "player0": one, "player1": two}
    return {f"{name}_{axis}": place[i] for name, place in bodies.items() for i, axis in enumerate("xy")}


def test_a_shot_at_the_goal_is_livelier_than_a_kick_off_or_a_scrum_in_the_middle() -> None:
    kick_off = report((0.0, 0.0), (-3.0, 1.0), (3.0, -1.0))
    scrum = report((0.3, 0.0), (-0.4, 0.0), (1.0, 0.1))
    shot = report((5.0, 0.5), (3.5, 0.4), (5.8, 0.0))
    liveliest = pictures.liveliness(scrum, shot)
    assert liveliest > pictures.liveliness(kick_off, scrum) > pictures.liveliness(kick_off, kick_off)


class Drawn:
    """A page of which only the places of two elements are known."""

    BOXES: ClassVar = {
        "#a": {"x": 100.0, "y": 50.0, "width": 300.0, "height": 20.0},
        "#b": {"x": 120.0, "y": 80.0, "width": 400.0, "height": 200.0},
    }

    def locator(self, selector: str) -> Any:
        box = self.BOXES.get(selector)
        return type("Located", (), {"bounding_box": lambda _self: box})()


def test_a_cutting_holds_every_element_that_can_be_seen() -> None:
    page: Any = Drawn()
    cut = pictures.around(page, "#a", "#b", "#hidden")
    air = pictures.AIR
    assert cut == pytest.approx({"x": 100 - air, "y": 50 - air, "width": 420 + 2 * air, "height": 230 + 2 * air})

"""When a run moves on, and what is said of it; the library and the terminal move on as the page does."""

import pytest
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.contract import MeanReturn, WinRate
from drillsergeant.drills.per_match import lessons
from drillsergeant.learn import train as terminal
from drillsergeant.learn.evaluation.curriculum import Curriculum
from drillsergeant.learn.evaluation.results import Estimate, Score
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.library.training import train

TWO = (("half_length_m", (3.0, 4.5)), ("ball_radius_m", (0.5, 0.4, 0.3)))
DRILL = ChaseDrill(half_m=lessons(0.6, 3.0))


@pytest.mark.parametrize(
    ("estimate", "reached"),
    [
        (None, False),
        (Estimate(0.95, 0.05, 0.0, 100.0), False),
        (Estimate(0.89, 0.11, 0.0, 900.0), False),
        (Estimate(0.91, 0.09, 0.0, 900.0), True),
    ],
)
def test_a_lesson_is_learned_once_enough_episodes_reach_the_measure(estimate: Estimate | None, reached: bool) -> None:
    assert Curriculum(TWO, Score(WinRate())).reached(estimate) is reached
    assert Curriculum(TWO, Score(WinRate()), number=2).reached(estimate) is False, "the last one is never over"
    assert Curriculum((), Score(WinRate())).reached(estimate) is False


def test_the_measure_is_the_drills_own() -> None:
    returns = Curriculum(TWO, Score(MeanReturn(475.0)))
    assert returns.reached(Estimate(0.0, 1.0, 0.0, 900.0, mean_return=480.0))
    assert not returns.reached(Estimate(1.0, 0.0, 0.0, 900.0, mean_return=470.0))


def test_a_lesson_is_told_with_its_numbers() -> None:
    curriculum = Curriculum(TWO, Score(WinRate()))
    assert curriculum.count == 3
    assert str(curriculum) == "Lesson 1 of 3: half length m 3, ball radius m 0.5"
    curriculum.number = 2
    assert str(curriculum) == "Lesson 3 of 3: half length m 4.5, ball radius m 0.3"


def test_the_library_moves_on() -> None:
    told = [metrics["lesson"] for metrics in train(DRILL, decisions=64 * 16 * 60, matches=64)]
    assert told[0] == 1.0 and told[-1] == 2.0 and told == sorted(told)


def test_the_terminal_moves_on_and_says_so() -> None:
    settings = terminal.Settings(matches=32, decisions=6000, evaluate_every=2000)
    points = list(terminal.train(terminal.native_rig(DRILL, settings), settings, Hyper()))
    assert [point.lesson for point in points[:2]] == [0, 1]
    small, large = (point.tallies["scripted"] for point in points[:2])
    assert small.wins > 0.9 * small.episodes and large.wins < 0.9 * large.episodes
    assert terminal.line(DRILL, points[1]).endswith("  lesson 2")

"""Numbers that differ from match to match: drawn at reset, in the state, and everywhere where the number was."""

from dataclasses import dataclass

import drillsergeant
import numpy as np
import pytest
from drillsergeant import drills
from drillsergeant.check.check_drill import check_drill
from drillsergeant.drills import resolve
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.complete import unwrapped
from drillsergeant.drills.contract import LESSON_SHIFT, Drill, State
from drillsergeant.drills.per_match import PerMatch, between, lessons
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch
from drillsergeant.learn.compile.drill_checks import ensure_drill

from tests.rigs.play import random_player, start, ticks

N = 400
VARIED = resolve(ChaseDrill(push=between(4.0, 12.0), target_speed=between(0.5, 2.5)))


def played(drill: Drill, state: State, decisions: int = 20) -> State:
    return list(ticks(drill, state, [random_player(drill)], decisions))[-1]


def test_a_number_is_drawn_for_every_match_and_stays_until_it_is_over() -> None:
    assert list(VARIED.fields)[-2:] == ["push", "target_speed"]
    state = start(VARIED, N)
    after = played(VARIED, state)
    again = VARIED.reset(state["seed"], state["episode"] + np.uint32(1))
    for name, low, high in (("push", 4.0, 12.0), ("target_speed", 0.5, 2.5)):
        assert state[name].dtype == np.float32 and low <= state[name].min() and state[name].max() < high
        assert np.allclose(
            np.quantile(state[name], (0.1, 0.5, 0.9)), low + (high - low) * np.array([0.1, 0.5, 0.9]), atol=0.08 * high
        )
        assert np.array_equal(after[name], state[name])
        assert np.mean(again[name] != state[name]) > 0.99, "another episode, another number"
    assert abs(np.corrcoef(state["push"], state["target_speed"])[0, 1]) < 0.15
    assert all(np.array_equal(start(VARIED, N)[name], state[name]) for name in VARIED.fields)


def test_each_match_is_that_of_the_drill_with_its_numbers() -> None:
    """Bit for bit, one match after the other."""
    state = start(VARIED, 12)
    after = played(VARIED, state)
    seen, earned = VARIED.observe(after, 0), VARIED.reward(state, after, 0)
    for match in range(12):
        one = ChaseDrill(push=state["push"][match], target_speed=state["target_speed"][match])
        lane = slice(match, match + 1)
        begun = one.reset(state["seed"][lane], state["episode"][lane])
        ended = played(one, begun)
        assert all(np.array_equal(ended[name], after[name][lane]) for name in one.fields)
        assert np.array_equal(one.observe(ended, 0), [entry[lane] for entry in seen])
        assert np.array_equal(one.reward(begun, ended, 0), [entry[lane] for entry in earned])


def test_kernels_play_what_numpy_plays() -> None:
    batch, state = Batch(ChaseDrill(push=between(4.0, 12.0)), 64), None
    batch.reset(3)
    assert np.ptp(batch.state["push"]) > 5.0
    drill = batch.drill
    for _ in range(30):
        state = batch.state
        action = drill.scripted(state, 0)
        expected = state
        for _ in range(drill.action_repeat):
            expected = drill.tick(expected, [action])
        over = batch.step([action[0]]).outcome.over
        assert all(np.array_equal(batch.state[name], expected[name]) for name in drill.fields)
        batch.restart(over)


@dataclass(frozen=True)
class Windy(ChaseDrill):
    """A drill that shows its number to its player."""

    name: str = "windy"
    drag_per_s: float = between(1.0, 5.0)
    observation: tuple[str, ...] = (*ChaseDrill().observation, "drag")

    def observe(self, state: State, player: int) -> list[Array]:
        return [*super().observe(state, player), state["drag_per_s"] * 0.2]


def test_a_drill_of_ones_own_sees_its_number_in_the_state_and_is_found_complete_by_its_name() -> None:
    drills.register(Windy)
    try:
        drill = drillsergeant.make("windy")
        assert isinstance(drill, PerMatch) and unwrapped(drill) is not drill
        drills.register(Windy)  # as a notebook does
        assert np.ptp(drill.observe(start(drill, N), 0)[-1]) > 0.5
        report = check_drill("windy")
        assert len(report) == 0, str(report)
    finally:
        drills.DRILLS.discard("windy")


def test_what_cannot_be_drawn_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match=r"time_limit_s of chase differs .*one number for all"):
        resolve(ChaseDrill(time_limit_s=between(1.0, 2.0)))
    with pytest.raises(ValueError, match=r"between\(2.0, 1.0\): give the lower number first"):
        between(2.0, 1.0)
    with pytest.raises(ValueError, match=r"chase: push differs.*drills\.resolve"):
        ensure_drill(ChaseDrill(push=between(1.0, 2.0)))


def test_a_number_of_lessons_is_that_of_the_lesson_a_match_is_played_at() -> None:
    drill = resolve(ChaseDrill(half_m=lessons(1.0, 2.0, 4.0), push=lessons(6.0, 9.0), target_speed=between(0.5, 2.5)))
    assert isinstance(drill, PerMatch)
    assert drill.lesson_values == (("half_m", (1.0, 2.0, 4.0)), ("push", (6.0, 9.0)))
    assert drill.scene.half_length_m == 4.0, "the picture is that of the last one"
    seed = np.arange(200, dtype=np.uint32)
    for lesson, (half_m, push) in enumerate(((1.0, 6.0), (2.0, 9.0), (4.0, 9.0))):
        state = drill.reset(seed, np.full(200, (lesson << LESSON_SHIFT) + 7, np.uint32))
        assert np.all(state["half_m"] == half_m) and np.all(state["push"] == push)
        assert np.ptp(state["target_speed"]) > 1.0
        reach = half_m - ChaseDrill().radius_m
        for after in ticks(drill, state, [random_player(drill)], 30):
            assert max(np.abs(after["chaser_x"]).max(), np.abs(after["target_x"]).max()) <= reach
        assert np.abs(after["target_x"]).max() > 0.8 * reach
    with pytest.raises(ValueError, match=r"lessons\(1.0\): give 2 to 16 values"):
        lessons(1.0)

"""The show: policy swaps leave the match alone, humans and hands reach the match, time is played at its speed."""

from __future__ import annotations

import pytest
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.per_match import lessons
from drillsergeant.runtimes.protocol import codec, messages

from tests.fakes.theatre import FRAME_S, Theatre


def test_a_swap_changes_nothing_before_the_next_decision_and_restarts_nothing_at_it() -> None:
    plain, swapped = Theatre(), Theatre()
    for theatre in (plain, swapped):
        theatre.publish(1)
    repeat = plain.drill.action_repeat
    assert plain.ticks(4 * repeat + 3) == swapped.ticks(4 * repeat + 3)
    swapped.publish(2)
    assert plain.ticks(repeat - 3) == swapped.ticks(repeat - 3)  # to the last bit, up to the next decision
    assert (plain.show.version, swapped.show.version) == (1, 1)
    clock = swapped.match.state()["clock"]
    after = swapped.ticks(10 * repeat)
    assert swapped.show.version == 2
    assert after[0]["clock"] == clock + 1
    assert after != plain.ticks(10 * repeat)  # the new weights do play differently
    assert swapped.show.versions_adopted == 2


def test_the_same_seed_and_weights_give_the_same_match() -> None:
    first, second = Theatre(seed=9), Theatre(seed=9)
    assert first.ticks(200) == second.ticks(200)
    assert Theatre(seed=10).ticks(200) != first.ticks(200)


def test_speed_and_pause_decide_how_much_time_is_played() -> None:
    theatre = Theatre()
    now_s = 0.0
    theatre.show.frame(now_s)
    for speed, playing, expected in ((1.0, True, 120), (4.0, True, 480), (0.25, True, 30), (1.0, False, 0)):
        theatre.show.speed, theatre.show.playing = speed, playing
        before = theatre.show.metrics()["ticks"]
        for _ in range(60):
            now_s += FRAME_S
            theatre.show.frame(now_s)
        ticks = theatre.show.metrics()["ticks"]
        assert isinstance(before, int) and isinstance(ticks, int)
        assert abs(ticks - before - expected) <= 1


def test_step_advances_while_paused_and_is_refused_while_playing() -> None:
    theatre = Theatre()
    with pytest.raises(codec.ProtocolError, match="pause it first"):
        theatre.show.handle(messages.StepShow(8))
    theatre.show.handle(messages.Pause())
    theatre.show.handle(messages.StepShow(8))
    assert theatre.show.metrics()["ticks"] == 8


def test_a_human_moves_side_0_where_the_keys_say() -> None:
    theatre = Theatre()
    theatre.show.handle(messages.SetPlayers(messages.VISITOR))
    assert theatre.told("mode") == "human_vs_ai"
    before = theatre.match.state()
    action = theatre.drill.from_keys(0, right=-1, up=0, turn=0, dash=False)
    theatre.show.handle(messages.Input(action=action))
    after = theatre.ticks(40)[-1]
    body = next(body for body in theatre.drill.scene.bodies if body.player == 0)
    assert after[body.x] < before[body.x] - 0.1
    for wrong, said in (
        ([0, 3, 0], "turn must be between 0 and 2"),
        ([0, 0], "each of move, turn, dash"),
        (1, "not 1"),
    ):
        with pytest.raises(codec.ProtocolError, match=rf"INPUT\.action.*{said}"):
            theatre.show.handle(messages.Input(action=wrong))


def test_the_ball_can_be_dragged_while_it_plays_and_is_thrown_as_the_pointer_moved() -> None:
    theatre = Theatre()
    ball = next(body for body in theatre.drill.scene.bodies if body.kind == "disc")
    assert ball.velocity is not None
    at = theatre.match.state()
    theatre.show.frame(0.0)
    theatre.show.handle(messages.Input(x_m=at[ball.x], y_m=at[ball.y]))
    for step in range(1, 13):
        theatre.show.handle(messages.Input(x_m=0.05 * step, y_m=-1.5))
        theatre.show.frame(step * FRAME_S)
        assert (theatre.drawn[-1][ball.x], theatre.drawn[-1][ball.y]) == (pytest.approx(0.05 * step), -1.5)
    theatre.show.handle(messages.Input(released=True))
    velocity = [theatre.match.state()[name] for name in ball.velocity]
    assert velocity == [pytest.approx(0.05 / FRAME_S, rel=0.2), pytest.approx(0.0, abs=0.2)]


def test_a_ball_that_was_held_still_is_let_go_at_rest_and_nothing_is_grabbed_from_afar() -> None:
    theatre = Theatre()
    ball = next(body for body in theatre.drill.scene.bodies if body.kind == "disc")
    theatre.show.handle(messages.Pause())
    theatre.show.frame(0.0)
    before = theatre.match.state()
    theatre.show.handle(messages.Input(x_m=before[ball.x], y_m=before[ball.y] + 3.9))
    theatre.show.frame(FRAME_S)
    assert theatre.match.state() == before
    theatre.show.handle(messages.Input(released=True))
    theatre.show.handle(messages.Input(x_m=before[ball.x], y_m=before[ball.y]))
    theatre.show.handle(messages.Input(x_m=2.0, y_m=2.0))
    for step in range(2, 20):
        theatre.show.frame(step * FRAME_S)
    theatre.show.handle(messages.Input(released=True))
    after = theatre.match.state()
    assert (after[ball.x], after[ball.y], *(after[name] for name in ball.velocity or ())) == (2.0, 2.0, 0.0, 0.0)


def test_reset_starts_the_seeds_match_and_keeps_the_policy() -> None:
    theatre, fresh = Theatre(seed=3), Theatre(seed=77)
    for each in (theatre, fresh):
        each.publish(1)
    theatre.ticks(50)
    theatre.show.handle(messages.ResetShow(77))
    assert theatre.ticks(30) == fresh.ticks(30)
    assert theatre.show.version == 1


def test_a_human_turns_a_pendulum_by_numbers_within_its_range() -> None:
    theatre = Theatre(name="pendulum")
    theatre.show.handle(messages.SetPlayers(messages.VISITOR))
    theatre.show.handle(messages.Input(action=list(theatre.drill.from_keys(0, 1, 0, 0, False))))
    assert theatre.ticks(4)[-1]["torque"] == -2.0
    theatre.show.handle(messages.Input(action=[0.5]))
    assert theatre.ticks(4)[-1]["torque"] == 0.5
    for wrong in ([2.5], ["2"], [float("nan")], [None]):
        with pytest.raises(codec.ProtocolError, match=r"INPUT\.action's torque must be between -2\.0 and 2\.0, not"):
            theatre.show.handle(messages.Input(action=wrong))


def test_what_is_thought_of_a_number_is_its_mean_and_spread() -> None:
    theatre = Theatre(name="pendulum")
    theatre.show.handle(messages.Inspect(0))
    theatre.ticks(4)
    inside = theatre.told("inside")
    assert isinstance(inside, dict)
    ((mean, std),) = inside["probabilities"]
    assert abs(mean) < 0.1 and std == pytest.approx(2.0)
    assert inside["entropy"] == pytest.approx(1.4189, abs=1e-4), "of deviation 1, in half ranges"


def test_matches_on_screen_begin_anew_at_the_lesson_that_training_has_come_to() -> None:
    theatre = Theatre(name=ChaseDrill(half_m=lessons(1.0, 3.0)))
    theatre.show.frame(0.0)
    theatre.show.frame(0.1)
    assert theatre.match.state()["half_m"] == 1.0 and theatre.told("ticks") != 0
    theatre.lesson = 1
    theatre.show.frame(0.1)
    assert theatre.told("ticks") == 0
    assert all(match.state()["half_m"] == 3.0 for match in theatre.matches), "also those that nobody looks at"
    theatre.show.handle(messages.ResetShow(77))
    assert theatre.match.state()["half_m"] == 3.0

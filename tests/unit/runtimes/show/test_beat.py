"""The moment after a goal: held on screen, told at once, and the match is what it would have been without."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import pytest
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.show.beat import DROP_S, WIN_S
from drillsergeant.runtimes.show.screen_match import ScreenMatch

from tests.fakes.theatre import FRAME_S, Theatre

SHOT = {"ball_x": 5.8, "ball_y": 0.2, "ball_vx": 9.0, "ball_vy": 0.0}
FRAMES = 100
HELD = WIN_S / FRAME_S


def put(screen_match: ScreenMatch, values: Mapping[str, float]) -> None:
    screen_match.match.put(values)
    screen_match.look_again()


def shot() -> Theatre:
    """A match in which orange is about to score."""
    theatre = Theatre()
    put(theatre.show.screen_matches[0], SHOT)
    return theatre


def longest_hold(theatre: Theatre, frames: int = FRAMES) -> int:
    """Play so many frames; returns over how many in a row the match stood."""
    return max(len([*alike]) for _, alike in groupby(theatre.frames(frames)))


def test_a_goal_is_held_for_about_a_second_and_the_match_is_the_same_to_the_last_bit() -> None:
    theatre, plain = shot(), shot()
    assert longest_hold(theatre) == pytest.approx(HELD, abs=3)
    ticks = theatre.told("ticks")
    assert isinstance(ticks, int)
    assert 8 < ticks < 2 * (FRAMES - HELD) + 16
    plain.ticks(ticks)
    assert theatre.match.state() == plain.match.state()
    assert theatre.moments == plain.moments == [messages.Happened(messages.WON, 0, 0, 1, 0)]


@pytest.mark.parametrize("way", ["fast", "calm", "factory"])
def test_too_fast_calm_or_unseen_nothing_is_held(way: str) -> None:
    theatre = shot()
    theatre.show.speed = 4.0 if way == "fast" else 1.0
    theatre.show.calm = way == "calm"
    theatre.show.handle(messages.SetView("factory" if way == "factory" else "match"))
    assert longest_hold(theatre, 30) <= 2
    assert theatre.told("score_0") == 1
    assert len(theatre.moments) == (way != "factory"), "who does not see the match is told nothing of it"


def test_show_time_passes_for_what_is_held() -> None:
    slow, quick = shot(), shot()
    slow.show.speed, quick.show.speed = 0.5, 2.0
    assert longest_hold(slow, 300) == pytest.approx(2 * HELD, abs=4)
    assert longest_hold(quick) == pytest.approx(HELD / 2, abs=3)


def test_what_is_held_pauses_and_a_step_or_a_hand_goes_on() -> None:
    for go_on in (messages.StepShow(8), messages.Input(x_m=0.0, y_m=0.0)):
        theatre = shot()
        (on_screen,) = theatre.show.screen_matches
        theatre.ticks(8)
        assert on_screen.win is not None
        theatre.show.handle(messages.Pause())
        longest_hold(theatre)
        assert on_screen.win is not None and on_screen.win.since_s == 0.0
        theatre.show.handle(go_on)
        assert on_screen.win is None


def test_of_a_pair_the_other_plays_on_while_one_celebrates() -> None:
    theatre = Theatre()
    theatre.show.handle(messages.SetView("compare"))
    first, second = theatre.show.screen_matches
    put(first, SHOT)
    assert longest_hold(theatre, 30) > 20
    assert first.win is not None and first.waiting
    assert second.ticks == pytest.approx(58, abs=3)
    assert theatre.moments == [messages.Happened(messages.WON, 0, 1, 1, 0)]


def test_a_tap_finds_a_player_where_it_is_drawn_while_a_goal_is_held() -> None:
    theatre = shot()
    (on_screen,) = theatre.show.screen_matches
    theatre.ticks(8)
    assert on_screen.win is not None
    at = on_screen.win.state
    assert at["player1_x"] != theatre.match.state()["player1_x"], "there is a new kick-off by now"
    theatre.show.handle(messages.Tap(at["player1_x"], at["player1_y"]))
    assert on_screen.chosen == 1


def test_a_catch_is_held_and_what_has_no_word_for_it_is_not() -> None:
    chase = Theatre(name="chase")
    state = chase.match.state()
    put(chase.show.screen_matches[0], {"target_x": state["chaser_x"], "target_y": state["chaser_y"]})
    assert longest_hold(chase) == pytest.approx(HELD, abs=3)
    (moment,) = chase.moments
    assert (moment.kind, moment.team, moment.score_0) == (messages.WON, 0, 1)
    pole = Theatre(name="cartpole")
    pole.match.put({"theta": 0.5})
    pole.ticks(4)
    assert pole.told("score_1") == 1 and pole.moments == []
    assert pole.show.screen_matches[0].win is None


def test_a_ball_the_referee_drops_is_told_and_fades_while_the_match_goes_on() -> None:
    theatre = Theatre()
    (on_screen,) = theatre.show.screen_matches
    put(on_screen, {"ball_x": 3.0, "ball_y": 3.5, "ball_vx": 0.0, "ball_vy": 0.0})
    put(on_screen, {"spot_x": 3.0, "spot_y": 3.5, "held_s": 1.499})
    theatre.ticks(1)
    assert theatre.moments == [messages.Happened(messages.DROPPED, -1, 0, 0, 0)]
    assert on_screen.drop is not None
    assert on_screen.drop.place == pytest.approx((3.0, 3.5), abs=1e-3)
    assert longest_hold(theatre, round(DROP_S / FRAME_S) - 2) <= 2, "nobody waits for it"
    assert on_screen.drop is not None and on_screen.drop.whistle.age == pytest.approx(1.0, abs=0.1)
    longest_hold(theatre, 10)
    assert on_screen.drop is None


def test_a_ball_that_is_dragged_is_not_dropped_by_the_referee() -> None:
    theatre = Theatre()
    at = theatre.match.state()
    theatre.show.frame(0.0)
    theatre.show.handle(messages.Input(x_m=at["ball_x"], y_m=at["ball_y"]))
    for step in range(1, 10):
        theatre.show.handle(messages.Input(x_m=4.0 * (-1) ** step, y_m=0.0))
        theatre.show.frame(step * FRAME_S)
    assert theatre.moments == []

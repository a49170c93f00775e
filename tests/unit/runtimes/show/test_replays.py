"""Replays in the show: the last seconds on screen again, from any moment, and nothing of the live match is lost."""

from __future__ import annotations

import pytest
from drillsergeant.runtimes.protocol import codec, messages

from tests.fakes.theatre import FRAME_S, Theatre
from tests.rigs.replays import eventful


def cut_by(theatre: Theatre) -> bytes:
    """The file of the last seconds."""
    theatre.show.handle(messages.CutReplay(["Learner", "Bot"]))
    answer = theatre.answers.pop()
    assert isinstance(answer, messages.ReplayCut) and isinstance(answer.content, bytes)
    return answer.content


def told(theatre: Theatre) -> dict[str, object]:
    """Where the show is in the replay."""
    values = theatre.told("replay")
    assert isinstance(values, dict)
    return values


def test_a_replay_is_shown_paused_scrubbed_and_left_and_the_match_goes_on_where_it_stood() -> None:
    theatre = eventful("ball", 2.0)
    show, live = theatre.show, dict(theatre.match.state())
    content, end = cut_by(theatre), dict(theatre.match.state())
    show.handle(messages.OpenReplay(content))
    read = theatre.answers.pop()
    assert isinstance(read, messages.ReplayRead)
    assert read == messages.ReplayRead("", read.ticks, 120, ["Learner", "Bot"])
    assert (show.view, theatre.told("view")) == ("replay", "replay")
    theatre.now_s += FRAME_S
    theatre.frames(61)
    assert told(theatre)["playing"] is True
    assert 110 <= int(str(told(theatre)["tick"])) <= 124
    show.handle(messages.SeekReplay(30, False))
    theatre.frames(30)
    assert (told(theatre)["tick"], told(theatre)["playing"]) == (30, False)
    show.handle(messages.SeekReplay(10**4 % 7200, True))  # beyond its end
    theatre.frames(2)
    assert told(theatre)["playing"] is False
    assert (theatre.drawn[-1]["ball_x"], theatre.drawn[-1]["ball_y"]) == (end["ball_x"], end["ball_y"])
    assert theatre.match.state() == live, "the live match waits"
    show.handle(messages.SetView("match"))
    theatre.frames(3)
    assert theatre.match.state()["clock"] > live["clock"]


def test_the_same_content_gives_the_same_end_however_often_it_is_opened() -> None:
    theatre = eventful("ball", 1.0)
    content, finals = cut_by(theatre), set()
    for _ in range(2):
        theatre.show.handle(messages.OpenReplay(content))
        finals.add(told(theatre)["final"])
    assert len(finals) == 1


def test_a_refused_replay_changes_nothing_and_says_why() -> None:
    theatre = eventful("ball", 1.0)
    show = theatre.show
    for content, said in (
        (b"junk", "no .dshr file"),
        (5, "a file holds bytes, this is int"),
        (cut_by(theatre)[:-1], "damaged"),
    ):
        show.handle(messages.OpenReplay(content))
        answer = theatre.answers.pop()
        assert isinstance(answer, messages.ReplayRead) and said in answer.why
        assert show.view == "match"
    with pytest.raises(codec.ProtocolError, match="there is no replay to look at"):
        show.handle(messages.SetView("replay"))
    show.handle(messages.FilmReplay())
    assert "no replay on screen" in str(theatre.answers.pop())


def test_a_replay_of_other_code_is_refused_with_that_code() -> None:
    theatre = eventful("ball", 1.0)
    theatre.show.replays.edit = "class MyDrill(BallDrill): ..."
    content = cut_by(theatre)
    theatre.show.handle(messages.OpenReplay(content))
    answer = theatre.answers.pop()
    assert isinstance(answer, messages.ReplayRead) and not answer.why
    theatre.show.replays.edit = ""
    theatre.show.handle(messages.OpenReplay(content))
    answer = theatre.answers.pop()
    assert isinstance(answer, messages.ReplayRead)
    assert "here plays the original" in answer.why and answer.edit == "class MyDrill(BallDrill): ..."


def test_before_anything_was_played_there_is_nothing_to_keep() -> None:
    theatre = Theatre()
    theatre.show.handle(messages.CutReplay())
    assert "nothing has been played yet" in str(theatre.answers.pop())


def test_a_film_has_the_states_that_the_scene_is_drawn_from() -> None:
    theatre = eventful("ball", 1.0)
    theatre.show.handle(messages.OpenReplay(cut_by(theatre)))
    theatre.show.handle(messages.FilmReplay())
    pictures = theatre.answers.pop()
    assert isinstance(pictures, messages.ReplayPictures) and isinstance(pictures.states, list)
    assert pictures.fps == 15.0
    assert {"ball_x", "ball_y"} < set(pictures.states[0]) < set(theatre.drill.fields)

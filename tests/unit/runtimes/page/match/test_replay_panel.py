"""Replays on the page: what each button asks of the show, what is said of the answers, where files go."""

from __future__ import annotations

import pytest
from drillsergeant.learn.files.dshr import MAGIC, MOST_BYTES
from drillsergeant.runtimes.page.match.replays import COPIED, MARK, MOST_LINK, NOT_COPIED, OPENED
from drillsergeant.runtimes.protocol import messages

from tests.fakes.jobs import FakeJobs
from tests.fakes.page import Sitting

CONTENT = MAGIC + bytes(40)


def told(sitting: Sitting, message: messages.Message) -> None:
    sitting.page.on_message("show", 0, message)


def sent(sitting: Sitting, kind: type[messages.Message]) -> list[messages.Message]:
    return [message for _, message in sitting.fleet.take() if isinstance(message, kind)]


def watching() -> Sitting:
    """A page with a replay of ten seconds on screen."""
    sitting = Sitting().boot()
    sitting.transfer.guard.on_file("match.dshr", CONTENT)
    told(sitting, messages.ReplayRead("", 1200, 120, ["Learner", "Scripted bot"]))
    return sitting


def test_the_last_seconds_are_saved_with_who_played() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("player-right", "bot")
    sitting.fleet.take()
    sitting.page.on_click("replay-save")
    assert sent(sitting, messages.CutReplay) == [messages.CutReplay(["Learner", "Scripted bot"])]
    told(sitting, messages.ReplayCut(memoryview(CONTENT), "ball.dshr"))
    assert sitting.transfer.downloads == [("ball.dshr", CONTENT)]
    assert "Saved as ball.dshr" in sitting.view.texts["replay-said"]
    told(sitting, messages.ReplayCut(CONTENT, "again.dshr"))
    assert len(sitting.transfer.downloads) == 1, "nobody asked for that one"


def test_a_file_goes_on_screen_with_a_board_of_its_own_and_back_is_plain() -> None:
    sitting = watching()
    view = sitting.view
    assert view.texts["replay-said"] == OPENED
    assert view.texts["replay-who"] == "Learner against Scripted bot"
    hidden = {name: view.attributes.get((f"{name}-board", "hidden")) for name in messages.VIEWS}
    assert [name for name, value in hidden.items() if value is None] == ["replay"]
    assert not sitting.enabled("step") and sitting.enabled("play") and sitting.enabled("speed")
    sitting.metrics("show", replay={"tick": 600, "playing": True}, score_0=1, score_1=0)
    assert (view.values["replay-at"], view.texts["replay-time"]) == ("600", "5.0 of 10.0 s")
    assert view.attributes[("replay-at", "aria-valuetext")] == "5.0 of 10.0 seconds"
    sitting.fleet.take()
    sitting.page.on_click("replay-back")
    assert sent(sitting, messages.SetView) == [messages.SetView("match")]
    assert view.attributes[("replay-board", "hidden")] == ""


def test_it_is_paused_scrubbed_and_played_again_also_by_the_key() -> None:
    sitting = watching()
    sitting.fleet.take()
    sitting.page.on_change("replay-at", "300")
    assert sent(sitting, messages.SeekReplay) == [messages.SeekReplay(300, False)]
    sitting.page.on_click("replay-play")
    assert sent(sitting, messages.SeekReplay) == [messages.SeekReplay(300, True)]
    sitting.page.on_key("Space", " ", True, "")
    assert sitting.fleet.take() == [("show", messages.SeekReplay(300, False))], "and the match behind it stands"
    sitting.metrics("show", replay={"tick": 1200, "playing": False})
    assert sitting.view.texts["replay-play"] == "Play again"
    sitting.page.on_click("replay-play")
    assert sent(sitting, messages.SeekReplay) == [messages.SeekReplay(0, True)]
    sitting.page.on_click("reset")
    assert [type(each) for _, each in sitting.fleet.take()] == [messages.SetView, messages.ResetShow]


def test_a_link_carries_it_and_brings_it_back() -> None:
    sitting = watching()
    sitting.page.on_click("replay-link")
    link = sitting.view.copied
    assert sitting.view.texts["replay-said"] == COPIED
    other = Sitting()
    other.page.files.on_link(link[link.index("#") :])
    assert other.fleet.take() == [], "there is no show yet"
    other.fleet.state = dict.fromkeys(other.fleet.state, "ready")
    other.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    assert sent(other, messages.OpenReplay) == [messages.OpenReplay(CONTENT)]
    sitting.view.copying_allowed = False
    sitting.page.on_click("replay-link")
    assert sitting.view.texts["replay-said"] == NOT_COPIED


@pytest.mark.parametrize("end", ["", "!", "a" * (MOST_LINK + 1), "abcde%20"])
def test_a_link_that_is_none_is_refused(end: str) -> None:
    sitting = Sitting().boot()
    sitting.page.files.on_link(MARK + end)
    assert sent(sitting, messages.OpenReplay) == []
    assert "Copy the link again" in sitting.view.texts["replay-said"]


def test_a_long_one_has_no_link_and_a_huge_one_is_not_even_sent() -> None:
    sitting = Sitting().boot()
    sitting.transfer.guard.on_file("long.dshr", MAGIC + bytes(MOST_LINK))
    told(sitting, messages.ReplayRead("", 10, 120))
    sitting.page.on_click("replay-link")
    assert "Save it and send the file" in sitting.view.texts["replay-said"] and not sitting.view.copied
    sitting.fleet.take()
    sitting.transfer.guard.on_file("huge.dshr", bytes(MOST_BYTES + 1))
    assert sent(sitting, messages.OpenReplay) == []
    assert "at most 524,288 are read" in sitting.view.texts["replay-said"]


def test_a_refused_one_says_why_and_offers_the_code_that_it_needs() -> None:
    sitting = Sitting().boot()
    sitting.transfer.guard.on_file("own.dshr", CONTENT)
    told(sitting, messages.ReplayRead("it was played by code of its own", edit="class MyDrill: ..."))
    assert sitting.view.texts["replay-said"] == "No replay: it was played by code of its own."
    assert sitting.view.attributes[("replay-code", "hidden")] is None
    sitting.page.on_click("replay-code")
    assert sitting.view.values["workshop-editor"] == "class MyDrill: ..."
    sitting.transfer.guard.on_file("bad.dshr", CONTENT)
    assert sitting.view.attributes[("replay-code", "hidden")] == ""


def test_a_refused_one_leaves_the_one_on_screen_as_it_is() -> None:
    sitting = watching()
    sitting.transfer.guard.on_file("bad.dshr", b"junk")
    told(sitting, messages.ReplayRead("it is damaged"))
    sitting.page.on_click("replay-keep")
    assert sitting.transfer.downloads == [("match.dshr", CONTENT)]


def test_a_show_that_takes_the_place_of_another_is_given_the_replay_again() -> None:
    sitting = watching()
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    kinds = [type(message) for _, message in sitting.fleet.take()]
    assert messages.OpenReplay in kinds and messages.SetView not in kinds
    told(sitting, messages.ReplayRead("it was played by the original, here plays code of its own"))
    assert sitting.fleet.take()[0] == ("show", messages.SetView("match")), "other code is played by now"
    assert sitting.view.attributes[("replay-board", "hidden")] == ""


def test_who_asks_for_a_replay_is_taken_to_its_board_and_who_follows_a_link_is_not() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("replay-watch")
    told(sitting, messages.ReplayCut(CONTENT, "ball.dshr"))
    assert sitting.view.revealed != "replay-play", "there is nothing to see yet"
    told(sitting, messages.ReplayRead("", 1200, 120))
    assert sitting.view.revealed == "replay-play", "on screen, and the key of its button pauses it"
    sitting.view.revealed = ""
    sitting.page.files.on_link(MARK + "AAAA")
    told(sitting, messages.ReplayRead("", 1200, 120))
    assert sitting.view.revealed == ""


def test_who_leaves_a_replay_stops_its_film() -> None:
    sitting = watching()
    sitting.page.files.equip(sitting.view, FakeJobs(), lambda: ("{}", "module", True))
    told(sitting, messages.ReplayPictures([{"ball_x": 0.5}], 20.0))
    assert sitting.view.texts["replay-film"] == "Stop"
    sitting.page.on_click("replay-back")
    assert sitting.view.texts["replay-film"] == "Make a GIF" and sitting.view.texts["replay-said"] == ""
    told(sitting, messages.ReplayPictures([{"ball_x": 0.5}], 20.0))
    assert sitting.view.texts["replay-film"] == "Make a GIF", "asked for before it was left"

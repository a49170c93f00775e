"""What the page does at the moment when something happens in a match."""

from __future__ import annotations

from drillsergeant.runtimes.page.match.sound import AGAINST, FOR, WHISTLE
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.show.beat import WIN_S

from tests.fakes.page import Sitting, with_timeline


def happens(sitting: Sitting, kind: str, team: int, match: int = 0, scores: tuple[int, int] = (0, 0)) -> None:
    sitting.page.on_message("show", 0, messages.Happened(kind, team, match, *scores))


def bumps(sitting: Sitting) -> list[str | None]:
    return [sitting.view.attributes.get((f"metric-score_{team}", "data-bump")) for team in (0, 1)]


def test_a_goal_is_on_the_board_at_once_and_its_score_jumps_each_time() -> None:
    sitting = Sitting().boot()
    sitting.metrics("show", score_0=0, score_1=2)
    happens(sitting, messages.WON, 1, scores=(0, 3))
    texts = sitting.view.texts
    assert (texts["metric-score_0"], texts["metric-score_1"]) == ("0", "3")
    still, first = bumps(sitting)
    happens(sitting, messages.WON, 1, scores=(0, 4))
    assert still is None and None is not first != bumps(sitting)[1]


def test_a_dropped_ball_and_a_goal_in_a_match_that_has_another_board_leave_the_score_alone() -> None:
    sitting = with_timeline()
    happens(sitting, messages.DROPPED, -1)
    sitting.page.on_click("compare")
    happens(sitting, messages.WON, 0, match=2, scores=(7, 0))
    assert bumps(sitting) == [None, None]
    assert sitting.view.texts.get("metric-score_0") != "7"


def test_nothing_is_heard_until_somebody_asks_for_it_and_the_choice_is_kept() -> None:
    sitting = Sitting().boot()
    happens(sitting, messages.WON, 0)
    assert sitting.view.heard == []
    assert sitting.page.on_key("KeyM", "m", True, "")
    assert sitting.view.heard == [WHISTLE], "so that one hears that it is on"
    assert sitting.view.preferred["sound"] == "on"
    for kind, team in ((messages.WON, 0), (messages.WON, 1), (messages.DROPPED, -1)):
        happens(sitting, kind, team)
    assert sitting.view.heard[1:] == [FOR, AGAINST, WHISTLE]
    sitting.page.on_click("sound")
    happens(sitting, messages.WON, 0)
    assert len(sitting.view.heard) == 4 and sitting.view.preferred["sound"] is None


def test_a_goal_sounds_like_one_rises_for_orange_and_is_over_before_the_kick_off() -> None:
    rises = [[tone.from_hz for tone in tones] for tones in (FOR, AGAINST)]
    assert rises[0] == sorted(rises[0]) and rises[1] == sorted(rises[1], reverse=True)
    assert all(tone.at_s + tone.lasts_s < WIN_S for tones in (FOR, AGAINST, WHISTLE) for tone in tones)

"""The dock What if: what it asks, what it shows of the players, and what becomes of one that is pressed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.what_if.grid import AskedNumber, from_json, parsed_link, parsed_values
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import FakeDoor, Sitting, small_game

TEXT = source_of("ball")
TERMS = ("goal", "ball_to_goal", "to_ball")
PLAYED: dict[str, object] = {"ball": [[0.0, 0.0], [1.0, 0.5]], "orange": "no places"}


def asked(first: str = "0, 1", second: str = "", **opened: Any) -> Sitting:
    """The dock is open and its form filled in; `second`: values of `goal_reward`."""
    sitting = Sitting(transfer=opened.pop("transfer", None), game=small_game(reward_terms=TERMS), **opened).boot()
    sitting.compiler.texts["ball"] = TEXT
    sitting.page.open_docks()
    if sitting.view.attributes.get(("dock-whatif", "aria-selected")) != "true":
        sitting.page.on_click("dock-whatif")
    if first:
        sitting.view.values |= {"what-if-first-values": first, "what-if-decisions": "200000"}
    if second:
        sitting.view.values |= {"what-if-second": "goal_reward", "what-if-second-values": second}
    return sitting


def tell(sitting: Sitting, place: int, over: bool = True, **metrics: float) -> None:
    _, _, heard = sitting.compiler.tried[-1]
    content = b"file" if over else None
    heard(messages.PlayerTried(place, {**metrics}, over, content, PLAYED if over else {}), place)


def cells(sitting: Sitting) -> list[str]:
    return [cell.text for cell in sitting.view.cells["what-if-grid"].cells]


def test_a_question_becomes_a_player_for_each_value() -> None:
    sitting = asked("0, 0.5", "1, 2, 3")
    assert sitting.view.values["what-if-first"] == "to_ball_reward"
    sitting.page.on_click("what-if-run")
    ((drill, requests, _),) = sitting.compiler.tried
    assert drill == "ball" and [each.place for each in requests] == list(range(6))
    assert "to_ball_reward: float = 0.5" in requests[3].text and "goal_reward: float = 2.0" in requests[3].text
    assert requests[0].recipe["decisions"] == 200_000 and len(sitting.view.given) == 6
    assert cells(sitting) == ["waits"] * 6 and sitting.view.texts["what-if-run"] == "Stop"
    tell(sitting, 1, over=False, decisions=100_000.0, win_rate=0.25)
    assert cells(sitting)[1] == "25% wins" and sitting.view.attributes["what-if-progress", "value"] == "8"
    for place in range(6):
        tell(sitting, place, decisions=200_000.0, win_rate=0.5)
    assert sitting.view.texts["what-if-said"].startswith("6 players are there")
    assert sitting.view.texts["what-if-run"] == "Try it" and sitting.fleet.take() == [], "the run is untouched"


def test_one_is_pressed_and_becomes_the_player_on_screen_or_its_code_is_opened() -> None:
    sitting = asked()
    sitting.page.on_click("what-if-run")
    for place in range(2):
        tell(sitting, place, decisions=2e5, win_rate=0.5, ball_away_m=1.25)
    cell = sitting.view.cells["what-if-grid"].cells[1]
    sitting.page.on_click(cell.name)
    assert sitting.view.cells["what-if-grid"].cells[1].is_chosen and sitting.view.texts["what-if-name"] == "to ball 1"
    assert ("on average from the ball", "1.25 m") in sitting.view.rows["what-if-metrics"]
    sitting.page.on_click("what-if-take")
    ((role, sent),) = sitting.fleet.take()
    assert role == "trainer" and sent == messages.ImportRun("what if to ball 1.dshq", b"file", anyway=True)
    sitting.page.on_click("what-if-code")
    assert "to_ball_reward: float = 1.0" in sitting.view.values["workshop-editor"]
    sitting.page.on_click(cell.name)
    assert sitting.view.attributes["what-if-chosen", "hidden"] == ""


def test_it_is_kept_exported_and_there_at_the_next_visit_where_nothing_runs_unasked() -> None:
    door = FakeDoor()
    sitting = asked(transfer=door)
    sitting.page.on_click("what-if-run")
    tell(sitting, 0, decisions=2e5, win_rate=0.5)
    _, _, heard = sitting.compiler.tried[-1]
    heard(messages.Refused("a game that cannot be", 3), 1)
    assert cells(sitting) == ["50% wins", "refused"]
    assert sitting.view.texts["what-if-said"].startswith("1 player is there, 1 could not be trained")
    sitting.page.on_click("what-if-picture")
    ((name, content),) = door.downloads
    assert name == "what-if-ball.svg" and isinstance(content, bytes) and b"50% wins" in content
    assert b"refused" in content and b"cannot be" not in content and b"_reward" not in content
    sitting.page.on_click("what-if-link")
    assert "what_if=to_ball_reward%3A0%2C1" in sitting.view.copied and "dock=whatif" in sitting.view.copied

    again = asked("", transfer=door)
    assert cells(again) == ["50% wins", "refused"] and not again.compiler.tried
    again.page.on_click("what-if-show")
    (_, requests, _) = again.compiler.tried[0]
    assert [(each.place, each.content) for each in requests] == [(0, b"file")]
    question, players = from_json(door.long_texts["what-if-ball"])
    assert question.axes == (AskedNumber("to_ball_reward", (0.0, 1.0)),) and "cannot be" in players[1].why


def test_a_game_without_a_bot_speaks_of_none_and_shows_what_can_be_compared() -> None:
    sitting = asked("0")
    sitting.page.on_click("what-if-run")
    tell(sitting, 0, decisions=2e5, win_rate=0.0, win_rate_random=0.0, mean_return=0.0, lasts_s=4.25)
    (cell,) = sitting.view.cells["what-if-grid"].cells
    assert cell.text == "lasts 4.25 s" and cell.share is None
    sitting.page.on_click(cell.name)
    rows = {row[0]: row[1] for row in sitting.view.rows["what-if-metrics"]}
    assert "wins against the bot" not in rows and rows["earns in a match, by its own reward"] == "0"


def test_a_link_fills_the_form_and_trains_nobody() -> None:
    sitting = asked("", opening=Opening({"what_if": "goal_reward:1,3;to_ball_reward:0", "dock": "whatif"}))
    assert sitting.view.values["what-if-first"] == "goal_reward" and not sitting.compiler.tried
    assert sitting.view.values["what-if-first-values"] == "1, 3"
    assert sitting.view.values["what-if-second"] == "to_ball_reward"
    bad = asked("", opening=Opening({"what_if": "goal_reward:x"}))
    assert "what_if is left out" in bad.view.texts["address-note-text"]


def stop(sitting: Sitting) -> None:
    for _ in range(2):
        sitting.page.on_tick()
    sitting.page.on_click("what-if-run")


def test_a_double_click_begins_once_and_stopping_at_once_leaves_the_grid_before() -> None:
    door = FakeDoor()
    sitting = asked(transfer=door)
    sitting.page.on_click("what-if-run")
    for place in range(2):
        tell(sitting, place, decisions=2e5, win_rate=0.5)
    kept = door.long_texts["what-if-ball"]
    sitting.page.on_click("what-if-run")
    sitting.page.on_click("what-if-run")
    assert sitting.view.texts["what-if-run"] == "Stop" and "stop" not in sitting.compiler.trials
    stop(sitting)
    assert cells(sitting) == ["50% wins"] * 2 and door.long_texts["what-if-ball"] == kept


def test_who_is_finished_is_kept_also_when_a_reload_or_another_game_ends_the_rest() -> None:
    door = FakeDoor()
    sitting = asked("0, 1, 2", transfer=door)
    sitting.page.on_click("what-if-run")
    tell(sitting, 0, decisions=2e5, win_rate=0.5)
    tell(sitting, 1, over=False, decisions=1e5, win_rate=0.25)
    sitting.compiler.texts["chase"] = source_of("chase")
    sitting.page.on_drill(small_game(name="chase", reward_terms=("catch", "to_target")))
    assert sitting.view.texts["what-if-run"] == "Try it" and sitting.view.attributes["what-if-progress", "hidden"] == ""

    again = asked("", transfer=door)
    assert cells(again) == ["50% wins", "waits", "waits"] and again.view.texts["what-if-show"] == "Go on"
    assert "each of 200 k decisions" in again.view.texts["what-if-said"]
    assert again.view.values["what-if-decisions"] == "200000"
    again.page.on_click(again.view.cells["what-if-grid"].cells[1].name)
    assert again.view.texts["what-if-said"] == "to ball 1 is not trained yet: press Go on."
    again.page.on_click("what-if-show")
    (_, requests, _) = again.compiler.tried[0]
    assert [each.content for each in requests] == [b"file", None, None]


def test_of_a_kept_grid_without_players_only_the_question_is_there() -> None:
    door = FakeDoor()
    sitting = asked(transfer=door)
    sitting.page.on_click("what-if-run")
    tell(sitting, 0, decisions=2e5)
    told = json.loads(door.long_texts["what-if-ball"])
    door.long_texts["what-if-ball"] = json.dumps({**told, "players": {}})
    again = asked("", transfer=door)
    assert "what-if-grid" not in again.view.cells and "press Try it" in again.view.texts["what-if-said"]


def test_stop_gives_up_who_learns_and_another_drill_ends_all() -> None:
    sitting = asked()
    sitting.page.on_click("what-if-run")
    tell(sitting, 0, decisions=2e5, win_rate=0.5)
    stop(sitting)
    assert "stop" in sitting.compiler.trials and sitting.view.texts["what-if-run"] == "Try it"
    sitting.page.on_click("dock-settings")
    assert sitting.compiler.trials[-1] == "watch False False", "nobody looks on"
    sitting.compiler.texts["chase"] = source_of("chase")
    sitting.page.on_drill(small_game(name="chase", reward_terms=("catch", "to_target")))
    assert sitting.compiler.trials[-1] == "end" and sitting.view.attributes["what-if-grid", "hidden"] == ""


@pytest.mark.parametrize("text", ["", "a", "1, nan", "1e9", "1,2,3,4,5,6"])
def test_values_that_are_none_are_refused_in_a_sentence(text: str) -> None:
    sitting = asked("0")
    sitting.view.values["what-if-first-values"] = text
    sitting.page.on_click("what-if-run")
    assert not sitting.compiler.tried and sitting.view.texts["what-if-said"].endswith((".", "0.5, 1."))


@pytest.mark.parametrize("text", ["", "a", "a:1;b:2;c:3", "a:1;a:2", "<b>:1", "a:", "1:2"])
def test_links_that_ask_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parsed_link(text)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1}', '{"format": 9}', "null", '{"format":1,"axes":[["a",[1]]]}']
)
def test_a_kept_grid_that_is_damaged_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


def test_values_are_taken_as_people_write_them() -> None:
    assert parsed_values(" 0,  0.5 ,1e-1, -2 ") == (0.0, 0.5, 0.1, -2.0)


@pytest.mark.parametrize(
    ("text", "named"), [("1,,2", "a comma too many"), ("1;2", "has ';' where a comma"), ("0.5 0.7", "where a comma")]
)
def test_other_marks_between_values_are_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parsed_values(text)

"""Players from files: where they are seated, which files go there, what a league is told and shows."""

from __future__ import annotations

from drillsergeant.runtimes.page.match.guests import FIELD
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import GUESTS, MOST_GUESTS

from tests.fakes.jobs import FakeJobs
from tests.fakes.page import Sitting, small_game

PLAYERS = [
    {"name": "one", "rating": 900.4, "low": 850.0, "high": 951.0, "won": 10, "drawn": 4, "lost": 50},
    {"name": "two", "rating": 1099.6, "low": 1049.0, "high": 1150.0, "won": 50, "drawn": 4, "lost": 10},
]


def with_files(*names: str, game: object = None) -> tuple[Sitting, FakeJobs]:
    """A page with policies that the show has taken in."""
    sitting, jobs = Sitting(game=game).boot(), FakeJobs()  # type: ignore[arg-type]
    sitting.page.files.equip(sitting.view, jobs, lambda: ("{}", "module", True))
    for at, name in enumerate(names):
        sitting.transfer.guard.on_file(name, name.encode(), FIELD)
        sitting.page.on_message("show", 0, messages.PolicyRead(GUESTS + at, decisions=2_000_000))
    return sitting, jobs


def seats(sitting: Sitting) -> list[tuple[int, int]]:
    taken = [each for _, each in sitting.fleet.take() if isinstance(each, messages.SetPlayers)]
    return [(each.left, each.right) for each in taken if each.match == 0]


def test_a_single_file_plays_the_other_side_at_once_and_is_named_on_the_board() -> None:
    sitting, _ = with_files("rival.dshq")
    assert (messages.NEWEST, GUESTS) in seats(sitting)
    assert sitting.view.texts["who-1"] == "rival"
    assert sitting.view.values["player-right"] == "guest"
    assert not sitting.enabled("league-play")
    sitting.page.on_change("player-right", "bot")
    assert seats(sitting)[-1] == (messages.NEWEST, messages.SCRIPTED)
    sitting.page.on_click("guest-0")
    assert seats(sitting)[-1] == (messages.NEWEST, GUESTS)


def test_a_dropped_policy_plays_where_who_plays_is_chosen_and_is_a_run_elsewhere() -> None:
    sitting, _ = with_files()
    sitting.transfer.guard.on_file("run.dshq", b"1")
    assert [type(each) for _, each in sitting.fleet.take()] == [messages.ImportRun]
    sitting.page.on_click("dock-compare")
    sitting.transfer.guard.on_file("rival.dshq", b"2")
    assert sitting.fleet.take() == [("show", messages.OpenPolicy(GUESTS, b"2"))]


def listed(sitting: Sitting) -> list[str]:
    return [entry.text for _, entries in sitting.view.choices["league-list"] for entry in entries]


def test_those_that_do_not_fit_are_named_take_no_place_and_the_first_good_one_plays() -> None:
    sitting, _ = with_files()
    for name in ("squad.dshq", "junk.dshq", "rival.dshq"):
        sitting.transfer.guard.on_file(name, name.encode(), FIELD)
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.PolicyRead(GUESTS, "the file is for the drill 'squad'"))
    said = "squad cannot play here: the file is for the drill 'squad'."
    assert sitting.view.texts["league-said"] == said
    sitting.page.on_message("show", 0, messages.PolicyRead(GUESTS + 1, "this is no .dshq file"))
    said += " junk cannot play here: this is no .dshq file."
    assert sitting.view.texts["league-said"] == said and listed(sitting) == ["rival"]
    sitting.page.on_click("guest-0")
    assert seats(sitting) == []
    sitting.page.on_message("show", 0, messages.PolicyRead(GUESTS + 2))
    assert seats(sitting) == [(messages.NEWEST, GUESTS + 2)]
    assert sitting.view.texts["league-said"] == f"rival is on the field. {said}"
    sitting.transfer.guard.on_file("next.dshq", b"next", FIELD)
    assert sitting.fleet.take() == [("show", messages.OpenPolicy(GUESTS, b"next"))], "a place that is free again"
    sitting.page.on_message("show", 0, messages.PolicyRead(GUESTS))
    assert seats(sitting) == [] and listed(sitting) == ["rival", "next"]


def test_the_same_file_is_there_once_and_two_of_one_name_can_be_told_apart() -> None:
    sitting, _ = with_files("rival.dshq")
    sitting.fleet.take()
    sitting.transfer.guard.on_file("copy.dshq", b"rival.dshq", FIELD)
    assert sitting.fleet.take() == [] and sitting.view.texts["league-said"] == "copy is here already."
    sitting.transfer.guard.on_file("rival.dshq", b"another", FIELD)
    assert listed(sitting) == ["rival", "rival (2)"]


def test_the_one_pressed_last_is_put_away_and_leaves_the_field() -> None:
    sitting, _ = with_files("rival.dshq", "other.dshq")
    assert sitting.view.texts["league-remove"] == "Put rival away"
    sitting.page.on_click("guest-1")
    sitting.fleet.take()
    sitting.page.on_click("league-remove")
    assert listed(sitting) == ["rival"] and seats(sitting) == [(messages.NEWEST, messages.NEWEST)]
    assert sitting.view.attributes[("player-right-guest", "hidden")] == ""
    assert sitting.view.attributes[("league-remove", "hidden")] == "", "nobody is chosen"
    sitting.page.on_click("league-remove")
    assert listed(sitting) == ["rival"]
    sitting.page.on_click("guest-0")
    sitting.fleet.take()
    sitting.page.on_click("league-clear")
    assert listed(sitting) == [] and seats(sitting)[-1] == (messages.NEWEST, messages.NEWEST)


def test_a_league_is_a_job_whose_table_has_the_best_first() -> None:
    sitting, jobs = with_files("one.dshq", "two.dshq")
    assert sitting.enabled("league-play")
    sitting.page.on_click("league-play")
    assert jobs.jobs == [messages.PlayLeague("{}", "module", True, [["one", b"one.dshq"], ["two", b"two.dshq"]])]
    jobs.told(messages.Progress(1, 2))
    assert sitting.view.values["league-done"] == "50"
    jobs.told(messages.LeaguePlayed(PLAYERS, []))
    assert sitting.view.rows["league-rows"][0] == ("two", "1100", "1049 to 1150", "50 : 4 : 10")
    assert sitting.view.attributes[("league-table", "hidden")] is None
    assert sitting.view.texts["league-said"].startswith("64 matches.")
    sitting.page.on_click("league-play")
    sitting.page.on_click("league-play")
    assert sitting.view.texts["league-said"] == "The league was stopped."
    sitting.page.on_click("league-clear")
    assert sitting.view.choices["league-list"] == [] and not sitting.enabled("league-play")


def test_a_show_that_takes_the_place_of_another_is_given_them_before_they_are_seated() -> None:
    sitting, _ = with_files("rival.dshq")
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    kinds = [type(message) for _, message in sitting.fleet.take()]
    assert kinds.index(messages.OpenPolicy) < kinds.index(messages.SetPlayers)


def test_there_is_an_end_to_how_many_and_a_game_alone_has_no_league() -> None:
    sitting, _ = with_files(*(f"{at}.dshq" for at in range(MOST_GUESTS)))
    sitting.fleet.take()
    sitting.transfer.guard.on_file("more.dshq", b"1", FIELD)
    assert sitting.fleet.take() == [] and "put one away first" in sitting.view.texts["league-said"]
    alone, _ = with_files("one.dshq", "two.dshq", game=small_game(teams=(1,)))
    assert not alone.enabled("league-play") and "played by one team" in alone.view.texts["league-said"]
    assert alone.view.values["player-left"] == "guest"
    assert "blue" not in alone.view.texts["league-ask"] and "blue" in sitting.view.texts["league-ask"]


def test_another_game_puts_them_away() -> None:
    sitting, _ = with_files("rival.dshq")
    sitting.page.on_drill(small_game(name="sumo"))
    assert sitting.view.choices["league-list"] == []
    assert sitting.view.texts["league-said"].startswith("The players from files were put away")
    assert sitting.view.values["player-right"] == "now"
    assert sitting.view.attributes[("player-right-guest", "hidden")] == ""


def test_a_refusal_is_said_where_the_file_would_have_gone_and_is_over_with_the_next_file() -> None:
    sitting, _ = with_files()
    sitting.transfer.guard.on_refused_file("match.dshr", "match.dshr cannot be read")
    texts = sitting.view.texts
    assert texts["replay-said"] == texts["status"] == "match.dshr cannot be read"
    for into in (FIELD, ""):
        if not into:
            sitting.page.on_click("dock-compare")
        sitting.transfer.guard.on_refused_file("huge.dshq", f"too large {into}", into)
        assert texts["league-said"].endswith(f"too large {into}") and not texts.get("runs-refusal")
    sitting.page.on_click("dock-charts")
    sitting.transfer.guard.on_file("notes.txt", b"hi")
    assert texts["runs-refusal"] == (
        "notes.txt is no file of this page, which takes .dshq (a player), .dshr (a replay) and .py (code)."
    )
    assert sitting.view.attributes[("dock-runs", "data-marked")] == ""
    sitting.transfer.guard.on_file("match.dshr", b"DSHR")
    assert texts["runs-refusal"] == "" and sitting.view.attributes[("dock-runs", "data-marked")] is None
    sitting.transfer.guard.on_file("a name that was changed", b"\x08\0\0\0\0\0\0\0{}")
    assert isinstance(sitting.fleet.take()[-1][1], messages.ImportRun)

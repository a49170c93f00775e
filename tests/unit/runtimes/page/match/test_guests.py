"""Players from files: where they are seated, which files go there, what a league is told and shows."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.page.match.guests import FIELD
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import GUESTS, MOST_GUESTS

from tests.fakes.page import Sitting, small_game

PLAYERS = [
    {"name": "one", "rating": 900.4, "low": 850.0, "high": 951.0, "won": 10, "drawn": 4, "lost": 50},
    {"name": "two", "rating": 1099.6, "low": 1049.0, "high": 1150.0, "won": 50, "drawn": 4, "lost": 10},
]


class FakeJobs:
    """Remembers the job."""

    def __init__(self) -> None:
        self.jobs: list[messages.Message] = []
        self.told: Callable[[messages.Message], None] = lambda _message: None

    @property
    def busy(self) -> bool:
        return False

    def begin(self, job: messages.Message, told: Callable[[messages.Message], None]) -> None:
        self.jobs.append(job)
        self.told = told

    def stop(self, why: str) -> None:
        self.told(messages.Refused(why, 0))


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


def test_one_that_does_not_fit_is_named_with_the_reason_and_is_not_seated() -> None:
    sitting, _ = with_files()
    sitting.transfer.guard.on_file("squad.dshq", b"1", FIELD)
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.PolicyRead(GUESTS, "the file is for the drill 'squad'"))
    assert sitting.view.texts["league-said"] == "squad cannot play here: the file is for the drill 'squad'."
    ((_, (entry,)),) = sitting.view.choices["league-list"]
    assert (entry.text, entry.detail) == ("squad", "does not fit")
    sitting.page.on_click("guest-0")
    assert seats(sitting) == []


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
    assert sitting.fleet.take() == [] and "put them away first" in sitting.view.texts["league-said"]
    alone, _ = with_files("one.dshq", "two.dshq", game=small_game(teams=(1,)))
    assert not alone.enabled("league-play") and "played by one team" in alone.view.texts["league-said"]
    assert alone.view.values["player-left"] == "guest"


def test_another_game_puts_them_away() -> None:
    sitting, _ = with_files("rival.dshq")
    sitting.page.on_drill(small_game(name="sumo"))
    assert sitting.view.choices["league-list"] == []
    assert sitting.view.values["player-right"] == "now"
    assert sitting.view.attributes[("player-right-guest", "hidden")] == ""

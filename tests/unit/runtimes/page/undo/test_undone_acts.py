"""Undo on the page: every press that takes something away can be taken back and done again, the newest first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.files.dshr import MAGIC
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.match.guests import FIELD
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.page.undo.undo_bar import FORGET, REDO, UNDO
from drillsergeant.runtimes.page.what_if.grid import from_json
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.messages import GUESTS

from tests.fakes.page import Sitting, small_game
from tests.rigs.saving_tab import TITLE, Tab
from tests.rigs.undoing import MINE, buttons, edited, is_there, there_and_back


class Connected:
    """A page with a real trainer behind it, which keeps saved runs."""

    def __init__(self) -> None:
        self.tab, self.sitting = Tab(), Sitting().boot()
        self.tab.train(2)
        self.tab.trainer.handle(messages.StopTraining())
        self.pump()

    def pump(self) -> None:
        """Everybody hears what was said."""
        for role, message in self.sitting.fleet.take():
            if role == "trainer":
                self.tab.trainer.handle(message)
        self.tab.turn()
        asyncio.run(self.tab.trainer.acts.turn())
        self.tab.trainer.report()
        posted, self.tab.host.posted[:] = list(self.tab.host.posted), []
        for wire in posted:
            self.sitting.page.on_message("trainer", 0, codec.decode(wire, "page"))

    def press(self, *names: str) -> None:
        for name in names:
            self.sitting.page.on_click(name)
            self.pump()

    def there_and_back(self, label: str, state: Callable[[], object], before: object) -> None:
        """As the one above, where it takes an answer."""
        after = state()
        assert after != before and buttons(self.sitting) == (f"Undo: {label}", "Redo")
        self.sitting.page.on_click(UNDO)
        self.sitting.page.on_click(UNDO)
        assert state() == after, "not before the trainer has done it, and once"
        self.pump()
        assert state() == before and buttons(self.sitting) == ("Undo", f"Redo: {label}")
        self.press(REDO)
        assert state() == after and buttons(self.sitting) == (f"Undo: {label}", "Redo")


def test_starting_over_is_taken_back() -> None:
    page = Connected()
    before = page.tab.state()
    page.press("restart")
    page.there_and_back("started over", page.tab.state, before)
    page.press(UNDO)
    assert page.sitting.view.texts["status"].startswith("Taken back: started over. In hand is the run “Ball Drill”")
    assert page.sitting.view.texts["metric-updates"] == "2", "and so are the numbers in sight"


def test_a_run_that_is_deleted_or_gone_on_with_is_taken_back() -> None:
    page = Connected()
    page.sitting.view.values |= {"runs-name": "mine", "runs-list": "mine"}
    page.press("runs-copy")

    def runs() -> list[str]:
        return sorted(name for name, _ in page.sitting.view.rows["runs-list"])

    before = runs()
    assert before == [TITLE, "mine"]
    page.sitting.view.values["runs-list"] = "mine"
    page.press("runs-delete", "runs-delete")
    assert "It can be brought back for a day" in page.sitting.view.texts["runs-note"]
    page.there_and_back("deleted “mine”", runs, before)
    page.press(UNDO)
    page.tab.train(1).trainer.handle(messages.StopTraining())
    learned = page.tab.state()
    page.sitting.view.values["runs-list"] = "mine"
    page.press("runs-load")
    page.there_and_back("continued “mine”", page.tab.state, learned)
    page.press(UNDO)
    page.sitting.transfer.guard.on_file("other.dshq", asyncio.run(page.tab.archive.load("mine")).content)
    page.pump()
    page.there_and_back("took in the file “other.dshq”", page.tab.state, learned)


def test_code_that_makes_way_for_a_file_or_a_link_comes_back_and_runs_nothing() -> None:
    sitting = edited(Sitting().boot())
    sitting.transfer.guard.on_file("other.py", b"class Other(BallDrill): ...\n")
    there_and_back(sitting, "replaced the code in the editor", lambda: sitting.view.values[EDITOR], MINE)
    sitting.page.on_click(UNDO)
    sitting.view.values[EDITOR] = typed = MINE + "# more\n"
    sitting.page.on_click(REDO)
    sitting.page.on_click(UNDO)
    assert sitting.view.values[EDITOR] == typed, "what was written meanwhile is not lost either"
    assert sitting.compiler.attempts == sitting.compiler.installed == []


def test_where_the_original_stood_nothing_was_taken_away() -> None:
    sitting = edited(Sitting().boot(), "")
    sitting.transfer.guard.on_file("mine.py", MINE.encode())
    assert not is_there(sitting)
    sitting.page.on_click("workshop-restore")
    assert buttons(sitting) == ("Undo: put the original code back", "Redo")
    sitting.page.on_click("workshop-restore")
    sitting.page.on_click(UNDO)
    assert sitting.view.values[EDITOR] == MINE and buttons(sitting)[0] == "Undo", "twice is once"


def test_code_that_ran_when_the_original_was_put_back_runs_again() -> None:
    sitting = edited(Sitting().boot())
    sitting.page.on_click("workshop-run")
    name, text, answer = sitting.compiler.attempts.pop()
    answer(messages.CompiledProgram(name, "{}", "", MINE))
    sitting.compiler.installed.pop()[2]("", False)
    sitting.page.on_click("workshop-restore")
    sitting.compiler.installed.pop()[2]("", False)
    assert sitting.view.values[EDITOR] == sitting.compiler.texts["ball"]
    sitting.page.on_click(UNDO)
    assert sitting.view.values[EDITOR] == text == MINE
    ((_, again, answer),) = sitting.compiler.attempts
    assert again == MINE
    answer(messages.CompiledProgram(name, "{}", "", MINE))
    sitting.compiler.installed.pop()[2]("", False)
    sitting.page.on_click(REDO)
    assert sitting.view.values[EDITOR] == sitting.compiler.texts["ball"]
    assert [made for _, made, _ in sitting.compiler.installed] == [None], "and the original once more"


def with_guests() -> Sitting:
    sitting = Sitting().boot()
    for at, name in enumerate(("one.dshq", "two.dshq")):
        sitting.transfer.guard.on_file(name, name.encode(), FIELD)
        sitting.page.on_message("show", 0, messages.PolicyRead(GUESTS + at, decisions=9))
    return sitting


@pytest.mark.parametrize(
    ("button", "label"),
    [("league-remove", "put one away"), ("league-clear", "put all players from files away")],
)
def test_players_from_files_that_were_put_away_come_back_to_their_seats(button: str, label: str) -> None:
    sitting = with_guests()
    sitting.page.on_click("guest-0")

    def listed() -> list[str]:
        return sorted(entry.text for _, entries in sitting.view.choices["league-list"] for entry in entries)

    assert listed() == ["one", "two"]
    sitting.page.on_click(button)
    sitting.fleet.take()
    there_and_back(sitting, label, listed, ["one", "two"])
    sitting.page.on_click(UNDO)
    opened = [each for _, each in sitting.fleet.take() if isinstance(each, messages.OpenPolicy)]
    assert messages.OpenPolicy(GUESTS, b"one.dshq") in opened, "the show reads it again"
    sitting.page.on_message("show", 0, messages.PolicyRead(GUESTS, decisions=9))
    if button == "league-clear":
        assert sitting.view.values["player-right"] == "guest"
    sitting.transfer.guard.on_file("one again.dshq", b"one.dshq", FIELD)
    assert listed() == ["one", "two"]


def test_a_what_if_that_makes_way_for_another_is_there_again() -> None:
    sitting = Sitting(game=small_game(reward_terms=("goal", "ball_to_goal", "to_ball"))).boot()
    sitting.compiler.texts["ball"] = source_of("ball")
    sitting.page.on_click("dock-whatif")

    def ask(values: str, answers: int) -> None:
        sitting.view.values |= {"what-if-first-values": values, "what-if-decisions": "200000"}
        sitting.page.on_click("what-if-run")
        _, _, heard = sitting.compiler.tried[-1]
        for place in range(answers):
            heard(messages.PlayerTried(place, {"decisions": 2e5, "win_rate": 0.5}, True, b"file", {}), place)

    ask("0, 1", 2)

    def values() -> list[str]:
        return [cell.label for cell in sitting.view.cells["what-if-grid"].cells]

    before = values()
    ask("3, 4", 1)
    there_and_back(sitting, "asked another What if", values, before)
    assert sitting.view.texts["what-if-run"] == "Try it"
    sitting.page.on_click(UNDO)
    question, _ = from_json(sitting.transfer.long_texts["what-if-ball"])
    assert question.words(1) == "to ball 1" and values() == before, "it is the one that is kept"


def test_seeds_that_were_put_away_or_made_way_for_others_are_there_again() -> None:
    sitting = Sitting().boot()
    sitting.view.values["seeds-decisions"] = "200000"

    def run(*wins: float) -> None:
        sitting.page.on_click("seeds-run")
        _, _, heard = sitting.compiler.seeded[-1]
        for place, each in enumerate(wins):
            heard(messages.PlayerTried(place, {"decisions": 2e5}, True, curve=[(2e5, each)]), place)

    def band() -> object:
        sitting.page.on_tick()
        there = sitting.view.attributes["compared-body", "hidden"] is None
        return [column[-1] for column in sitting.view.charts["compared"].columns[3:]] if there else None

    run(0.2, 0.3, 0.5, 0.8)
    before = band()
    assert before == pytest.approx([40.0, 20.0, 80.0]) and not is_there(sitting)
    sitting.page.on_click("seeds-clear")
    there_and_back(sitting, "put the seeds away", band, before)
    sitting.page.on_click(UNDO)
    assert sitting.view.texts["seeds-said"].startswith("After 200 k decisions: wins from 20 % to 80 %")
    run(0.1, 0.1)
    there_and_back(sitting, "ran other seeds", band, before)
    sitting.page.on_edit(small_game(called="mine"), False)
    sitting.page.on_click(UNDO)
    assert band() is None and "run them again" in sitting.view.texts["status"], "the game is another one"


def test_settings_that_were_put_back_are_as_they_were() -> None:
    sitting = Sitting(Opening(hyper={**Opening().hyper})).boot()
    sitting.page.on_click("defaults")
    assert not is_there(sitting), "they were the defaults"
    sitting.page.on_change("hyper-learning_rate", "0.02")
    sitting.metrics("trainer", hyper={"learning_rate": 0.02})
    sitting.page.on_click("defaults")
    there_and_back(
        sitting, "put the settings back", lambda: float(sitting.view.values["hyper-learning_rate"]), pytest.approx(0.02)
    )


def test_a_network_that_had_learned_comes_back_with_its_run() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", t_s=3.0, decisions=9)
    sitting.view.values["hidden"] = "32"
    sitting.page.on_click("hidden-apply")
    sitting.page.on_click("hidden-apply")
    _, _, then = sitting.compiler.reshaped.pop()
    then("")
    sitting.page.on_message("trainer", 0, messages.Runs(left=TITLE, drill="ball"))
    assert buttons(sitting)[0] == "Undo: took another network than 64,64"
    sitting.fleet.take()
    sitting.page.on_click(UNDO)
    assert sitting.view.texts["status"] == "Going over to the network 64,64, and to the run “Ball Drill”."
    sitting.page.on_click(REDO)
    ((_, hidden, then),) = sitting.compiler.reshaped
    assert hidden == "64,64", "one after the other"
    then("")
    assert ("trainer", messages.LoadRun(TITLE)) in sitting.fleet.take()
    assert buttons(sitting) == ("Undo", "Redo: took another network than 64,64")


def test_a_replay_that_was_saved_nowhere_comes_back() -> None:
    sitting = Sitting().boot()
    content = MAGIC + bytes(40)

    def watch() -> None:
        sitting.page.on_click("replay-watch")
        sitting.page.on_message("show", 0, messages.ReplayCut(content, "ball.dshr"))
        sitting.page.on_message("show", 0, messages.ReplayRead("", 1200, 120, ["Learner", "Scripted bot"]))

    watch()
    sitting.page.on_click("replay-back")
    assert buttons(sitting) == ("Undo: left a replay that was not saved", "Redo")
    sitting.fleet.take()
    sitting.page.on_click(UNDO)
    assert ("show", messages.OpenReplay(content)) in sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.ReplayRead("", 1200, 120, ["Learner", "Scripted bot"]))
    assert sitting.view.attributes["replay-board", "hidden"] is None
    sitting.page.on_click(REDO)
    assert sitting.view.attributes["replay-board", "hidden"] == "" and buttons(sitting)[1] == "Redo"
    sitting.page.on_click(FORGET)
    watch()
    sitting.page.on_click("replay-keep")
    sitting.page.on_click("replay-back")
    assert not is_there(sitting), "it is in a file"

"""Which game a run was trained in is remembered, nobody goes on silently in another, and what was stays as it was."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.compile.edited_drill import build_edited, checked_drill
from drillsergeant.learn.files.dshq import read_summary, write_policy
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.layout import Layout
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ImportRun, ListRuns, LoadRun, SaveRun
from drillsergeant.runtimes.trainer.events import ORIGINAL_GAME, OWN_GAME
from drillsergeant.runtimes.trainer.saves import AUTOSAVE_EVERY_S

from tests.rigs.saving_tab import TITLE, Tab
from tests.rigs.training_run import program_of

EDIT = source_of("ball").replace("return [goal, ", "return [goal, goal, ")
ORIGINAL = program_of("ball")
EDITED = build_edited(checked_drill("ball", EDIT), shared=False)


def play(tab: Tab, edit: str) -> None:
    """The page has the workers go over to this code."""
    tab.trainer.handle(messages.SetGame((EDITED if edit else ORIGINAL).to_json(), edit))
    tab.turn()


def test_another_number_of_reward_terms_needs_no_other_memory() -> None:
    assert len(EDITED.drill.reward_terms) == len(make("ball").reward_terms) + 1
    plans = [plan_for(program, workers=2, matches=64, horizon=16) for program in (ORIGINAL, EDITED)]
    assert Layout(plans[0]).to_dict() == Layout(plans[1]).to_dict()


def test_an_edit_keeps_the_run_going_and_its_rewards_have_their_own_names() -> None:
    tab = Tab().train(2)
    before = tab.state()
    play(tab, EDIT)
    assert tab.state() == before
    assert tab.told("METRICS")["values"]["terms"] == list(EDITED.drill.reward_terms), "before anything is earned"
    assert EDITED.drill.reward_terms == ("goal", "goal_2", "ball_to_goal", "to_ball"), (
        "what is still there keeps its name"
    )


def marks(tab: Tab) -> list[str]:
    """What the curves are marked with about the game."""
    events = tab.trainer.run_control.events.plain()
    return [str(event["text"]) for event in events if event["kind"] == "code"]


def test_the_run_is_marked_where_another_code_is_played_from_then_on() -> None:
    tab = Tab().train(1)
    (first,) = tab.trainer.run_control.timeline.entries
    tab.host.time_s += 9.0
    own = [OWN_GAME]
    for edit, marked in ((EDIT, own), (EDIT, []), (EDIT + "#", own), ("", [ORIGINAL_GAME]), (EDIT, own)):
        before = marks(tab)
        play(tab, edit)
        assert marks(tab) == before + marked
    tab.train(1).ask(SaveRun())
    name = tab.told("RUNS")["current"]
    other = Tab(tab.storage).train(1)
    play(other, EDIT)
    other.ask(LoadRun(name))
    assert marks(other) == marks(tab), "as they were saved"
    tab.ask(messages.Rewind(first.id))
    assert marks(tab) == own, "those that came later are gone, the code is not"
    other.ask(messages.ResetTrainer(4))
    assert other.trainer.run_control.events.plain()[-1]["text"] == "A new run from nothing, seed 4, of your code"


def test_a_run_says_by_which_code_it_was_trained() -> None:
    tab = Tab().train(1)
    play(tab, EDIT)
    tab.train(1).ask(SaveRun())
    assert tab.saved(tab.told("RUNS")["current"]).edit == EDIT
    edited = {run["name"]: run["edited"] for run in tab.told("RUNS")["runs"]}
    assert edited == {TITLE: False, "Ball Drill 2": True}, "what was learned before stays as it was"
    tab.ask(messages.ExportRun("dshq"))
    assert read_summary(tab.told("EXPORTED")["content"]).edit == EDIT


@pytest.mark.parametrize("imported", [False, True])
def test_nobody_goes_on_in_another_game_unasked(imported: bool) -> None:
    first = Tab().train(1)
    play(first, EDIT)
    first.train(1).ask(SaveRun())
    name = first.told("RUNS")["current"]
    content = write_policy(first.saved(name))

    def request(anyway: bool = False) -> messages.Message:
        return ImportRun(name, content, anyway) if imported else LoadRun(name, anyway=anyway)

    second = Tab(first.storage).train(1)
    before = second.state()
    told = second.ask(request())
    assert second.state() == before
    assert told["refused"] and told["other_game"] == {"edit": EDIT}
    assert told["note"] == f"{name!r} was trained with code of its own, and the original is played now"
    play(second, EDIT)
    assert not second.ask(request())["refused"]
    assert second.trainer.progress.updates == 2
    play(second, "")
    told = second.ask(request(anyway=True))
    assert not told["refused"]
    assert told["current"] != name, "the run of the other game stays as it is"
    assert second.saved(name).edit == EDIT


def test_a_run_of_the_original_is_refused_under_a_readers_code() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    play(tab, EDIT)
    told = tab.ask(LoadRun(TITLE))
    assert told["note"] == "'Ball Drill' was trained in the original game, and code of your own is played now"
    assert told["other_game"] == {"edit": ""}


def test_a_trainer_that_takes_over_goes_on_whatever_was_saved_last() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    play(tab, EDIT)
    assert not tab.ask(LoadRun(TITLE, newest=True))["refused"]


def test_going_back_leaves_the_run_as_it_was_and_goes_on_under_another_name() -> None:
    tab = Tab().train(3)
    (first,) = tab.trainer.run_control.timeline.entries
    tab.ask(SaveRun())
    tab.train(1)
    learned = tab.trainer.capture().state
    told = tab.ask(messages.Rewind(first.id))
    assert told["note"] == "What it had learned is still saved as 'Ball Drill'"
    assert tab.saved(TITLE).state == learned
    tab.train(1)
    tab.host.time_s += AUTOSAVE_EVERY_S
    tab.turn()
    assert tab.told("RUNS")["current"] == "Ball Drill 2"
    assert tab.saved(TITLE).state == learned


def test_what_has_come_less_far_never_takes_the_place_of_what_has_come_further() -> None:
    first = Tab().train(3)
    first.ask(SaveRun())
    second = Tab(first.storage, first.tabs)
    first.ask(messages.ResetTrainer(1))  # lets go of the name
    second.ask(ListRuns())
    second.train(1)
    assert second.trainer.saves is not None
    second.trainer.saves._file.name = TITLE  # however it came to be called so
    second.ask(SaveRun())
    assert second.told("RUNS")["current"] == "Ball Drill 2"
    assert second.saved(TITLE).state.updates == 3


def test_a_trainer_that_ends_says_under_which_name_it_saved() -> None:
    tab = Tab().train(2)

    async def close() -> None:
        assert tab.trainer.saves is not None
        tab.trainer.saves.close()
        await asyncio.sleep(0.2)

    asyncio.run(close())
    assert (tab.told("RUNS")["left"], tab.told("RUNS")["drill"]) == (TITLE, "ball")


def play_own(tab: Tab, called: str, edit: str) -> None:
    """The page has the workers go over to a whole game of the reader's own, which its class calls like this."""
    drill = replace(ORIGINAL.drill, name="my-blank", called=called)
    tab.trainer.handle(messages.SetGame(replace(ORIGINAL, drill=drill).to_json(), edit))
    tab.turn()


def test_a_game_of_ones_own_is_found_by_its_place_and_goes_on_under_its_code() -> None:
    first = Tab()
    play_own(first, "marathon", "class Marathon: ...")
    told = first.train(1).ask(SaveRun())
    name = told["current"]
    assert told["drill"] == "my-blank"

    second = Tab(first.storage)
    play_own(second, "my-blank", "")
    told = second.ask(ListRuns())
    assert [run["problem"] for run in told["runs"]] == [""], "the code that it has here is what it begins with"
    told = second.ask(LoadRun(name))
    assert told["refused"] and told["other_game"] == {"edit": "class Marathon: ..."}
    play_own(second, "marathon", "class Marathon: ...")
    assert not second.ask(LoadRun(name))["refused"]
    assert second.trainer.progress.updates == 1

    third = Tab(first.storage)
    told = third.ask(ListRuns())
    assert [run["problem"] for run in told["runs"]] == ["for another drill or version (marathon)"]

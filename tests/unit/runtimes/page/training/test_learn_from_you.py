"""What was played, on the page: shown, learned from at a press, exported, and deleted at a second one."""

from __future__ import annotations

from drillsergeant.learn.imitation.demonstrations import Demonstrations
from drillsergeant.runtimes.page.teaching.learn_from_you import CHIP, DELETE, EXPORT, LEARN
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting, small_game

SHARES = [("move", [("stay", 0.25), ("run", 0.75)]), ("push", [("on average", 0.5)])]
AGREEMENT = {"share": 0.46, "low": 0.39, "high": 0.53, "decisions": 180, "chance": 1 / 30, "commonest": 0.19}


def told(sitting: Sitting, noted: int, **learning: object) -> None:
    played = {"decisions": noted, "seconds": noted / 15, "shares": SHARES, "least": 150, "trouble": ""}
    sitting.metrics("trainer", t_s=0.0, played={**played, "learning": learning})


def test_it_is_shown_and_nothing_can_be_pressed_before_there_is_something() -> None:
    sitting = Sitting().boot()
    told(sitting, 0)
    assert sitting.view.texts["played-state"].startswith("Press Play against it and play")
    assert not any(sitting.enabled(name) for name in (LEARN, EXPORT, DELETE))
    sitting.page.on_click("try-you")
    assert sitting.view.values["player-left"] == "you"
    sitting.page.on_drill(small_game(name="cart", teams=(1,)))
    assert sitting.view.values["player-left"] == "now", "who played the game before has not asked to play this one"
    told(sitting, 0)
    assert sitting.view.texts["played-state"].startswith("Press Play it yourself and play")
    told(sitting, 60)
    assert sitting.view.texts["played-state"] == (
        "4 s of your play are noted, 60 decisions. Ten seconds at least are needed, a minute is better."
    )
    assert not sitting.enabled(LEARN) and sitting.enabled(EXPORT) and sitting.enabled(DELETE)
    assert sitting.view.attributes[(CHIP, "hidden")] == ""
    bars = sitting.view.bars["played-shares"]
    assert [[(bar.name, bar.text) for bar in group] for group in bars] == [
        [("stay", "25 %"), ("run", "75 %")],
        [("on average", "0.50")],
    ]
    told(sitting, 900)
    assert sitting.enabled(LEARN) and sitting.view.attributes[(CHIP, "hidden")] is None


def test_a_press_has_it_learned_and_then_it_trains_on() -> None:
    sitting = Sitting().boot()
    told(sitting, 900)
    sitting.page.on_click(CHIP)
    assert sitting.fleet.take() == [("trainer", messages.LearnFromPlayed())]
    told(sitting, 900, state="learning", epoch=7, epochs=60, **AGREEMENT)
    assert not sitting.enabled(LEARN)
    assert sitting.view.texts["played-said"] == (
        "Copying you, round 7 of 60 at most. It agrees with 46 % (39 % to 53 %) of 180 decisions of yours that it has "
        "not seen. Chance would in 3 %, always doing your commonest in 19 %."
    )
    assert sitting.fleet.take() == []
    told(sitting, 900, state="done", epoch=60, epochs=60, **AGREEMENT)
    assert sitting.view.texts["played-said"].startswith("It has copied you, and practises on from there. It agreed")
    assert ("trainer", messages.StartTraining()) in sitting.fleet.take()
    told(sitting, 900, state="done", epoch=60, epochs=60, **AGREEMENT)
    assert sitting.fleet.take() == [], "once"
    sitting.page.on_click(LEARN)
    sitting.fleet.take()
    told(sitting, 900, state="done", epoch=60, epochs=60, **AGREEMENT)
    assert sitting.fleet.take() == [], "it trains already"


def test_a_refusal_is_told_and_nothing_trains() -> None:
    sitting = Sitting().boot()
    told(sitting, 900)
    sitting.page.on_click(LEARN)
    sitting.fleet.take()
    told(sitting, 900, state="refused", why="play on")
    assert sitting.view.texts["played-said"] == "Nothing was learned: play on"
    assert sitting.fleet.take() == []


def test_deleting_asks_back() -> None:
    sitting = Sitting().boot()
    told(sitting, 900)
    sitting.page.on_click(EXPORT)
    sitting.page.on_click(DELETE)
    assert sitting.fleet.take() == [("trainer", messages.ExportPlayed())]
    assert sitting.view.texts[DELETE] == "Sure? Press again"
    sitting.page.on_click(DELETE)
    assert sitting.fleet.take() == [("trainer", messages.ForgetPlayed())]
    sitting.page.on_click(DELETE)
    sitting.view.time_s += 10.0
    told(sitting, 900)
    assert sitting.view.texts[DELETE] == "Delete"


def test_what_was_exported_is_taken_back_in_from_whatever_dock() -> None:
    sitting, played = Sitting().boot(), Demonstrations.of(small_game()).to_bytes()
    sitting.transfer.guard.on_file("ball-played.safetensors", played)
    assert sitting.fleet.take() == [("trainer", messages.TakePlayed(played))]
    assert sitting.view.revealed == "played-title"
    said: dict[str, dict[str, object]] = {
        "120 decisions of the file were added.": {"state": "taken", "decisions": 120},
        "All that the file holds is here already.": {"state": "taken", "decisions": 0},
        "The file was not added: damaged": {"state": "not taken", "why": "damaged"},
    }
    for words, learning in said.items():
        told(sitting, 900, **learning)
        assert sitting.view.texts["played-said"] == words


def test_a_double_click_is_one_press() -> None:
    sitting = Sitting().boot()
    told(sitting, 900)
    sitting.page.on_click(LEARN)
    sitting.page.on_click(LEARN)
    assert sitting.fleet.take() == [("trainer", messages.LearnFromPlayed())]

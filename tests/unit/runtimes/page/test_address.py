"""The address: a link reproduces the set-up; what makes no sense in one is explained and left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.program import Program
from drillsergeant.runtimes.page.address import Opening, opened, sensible
from drillsergeant.runtimes.page.panels.drill import DRILLS
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.supervisor.setup import Setup, choose_setup

from tests.fakes.page import Sitting

DEFAULTS = {name: float(value) for name, value in asdict(Hyper()).items()}


@pytest.fixture(scope="module")
def program() -> Program:
    return build_program(make("ball"), shared=False, hidden=(16, 16))


def test_what_is_changed_stands_in_the_address_and_what_is_put_back_does_not() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("hyper-clip_coef", "0.3")
    sitting.metrics("trainer", hyper={**DEFAULTS, "clip_coef": 0.3})
    sitting.page.on_change("speed", "2")
    sitting.page.on_change("learner", "wasm")
    sitting.page.on_click("factory")
    sitting.page.on_tick()
    assert sitting.view.address == {"clip_coef": "0.3", "speed": "2", "learner": "wasm", "view": "factory"}
    sitting.page.on_change("hyper-clip_coef", "0.2")
    sitting.metrics("trainer", hyper=DEFAULTS)
    sitting.page.on_click("factory")
    sitting.page.on_change("speed", "1")
    sitting.page.on_tick()
    assert sitting.view.address == {"learner": "wasm"}


def test_an_address_opens_view_and_speed_and_keeps_what_it_does_not_know() -> None:
    sitting = Sitting(Opening(given={"view": "factory", "speed": "4", "matches": "64"}))
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    sent = [message for _, message in sitting.fleet.take()]
    assert messages.SetView("factory") in sent and messages.SetSpeed(4.0) in sent
    sitting.view.values["seed"] = "9"
    sitting.page.on_click("reset")
    sitting.page.on_tick()
    assert sitting.view.address == {"view": "factory", "speed": "4", "matches": "64", "seed": "9"}


def test_each_bad_value_is_left_out_with_its_reason_and_the_others_stay(program: Program) -> None:
    def choose(values: Mapping[str, str]) -> Setup:
        return choose_setup(program, 4, values)

    bad = {"seed": "-1", "learning_rate": "nan", "view": "moon", "speed": "900", "learner": "<b>", "epochs": "9" * 999}
    bad["drill"] = "tennis"
    setup, opening = opened({**bad, "clip_coef": "0.1", "unknown": "x"}.items(), choose, "ball")
    assert opening.given == {"clip_coef": "0.1", "unknown": "x"}
    assert len(opening.complaints) == len(bad)
    assert all(any(name in text for text in opening.complaints) for name in bad)
    assert any(f"drill must be one of {', '.join(DRILLS)}" in text for text in opening.complaints)
    assert max(map(len, opening.complaints)) < 500
    assert opening.hyper["clip_coef"] == 0.1
    assert opening.defaults["clip_coef"] == Hyper().clip_coef
    assert setup.seed == 1


def test_links_with_former_names_of_hyperparameters_go_on_working_and_are_written_anew(program: Program) -> None:
    former = {"clip": "0.3", "lam": "0.9", "entropy": "0.01", "minibatch": "512", "seed": "7"}
    setup, opening = opened(former.items(), lambda values: choose_setup(program, 4, values), "ball")
    assert opening.complaints == ()
    names = {"clip_coef": "0.3", "gae_lambda": "0.9", "entropy_coef": "0.01", "minibatch_size": "512", "seed": "7"}
    assert opening.given == names
    assert {name: f"{opening.hyper[name]:g}" for name in names if name != "seed"} == {
        name: value for name, value in names.items() if name != "seed"
    }
    assert setup.seed == 7


def test_values_that_only_together_make_no_sense_are_all_left_out() -> None:
    def accept(values: Mapping[str, str]) -> None:
        if len(values) > 1:
            raise ValueError("too much")

    good, complaints = sensible({"a": "1", "b": "2"}, accept)
    assert good == {}
    assert "too much" in complaints[0]


def test_of_a_name_that_comes_twice_the_first_counts_and_the_other_is_named(program: Program) -> None:
    pairs = [("drill", "ball"), ("drill", "sumo"), ("seed", "4"), ("seed", "4")]
    setup, opening = opened(pairs, lambda values: choose_setup(program, 4, values), "ball")
    assert (opening.given, setup.seed) == ({"drill": "ball", "seed": "4"}, 4)
    assert opening.complaints == ("In the page's address, drill=sumo is left out: drill=ball stands before it.",)
    _, opening = opened(
        [("drill", "tennis"), ("drill", "ball")], lambda values: choose_setup(program, 4, values), "ball"
    )
    assert opening.given == {} and "drill=ball is left out" in opening.complaints[0]
    assert opening.complaints[1].startswith("In the page's address, drill=tennis is left out: drill must be one of")


def test_complaints_stand_in_a_note_until_they_are_put_away_and_are_no_errors_of_the_page() -> None:
    sitting = Sitting(Opening(complaints=("seed=-1 is left out.", "speed=x is left out."))).boot()
    assert sitting.view.errors == []
    assert sitting.view.texts["address-note-text"] == "seed=-1 is left out. speed=x is left out."
    assert sitting.view.attributes[("address-note", "hidden")] is None
    sitting.page.on_click("address-note-close")
    assert sitting.view.attributes[("address-note", "hidden")] == ""
    sitting.page.on_tick()
    assert '"errors": []' in sitting.view.texts["telemetry"]


def test_the_link_is_copied_after_the_address_is_current() -> None:
    sitting = Sitting().boot()
    sitting.view.values["seed"] = "5"
    sitting.page.on_click("reset")
    sitting.page.on_click("share")
    assert sitting.view.address == {"seed": "5"}
    assert sitting.view.copied == "https://here.example/drill/index.html?seed=5"
    assert "copied" in sitting.view.texts["status"]
    sitting.view.copying_allowed = False
    sitting.page.on_key("KeyL", "l", True, "")
    assert "address bar" in sitting.view.texts["status"]


def test_help_and_colours() -> None:
    sitting = Sitting().boot()
    sitting.page.on_key("Slash", "?", True, "")
    assert sitting.view.dialogs == {"help-dialog": True}
    sitting.page.on_click("help-close")
    assert sitting.view.dialogs == {"help-dialog": False}
    sitting.page.on_click("theme")
    assert sitting.view.preferred == {"theme": "dark"}
    sitting.view.is_dark = True
    sitting.page.on_click("theme")
    assert sitting.view.preferred == {"theme": "light"}


def test_single_keys_as_shortcuts_can_be_turned_off_and_stay_off() -> None:
    sitting = Sitting().boot()
    assert sitting.page.on_key("KeyF", "f", True, "")
    sitting.page.on_click("shortcuts")
    assert sitting.view.preferred == {"shortcuts": "off"}
    assert sitting.view.attributes[("shortcuts", "aria-pressed")] == "false"
    assert not sitting.page.on_key("KeyF", "f", True, "")
    assert not sitting.page.on_key("Slash", "?", True, "")
    sitting.page.on_change("player-left", "you")
    assert sitting.page.on_key("KeyD", "d", True, ""), "who plays plays with the keys"
    sitting.page.on_click("shortcuts")
    assert sitting.page.on_key("KeyF", "f", True, "")

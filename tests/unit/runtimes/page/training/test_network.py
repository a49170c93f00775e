"""The network on the page: what cannot be is refused, what loses something is asked first, a link opens with it."""

from __future__ import annotations

import pytest
from drillsergeant.drills.contract import Recommended
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting, small_game


def use(sitting: Sitting, hidden: str) -> str:
    """Type a network and press the button; returns what is said."""
    sitting.view.values["hidden"] = hidden
    sitting.page.on_click("hidden-apply")
    return sitting.view.texts["hidden-said"]


def test_a_network_is_compiled_and_gone_over_to_and_stands_in_the_address() -> None:
    sitting = Sitting().boot()
    assert sitting.view.values["hidden"] == "64,64" and sitting.enabled("hidden-apply")
    assert "1 to 3 layers of 8 to 256" in sitting.view.texts["hidden-about"]
    assert "Compiling the network 32,48" in use(sitting, "32, 48")
    assert not sitting.enabled("hidden-apply"), "one after the other"
    ((drill, hidden, then),) = sitting.compiler.reshaped
    assert (drill, hidden) == ("ball", "32,48")
    then("")
    assert "32,48 now; the players start from nothing" in sitting.view.texts["hidden-said"]
    assert sitting.enabled("hidden-apply") and sitting.view.values["hidden"] == "32,48"
    sitting.page.on_tick()
    assert sitting.view.address == {"hidden": "32,48"}
    use(sitting, "64,64")
    sitting.compiler.reshaped[-1][2]("")
    sitting.page.on_tick()
    assert sitting.view.address == {}


def test_what_was_learned_is_only_given_up_when_asked_twice() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", t_s=3.0)
    assert "only a saved run keeps it. Sure? Press again." in use(sitting, "32")
    assert sitting.view.texts["hidden-apply"] == "Sure? Press again" and sitting.compiler.reshaped == []
    use(sitting, "48")
    assert sitting.compiler.reshaped == [], "another network is another question"
    sitting.view.time_s += 10.0
    sitting.page.on_tick()
    assert sitting.view.texts["hidden-apply"] == "Use this network"
    use(sitting, "48")
    use(sitting, "48")
    assert [hidden for _, hidden, _ in sitting.compiler.reshaped] == ["48"]


@pytest.mark.parametrize("text", ["4", "512", "8,8,8,8", "64,x", ""])
def test_a_network_that_cannot_be_is_refused_with_the_limits(text: str) -> None:
    sitting = Sitting().boot()
    said = use(sitting, text)
    assert "1 to 3 hidden layers of 8 to 256 units each" in said and "stays at 64,64" in said
    assert sitting.view.values["hidden"] == "64,64" and sitting.compiler.reshaped == []
    assert "64,64 is the network that learns now" in use(sitting, "64, 64")


def test_a_network_that_could_not_be_had_leaves_everything_as_it_was() -> None:
    sitting = Sitting().boot()
    use(sitting, "32")
    sitting.compiler.reshaped[0][2]("the workshop could not start.")
    assert sitting.view.texts["hidden-said"] == "The network 32 could not be had: the workshop could not start."
    assert sitting.view.values["hidden"] == "64,64" and sitting.enabled("hidden-apply")


@pytest.mark.parametrize("why", ["", "no room"])
def test_a_link_opens_with_its_network_before_anybody_can_train(why: str) -> None:
    sitting = Sitting(Opening(given={"hidden": "32, 48"})).boot()
    ((_, hidden, then),) = sitting.compiler.reshaped
    assert hidden == "32,48" and not sitting.enabled("train") and not sitting.page.status.ready
    sitting.page.on_fleet("show", "ready", "")
    assert len(sitting.compiler.reshaped) == 1, "once"
    then(why)
    assert sitting.enabled("train") and sitting.page.status.ready
    sitting.page.on_tick()
    assert sitting.view.address == ({} if why else {"hidden": "32,48"})


def test_runs_for_the_network_of_a_link_are_offered() -> None:
    sitting = Sitting(Opening(given={"hidden": "32"}))
    for name in sitting.fleet.state:
        sitting.fleet.state[name] = "ready"
        sitting.page.on_fleet(name, "ready", "")
    run = {"name": "small", "drill": "ball", "decisions": 5, "created": "", "problem": ""}
    sitting.page.on_message("trainer", 0, messages.Runs([{**run, "problem": "for a network of 32"}], "", "", ""))
    sitting.page.on_edit(small_game(), True)
    sitting.compiler.reshaped[0][2]("")
    sitting.page.on_message("trainer", 0, messages.Runs([run], "", "", ""))
    assert "small" in sitting.view.texts["resume-text"]


def test_each_drill_keeps_its_network_and_says_what_it_recommends() -> None:
    sitting = Sitting().boot()
    use(sitting, "32")
    sitting.compiler.reshaped[0][2]("")
    advice = Recommended("Its field is small.", (16,))
    sitting.page.on_drill(small_game(name="chase", teams=(1,), recommended=advice))
    assert sitting.view.values["hidden"] == "16"
    assert sitting.view.texts["hidden-about"].endswith("Ball Drill recommends 16: Its field is small.")
    sitting.page.on_tick()
    assert sitting.view.address == {"drill": "chase"}
    sitting.page.on_drill(small_game())
    sitting.page.on_tick()
    assert sitting.view.address == {"hidden": "32"} and sitting.view.values["hidden"] == "32"


def test_another_drill_than_the_links_comes_with_its_own_network() -> None:
    sitting = Sitting(Opening(given={"hidden": "32"}))
    sitting.page.on_drill(small_game(name="chase", teams=(1,)))
    sitting.boot()
    assert sitting.compiler.reshaped == [] and sitting.enabled("train")

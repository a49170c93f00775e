"""Docks beside the match: one is open or none, the link says which, and what is needed opens by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.address import DOCKS, Opening
from drillsergeant.runtimes.page.panels.docks import PANELS
from drillsergeant.runtimes.protocol.messages import Inspect, Runs

from tests.fakes.page import Sitting

WEB = Path(__file__).parents[5] / "web"


def opened(roomy: bool = True, **given: str) -> Sitting:
    sitting = Sitting(Opening(given=given))
    sitting.view.roomy = roomy
    sitting.page.open_docks()
    return sitting.boot()


def selected(sitting: Sitting) -> list[str]:
    """The tabs that are told to be open, and that the keyboard comes to first."""
    sitting.page.on_layout()
    told = sitting.view.attributes
    open_ones = [name for name in DOCKS if told[f"dock-{name}", "aria-selected"] == "true"]
    (in_turn,) = [name for name in DOCKS if told[f"dock-{name}", "tabindex"] == "0"]
    assert open_ones in ([], [in_turn])
    return open_ones


def address(sitting: Sitting) -> str | None:
    sitting.page.on_tick()
    return sitting.view.address.get("dock")


def test_settings_are_open_where_there_is_room_and_nothing_on_a_phone() -> None:
    assert selected(opened()) == ["settings"]
    assert selected(opened(roomy=False)) == []
    assert opened().view.chosen == opened(roomy=False).view.chosen == {}


@pytest.mark.parametrize("name", DOCKS[1:])
def test_a_tab_opens_its_dock_and_a_second_press_closes_it_and_the_link_says_so(name: str) -> None:
    sitting = opened()
    sitting.page.on_click(f"dock-{name}")
    assert selected(sitting) == [name] and sitting.view.chosen["docked"] == name and address(sitting) == name
    sitting.page.on_click(f"dock-{name}")
    assert selected(sitting) == [] and sitting.view.chosen["docked"] == "none" and address(sitting) == "none"
    sitting.page.on_click("dock-settings")
    assert selected(sitting) == ["settings"] and address(sitting) is None, "as without a word in the link"
    sitting.view.roomy = False
    assert selected(sitting) == [], "as on a phone from the beginning"


def test_on_a_phone_what_is_opened_comes_into_sight_and_the_link_of_a_closed_one_says_nothing() -> None:
    sitting = opened(roomy=False)
    sitting.page.on_click("dock-runs")
    assert sitting.view.revealed == PANELS["runs"] and address(sitting) == "runs"
    sitting.page.on_click("dock-runs")
    assert selected(sitting) == [] and address(sitting) is None


def test_arrow_keys_on_a_tab_go_round() -> None:
    sitting = opened()
    assert sitting.page.on_key("ArrowLeft", "ArrowLeft", True, "tab")
    assert selected(sitting) == [DOCKS[-1]] and sitting.view.revealed == f"dock-{DOCKS[-1]}"
    assert sitting.page.on_key("ArrowRight", "ArrowRight", True, "tab")
    assert selected(sitting) == ["settings"]
    assert sitting.page.on_key("End", "End", True, "tab") and selected(sitting) == [DOCKS[-1]]
    sitting.page.on_click(f"dock-{DOCKS[-1]}")
    assert sitting.page.on_key("ArrowUp", "ArrowUp", True, "tab") and selected(sitting) == [DOCKS[-2]], "from the last"
    assert not sitting.page.on_key("ArrowRight", "ArrowRight", True, "button")
    assert not sitting.page.on_key("Space", " ", True, "tab"), "it presses the tab"


def test_the_code_is_loaded_when_its_dock_is_opened_also_by_a_link() -> None:
    assert ("workshop-editor", "open") not in opened().view.attributes
    assert opened(dock="code").view.attributes["workshop-editor", "open"] == ""


def test_inside_looks_into_somebody_while_it_is_open_and_a_tap_on_a_player_opens_it() -> None:
    sitting = opened()
    sitting.page.on_click("dock-inside")
    sitting.page.on_click("dock-code")
    assert [(role, each.player) for role, each in sitting.fleet.take() if isinstance(each, Inspect)] == [
        ("show", 0),
        ("show", -1),
    ]
    sitting.page.on_pointer("down", 100.0, 100.0)
    sitting.page.on_pointer("up", 100.0, 100.0)
    thoughts = {"player": 1, "match": 0, "observation": [0.0] * len(sitting.game.observation), "clock_s": 1.0}
    chances = [[1.0] + [0.0] * (len(head.choices) - 1) for head in sitting.game.heads if hasattr(head, "choices")]
    sitting.metrics("show", inside={**thoughts, "probabilities": chances, "entropy": 0.0, "value": 0.0})
    assert sitting.view.values["inside-player"] == "1"
    assert selected(sitting) == ["code"], "which somebody may be writing"
    assert sitting.view.attributes["dock-inside", "data-marked"] == ""
    sitting.page.on_click("dock-charts")
    sitting.page.on_pointer("down", 100.0, 100.0)
    sitting.page.on_pointer("up", 100.0, 100.0)
    sitting.metrics("show", inside={**thoughts, "probabilities": chances, "entropy": 0.0, "value": 0.0})
    assert selected(sitting) == ["inside"] and sitting.view.attributes["dock-inside", "data-marked"] is None
    sitting.fleet.take()
    sitting.page.on_drill(facts_of(make("chase")))
    looked = [each.player for _, each in sitting.fleet.take() if isinstance(each, Inspect)]
    assert looked[-1] == 0, "it goes on with the other drill's player"


def test_a_file_opens_the_dock_of_runs_and_a_refusal_marks_its_tab() -> None:
    sitting = opened()
    sitting.transfer.guard.on_file("run.dshq", b"")
    assert sitting.view.revealed == PANELS["runs"]
    sitting.page.on_message("trainer", 0, Runs(note="The disk is full.", refused=True))
    assert sitting.view.attributes["dock-runs", "data-marked"] == ""
    sitting.page.on_message("trainer", 0, Runs(note="Saved."))
    assert sitting.view.attributes["dock-runs", "data-marked"] is None


def test_a_frame_that_shows_less_has_no_docks() -> None:
    sitting = opened(embed="minimal", dock="code")
    sitting.page.on_click("dock-runs")
    assert sitting.view.chosen == {} and ("workshop-editor", "open") not in sitting.view.attributes


def test_every_dock_has_a_tab_a_panel_and_its_rules_wherever_it_is_named() -> None:
    page, style, theme = ((WEB / name).read_text() for name in ("index.html", "styles/docks.css", "theme.js"))
    assert tuple(re.findall(r'<button id="dock-(\w+)" type="button" role="tab"', page)) == DOCKS == tuple(PANELS)
    for name, panel in PANELS.items():
        assert re.search(rf'id="{panel}" data-dock="{name}" role="tabpanel"', page)
        assert f'aria-controls="{panel}"' in page and f'[data-docked="{name}"]) [data-dock="{name}"]' in style
    assert f"/^({'|'.join(DOCKS)}|none)$/" in theme

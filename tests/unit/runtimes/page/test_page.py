"""The page: what the visitor does reaches the right worker, what workers say reaches the right place."""

from __future__ import annotations

import itertools
import json
import math
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from drillsergeant.drawing.place import fit
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.ppo.hyper import RANGES
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.page import Page
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import CONTEST, STILL, Sitting

ROOT = Path(__file__).parents[4]


def test_controls_wake_up_with_the_part_they_need() -> None:
    sitting = Sitting()
    assert not sitting.enabled("play")
    sitting.fleet.state["show"] = "ready"
    sitting.page.on_fleet("show", "ready", "")
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    assert sitting.enabled("play")
    assert not sitting.enabled("train")
    sitting.boot()
    assert sitting.enabled("train")
    assert sitting.enabled("hyper-clip_coef")
    assert sitting.view.attributes[("boot-progress", "data-done")] == ""


def test_a_ready_show_is_told_the_canvas_size_in_device_pixels_and_the_theme() -> None:
    sitting = Sitting()
    sitting.view.is_dark = True
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    assert ("show", messages.Resize(1470, 890, dark=True)) in sitting.fleet.take()
    sitting.view.size = (0.0, 0.0, 1.0)
    sitting.page.on_layout()
    assert sitting.fleet.take() == [("show", messages.Resize(1, 1, dark=True))]


def test_train_and_stop() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("train")
    assert sitting.fleet.take() == [("trainer", messages.StartTraining()), *CONTEST]
    assert sitting.view.texts["train"] == "Stop"
    assert sitting.view.attributes[("train", "aria-pressed")] == "true"
    assert sitting.view.texts["status"].startswith("Training.")
    sitting.page.on_click("train")
    assert sitting.fleet.take() == [("trainer", messages.StopTraining())]
    assert sitting.view.texts["train"] == "Train"


def test_step_pauses_first_and_advances_one_decision() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("step")
    assert sitting.fleet.take() == [("show", messages.Pause()), ("show", messages.StepShow(8))]
    sitting.page.on_click("step")
    assert sitting.fleet.take() == [("show", messages.StepShow(8))]
    sitting.page.on_click("play")
    assert sitting.fleet.take() == [("show", messages.Play())]


def test_a_show_that_was_started_again_stays_paused() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("play")
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    assert ("show", messages.Pause()) in sitting.fleet.take()


@pytest.mark.parametrize("bad", ["", "-1", "4294967296", "1.5", "abc", "nan", "inf", "1,5", "9" * 5000])
def test_a_bad_seed_is_put_back_and_explained(bad: str) -> None:
    sitting = Sitting().boot()
    sitting.view.values["seed"] = bad
    sitting.page.on_click("reset")
    assert sitting.fleet.take() == []
    assert sitting.view.values["seed"] == "7"
    assert "0 to 4294967295" in sitting.view.texts["status"]
    sitting.view.values["seed"] = " 4294967295 "
    sitting.page.on_click("reset")
    assert sitting.fleet.take() == [("show", messages.ResetShow(4294967295))]


def test_what_was_said_of_a_bad_seed_goes_when_a_good_one_comes() -> None:
    sitting = Sitting().boot()
    for seed, told in (("-1", True), ("3", False)):
        sitting.view.values["seed"] = seed
        sitting.page.on_change("seed", seed)
        assert ("A seed is a whole number" in sitting.view.texts["status"]) is told


@pytest.mark.parametrize("typed", ["12", "１２", "١٢", "1.2e1", "12.0", "12,0"])
def test_a_seed_is_read_as_every_other_number_and_written_as_it_was_understood(typed: str) -> None:
    sitting = Sitting().boot()
    sitting.view.values["seed"] = typed
    sitting.page.on_click("reset")
    assert sitting.fleet.take() == [("show", messages.ResetShow(12))]
    assert sitting.view.values["seed"] == "12"


def test_speed_and_mode_reach_the_show() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("speed", "0.25")
    sitting.page.on_change("player-left", "you")
    assert sitting.fleet.take() == [("show", messages.SetSpeed(0.25)), ("show", messages.SetPlayers(messages.VISITOR))]
    assert sitting.view.attributes[("stage", "data-mode")] == "human_vs_ai"
    sitting.page.on_change("speed", "900")
    sitting.page.on_change("player-left", "chess")
    assert sitting.fleet.take() == []
    assert (sitting.view.values["speed"], sitting.view.values["player-left"]) == ("0.25", "you")


def test_forgetting_what_took_a_while_needs_a_second_press_soon() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", t_s=42.0)
    sitting.page.on_click("restart")
    assert "42 s" in sitting.view.texts["status"]
    sitting.view.time_s += 10
    sitting.page.on_tick()
    sitting.page.on_click("restart")
    assert sitting.fleet.take() == []
    sitting.view.time_s += 1
    sitting.page.on_click("restart")
    started = [("trainer", messages.ResetTrainer(7)), ("trainer", messages.StartTraining())]
    assert sitting.fleet.take() == [*started, *CONTEST]
    sitting.metrics("trainer", t_s=3.0)
    sitting.page.on_click("restart")
    again = [("trainer", messages.ResetTrainer(7)), ("show", messages.StartContest())]
    assert sitting.fleet.take() == again, "nothing much to lose, and it trains already"


def test_shortcuts_work_and_stay_out_of_fields_and_buttons() -> None:
    sitting = Sitting().boot()
    for code, key, focus, used in (
        ("KeyT", "t", "typing", False),
        ("Space", " ", "button", False),
        ("KeyX", "x", "", False),
        ("KeyT", "T", "button", True),
        ("Space", " ", "", True),
        ("Period", ".", "", True),
        ("KeyR", "r", "", True),
        ("KeyN", "т", "", True),  # no Latin letters: where N lies
        ("KeyN", "d", "", False),  # Latin letters that lie elsewhere (Dvorak): what the key says
    ):
        assert sitting.page.on_key(code, key, True, focus) is used
        sitting.page.on_key(code, key, False, focus)
    kinds = [type(message) for _, message in sitting.fleet.take()]
    assert kinds[:3] == [messages.StartTraining, *(type(message) for _, message in CONTEST)]
    assert kinds[3:] == [messages.Pause, messages.StepShow, messages.ResetShow, messages.SetPlayers]


def test_the_keyboard_plays_orange_in_human_mode_only() -> None:
    sitting = Sitting().boot()
    assert not sitting.page.on_key("KeyW", "w", True, "")
    sitting.page.on_change("player-left", "you")
    sitting.fleet.take()
    assert sitting.view.focused == 1
    actions = []
    for code, down in (("KeyD", True), ("KeyD", True), ("ArrowUp", True), ("KeyA", True), ("Space", True)):
        assert sitting.page.on_key(code, "", down, "")
        actions += [message.action for _, message in sitting.fleet.take() if isinstance(message, messages.Input)]
    held = [
        list(sitting.game.from_keys(0, *keys))
        for keys in ((1, 0, 0, False), (1, 1, 0, False), (0, 1, 0, False), (0, 1, 0, True))
    ]
    assert actions == held, "a repeated key sends nothing new, and opposite keys cancel"
    sitting.page.on_key("KeyA", "", False, "")
    ((_, message),) = sitting.fleet.take()
    assert message == messages.Input(action=list(sitting.game.from_keys(0, 1, 1, 0, True))), "D is still held"
    sitting.page.on_blur()
    assert sitting.fleet.take() == [("show", messages.Input(action=STILL))]


def test_who_stops_playing_lets_go_of_everything() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("player-left", "you")
    sitting.page.on_key("KeyD", "d", True, "")
    sitting.fleet.take()
    sitting.page.on_change("player-left", "now")
    assert sitting.fleet.take() == [("show", messages.SetPlayers()), ("show", messages.Input(action=STILL))]


def test_dragging_speaks_field_metres_and_begins_where_the_pointer_came_down() -> None:
    sitting = Sitting().boot()
    sitting.page.on_pointer("move", 10, 10)
    assert sitting.fleet.take() == [], "only after the pointer went down"
    place = fit(sitting.game.scene, *sitting.view.size[:2])
    sitting.page.on_pointer("down", *place.to_pixels(2.5, -1.5))
    assert sitting.fleet.take() == [], "only when it moves: it may be a tap"
    sitting.page.on_pointer("move", *place.to_pixels(3.5, -1.0))
    sitting.page.on_pointer("up", *place.to_pixels(3.5, -1.0))
    sitting.page.on_pointer("move", 0, 0)
    first, second, drop = (message for _, message in sitting.fleet.take())
    assert isinstance(first, messages.Input)
    assert isinstance(second, messages.Input)
    assert (first.x_m, first.y_m, second.x_m, second.y_m) == pytest.approx((2.5, -1.5, 3.5, -1.0))
    assert drop == messages.Input(released=True)


def test_a_pointer_that_hardly_moves_taps() -> None:
    sitting = Sitting().boot()
    x_px, y_px = fit(sitting.game.scene, *sitting.view.size[:2]).to_pixels(2.5, -1.5)
    sitting.page.on_pointer("down", x_px, y_px)
    sitting.page.on_pointer("move", x_px + 2, y_px - 3)
    sitting.page.on_pointer("up", x_px + 2, y_px - 3)
    ((_, tap),) = sitting.fleet.take()
    assert isinstance(tap, messages.Tap)
    assert (tap.x_m, tap.y_m, tap.match) == pytest.approx((2.5, -1.5, 0))


def test_a_worker_s_error_is_shown_with_its_traceback() -> None:
    sitting = Sitting().boot()
    sitting.page.on_message("rollout", 1, messages.Error("rollout", 1, "KeyError: 'x'", "Traceback ..."))
    assert sitting.view.errors == [("rollout 1: KeyError: 'x'", "Traceback ...")]
    sitting.page.on_tick()
    assert json.loads(sitting.view.texts["telemetry"])["errors"] == ["rollout 1: KeyError: 'x'"]
    sitting.page.on_click("dismiss")
    assert sitting.view.errors == []


def test_a_worker_that_dies_is_told_at_once_and_forgotten_once_it_is_back() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("train")
    sitting.fleet.state["rollout.0"] = "restarting"
    sitting.page.on_fleet("rollout.0", "restarting", "it died")
    assert "training goes on" in sitting.view.texts["status"]
    sitting.boot()
    sitting.view.time_s += 6
    sitting.page.on_tick()
    assert sitting.view.texts["status"].startswith("Training.")
    told = json.loads(sitting.view.texts["telemetry"])
    assert told["restarts"] == {"rollout.0": 1}
    assert told["errors"] == []


def test_a_page_that_opens_with_a_game_for_one_says_so_before_anything_is_trained() -> None:
    there = Sitting()
    Page(there.view, there.fleet, facts_of(make("chase")), 7, Opening(), there.compiler, there.transfer)
    assert there.view.texts["legend-wins"] == "wins" and there.view.texts["road-2"] == "wins at times"


def test_the_status_line_says_at_once_that_the_match_moves_and_that_training_may_begin() -> None:
    sitting = Sitting()
    sitting.page.on_tick()
    assert sitting.view.texts["status"].startswith("Loading")
    sitting.metrics("show", clock_s=0.1)
    assert sitting.view.texts["status"].startswith("The match is running")
    assert sitting.boot().view.texts["status"].startswith("Ready.")


def test_the_status_line_changes_at_most_every_five_seconds_on_its_own() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("train")
    changes = []
    for half_second in range(60):
        sitting.view.time_s += 0.5
        win = 0.123 if half_second % 2 else 0.95  # a rate that jumps about
        rates = {"win_rate": win, "loss_rate": 0.877 - win, "draw_rate": 0.123}
        sitting.metrics("trainer", t_s=half_second / 2, curve=[{"win": win, "loss": 0.0}], **rates)
        before = sitting.view.texts["status"]
        sitting.page.on_tick()
        if sitting.view.texts["status"] != before:
            changes.append(sitting.view.time_s)
    assert len(changes) >= 2
    assert min(b - a for a, b in itertools.pairwise(changes)) >= 5.0
    texts = sitting.view.texts
    assert texts["metric-win_rate"] == "12 %"
    assert ": 12 % wins, 12 % draws" in texts["curve-summary"]
    assert not any(letter.isdigit() for letter in texts["status"]), "numbers stand beside it, and are newer"


def test_telemetry_is_json_whatever_comes_and_holds_the_timings() -> None:
    sitting = Sitting()
    sitting.metrics("show", clock_s=2.0, frame_ms_p99=math.inf)
    sitting.metrics("trainer", policy_loss=math.nan, curve=[{"t_s": "x"}, 3], hyper=None)
    sitting.boot()
    sitting.page.on_tick()
    told = json.loads(sitting.view.texts["telemetry"])
    assert told["trainer"]["policy_loss"] is None
    assert told["timings"] == {"match_moving_s": 98.0, "train_ready_s": 100.0}
    assert told["fleet"]["rollout.0"] == "ready"


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.csp = ""
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        if given.get("http-equiv") == "Content-Security-Policy":
            self.csp = given["content"] or ""
        inline = tag == "style" or (tag == "script" and "src" not in given)
        self.inline += [tag] if inline or "style" in given or any(name.startswith("on") for name in given) else []


def test_page_and_docs_say_of_every_hyperparameter_what_its_owner_says() -> None:
    html = (ROOT / "web/index.html").read_text()
    tips = dict(re.findall(r'id="note-(\w+)" role="tooltip">(.*?)</p>', html))
    for name, allowed in RANGES.items():
        wanted = f"{allowed.meaning} <b>Right:</b> {allowed.raised}. <b>Left:</b> {allowed.lowered}."
        assert tips[name] == wanted
    library = (ROOT / "docs/library.md").read_text()
    assert all(f"| {each.meaning} Higher: {each.raised}. |" in library for each in RANGES.values())


def test_every_element_the_page_writes_to_is_in_index_html_once_and_only_the_watchdog_is_inline() -> None:
    document = _Ids()
    document.feed((ROOT / "web/index.html").read_text())
    assert len(document.ids) == len(set(document.ids))
    assert document.inline == ["script"], "which the policy allows by its hash: tests/build/test_pins.py"
    pins = tomllib.loads((ROOT / "build/pins.toml").read_text())
    assert document.csp == pins["site"]["content_security_policy"]
    sitting = Sitting().boot()
    sitting.metrics("show", clock_s=1.0, score_0=1, score_1=0, version=3, frames_per_s=60, renderer="canvas2d",
                    frame_ms_p50=16.7, frame_ms_p99=20)  # fmt: skip
    sitting.metrics("trainer", win_rate=0.5, reward_goal=0.1)
    for name in (
        "train",
        "play",
        "step",
        "reset",
        "restart",
        "defaults",
        "try-bold",
        "try-you",
        "try-hide",
        "tips",
        "dismiss",
    ):
        sitting.page.on_click(name)
    sitting.page.on_change("player-left", "you")
    sitting.page.on_change("hyper-clip_coef", "7")
    sitting.page.on_tick()
    view = sitting.view
    written = {*view.texts, *view.values, *view.rows, *(name for name, _ in view.attributes)}
    assert written - set(document.ids) == set()

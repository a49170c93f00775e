"""The page in somebody else's frame: what a host may ask for, what it hears, and how nonsense is answered."""

from __future__ import annotations

import json

import pytest
from drillsergeant.runtimes.page.embed import FILE, LONGEST, WORDS, Embed, read
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.page.panels.workshop import SAID
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ImportRun, Runs
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.page import ALL_READY, CONTEST, Sitting

HOST = "https://a-tutorial.example"
CODE = "class Mine(BallDrill):\n    numbers = [[1], [2], [3], [4], [5], [6], [7], [8], {9}]\n"


class Framed:
    """A page in a frame; the test is the host."""

    def __init__(self) -> None:
        self.sitting = Sitting()
        self.embed = Embed(self.sitting.page, self.sitting.view, self.sitting.fleet.send, "solo", "no headers", "ball")
        self.heard: list[dict[str, object]] = []
        self.embed.greet(lambda text: self.heard.append(json.loads(text)), HOST)

    def boot(self) -> Framed:
        """Everything is ready; what was told and sent of that is forgotten."""
        for name in ALL_READY:
            self.sitting.fleet.state[name] = "ready"
            self.embed.on_fleet(name, "ready", "")
            self.embed.on_message(name.split(".")[0], 0, messages.Ready(name.split(".")[0], 0, 1.0))
        self.take()
        return self

    def say(self, **message: object) -> list[dict[str, object]]:
        """Say something; returns what is heard at once."""
        self.heard.clear()
        self.embed.hear(json.dumps(message))
        return self.heard

    def take(self) -> list[messages.Message]:
        """What the workers were sent since the last time."""
        self.heard.clear()
        return [message for _, message in self.sitting.fleet.take()]


def test_the_host_is_told_where_the_page_runs_and_when_it_is_ready() -> None:
    framed = Framed()
    assert framed.heard == [
        {"type": "mode", "protocol": 1, "mode": "solo", "why": "no headers", "drill": "ball", "embedded_by": HOST}
    ]
    for name in ALL_READY:
        framed.sitting.fleet.state[name] = "ready"
        framed.embed.on_fleet(name, "ready", "")
    assert {"type": "ready", "drill": "ball"} in framed.heard


def test_train_and_stop_press_the_button_and_are_told() -> None:
    framed = Framed().boot()
    assert framed.say(type="train") == [{"type": "training", "on": True}]
    assert framed.take() == [messages.StartTraining(), *(message for _, message in CONTEST)]
    assert framed.say(type="train") == [] and framed.take() == [], "it trains already"
    assert framed.sitting.view.texts["train"] == "Stop"
    assert framed.say(type="stop") == [{"type": "training", "on": False}]
    framed.sitting.page.on_click("train")
    framed.sitting.metrics("show")
    framed.embed.on_message("show", 0, messages.Metrics("show", 0, {}))
    assert {"type": "training", "on": True} in framed.heard, "the reader's own press is told too"


def test_train_before_it_is_ready_is_done_once_it_is() -> None:
    framed = Framed()
    framed.say(type="train")
    assert framed.take() == []
    framed.boot()
    assert framed.sitting.page.status.training


def test_train_before_it_is_ready_or_seen_is_done_once_it_is_both() -> None:
    framed = Framed()
    framed.say(type="train")
    framed.say(type="pause")
    framed.boot()
    assert not framed.sitting.page.status.training, "nobody sees it"
    framed.say(type="resume")
    assert framed.sitting.page.status.training
    back = Framed()
    for word in ("train", "pause", "stop"):
        back.say(type=word)
    back.boot().say(type="resume")
    assert not back.sitting.page.status.training, "the wish was taken back"


def test_out_of_view_it_neither_plays_nor_trains_and_goes_on_after() -> None:
    framed = Framed().boot()
    framed.say(type="train")
    framed.take()
    framed.say(type="pause")
    assert framed.take() == [messages.StopTraining(), messages.Pause()]
    framed.say(type="pause")
    assert framed.take() == []
    framed.say(type="resume")
    assert framed.take() == [messages.Play(), messages.StartTraining(), messages.StartContest()]
    framed.say(type="pause")
    framed.say(type="resume", train=False)
    assert not framed.sitting.page.status.training, "somebody else trains meanwhile"
    framed.sitting.page.on_click("play")
    framed.say(type="pause")
    framed.take()
    framed.say(type="resume")
    assert framed.take() == [messages.Pause()], "it was paused by the reader"


def test_hyperparameters_reach_the_trainer_and_refusals_the_host() -> None:
    framed = Framed().boot()
    assert framed.say(type="hyper", values={"clip_coef": 0.3}) == []
    assert framed.take() == [messages.SetHyper({"clip_coef": 0.3})]
    assert framed.sitting.view.values["hyper-clip_coef"] == "0.3"
    assert framed.say(type="hyper", values={"clip": 0.4}) == [], "hosts written before the name was another"
    assert framed.take() == [messages.SetHyper({"clip_coef": 0.4})]
    framed.embed.on_message("trainer", 0, messages.Error("trainer", 0, "clip_coef must be below 1, not 7", ""))
    assert framed.heard == [{"type": "error", "about": "trainer", "message": "clip_coef must be below 1, not 7"}]


def test_the_colours_of_the_page_around_are_worn_and_not_made_the_readers_choice() -> None:
    framed = Framed().boot()
    view = framed.sitting.view
    assert framed.say(type="theme", value="dark") == []
    assert view.dark() and view.attributes["theme", "aria-pressed"] == "true"
    framed.say(type="theme", value="")
    assert not view.dark() and view.attributes["theme", "aria-pressed"] == "false", "as the reader's system"
    assert view.preferred == {} and framed.take() == []


def test_code_of_the_page_around_is_shown_with_where_it_came_from_and_runs_nothing() -> None:
    framed = Framed().boot()
    framed.take()
    assert framed.say(type="code", text="\n    " + CODE.replace("\n", "\n    ")) == []
    view, compiler = framed.sitting.view, framed.sitting.compiler
    assert view.values[EDITOR] == CODE, "as its own page indents it"
    assert view.attributes[EDITOR, "open"] == ""
    assert view.texts[SAID] == f"This code came with the page around, {HOST}. Read it, then press Run."
    framed.sitting.page.on_tick()
    assert compiler.attempts == compiler.installed == [] and framed.take() == []
    framed.sitting.page.on_click("workshop-run")
    assert [text for _, text, _ in compiler.attempts] == [CODE]


def test_code_runs_where_the_page_around_is_of_the_same_origin_once_it_can() -> None:
    framed = Framed()
    attempts = framed.sitting.compiler.attempts
    framed.embed.greet(lambda text: framed.heard.append(json.loads(text)), HOST, same_origin=True)
    framed.say(type="code", text=CODE, run=True)
    assert attempts == [], "there is nobody yet to play it"
    framed.boot()
    assert [text for _, text, _ in attempts] == [CODE]
    framed.say(type="code", text="x = 1\n")
    framed.say(type="train")
    assert len(attempts) == 1, "code is not run for being shown"


def test_a_press_is_not_for_what_has_been_typed_meanwhile() -> None:
    framed = Framed()
    framed.embed.greet(lambda _text: None, HOST, same_origin=True)
    framed.say(type="code", text=CODE, run=True)
    framed.sitting.view.values[EDITOR] = "while True: pass\n"
    framed.boot()
    framed.sitting.view.values[EDITOR] = CODE
    framed.say(type="train")
    assert framed.sitting.compiler.attempts == []


def test_no_other_page_has_its_code_run() -> None:
    framed = Framed().boot()
    (answer,) = framed.say(type="code", text=CODE, run=True)
    assert answer["type"] == "error" and "shown and not run" in str(answer["message"])
    assert framed.sitting.view.values[EDITOR] == CODE
    framed.say(type="train")
    assert framed.sitting.compiler.attempts == []


def test_a_policy_file_is_imported_and_answered() -> None:
    framed = Framed().boot()
    framed.embed.hear(b"weights")
    (sent,) = framed.take()
    assert isinstance(sent, ImportRun) and sent.content == b"weights"
    framed.embed.on_message("trainer", 0, Runs(note="not saved", refused=True))
    framed.embed.on_message("trainer", 0, Runs(note="Imported 'mine'", imported="mine"))
    assert framed.heard == [], "those were the answers to something else"
    framed.embed.on_message("trainer", 0, Runs(note="the file is damaged", refused=True, imported=sent.name))
    assert framed.heard == [{"type": "policy", "ok": False, "note": "the file is damaged"}]
    framed.embed.hear(b"more")
    framed.heard.clear()
    framed.embed.on_message("trainer", 0, Runs(note="Imported", imported=sent.name))
    assert [each["ok"] for each in framed.heard] == [True]


def test_policies_wait_for_the_trainer_and_one_that_dies_with_it_is_answered() -> None:
    framed = Framed()
    framed.heard.clear()
    for number in range(5):
        framed.embed.hear(bytes([number]))
    assert [each["ok"] for each in framed.heard] == [False], "four wait, the fifth is refused"
    assert framed.take() == []
    framed.embed.on_fleet("trainer", "ready", "")
    sent = framed.take()
    assert [message.content for message in sent if isinstance(message, ImportRun)] == [b"\0", b"\1", b"\2", b"\3"]
    framed.embed.on_message("trainer", 0, Runs(imported=FILE))
    framed.heard.clear()
    framed.embed.on_fleet("trainer", "restarting", "it died")
    assert [each["ok"] for each in framed.heard] == [False] * 3
    framed.heard.clear()
    framed.embed.on_message("trainer", 0, Runs(imported=FILE))
    assert framed.heard == []


def test_metrics_are_plain_numbers_and_goals_are_told() -> None:
    framed = Framed().boot()
    values = {"decisions": 10, "win_rate": 0.25, "learner": "wasm", "value_error": float("nan"), "training": True}
    framed.embed.on_message("trainer", 0, messages.Metrics("trainer", 0, values))
    (told,) = framed.heard
    assert told["type"] == "metrics" and told["values"] == {"decisions": 10.0, "win_rate": 0.25}
    assert framed.sitting.view.texts["embed-wins"] == "Wins 25 % against the bot"
    framed.heard.clear()
    for score in ((0, 0), (1, 0), (1, 0), (0, 0), (0, 1)):
        shown: dict[str, object] = {"score_0": score[0], "score_1": score[1]}
        framed.embed.on_message("show", 0, messages.Metrics("show", 0, shown))
    assert [each["score"] for each in framed.heard] == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "JSON"),
        ("train", "JSON"),
        ("7", "object"),
        ("[]", "object"),
        ("{}", "one of train, stop"),
        ('{"type": "eval"}', "one of train, stop"),
        ('{"type": ["train"]}', "one of train, stop"),
        ('{"type": {"a": 1}}', "one of train, stop"),
        ('{"type": "train", "code": "1"}', "no field 'code'"),
        ('{"type": "train", "__proto__": {"x": 1}}', "no field '__proto__'"),
        ('{"type": "resume", "train": 1}', "true or false"),
        ('{"type": "theme"}', "one of light, dark"),
        ('{"type": "theme", "value": ["dark"]}', "one of light, dark"),
        ('{"type": "theme", "value": "dark" onload="}', "JSON"),
        ('{"type": "code"}', "must be Python"),
        ('{"type": "code", "text": " "}', "must be Python"),
        ('{"type": "code", "text": ["pass"]}', "must be Python"),
        ('{"type": "code", "text": "\\ud800"}', "half a character at 0"),
        ('{"type": "code", "text": "' + "x" * 8193 + '"}', "not 8193"),
        ('{"type": "code", "text": "pass", "run": 1}', "true or false"),
        ('{"type": "code", "text": "pass", "press": true}', "no field 'press'"),
        ('"' + "[" * 4000, "JSON"),
        ('{"type": "hyper"}', "object of numbers"),
        ('{"type": "hyper", "values": [1]}', "object of numbers"),
        ('{"type": "hyper", "values": {"constructor": 1}}', "no 'constructor'"),
        ('{"type": "hyper", "values": {"clip_coef": "0.2"}}', "must be a number"),
        ('{"type": "hyper", "values": {"clip_coef": true}}', "must be a number"),
        ('{"type": "hyper", "values": {"clip_coef": NaN}}', "no number"),
        ('{"type": "hyper", "values": {"clip_coef": 1e999}}', "must be a number"),
        ('{"type": "hyper", "values": {"clip_coef": ' + "9" * 4000 + "}}", "must be a number"),
        ("[" * 4000, "brackets"),
        ('{"a":' * 700, "brackets"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_malformed_is_answered_and_nothing_happens(text: str, said: str) -> None:
    framed = Framed().boot()
    framed.embed.hear(text)
    (answer,) = framed.heard
    assert answer["type"] == "error" and said in str(answer["message"]) and len(str(answer["message"])) <= LONGEST
    assert framed.take() == []


@given(st.text(max_size=200))
def test_no_text_does_more_than_a_known_message_or_an_error(text: str) -> None:
    try:
        assert read(text)["type"] in WORDS
    except ValueError as refused:
        assert str(refused)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda e: st.lists(e) | st.dictionaries(st.text(), e)
    )
)
def test_no_value_in_a_message_does_either(value: object) -> None:
    for message in (
        {"type": "hyper", "values": value},
        {"type": "resume", "train": value},
        {"type": "theme", "value": value},
        {"type": "code", "text": value},
        {"type": value},
    ):
        try:
            read(json.dumps(message))
        except ValueError as refused:
            assert str(refused)

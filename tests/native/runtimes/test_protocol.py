"""The message protocol: what crosses the wire survives it, and what is no message is refused by name."""

import math

import pytest
from drillsergeant.runtimes import protocol, protocol_runs

SAMPLES = [
    ("show", protocol.Init("show", 0, 0, 7, {"plan": {}}, "{}", object(), object(), None, {"learner": "wasm"})),
    ("trainer", protocol.StartTraining({"clip": 0.1})),
    ("trainer", protocol.StopTraining()),
    ("trainer", protocol.SetHyper({"epochs": 3})),
    ("trainer", protocol.SetLearner("webgpu")),
    ("trainer", protocol.SetValidation(True)),
    ("trainer", protocol.ResetTrainer(5, {"clip": 0.1})),
    ("trainer", protocol.Rewind(3)),
    ("trainer", protocol.Snapshot()),
    ("trainer", protocol_runs.ListRuns()),
    ("trainer", protocol_runs.SaveRun("before lunch")),
    ("trainer", protocol_runs.LoadRun("Ball Drill", True)),
    ("trainer", protocol_runs.DeleteRun("Ball Drill")),
    ("trainer", protocol_runs.RenameRun("Ball Drill", "Pelé")),
    ("trainer", protocol_runs.ImportRun("ball.dshq", b"\x00\xff")),
    ("trainer", protocol_runs.ExportRun("onnx")),
    ("trainer", protocol.SetGuards(False)),
    ("workshop", protocol.Compile("ball", "class Mine(BallDrill): pass", True)),
    ("page", protocol.Checked()),
    ("page", protocol.Compiled("{}", b"\x00asm")),
    ("page", protocol.Refused("SyntaxError: invalid syntax", 7)),
    ("show", protocol.Play()),
    ("show", protocol.Pause()),
    ("show", protocol.Step(4)),
    ("show", protocol.ResetShow(9)),
    ("show", protocol.SetSpeed(0.25)),
    ("show", protocol.SetPlayers(7, protocol.BOT, 1)),
    ("show", protocol.Inspect(1, 2)),
    ("show", protocol.Tap(1.5, -2.0)),
    ("show", protocol.SetView("compare")),
    ("show", protocol.Input(action=3)),
    ("show", protocol.Input(x_m=1.5, y_m=-2.0)),
    ("show", protocol.Resize(640, 480, True)),
    ("show", protocol.Mirrored({"64": b"1234"})),
    ("page", protocol.Ready("show", 0, 1.25)),
    ("page", protocol.Metrics("trainer", 0, {"entropy": 1.0})),
    ("page", protocol_runs.Runs([{"name": "Pelé"}], "Pelé", "2026-11-22T14:32:00Z", "Saved", False)),
    ("page", protocol_runs.Exported("ball.dshq", b"\x00\xff")),
    ("page", protocol.Error("rollout", 1, "it broke", "Traceback ...", True)),
]


@pytest.mark.parametrize(("receiver", "message"), SAMPLES, ids=lambda value: getattr(value, "TYPE", ""))
def test_a_message_survives_the_wire(receiver: str, message: protocol.Message) -> None:
    assert protocol.decode(protocol.encode(message), receiver) == message


def test_every_message_type_is_accepted_by_someone_and_sampled_here() -> None:
    accepted = set().union(*protocol.ACCEPTED.values())
    assert accepted == set(protocol.MESSAGES)
    assert {message.TYPE for _, message in SAMPLES} == accepted


@pytest.mark.parametrize(
    ("wire", "receiver", "named"),
    [
        ("PLAY", "show", "dict"),
        ({}, "show", "None"),
        ({"type": "EXPLODE"}, "show", "EXPLODE"),
        ({"type": "START_TRAINING"}, "show", "not for the show"),
        ({"type": "SET_SPEED"}, "show", "speed"),
        ({"type": "SET_SPEED", "speed": 1.0, "colour": "red"}, "show", "colour"),
        ({"type": "SET_SPEED", "speed": "fast"}, "show", "SET_SPEED.speed"),
        ({"type": "SET_SPEED", "speed": math.nan}, "show", "SET_SPEED.speed"),
        ({"type": "SET_SPEED", "speed": 0.1}, "show", "0.25"),
        ({"type": "SET_SPEED", "speed": 1e308}, "show", "4.0"),
        ({"type": "RESET_SHOW", "seed": -1}, "show", "seed"),
        ({"type": "RESET_SHOW", "seed": 1.5}, "show", "RESET_SHOW.seed"),
        ({"type": "RESET_SHOW", "seed": True}, "show", "RESET_SHOW.seed"),
        ({"type": "SET_PLAYERS", "left": -4}, "show", "SET_PLAYERS.left"),
        ({"type": "SET_PLAYERS", "right": 1.5}, "show", "SET_PLAYERS.right"),
        ({"type": "SET_PLAYERS", "match": 3}, "show", "SET_PLAYERS.match"),
        ({"type": "INSPECT", "side": 0, "match": -1}, "show", "INSPECT.match"),
        ({"type": "TAP", "x_m": 1.0}, "show", "y_m"),
        ({"type": "SET_VIEW", "view": "stars"}, "show", "factory"),
        ({"type": "STEP", "ticks": 0}, "show", "STEP.ticks"),
        ({"type": "SET_HYPER", "changes": [1]}, "trainer", "SET_HYPER.changes"),
        ({"type": "INPUT", "action": 1, "x_m": math.inf}, "show", "INPUT.x_m"),
    ],
)
def test_what_is_no_message_is_refused_by_name(wire: object, receiver: str, named: str) -> None:
    with pytest.raises(protocol.ProtocolError, match=named.replace(".", r"\.")):
        protocol.decode(wire, receiver)


def test_whole_floats_from_javascript_are_integers() -> None:
    assert protocol.decode({"type": "RESET_SHOW", "seed": 4294967295.0}, "show") == protocol.ResetShow(4294967295)

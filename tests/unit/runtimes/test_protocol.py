"""The message protocol: what crosses the wire survives it, and what is no message is refused by name."""

import math

import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.init_options import InitOptions

OPTIONS = InitOptions("0123", learner="wasm", hyper=Hyper(epochs=3), lockstep=50, validate=True)
SAMPLES = [
    ("show", messages.Init("show", 0, 0, 7, {"plan": {}}, "{}", object(), object(), None, OPTIONS)),
    ("trainer", messages.StartTraining({"clip_coef": 0.1})),
    ("trainer", messages.ExpectTraining()),
    ("workshop", messages.TryPlayer(3, "ball", "class Mine(BallDrill): ...", "", {"seed": 1}, object(), b"")),
    ("workshop", messages.WatchPlayers(True, True)),
    ("page", messages.PlayerTried(3, {"win_rate": 0.5}, True, b"", {"ball": [(0.0, 1.0)]}, [(512, 0.5)])),
    ("trainer", messages.StopTraining()),
    ("trainer", messages.TellUpdate(3)),
    ("page", messages.UpdateTold({"passes": 4})),
    ("show", messages.OpenPolicy(messages.GUESTS, b"\x00")),
    ("page", messages.PolicyRead(messages.GUESTS, "it is damaged")),
    ("workshop", messages.MakeFilm("{}", [{"ball_x": 0.5}], 15.0, "ball.gif")),
    ("workshop", messages.PlayLeague("{}", object(), True, [["one.dshq", b"\x00"]])),
    ("page", messages.Progress(3, 15)),
    ("page", messages.LeaguePlayed([{"name": "one"}], [["two.dshq", "it is damaged"]])),
    ("show", messages.CutReplay(["Learner", "Bot"])),
    ("show", messages.OpenReplay(b"DSHR")),
    ("show", messages.SeekReplay(120, True)),
    ("show", messages.FilmReplay()),
    ("page", messages.ReplayCut(b"DSHR", "ball.dshr")),
    ("page", messages.ReplayRead("it is damaged")),
    ("page", messages.ReplayPictures([{"ball_x": 0.5}], 20.0)),
    ("trainer", messages.PlayedDecisions("chase", [[0.5] * 8 + [1.0]])),
    ("trainer", messages.LearnFromPlayed()),
    ("trainer", messages.ForgetPlayed()),
    ("trainer", messages.ExportPlayed()),
    ("trainer", messages.TakePlayed(b"file")),
    ("trainer", messages.SetHyper({"epochs": 3})),
    ("trainer", messages.SetLearner("webgpu")),
    ("trainer", messages.SetValidation(True)),
    ("trainer", messages.ResetTrainer(5, {"clip_coef": 0.1})),
    ("trainer", messages.Rewind(3)),
    ("trainer", messages.KeepSnapshot()),
    ("trainer", messages.ListRuns()),
    ("trainer", messages.SaveRun("before lunch")),
    ("trainer", messages.LoadRun("Ball Drill", True)),
    ("trainer", messages.DeleteRun("Ball Drill")),
    ("trainer", messages.RenameRun("Ball Drill", "Pelé")),
    ("trainer", messages.ImportRun("ball.dshq", b"\x00\xff")),
    ("trainer", messages.ExportRun("onnx")),
    ("trainer", messages.TellRun("Pelé")),
    ("page", messages.RunTold("Pelé", {"hidden": "64,64"}, {"t_s": [1.0], "win_rate": [None]}, 2)),
    ("trainer", messages.TurnAct(3)),
    ("trainer", messages.ForgetActs()),
    ("page", messages.Undoables([{"id": 3, "label": "deleted “mine”"}], "“mine” is back.", turned=3)),
    ("trainer", messages.SetGuards(False)),
    ("trainer", messages.SetObjective(False)),
    ("trainer", messages.SetGame("{}", "class Mine(BallDrill): pass")),
    ("trainer", messages.FetchCode("ball")),
    ("trainer", messages.KeepCode("ball", "class Mine(BallDrill): pass", ["class Mine(BallDrill): x"])),
    ("page", messages.KeptCode("ball", "class Mine(BallDrill): pass", [{"text": "", "at": ""}], "no more room")),
    ("workshop", messages.Compile("ball", "class Mine(BallDrill): pass", True)),
    ("page", messages.RunHistory({"t_s": [1.0], "win_rate": [None]}, rewound=True)),
    ("page", messages.Checked()),
    ("page", messages.CompiledProgram("{}", b"\x00asm")),
    ("page", messages.Findings([{"severity": "error", "line": 3, "sentence": "It", "remedy": "Do"}], "512 matches")),
    ("page", messages.Refused("SyntaxError: invalid syntax", 7)),
    ("show", messages.Play()),
    ("show", messages.Pause()),
    ("show", messages.StepShow(4)),
    ("show", messages.ResetShow(9)),
    ("show", messages.SetSpeed(0.25)),
    ("show", messages.SetPlayers(7, messages.SCRIPTED, 1)),
    ("show", messages.StartContest()),
    ("show", messages.Inspect(1, 2)),
    ("show", messages.SetMap(2, False)),
    ("show", messages.ExportMap()),
    ("show", messages.Recall(41)),
    ("show", messages.WatchMatch(63)),
    ("show", messages.Tap(1.5, -2.0)),
    ("show", messages.SetView("compare")),
    ("show", messages.Input(action=[3, 0, 1])),
    ("show", messages.Input(x_m=1.5, y_m=-2.0)),
    ("show", messages.Resize(640, 480, True)),
    ("show", messages.Mirrored({"64": b"1234"})),
    ("page", messages.Loading("workshop", 0)),
    ("page", messages.Ready("show", 0, 1.25)),
    ("page", messages.Metrics("trainer", 0, {"entropy": 1.0})),
    ("page", messages.Happened(messages.WON, 1, 0, 2, 3)),
    ("page", messages.Runs([{"name": "Pelé"}], "Pelé", "2026-11-22T14:32:00Z", "Saved", False)),
    ("page", messages.Exported("ball.dshq", b"\x00\xff")),
    ("page", messages.Error("rollout", 1, "it broke", "Traceback ...", True)),
]


BAD_OPTIONS: list[tuple[dict[str, object], str]] = [
    ({"lerner": "wasm"}, "INIT.options has no field 'lerner'"),
    ({"learner": "cuda"}, "INIT.options: learner must be one of auto, wasm, webgpu, numpy, not 'cuda'"),
    ({"lockstep": "50"}, "INIT.options.lockstep must be a finite int, not '50'"),
    ({"validate": 1}, "INIT.options.validate must be a finite bool, not 1"),
    ({"lockstep": -1}, "INIT.options: lockstep must be a number of updates"),
    ({"hyper": {"clip_coef": 7.0}}, "INIT.options.hyper: clip_coef must be a number from 0.01 to 1"),
    ({"hyper": {"charm": 1.0}}, "INIT.options.hyper: no hyperparameter named 'charm'"),
]


@pytest.mark.parametrize(("bad", "says"), BAD_OPTIONS, ids=str)
def test_options_of_init_are_refused_by_name_like_every_other_field(bad: dict[str, object], says: str) -> None:
    wire = codec.encode(SAMPLES[0][1])
    options = wire["options"]
    assert isinstance(options, dict)
    with pytest.raises(codec.ProtocolError) as refused:
        codec.decode({**wire, "options": {**options, **bad}}, "show")
    assert says in str(refused.value)


@pytest.mark.parametrize(("receiver", "message"), SAMPLES, ids=lambda value: getattr(value, "TYPE", ""))
def test_a_message_survives_the_wire(receiver: str, message: messages.Message) -> None:
    assert codec.decode(codec.encode(message), receiver) == message


def test_every_message_type_is_accepted_by_someone_and_sampled_here() -> None:
    assert all(each.TO for each in messages.MESSAGES.values())
    assert {message.TYPE for _, message in SAMPLES} == set(messages.MESSAGES)


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
        ({"type": "INSPECT", "player": 0, "match": -1}, "show", "INSPECT.match"),
        ({"type": "TAP", "x_m": 1.0}, "show", "y_m"),
        ({"type": "SET_VIEW", "view": "stars"}, "show", "factory"),
        ({"type": "WATCH_MATCH", "match": 64}, "show", "WATCH_MATCH.match"),
        ({"type": "STEP", "ticks": 0}, "show", "STEP.ticks"),
        ({"type": "SET_HYPER", "changes": [1]}, "trainer", "SET_HYPER.changes"),
        ({"type": "INPUT", "action": 1, "x_m": math.inf}, "show", "INPUT.x_m"),
    ],
)
def test_what_is_no_message_is_refused_by_name(wire: object, receiver: str, named: str) -> None:
    with pytest.raises(codec.ProtocolError, match=named.replace(".", r"\.")):
        codec.decode(wire, receiver)


def test_whole_floats_from_javascript_are_integers() -> None:
    assert codec.decode({"type": "RESET_SHOW", "seed": 4294967295.0}, "show") == messages.ResetShow(4294967295)

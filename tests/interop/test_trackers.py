"""The trackers people have hear of every update, and keep what they heard where it can be read again."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import drillsergeant
import mlflow
import pytest
import wandb
from drillsergeant.callbacks import Callback, MlflowLogger, TensorBoardLogger, WandbLogger
from tensorboardX.proto.event_pb2 import Event

SMALL: dict[str, Any] = {"matches": 16, "hidden": (8,), "decisions": 2000, "seed": 3}


def history(logger: Callback) -> list[dict[str, float]]:
    """What the run itself says that it came to."""
    run = drillsergeant.train("chase", callbacks=[logger], **SMALL)
    run.finish()
    return run.history


def known(rows: list[dict[str, float]], name: str) -> list[tuple[int, float]]:
    return [(int(row["decisions"]), row[name]) for row in rows if not math.isnan(row[name])]


def test_tensorboard_has_every_curve(tmp_path: Path) -> None:
    rows = history(TensorBoardLogger(tmp_path))
    (file,) = tmp_path.iterdir()
    curves: dict[str, list[tuple[int, float]]] = {}
    for event in events(file.read_bytes()):
        for value in event.summary.value:
            curves.setdefault(value.tag, []).append((event.step, value.simple_value))
    for name in ("entropy", "win_rate_random"):
        assert curves[name] == [(step, pytest.approx(value, abs=1e-6)) for step, value in known(rows, name)]


def events(content: bytes) -> list[Event]:
    """The records of an event file: length, its checksum, content, its checksum."""
    found, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 8], "little")
        found.append(Event.FromString(content[at + 12 : at + 12 + size]))
        at += 12 + size + 4
    return found


def test_wandb_has_the_run_and_what_it_was_begun_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_SILENT", "true")
    logger = WandbLogger(mode="offline", dir=tmp_path, project="squares", config={"mine": 1})
    begun: list[Any] = []

    def look(run: object, metrics: object) -> None:
        begun.append((dict(wandb.run.config), dict(wandb.run.summary)))

    run = drillsergeant.train("chase", callbacks=[logger, look], **SMALL)
    run.finish()
    config, _ = begun[0]
    assert config["seed"] == 3 and config["drill"] == "chase" and config["mine"] == 1 and "learning_rate" in config
    assert begun[-1][1]["entropy"] == pytest.approx(run.history[-1]["entropy"])
    assert wandb.run is None, "it is finished with the run"
    (kept,) = tmp_path.glob("wandb/offline-run-*/*.wandb")
    assert kept.is_file()  # its writer may still be at it


def test_mlflow_has_the_run_and_what_it_was_begun_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # its databases need the whole of mlflow
    mlflow.set_tracking_uri(tmp_path.as_uri())
    rows = history(MlflowLogger("squares", {"who": "me"}))
    client = mlflow.MlflowClient()
    (run,) = client.search_runs([mlflow.get_experiment_by_name("squares").experiment_id])
    assert run.info.status == "FINISHED" and run.data.tags["who"] == "me"
    assert run.data.params["drill"] == "chase" and json.loads(run.data.params["seed"]) == 3
    for name in ("entropy", "win_rate_random"):
        curve = [(each.step, each.value) for each in client.get_metric_history(run.info.run_id, name)]
        assert curve == [(step, pytest.approx(value)) for step, value in known(rows, name)]

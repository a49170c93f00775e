"""A run's numbers as a table: what was known, what was set and what happened, as other programs read it."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import drillsergeant
import pytest
from drillsergeant.commands.command_line import main
from drillsergeant.learn.files.dshq import PolicyFile, write_policy
from drillsergeant.learn.files.run_table import write_csv, write_json

EVENTS = (
    {"t_s": 0.0, "decisions": 0, "kind": "restart", "text": "A new run"},
    {"t_s": 1.5, "decisions": 9, "kind": "hyper", "text": 'learning rate "high",\n0.1'},
    {"t_s": 2.5, "decisions": 12, "kind": "save", "text": "kept"},
)


@pytest.fixture(scope="module")
def run() -> PolicyFile:
    trained = drillsergeant.train("chase", matches=8, seed=4)
    trained.step()
    history: dict[str, list[float | None]] = {"t_s": [1.0, 2.0], "win_rate": [None, 0.5], "entropy": [1.25, 0.1]}
    return replace(trained.policy.content, history=history, events=EVENTS)


def test_csv_has_a_row_for_each_moment_with_what_happened_since_the_one_before(run: PolicyFile) -> None:
    lines = write_csv(run).decode().splitlines()
    settings = dict(line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("# "))
    assert settings["seed"] == "4" and settings["drill"] == '"chase"' and float(settings["learning_rate"]) > 0.0
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert rows[0] == {"t_s": "1", "win_rate": "", "entropy": "1.25", "event": "A new run"}
    assert rows[1]["win_rate"] == "0.5" and rows[1]["event"] == 'learning rate "high", 0.1; kept' and len(rows) == 2


def test_what_happened_at_the_moment_of_a_row_stands_in_it(run: PolicyFile) -> None:
    rows = write_csv(replace(run, events=({**EVENTS[0], "t_s": 1.0},))).decode().splitlines()[-2:]
    assert [row.rpartition(",")[2] for row in rows] == ['"A new run"', ""]


def test_json_has_the_same_as_lists(run: PolicyFile) -> None:
    told = json.loads(write_json(run))
    assert told["numbers"]["win_rate"] == [None, 0.5] and len(told["events"]) == 3
    assert told["settings"]["seed"] == 4 and told["settings"]["own_code"] is False


def test_a_run_without_numbers_is_a_table_without_rows(run: PolicyFile) -> None:
    assert write_csv(replace(run, history={}, events=())).decode().splitlines()[-1] == "t_s,event"


def test_a_saved_run_is_written_as_a_table_in_a_terminal(run: PolicyFile, tmp_path: Path) -> None:
    saved = tmp_path / "run.dshq"
    saved.write_bytes(write_policy(run))
    for kind, start in (("csv", b"# drill"), ("json", b"{")):
        assert main(["export", str(saved), str(tmp_path / f"run.{kind}")]) == 0
        assert (tmp_path / f"run.{kind}").read_bytes().startswith(start)

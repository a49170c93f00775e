"""What goes on beside a run: rows in files, the end of it, policies on the way, and how far it is."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import drillsergeant
import pytest
from drillsergeant.callbacks import (
    Checkpoints,
    CsvLogger,
    EarlyStop,
    JsonLinesLogger,
    ProgressBar,
    ProgressChart,
    RunPlot,
    TensorBoardLogger,
    WatchedRun,
)
from drillsergeant.callbacks.history import MOST_ROWS, MetricHistory
from drillsergeant.callbacks.progress import line
from drillsergeant.callbacks.run_plot import counted
from drillsergeant.extras import MissingExtraError, needed

SMALL: dict[str, Any] = {"matches": 16, "hidden": (8,), "hyper": {"minibatch_size": 64}}
UPDATE = 28 * 16  # decisions of 12 matches of self-play and 4 duels
SVG = "{http://www.w3.org/2000/svg}"


def test_loggers_write_every_update_and_are_closed_with_the_run(tmp_path: Path) -> None:
    table, lines, seen = CsvLogger(tmp_path / "a.csv"), JsonLinesLogger(tmp_path / "a.jsonl"), list[dict[str, float]]()

    def mine(run: WatchedRun, metrics: Mapping[str, float]) -> None:
        assert run.decisions == metrics["decisions"] and run.wanted == 3 * UPDATE
        seen.append(dict(metrics))

    run = drillsergeant.train("chase", decisions=3 * UPDATE, callbacks=[table, lines, mine], **SMALL)
    rows = list(run)
    assert seen == [pytest.approx(row, nan_ok=True) for row in rows] and len(run.history) == len(rows) >= 3
    with (tmp_path / "a.csv").open(newline="") as file:
        written = [{name: float(value or "nan") for name, value in row.items()} for row in csv.DictReader(file)]
    assert written == [pytest.approx(row, nan_ok=True) for row in rows]
    read = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [row["updates"] for row in read] == [row["updates"] for row in rows]
    assert read[0]["win_rate"] is None and math.isnan(rows[0]["win_rate"])
    for logger in (table, lines):
        with pytest.raises(ValueError, match="closed file"):
            logger(run, rows[0])


def test_a_callback_ends_the_run_and_others_hear_of_that_update(tmp_path: Path) -> None:
    heard: list[float] = []
    run = drillsergeant.train(
        "chase",
        decisions=100 * UPDATE,
        callbacks=[lambda run, metrics: metrics["updates"] < 2, lambda run, metrics: heard.append(metrics["updates"])],
        **SMALL,
    )
    policy = run.finish()
    assert heard == [1, 2] and run.is_over and policy.content.progress.decisions == run.decisions


class Told:
    """A run of which only the metrics matter."""

    history: list[dict[str, float]] = []  # noqa: RUF012
    wanted, decisions, settings = 10, 5, dict[str, object]()
    drill = drillsergeant.make("chase")
    policy: Any = None


def ends(stop: EarlyStop, values: list[float], name: str = "win_rate") -> int:
    """After how many updates it ends a run; 0: never."""
    goes_on = [stop(Told(), {name: value}) for value in values]
    return goes_on.index(False) + 1 if False in goes_on else 0


def test_a_run_ends_early_where_it_is_good_enough_or_gets_no_better() -> None:
    nan = math.nan
    assert ends(EarlyStop(win_rate=0.9), [nan, 0.5, 0.89, 0.9, 1.0]) == 4
    assert ends(EarlyStop("win_rate", patience=3), [nan, 0.1, 0.3, 0.2, nan, 0.3, 0.1]) == 7
    assert ends(EarlyStop("mean_return", patience=3), [1.0, 2.0, 3.0, 4.0], "mean_return") == 0
    with pytest.raises(ValueError, match="EarlyStop waits for 'wins'; the metrics are win_rate"):
        EarlyStop(wins=1.0)(Told(), {"win_rate": 1.0})
    for wrong in ({}, {"metric": "win_rate"}, {"win_rate": 1.0, "decisions": 5.0}):
        with pytest.raises(ValueError, match=r"never stops: write EarlyStop\(win_rate=0\.9\)"):
            EarlyStop(**wrong)


def test_policies_are_kept_on_the_way_the_latest_ones(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "on the way", every=2 * UPDATE, keep=2)
    run = drillsergeant.train("chase", decisions=7 * UPDATE, callbacks=[kept], **SMALL)
    run.finish()
    assert len(kept.files) == 2 and sorted((tmp_path / "on the way").iterdir()) == kept.files
    decisions = [drillsergeant.Policy.load(file).content.progress.decisions for file in kept.files]
    assert [f"chase-{each:09d}.dshq" for each in decisions] == [file.name for file in kept.files]
    assert decisions[0] >= 4 * UPDATE and decisions[1] >= 6 * UPDATE
    with pytest.raises(ValueError, match="keep is 0; give a whole number from 1 up"):
        Checkpoints(tmp_path, every=1, keep=0)


def test_a_bar_tells_how_far_it_is_and_is_quiet_where_nobody_looks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    out = io.StringIO()
    run = drillsergeant.train("chase", decisions=3 * UPDATE, callbacks=[ProgressBar(out)], **SMALL)
    run.finish()
    lines = out.getvalue().split("\r\x1b[K")[1:]
    assert out.getvalue().endswith("\n") and len(lines) >= 2
    assert re.match(r"chase +\d+% \|[█▏▎▍▌▋▊▉ ]{24}\| \d+ of 1\.34k decisions", lines[0]), lines[0]
    assert re.match(r"chase 100% \|█{24}\| [\d.]+k of 1\.34k decisions, [\d.]+k/s", lines[-1]), lines[-1]
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")
    early, ended = ProgressBar(out := io.StringIO()), Told()
    for ended.decisions in range(1, 4):
        early(ended, {"win_rate": ended.decisions / 10})
    early.close()
    last = out.getvalue().split("\r\x1b[K")[-1]
    assert "| 3 of 10 decisions" in last and last.endswith("30% wins\n"), "how it ended, not how it was"


def test_a_bar_has_the_room_that_words_leave() -> None:
    for columns, bar in ((120, 24), (72, 16), (50, 0)):
        text = line(Told(), {"win_rate": 0.5}, 2.0, columns)
        assert text == f"chase  50% |{'█' * (bar // 2)}{' ' * (bar // 2)}| 5 of 10 decisions, 2/s, 50% wins, 2 s left"


def test_a_chart_grows_in_a_notebook() -> None:
    shown: list[RunPlot] = []
    run = drillsergeant.train("chase", decisions=3 * UPDATE, callbacks=[ProgressChart(shown.append)], **SMALL)
    run.finish()
    assert len(shown) >= 2 and f"{counted(run.decisions)} of" in shown[-1].title
    with pytest.raises(ValueError, match=r"no notebook here to draw in: take ProgressBar\(\)"):
        ProgressChart()


def test_a_curve_is_a_picture_with_its_names_and_points(tmp_path: Path) -> None:
    rows = [{"decisions": 1000.0 * at, "win_rate": share, "win_rate_random": 1.0} for at, share in ((1, 0.0), (2, 0.5))]
    curve = RunPlot("chase & co", [{**rows[0], "win_rate": math.nan}, *rows], ("win_rate", "win_rate_random"))
    curve.save(tmp_path / "curve.svg")
    root = ElementTree.fromstring((tmp_path / "curve.svg").read_text())
    first, second = (line.attrib["points"].split() for line in root.iter(f"{SVG}polyline"))
    assert len(first) == 2 and len(second) == 3, "what is not known has no point"
    (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in first)
    assert x0 == pytest.approx((56 + 624) / 2) and x1 == pytest.approx(624.0), (
        "decisions to the right, up to the latest"
    )
    assert (y0, y1) == (pytest.approx(240.0), pytest.approx((240 + 44) / 2)), "0 % at the bottom, 100 % at the top"
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"chase & co", "— win_rate", "0%", "100%", "1k", "2k", "decisions"} <= set(words)
    assert curve._repr_html_() == curve.svg() == curve._mime_()[1]
    run = drillsergeant.train("pendulum", **SMALL)
    assert run.plot().svg(), "before the first update, too"
    run.step()
    assert run.plot().names == ("mean_return",) and run.plot("entropy", "value_loss").svg() != run._repr_html_()
    with pytest.raises(ValueError, match="no metric is called 'wins'; there are decisions"):
        run.plot("wins")


def test_numbers_are_said_as_people_say_them() -> None:
    assert list(map(counted, (0, 950, 999.7, 40_960, 1_600_000, 37_400_000, 2e9))) == [
        *("0", "950", "1k", "41k", "1.6M", "37.4M", "2G")
    ]


def test_of_a_long_run_some_rows_are_kept_and_always_the_latest() -> None:
    history = MetricHistory()
    for update in range(1, 5 * MOST_ROWS):
        history.add({"updates": update})
        assert history.rows[-1]["updates"] == update
    updates = [row["updates"] for row in history.rows]
    assert len(updates) <= MOST_ROWS and updates[0] == 1 and updates == sorted(set(updates))
    assert max(later - earlier for earlier, later in pairwise(updates)) <= 16


def test_what_is_missing_is_said_as_pip_gets_it() -> None:
    with pytest.raises(MissingExtraError, match=re.escape('pip install "drillsergeant[tensorboard]"')):
        needed("no_such_module.inside", "tensorboard")
    if "tensorboardX" not in sys.modules:
        blocked = (
            "import sys; sys.modules['tensorboardX'] = None; from drillsergeant.callbacks import TensorBoardLogger"
        )
        done = subprocess.run(
            [sys.executable, "-c", f"{blocked}; TensorBoardLogger('x')"],
            env={"PYTHONPATH": str(Path(drillsergeant.__file__).parents[1])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (
            'this needs tensorboardX, which is not installed: pip install "drillsergeant[tensorboard]"' in done.stderr
        )
    assert TensorBoardLogger.__doc__

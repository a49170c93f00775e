"""Saved runs as a visitor has them: crashes, and in one profile a reload, files out and in, two tabs, a full disk.

What crashes comes first, with a profile of its own; all others have one page, whose run each of them goes on with.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from drillsergeant.learn.files.dshq import read_summary
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.formulas.network import Network
from playwright.sync_api import Browser, Page
from safetensors.numpy import load_file

from build.browsers.chromium import chromium_profile
from build.browsers.docks import reach_into_docks
from build.measure.crashes import WITHOUT_FILES, crashes, saved, saved_here
from build.promises.records import tally
from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import VIEWPORT, Household, Visitor

CRASHES = 1  # while it saves; `make crashes` and `make promises` have more, half of them at any moment
QUERY = "?matches=64&workers=1&learner=wasm"
# What a full disk has left, bytes; less than nothing is what it has too much. A saved run takes some 125 kB.
ALL_ROOMS = (-(10**9), -90_000, -1, 0, 1, 4_000, 20_000, 40_000, 60_000, 80_000)
ROOMS = ALL_ROOMS if os.environ.get("PROMISES_AT_LENGTH") else (-(10**9), 0, 40_000)
NAME = "Ball Drill"  # of the run that all go on with


def text(visitor: Visitor, name: str) -> str:
    return str(visitor.page.inner_text(f"#{name}"))


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor whose run has learned something, and is saved."""
    visitor = Visitor(household, address)
    visitor.open(QUERY)
    train(visitor)
    yield visitor
    visitor.close()


def train(visitor: Visitor, updates: int = 3) -> None:
    """Train on for some updates, stop, and wait until all of it is saved."""
    page = visitor.page
    before = visitor.trainer("updates") or 0
    page.click("#train")
    visitor.until("it trains", lambda: (visitor.trainer("updates") or 0) >= before + updates)
    page.click("#train")
    visitor.until("training stopped", lambda: visitor.trainer("training") is False)
    visitor.until(
        "all is saved", lambda: visitor.trainer("decisions") in [each.decisions for each in standing(visitor)]
    )


def standing(visitor: Visitor) -> list[RunProgress]:
    """Where the saved runs stand."""
    return [read_summary(content).progress for content in saved_here(visitor.page)[0].values()]


def choose(page: Page, name: str, button: str) -> None:
    page.select_option("#runs-list", name)
    page.click(button)


def written(path: Path, content: bytes) -> Path:
    """The path of a file with this content: as a payload, a large one would go through the test tool as text."""
    path.write_bytes(content)
    return path


def parameters_of(tensors: dict[str, Any]) -> np.ndarray:
    """The flat vector of a file's policy."""
    heads = [[tensors[f"{head}.{kind}"] for head in ("policy", "value")] for kind in ("weight", "bias")]
    weight, bias = (np.concatenate(pair) for pair in heads)
    names = ("net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias")
    return np.concatenate([each.ravel() for each in (*(tensors[name] for name in names), weight, bias)])


def versions(visitor: Visitor) -> list[int]:
    """Those on the timeline."""
    return [entry["version"] for entry in visitor.trainer("timeline")]


def check_same_run(one: dict[str, Any], two: dict[str, Any]) -> None:
    """Two files of a run that went on in between, and learned nothing."""
    digests = [hashlib.sha256(parameters_of(tensors).tobytes()).hexdigest() for tensors in (one, two)]
    assert digests[0] == digests[1]
    for name, values in one.items():  # the optimiser too
        assert name.startswith("history.") or (two[name] == values).all()


def test_a_crash_of_the_tab_loses_no_saved_run(household: Household, address: str) -> None:
    household.clear(address)
    assert len(crashes(household.context, address, CRASHES, seed=1)) == CRASHES
    household.clear(address)


def test_where_a_browser_keeps_no_files_its_database_keeps_runs_through_a_crash_and_a_full_disk(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    with chromium_profile(tmp_path, browser, VIEWPORT, [WITHOUT_FILES]) as context:
        household = Household(context)
        assert len(crashes(context, address, CRASHES, seed=1)) == CRASHES
        before, _ = saved(context, address)
        visitor = Visitor(household, address)
        visitor.open(QUERY)
        disk = {"origin": address.rstrip("/"), "quotaSize": 1}
        context.new_cdp_session(visitor.page).send("Storage.overrideQuotaForOrigin", disk)
        visitor.page.click("#train")
        full = "was not saved: the browser has no more room"
        visitor.until("a full disk is told", lambda: full in text(visitor, "runs-refusal"))
        # A save that began before the browser knew of it may have had its room still; none that was there is lost.
        assert before.items() <= saved_here(visitor.page)[0].items()
        visitor.close()


def test_a_dead_trainer_goes_on_with_its_run(opened: Visitor) -> None:
    visitor = opened
    train(visitor)
    visitor.page.click("#snapshot")
    visitor.until("it was kept", lambda: visitor.trainer("timeline")[-1]["kind"] == "manual")
    decisions, timeline = visitor.trainer("decisions"), {entry["id"] for entry in visitor.trainer("timeline")}
    visitor.worker("trainer").evaluate("self.close()")
    visitor.until("its death was noticed", lambda: visitor.told()["restarts"].get("trainer") == 1)
    visitor.until("it stands where it was", lambda: visitor.trainer("decisions") == decisions, 90)
    visitor.until("so does its timeline", lambda: {entry["id"] for entry in visitor.trainer("timeline")} > timeline)
    visitor.until("it says so", lambda: f"“{NAME}”" in text(visitor, "runs-state"))


def test_ten_full_disks_are_told_and_no_save_is_lost(opened: Visitor, tmp_path: Path) -> None:
    visitor, page = opened, opened.page
    train(visitor)
    exported = visitor.download("#runs-export", tmp_path)
    kept, _ = saved(visitor.context, visitor.address)
    session = visitor.context.new_cdp_session(page)
    disk = {"origin": visitor.address.rstrip("/")}

    def told(words: str) -> None:
        visitor.until(f"{words!r} is told", lambda: text(visitor, "runs-refusal").startswith(words))

    session.send("Storage.overrideQuotaForOrigin", {**disk, "quotaSize": 1})  # before it could save by itself
    page.click("#train")
    visitor.type("#runs-name", "copy")
    for room in ROOMS:
        used = page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
        session.send("Storage.overrideQuotaForOrigin", {**disk, "quotaSize": max(1, used + room)})
        updates = visitor.trainer("updates")
        page.evaluate("dispatchEvent(new Event('pagehide'))")  # when it saves by itself, too
        told(f"'{NAME}' was not saved: the browser has no more room")
        page.click("#runs-copy")
        told("the browser has no more room")
        page.set_input_files("#runs-file", exported)
        told(f"Nothing else is loaded: '{NAME}' was not saved")
        content = visitor.download("#runs-export", tmp_path).read_bytes()
        assert read_summary(content).progress.decisions > read_summary(kept[NAME]).progress.decisions
        visitor.until("it trains on", lambda updates=updates: visitor.trainer("updates") > updates)
        assert saved_here(page)[0] == kept, f"{room} bytes of room"
        tally(12, "full disks", 1)
    visitor.snapshot("full-disk")

    visitor.open(QUERY)  # a full disk, and it goes on with what is saved
    visitor.until("the run is offered", lambda: page.is_visible("#resume"))
    page.click("#resume-continue")
    decisions = read_summary(kept[NAME]).progress.decisions
    visitor.until("it goes on", lambda: visitor.trainer("decisions") == decisions)
    session.send("Storage.overrideQuotaForOrigin", disk)
    visitor.type("#runs-name", "copy")
    page.click("#runs-copy")
    visitor.until("there is room again", lambda: "Saved a copy" in text(visitor, "runs-note"))
    choose(page, "copy", "#runs-delete")
    page.click("#runs-delete")
    visitor.until("it is gone", lambda: "Deleted" in text(visitor, "runs-note"))
    assert visitor.told()["errors"] == []


def start_over_and_take_it_back(visitor: Visitor, folder: Path) -> None:
    """To the last bit, on a phone."""
    page = visitor.page
    decisions, exported = visitor.trainer("decisions"), visitor.download("#runs-export", folder)
    page.click("#restart")
    if text(visitor, "restart") == "Sure? Press again":
        page.click("#restart")
    visitor.until("that can be undone", lambda: text(visitor, "undo") == "Undo: started over")
    visitor.until("it trains anew", lambda: visitor.trainer("training") is True)
    page.click("#train")
    visitor.until("training stopped", lambda: visitor.trainer("training") is False)
    page.set_viewport_size({"width": 390, "height": 780})
    visitor.until_it_fits()
    assert page.is_visible("#undo") and violations(page, "#coach") == []
    visitor.snapshot("undo")
    page.click("#undo")
    visitor.until("the run is back", lambda: visitor.trainer("decisions") == decisions)
    check_same_run(load_file(exported), load_file(visitor.download("#runs-export", folder / "again")))
    page.set_viewport_size(VIEWPORT)


def test_runs_are_copied_renamed_and_deleted_and_what_was_done_is_undone(opened: Visitor, tmp_path: Path) -> None:
    visitor, page = opened, opened.page
    train(visitor)
    visitor.type("#runs-name", "before lunch")
    page.click("#runs-copy")
    visitor.until("a copy is listed", lambda: "Saved a copy" in text(visitor, "runs-note"))
    visitor.type("#runs-name", "Pelé")
    choose(page, NAME, "#runs-rename")
    visitor.until("it is renamed", lambda: "“Pelé”" in text(visitor, "runs-state"))
    choose(page, "before lunch", "#runs-delete")
    assert text(visitor, "runs-delete") == "Sure? Press again"
    page.click("#runs-delete")
    visitor.until("it is gone", lambda: "Deleted" in text(visitor, "runs-note"))
    visitor.until("that can be undone", lambda: text(visitor, "undo") == "Undo: deleted “before lunch”")
    page.keyboard.press("Control+z")
    visitor.until("it is back", lambda: "“before lunch” is back" in text(visitor, "status"))
    runs, _ = saved(visitor.context, visitor.address)
    assert sorted(runs) == ["Pelé", "before lunch"]
    page.click("#redo")
    visitor.until("it is gone again", lambda: "is deleted again" in text(visitor, "status"))
    runs, _ = saved(visitor.context, visitor.address)
    assert list(runs) == ["Pelé"]

    start_over_and_take_it_back(visitor, tmp_path)
    visitor.until("so is its name", lambda: "“Pelé”, saved " in text(visitor, "runs-state"))

    site = {"origin": visitor.address.rstrip("/"), "storageTypes": "all"}  # cleared while the page is open
    visitor.context.new_cdp_session(page).send("Storage.clearDataForOrigin", site)
    train(visitor)
    visitor.until("that is told", lambda: "no longer has 'Pelé'" in text(visitor, "runs-note"))
    assert "“Pelé”, saved " in text(visitor, "runs-state") and text(visitor, "runs-refusal") == ""
    runs, _ = saved(visitor.context, visitor.address)
    assert list(runs) == ["Pelé"]
    visitor.type("#runs-name", NAME)
    choose(page, "Pelé", "#runs-rename")
    visitor.until("it is called as before", lambda: f"“{NAME}”" in text(visitor, "runs-state"))


def test_a_visitor_goes_on_after_a_reload_exports_and_imports(opened: Visitor, tmp_path: Path) -> None:
    visitor, page = opened, opened.page
    train(visitor)
    visitor.complaints.clear()
    decisions, updates = visitor.trainer("decisions"), visitor.trainer("updates")
    kept, version = versions(visitor), visitor.trainer("version")
    first = visitor.download("#runs-export", tmp_path)
    assert any(words in text(visitor, "runs-kept") for words in ("promised to keep", "may delete"))

    visitor.open(QUERY)
    visitor.until("the trainer begins anew", lambda: visitor.trainer("decisions") == 0)
    visitor.until("the run is offered", lambda: page.is_visible("#resume"))
    assert f"Continue “{NAME}” from" in text(visitor, "resume-text")
    visitor.snapshot("resume")
    page.click("#resume-continue")
    visitor.until("it goes on there", lambda: visitor.trainer("decisions") == decisions)
    assert visitor.trainer("updates") == updates
    assert (versions(visitor), visitor.trainer("timeline")[0]["kind"]) == (kept, "first")
    assert visitor.trainer("version") > version, "no number stands for two versions"
    check_same_run(load_file(first), load_file(visitor.download("#runs-export", tmp_path / "again")))
    train(visitor)
    assert visitor.trainer("decisions") > decisions and visitor.trainer("updates") > updates

    model = visitor.download("#runs-onnx", tmp_path)
    parameters = parameters_of(load_file(visitor.download("#runs-export", tmp_path)))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    size = session.get_inputs()[0].shape[1]
    observation = np.random.default_rng(1).normal(size=(200, size)).astype(np.float32)
    found = session.run([f"probabilities.{part}" for part in ("move", "turn", "dash")], {"observation": observation})
    logits = Network(size, 10).forward(parameters, np.ascontiguousarray(observation.T)).policy
    expected = [np.exp(rows) / np.exp(rows).sum(0) for rows in np.split(logits, (5, 8))]
    assert np.abs(np.concatenate(found, 1) - np.concatenate(expected).T).max() < 1e-5

    page.click("#train")
    for name, content, says in (
        ("junk.dshq", b"PK\x03\x04 no policy", "no .dshq file"),
        ("cut.dshq", first.read_bytes()[:-100], "was cut off"),
        ("flip.dshq", first.read_bytes()[:-7] + b"\x01\x02" + first.read_bytes()[-5:], "damaged"),
        ("huge.dshq", bytes(17 * 1024 * 1024), "at most"),
    ):
        before = visitor.trainer("updates")
        page.set_input_files("#runs-file", written(tmp_path / name, content))
        visitor.until(f"{name} is refused", lambda says=says: says in text(visitor, "runs-refusal"))
        visitor.until("training goes on", lambda before=before: visitor.trainer("updates") > before + 2)
    visitor.snapshot("runs")
    page.click("#train")
    page.set_input_files("#runs-file", first)
    visitor.until("the good one is taken", lambda: visitor.trainer("decisions") == decisions)
    assert first.stem in text(visitor, "runs-state")
    assert visitor.told()["errors"] == [] and visitor.complaints == []


def test_a_second_tab_is_told_and_leaves_the_first_ones_run_alone(opened: Visitor) -> None:
    visitor = opened
    train(visitor)
    name = text(visitor, "runs-state").partition("“")[2].partition("”")[0]
    there = saved(visitor.context, visitor.address)[0]
    first, visitor.page = visitor.page, reach_into_docks(visitor.context.new_page())
    visitor.open(QUERY)
    visitor.until("the run is offered", lambda: visitor.page.is_visible("#resume"))
    visitor.page.click("#resume-continue")
    visitor.until("it is told", lambda: "open in another tab" in text(visitor, "runs-note"))
    assert f"'{name} 2'" in text(visitor, "runs-note")
    decisions = read_summary(there[name]).progress.decisions
    visitor.until("its numbers are told", lambda: visitor.trainer("decisions") == decisions)
    train(visitor)
    runs, _ = saved(visitor.context, visitor.address)
    assert sorted(runs) == sorted([*there, f"{name} 2"]) and runs[name] == there[name]
    visitor.page.close()
    visitor.page = first

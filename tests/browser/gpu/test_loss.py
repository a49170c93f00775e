"""Losing the compute device in the middle of training: no update that counted is lost, and training never stops.

In a browser of its own: one that has lost two devices gives no other for two minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from drillsergeant.learn.webgpu.auto_learner import RETRIES_S
from playwright.sync_api import Browser

from build.browsers.chromium import FLAGS, SOFTWARE_WEBGPU, ensure
from build.pins import pins
from tests.rigs.graphics.at_length import cases
from tests.rigs.pages.visitor import Visitor

SMALL = "?learner=webgpu&drill=probe-both&matches=32&workers=1&horizon=4"
DECISIONS_AN_UPDATE = 32 * 4
COMPILED_S = 3.0
WITHHELD_S = 120.0  # after a second loss, Chromium gives no device for so long


@pytest.fixture
def frail(browser: Browser) -> Iterator[Browser]:
    started = browser.browser_type.launch(executable_path=ensure(pins()), args=[*FLAGS, *SOFTWARE_WEBGPU])
    yield started
    started.close()


@pytest.fixture
def guest(frail: Browser, address: str) -> Iterator[Visitor]:
    visitor = Visitor(frail, address)
    yield visitor
    visitor.close()


def crash_gpu(browser: Browser) -> None:
    """End the process that the device lives in."""
    session = browser.new_browser_cdp_session()
    session.send("Browser.crashGpuProcess")
    session.detach()


def train_on_device(visitor: Visitor, query: str = SMALL) -> None:
    visitor.open(query)
    visitor.page.click("#train")
    visitor.until("the device learns", lambda: visitor.trainer("learner") == "webgpu", 120)


@pytest.mark.parametrize("play", cases(["gpu"], ["cpu"]))
def test_crashes_of_the_device_lose_no_update_and_after_one_it_comes_back(
    guest: Visitor, frail: Browser, play: str
) -> None:
    train_on_device(guest, f"{SMALL}&play={play}")
    crashed_s = []
    for losses in (1, 2):
        assert guest.trainer("learner") == "webgpu", "this crash would hit no device"
        if play == "gpu":
            guest.until("the device plays", lambda: "plays and learns" in guest.trainer("learner_why"))
        crashed_s.append(time.monotonic())
        crash_gpu(frail)
        guest.until("the loss was noticed", lambda losses=losses: guest.trainer("gpu_losses") == losses, 120)
        updates = guest.trainer("updates")
        guest.until("training goes on", lambda updates=updates: guest.trainer("updates") > updates + 2)
        if losses == 1:
            # The device comes while training is held, too; what goes on beside it would cost two cores all the time.
            guest.page.click("#train")
            guest.page.wait_for_timeout(1000.0 * (RETRIES_S[1] + COMPILED_S))
            guest.page.click("#train")
            guest.until("the device learns again", lambda: guest.trainer("learner") == "webgpu", 120)
    assert crashed_s[1] - crashed_s[0] < WITHHELD_S
    guest.until("the kernels learn", lambda: guest.trainer("learner") == "wasm")
    assert "CPU" in guest.trainer("learner_why")
    # An update in hand when the device goes is done again from the same chunks, or one of the workers' play is done in
    # its place: each counts, and counts once.
    told = guest.told()
    now = told["trainer"]
    assert now["decisions"] == now["updates"] * DECISIONS_AN_UPDATE
    assert (now["dropped"], now["gpu_losses"]) == (0, 2)
    assert (told["errors"], told["restarts"]) == ([], {})

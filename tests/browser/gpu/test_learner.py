"""The learner on the browser's compute device, in the page: it learns a probe, and hands over to the kernels.

Chromium's device here runs on the CPU, so it is used only because the page's address says so, with few matches.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from drillsergeant.learn.webgpu.patience import FIRST_S, LEAST_S
from playwright.sync_api import Browser

from build.browsers.altered import alter
from tests.rigs.pages.visitor import Visitor

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SIZE = "matches=32&workers=1&horizon=4"
SMALL = f"?learner=webgpu&drill=probe-both&{SIZE}"
KERNELS = 12
HANGS = "void (GPUBuffer.prototype.mapAsync = () => new Promise(() => {}))"  # whatever was asked of it before


@pytest.fixture
def as_firefox(browser: Browser, address: str) -> Iterator[Visitor]:
    """A visitor whose browser says that it is Firefox."""
    visitor = Visitor(browser, address, user_agent=FIREFOX)
    yield visitor
    visitor.close()


def learns(visitor: Visitor) -> None:
    """Wait until the device has learned a probe: it gets nearly all the reward there is, without any trouble."""
    visitor.until("the device learns", lambda: visitor.trainer("learner") == "webgpu", 150)
    visitor.until("the probe is learned", lambda: (visitor.trainer("reward_earned") or 0.0) > 0.9, 150)
    assert visitor.trainer("learner") == "webgpu"
    assert visitor.trainer("gpu_losses") == visitor.trainer("gpu_voids") == visitor.trainer("dropped") == 0
    assert visitor.told()["errors"] == []


def verdicts(visitor: Visitor) -> list[tuple[str, str]]:
    """Every kernel's name and verdict, as the page shows them."""
    cells = visitor.page.locator("#validation-rows tr").all()
    texts = [cell.locator("td").all_inner_texts() for cell in cells]
    return [(text[0], text[-1]) for text in texts]


def loads_of_numpy(visitor: Visitor) -> int:
    return sum("numpy" in url for url in visitor.requests)


def test_a_probe_is_learned_on_kernels_then_on_the_device_validated_in_the_middle_then_on_kernels(
    as_firefox: Visitor,
) -> None:
    """With what Firefox's devices need, whose answers are asked for by empty submissions."""
    visitor = as_firefox
    visitor.open(f"?learner=wasm&drill=probe-both&{SIZE}&learning_rate=0.03")
    page = visitor.page
    page.click("#train")
    visitor.until("it says so", lambda: "nothing to compare here" in page.inner_text("#validation-state"))
    assert not page.is_visible("#validate")
    visitor.until("the kernels learn", lambda: (visitor.trainer("updates") or 0) > 5)
    assert page.input_value("#learner") == "wasm"
    page.select_option("#learner", "webgpu")
    learns(visitor)
    assert visitor.trainer("updates") > 5
    assert loads_of_numpy(visitor) == 0
    assert not page.is_visible("#validation-table")

    updates = visitor.trainer("updates")
    page.click("#validate")
    visitor.until("kernels were compared", lambda: len(verdicts(visitor)) == KERNELS, 60)
    assert {verdict for _, verdict in verdicts(visitor)} == {"within"}
    visitor.until("it compares again", lambda: visitor.trainer("validation")["checks"] >= 2)
    assert "Compared" in page.inner_text("#validation-state")
    assert visitor.trainer("updates") > updates
    assert visitor.trainer("learner") == "webgpu"
    visitor.snapshot("validation")
    page.click("#validate")
    visitor.until("it is off", lambda: not visitor.trainer("validation")["on"])
    assert not page.is_visible("#validation-table")
    updates, reward = visitor.trainer("updates"), visitor.trainer("reward_earned")
    visitor.until("the device learns on", lambda: visitor.trainer("updates") > updates + 5)
    assert visitor.trainer("gpu_voids") == 0

    visitor.worker("trainer").evaluate(HANGS)
    visitor.until("the kernels take over", lambda: visitor.trainer("learner") == "wasm")
    visitor.until("it is told", lambda: "has not answered for" in visitor.trainer("learner_why"))
    waited_s = float(visitor.trainer("learner_why").split("answered for ")[1].split()[0])
    assert LEAST_S <= waited_s < FIRST_S, "a few times as long as its answers took"
    assert visitor.trainer("gpu_losses") == 1

    page.select_option("#learner", "wasm")
    visitor.until("the kernels learn again", lambda: visitor.trainer("learner") == "wasm")
    updates = visitor.trainer("updates")
    visitor.until("they went on", lambda: visitor.trainer("updates") > updates + 5)
    assert visitor.trainer("reward_earned") >= reward - 0.2
    assert visitor.told()["errors"] == []


def test_a_kernel_beyond_its_bound_ends_learning_on_the_device_and_is_named(visitor: Visitor) -> None:
    """The head comes out 3e-4 too large: too little for anybody to notice but the comparison."""
    right, wrong = "return y;\n}", "return y * 1.0003;\n}"
    text = Path("shaders/dense.wgsl").read_text()
    assert text.count(right) == 1
    alter(visitor.context, "shaders/dense.wgsl", text.replace(right, wrong))
    visitor.open(SMALL + "&validate=1")
    page = visitor.page
    page.click("#train")
    visitor.until("it was found", lambda: page.inner_text("#validation-trouble") != "", 150)
    assert "kernel forward2 is off by" in page.inner_text("#validation-trouble")
    visitor.until("the reason is told", lambda: "kernel forward2 is off by" in visitor.trainer("learner_why"))
    assert [name for name, verdict in verdicts(visitor) if verdict == "beyond"] == ["forward2"]
    updates = visitor.trainer("updates")
    visitor.until("the kernels learn on", lambda: visitor.trainer("updates") > updates + 5)
    assert visitor.trainer("learner") == "wasm"
    assert visitor.told()["errors"] == []

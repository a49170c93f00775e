"""The learner on the browser's compute device, in the page: it learns a probe, and is not chosen where it is a program.

Chromium's device here runs on the CPU, so it is used only because the page's address says so, with few matches.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visitor

# What a learner that works comes to: next to no error of the value, or nearly all of the reward there is.
PROBES = {
    "probe-value": lambda visitor: (visitor.trainer("value_loss") or 1.0) < 0.01,
    "probe-signal": lambda visitor: (visitor.trainer("value_loss") or 1.0) < 0.02,
    "probe-delay": lambda visitor: (visitor.trainer("value_loss") or 1.0) < 0.02,
    "probe-action": lambda visitor: (visitor.trainer("reward_earned") or 0.0) > 0.9,
    "probe-both": lambda visitor: (visitor.trainer("reward_earned") or 0.0) > 0.9,
}


@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_is_learned_on_the_device(visitor: Visitor, probe: str) -> None:
    visitor.open(f"?learner=webgpu&drill={probe}&matches=32&workers=1&horizon=4&learning_rate=0.03")
    visitor.page.click("#train")
    visitor.until("the device learns", lambda: visitor.trainer("learner") == "webgpu", 150)
    visitor.until("the probe is learned", lambda: PROBES[probe](visitor), 150)
    assert visitor.trainer("learner") == "webgpu"
    assert visitor.trainer("gpu_losses") == visitor.trainer("gpu_voids") == visitor.trainer("dropped") == 0
    assert visitor.told()["errors"] == []


def test_a_program_that_plays_a_device_is_not_chosen(visitor: Visitor) -> None:
    visitor.open("?matches=64&workers=1")
    visitor.page.click("#train")
    visitor.until("it was looked at", lambda: "program" in (visitor.trainer("learner_why") or ""))
    updates = visitor.trainer("updates")
    visitor.until("training goes on", lambda: visitor.trainer("updates") > updates)
    assert visitor.trainer("learner") == "wasm"


def test_the_learner_can_be_changed_while_it_learns(visitor: Visitor) -> None:
    visitor.open("?learner=wasm&drill=probe-action&matches=32&workers=1&horizon=4")
    page = visitor.page
    page.click("#train")
    visitor.until("the kernels learn", lambda: (visitor.trainer("updates") or 0) > 5)
    assert page.input_value("#learner") == "wasm"
    page.select_option("#learner", "webgpu")
    visitor.until("the device learns", lambda: visitor.trainer("learner") == "webgpu", 150)
    updates, reward = visitor.trainer("updates"), visitor.trainer("reward_earned")
    assert updates > 5
    page.select_option("#learner", "wasm")
    visitor.until("the kernels learn again", lambda: visitor.trainer("learner") == "wasm")
    visitor.until("they went on", lambda: visitor.trainer("updates") > updates + 5)
    assert visitor.trainer("reward_earned") >= reward - 0.2
    assert visitor.told()["errors"] == []


def test_validation_compares_the_device_s_kernels_while_they_learn(visitor: Visitor) -> None:
    visitor.open("?learner=webgpu&validate=1&drill=probe-both&matches=32&workers=1&horizon=4")
    visitor.page.click("#train")
    visitor.until("kernels were compared", lambda: visitor.trainer("gpu_error_forward1") is not None, 150)
    shares = {name: value for name, value in visitor.told()["trainer"].items() if name.startswith("gpu_error_")}
    assert len(shares) == 12
    assert max(shares.values()) < 1.0
    updates = visitor.trainer("updates")
    visitor.until("the device learns on", lambda: visitor.trainer("updates") > updates + 5)
    assert visitor.trainer("learner") == "webgpu"
    assert visitor.told()["errors"] == []

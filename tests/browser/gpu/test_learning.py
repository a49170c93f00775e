"""A whole learning run on software WebGPU comes to the same win share as on the kernels, within noise.

Chase Drill, because it is learned in some ten thousand decisions, and a device that is a program makes a few thousand a
second. In lockstep both learners stop after the same number of updates, each from play of the newest weights. The
kernels run natively, without a page: in lockstep that is the same to the last bit (test_lockstep.py).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser

from tests.browser.conftest import Visitor
from tests.rigs.training_run import TrainingRun

MATCHES, HORIZON, UPDATES = 64, 16, 40
DECISIONS = MATCHES * HORIZON * UPDATES
ADDRESS = {"horizon": str(HORIZON), "minibatch_size": "256", "lockstep": str(UPDATES)}
QUERY = f"?drill=chase&workers=1&matches={MATCHES}&{urlencode(ADDRESS)}&learner=webgpu"
SEEDS = (1, 2, 3)
LIMIT_S = 200.0  # a busy machine


class Run(NamedTuple):
    """What came of one run: share of the evaluation matches won lately, decisions until a catch."""

    share: float
    decisions_to_catch: float


def on_device(browser: Browser, address: str, seed: int) -> Run:
    visitor = Visitor(browser, address)
    try:
        visitor.open(f"{QUERY}&seed={seed}")
        visitor.page.click("#train")
        visitor.until("all updates are made", lambda: visitor.trainer("weights_sha256"), LIMIT_S)
        told = visitor.told()
    finally:
        visitor.close()
    now = told["trainer"]
    assert (now["learner"], now["updates"], now["decisions"]) == ("webgpu", UPDATES, DECISIONS)
    assert (now["dropped"], now["gpu_losses"], now["gpu_voids"], told["errors"]) == (0, 0, 0, [])
    return Run(now["win_rate"], now["episode_decisions"])


def on_kernels(seed: int) -> Run:
    training = TrainingRun("chase", seed, MATCHES, address=ADDRESS)
    training.train(UPDATES)
    now = training.values()
    assert (now["updates"], now["decisions"], now["dropped"]) == (UPDATES, DECISIONS, 0)
    return Run(float(str(now["win_rate"])), float(str(now["episode_decisions"])))


def test_both_learners_come_to_the_same_win_share(browser: Browser, address: str) -> None:
    with ThreadPoolExecutor(1) as beside:  # Playwright's event loop is running in this thread
        kernels = beside.map(on_kernels, SEEDS)
        runs = {"webgpu": [on_device(browser, address, seed) for seed in SEEDS], "wasm": list(kernels)}
    for learner, each in runs.items():
        assert min(one.share for one in each) >= 0.9, (learner, each)
    gpu, cpu = (sum(one.share for one in each) / len(SEEDS) for each in runs.values())
    assert abs(gpu - cpu) <= 0.03, runs
    # The share is near its end; how long a catch takes is not, and tells more.
    gpu_long, cpu_long = (sum(one.decisions_to_catch for one in each) for each in runs.values())
    assert abs(gpu_long / cpu_long - 1.0) <= 0.1, runs

"""The run flag: what the page says is seen, and wakes who sleeps on it."""

from __future__ import annotations

import threading
import time

from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan
from drillsergeant.memory.run_flag import RunFlag

LAYOUT = Layout(
    Plan(workers=1, matches=1, teams=(1,), horizon=1, observation_size=1, action_words=1, parameter_count=1)
)
LONG_S = 20.0


def test_it_is_down_at_first_and_everybody_sees_it_raised_and_lowered() -> None:
    memory = PlainMemory(LAYOUT.total_bytes)
    page, worker = RunFlag(memory, LAYOUT), RunFlag(memory, LAYOUT)
    seen = [worker.up()]
    for up in (True, False, True):
        page.set(up)
        seen.append(worker.up())
    assert seen == [False, True, False, True]


def test_a_worker_sleeps_while_it_is_down_and_not_while_it_is_up() -> None:
    memory = PlainMemory(LAYOUT.total_bytes)
    flag = RunFlag(memory, LAYOUT)
    began_s = time.monotonic()
    flag.wait(0.05)
    assert time.monotonic() - began_s >= 0.04, "it is down"
    flag.set(True)
    began_s = time.monotonic()
    flag.wait(LONG_S)
    assert time.monotonic() - began_s < LONG_S / 2, "it is up"


def test_raising_it_wakes_the_sleeper() -> None:
    memory = PlainMemory(LAYOUT.total_bytes)
    flag = RunFlag(memory, LAYOUT)
    raised = threading.Timer(0.1, flag.set, (True,))
    began_s = time.monotonic()
    raised.start()
    flag.wait(LONG_S)
    assert time.monotonic() - began_s < LONG_S / 2
    raised.join()

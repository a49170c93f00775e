"""Training on a GPU gives way to a show whose frames come late, and takes the device back when they do not."""

import pytest
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import SHOW, Layout, Plan, initialise
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.runtimes.frame_backoff import LEAST, LOOK_EVERY_S, MOST, FrameBackoff
from drillsergeant.runtimes.show.frame_clock import WINDOW, FrameClock

UPDATE_S = 0.01


class Looked:
    """A show that has drawn frames, some of them late, each time that it is looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        layout = Layout(Plan(1, 4, (1,), 3, 2, 1, 8, ring_slots=1))
        memory = PlainMemory(layout.total_bytes)
        initialise(memory, layout)
        self.now_s = 100.0
        monkeypatch.setattr("drillsergeant.runtimes.frame_backoff.time.monotonic", lambda: self.now_s)
        self.telemetry = TelemetryWriter(memory, layout, SHOW)
        self.backoff = FrameBackoff(memory, layout)

    def rest_s(self, frames: int, late: int) -> float:
        self.telemetry.count(Counter.FRAMES, frames)
        self.telemetry.count(Counter.LATE_FRAMES, late)
        self.now_s += LOOK_EVERY_S
        return self.backoff.rest_s(UPDATE_S)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    return Looked(monkeypatch)


def test_late_frames_are_given_more_and_more_room_up_to_a_bound(looked: Looked) -> None:
    assert looked.rest_s(30, 0) == 0.0
    assert looked.rest_s(30, 6) == LEAST * UPDATE_S
    assert looked.rest_s(30, 6) == 2 * LEAST * UPDATE_S
    assert looked.rest_s(30, 30) == looked.rest_s(30, 30) == MOST * UPDATE_S


def test_it_looks_twice_a_second_and_measures_updates_that_nothing_rested_between(looked: Looked) -> None:
    assert looked.rest_s(30, 6) == LEAST * UPDATE_S
    looked.telemetry.count(Counter.LATE_FRAMES, 30)
    assert looked.backoff.rest_s(UPDATE_S / 100) == LEAST * UPDATE_S


def test_frames_in_time_give_it_back_and_a_few_late_ones_change_nothing(looked: Looked) -> None:
    looked.rest_s(30, 30)
    looked.rest_s(30, 30)
    assert looked.rest_s(30, 2) == 2 * LEAST * UPDATE_S
    assert looked.rest_s(30, 0) == LEAST * UPDATE_S
    assert looked.rest_s(30, 0) == 0.0


def test_a_hidden_show_is_not_waited_for(looked: Looked) -> None:
    looked.rest_s(30, 30)
    assert looked.rest_s(0, 0) == 0.0


def test_what_is_late_is_told_by_the_display_and_not_by_who_disturbs_it() -> None:
    clock, now_s = FrameClock(), 0.0

    def late(interval_s: float, frames: int) -> int:
        nonlocal now_s
        found = 0
        for _ in range(frames):
            now_s += interval_s
            clock.frame(now_s)
            found += clock.late
        return found

    late(1 / 60, 1 + WINDOW)
    assert late(1 / 60, WINDOW) == 0
    assert late(1 / 30, 10 * WINDOW) == 10 * WINDOW, (
        "every frame is late, for as long as training takes each second one"
    )
    assert late(1 / 30, 60 * WINDOW) < 60 * WINDOW, "in the end it is believed to be another display"
    assert late(1 / 30, WINDOW) == 0

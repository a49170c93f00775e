"""Stuck workers are told from healthy ones, and a page that stood still itself judges nobody."""

import math

from drillsergeant.runtimes.heartbeat import GAP_S, LOOK_EVERY_S, STUCK_S, Heartbeats

LOOKS = math.ceil(STUCK_S / LOOK_EVERY_S)


def watch(pulses: Heartbeats, start_s: float, looks: int, beating: bool) -> list[list[str]]:
    """Two workers are looked at regularly; one always beats, the other only if told so."""
    found = []
    for look in range(looks):
        beats = {"trainer": round(start_s) + look, "rollout.0": look if beating else 7}
        found.append(pulses.look(start_s + look * LOOK_EVERY_S, beats))
    return found


def test_who_beats_is_never_stuck() -> None:
    assert watch(Heartbeats(), 0.0, 100, beating=True) == [[]] * 100


def test_who_does_not_beat_is_stuck_after_the_limit_and_not_before() -> None:
    *early, last = watch(Heartbeats(), 50.0, LOOKS + 1, beating=False)
    assert [names for names in early if names] == []
    assert last == ["rollout.0"]


def test_a_page_that_stood_still_starts_its_watch_anew() -> None:
    pulses = Heartbeats()
    watch(pulses, 0.0, LOOKS - 1, beating=False)
    resumed_s = 1000.0
    assert pulses.look(resumed_s, {"trainer": 1, "rollout.0": 7}) == []
    assert watch(pulses, resumed_s + LOOK_EVERY_S, LOOKS - 3, beating=False)[-1] == []


def test_looks_further_apart_than_the_gap_never_judge() -> None:
    """Timers of a hidden tab come once a minute."""
    pulses = Heartbeats()
    assert [pulses.look(minute * 60.0, {"show": 3}) for minute in range(10)] == [[]] * 10
    assert GAP_S < 60.0


def test_a_worker_that_was_away_is_watched_from_its_return() -> None:
    pulses = Heartbeats()
    watch(pulses, 0.0, 3, beating=False)
    pulses.look(6.0, {"trainer": 9})
    assert watch(pulses, 8.0, 3, beating=False)[-1] == []

"""The verdicts of an endurance run: each promise is kept by a good run and broken by one that breaks just it."""

from dataclasses import replace

import pytest

from build.measure.endurance_report import Minute, Sample, leaked, slope, table, throughput, unguarded_falls, verdicts

HELD = {"show": 52, "trainer": 49}


def good() -> tuple[list[Sample], list[Minute]]:
    samples = [Sample(2.0 * k, 400_000.0 * k, 0.96, 0.965) for k in range(300)]
    minutes = [Minute(m, 0.96, 0.965, 0, 200e3, 90.0 + 0.1 * m, 75.0, 900.0, 3600 * m, HELD) for m in range(1, 11)]
    return samples, minutes


def broken(samples: list[Sample], minutes: list[Minute]) -> list[str]:
    return [verdict.claim.split(" ")[0] for verdict in verdicts(samples, minutes) if not verdict.kept]


def test_a_good_run_keeps_every_promise() -> None:
    assert broken(*good()) == []
    assert all(verdict.line().startswith("kept") for verdict in verdicts(*good()))


def test_too_few_wins_at_the_end_are_told() -> None:
    samples, minutes = good()
    assert broken(samples, [*minutes[:-1], replace(minutes[-1], win=0.94)]) == ["wins"]
    assert broken(samples, [*minutes[:-1], replace(minutes[-1], win=None)]) == ["wins"]


def test_a_fall_is_guarded_by_a_rewind_soon_after_and_by_nothing_else() -> None:
    samples, minutes = good()
    fallen = [replace(s, win=0.80) if 100 <= s.t_s <= 110 else s for s in samples]
    assert broken(fallen, minutes) == ["no"]
    assert len(unguarded_falls(fallen)) == 6
    for rewind, kept in ((115.0, True), (400.0, False)):
        told = [replace(s, rewinds_t_s=(rewind,) if s.t_s >= rewind else ()) for s in fallen]
        assert (unguarded_falls(told) == []) is kept
    last = [*samples[:-1], replace(samples[-1], win=0.5)]
    assert unguarded_falls(last) == [], "there was no time left to answer"


def test_memory_that_grows_by_more_than_a_megabyte_a_minute_is_told() -> None:
    samples, minutes = good()
    assert broken(samples, [replace(m, js_mb=90 + 1.2 * m.minute) for m in minutes]) == ["memory"]
    warm = [replace(m, wasm_mb=10.0 if m.minute <= 2 else 75.0) for m in minutes]
    assert broken(samples, warm) == [], "what it takes to get going is no leak"


def test_one_slow_minute_is_told() -> None:
    samples, minutes = good()
    assert broken(samples, [*minutes[:4], replace(minutes[4], decisions_per_s=150e3), *minutes[5:]]) == ["worst"]


def test_proxies_that_grow_with_the_frames_are_told() -> None:
    samples, minutes = good()
    growing = [replace(m, proxies={"show": 52 + 4 * int(m.minute), "trainer": 49}) for m in minutes]
    assert broken(samples, growing) == ["no"]
    assert leaked(growing) == {"show": pytest.approx(4000 / 3600), "trainer": 0.0}
    assert broken(samples, [replace(m, proxies={}) for m in minutes]) == ["no"], "not counted is not kept"


def test_throughput_is_that_of_the_time_spent_training() -> None:
    looks = [Sample(0.0, 0.0, None, None), Sample(2.0, 4e5, None, None), Sample(2.0, 4e5, None, None)]
    assert throughput(looks) == 2e5
    assert throughput(looks[:1]) == 0.0


def test_the_slope_is_that_of_the_line_through_all_points() -> None:
    assert slope([(1.0, 3.0), (2.0, 5.0), (3.0, 7.0)]) == pytest.approx(2.0)
    assert slope([(1.0, 3.0)]) == 0.0


def test_the_table_has_a_row_a_minute() -> None:
    _, minutes = good()
    lines = table(minutes).splitlines()
    assert len(lines) == 12
    assert lines[2] == "| 1 | 96.0% | 96.5% | 0 | 200 k | 90.1 MB | 75.0 MB | 900 MB |"

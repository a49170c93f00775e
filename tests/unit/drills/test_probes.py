"""The probes pay what their table of answers says."""

import numpy as np
import pytest
from drillsergeant.drills.probes import PROBES, Probe, SignalProbe

N = 200
DISCOUNT = 0.9


@pytest.mark.parametrize("probe", [probe() for probe in PROBES], ids=[probe.name for probe in PROBES])
def test_best_play_earns_the_answers_and_other_actions_less(probe: Probe) -> None:
    """Play each match to its end with each first action; from the second decision on, follow the scripted player."""
    start = probe.reset(np.arange(N, dtype=np.uint32), np.zeros(N, np.uint32))
    answers = {answer.signal: answer for answer in probe.answers(DISCOUNT)}
    assert set(start["signal"].tolist()) <= set(answers)
    for first in range(len(probe.heads[0].choices)):
        state, earned, action = start, np.zeros(N), [np.full(N, first, np.int32)]
        for decision in range(probe.decisions):
            assert not np.any(probe.outcome(state)[0])
            after = probe.tick(state, [action])
            earned += DISCOUNT**decision * probe.reward(state, after, 0)[0]
            state, action = after, probe.scripted(after, 0)
        assert np.all(probe.outcome(state)[0])
        for signal, got in zip(start["signal"].tolist(), earned.tolist(), strict=True):
            best = answers[signal].action
            if best is None or best == first:
                assert got == pytest.approx(answers[signal].value)
            else:
                assert got < answers[signal].value - 1
    assert np.all(probe.scripted(start, 0)[0] == [answers[s].action or 0 for s in start["signal"].tolist()])


def test_the_second_decision_of_the_delay_probe_is_worth_its_reward() -> None:
    probe = PROBES[2]()
    assert [answer.value for answer in probe.answers(DISCOUNT)] == [DISCOUNT, 1.0]


def test_random_signals_are_both_signs_about_equally_often() -> None:
    signal = SignalProbe().reset(np.arange(4000, dtype=np.uint32), np.zeros(4000, np.uint32))["signal"]
    assert set(signal.tolist()) == {-1.0, 1.0}
    assert abs(float(np.mean(signal))) < 0.08

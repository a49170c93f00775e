"""The probes pay what their table of answers says."""

import numpy as np
import pytest
from drillsergeant.drills.contract import Discrete
from drillsergeant.drills.probes import PROBES, MaskProbe, NumberProbe, Probe, SignalProbe

N = 200
DISCOUNT = 0.9


CHOICES = [probe() for probe in PROBES if probe is not NumberProbe]


@pytest.mark.parametrize("probe", CHOICES, ids=[probe.name for probe in CHOICES])
def test_best_play_earns_the_answers_and_other_actions_less(probe: Probe) -> None:
    """Play each match to its end with each first action; from the second decision on, follow the scripted player."""
    start = probe.reset(np.arange(N, dtype=np.uint32), np.zeros(N, np.uint32))
    (head,) = probe.heads
    assert isinstance(head, Discrete)
    answers = {answer.signal: answer for answer in probe.answers(DISCOUNT)}
    assert set(start["signal"].tolist()) <= set(answers)
    for first in range(len(head.choices)):
        state, earned, action = start, np.zeros(N), [np.full(N, first, np.int32)]
        for decision in range(probe.decisions):
            assert not np.any(probe.outcome(state)[0])
            after = probe.tick(state, [action])
            earned += DISCOUNT**decision * probe.reward(state, after, 0)[0]
            state, action = after, probe.scripted(after, 0)
        assert np.all(probe.outcome(state)[0])
        for signal, got in zip(start["signal"].tolist(), earned.tolist(), strict=True):
            best = answers[signal].action
            if isinstance(probe, MaskProbe) and first == 2 - (best or 0):
                assert got > answers[signal].value + 1, "forbidden, and tempting"
            elif best is None or best == first:
                assert got == pytest.approx(answers[signal].value)
            else:
                assert got < answers[signal].value - 1
    assert np.all(probe.scripted(start, 0)[0] == [answers[s].action or 0 for s in start["signal"].tolist()])


def test_the_best_number_earns_the_answer_and_others_less_the_further_they_are_off() -> None:
    probe = NumberProbe()
    start = probe.reset(np.arange(N, dtype=np.uint32), np.zeros(N, np.uint32))
    answers = {answer.signal: answer for answer in probe.answers(DISCOUNT)}
    best = np.array([answers[signal].number for signal in start["signal"].tolist()], np.float32)
    np.testing.assert_array_equal(probe.scripted(start, 0)[0], best)
    earned = [
        probe.reward(start, probe.tick(start, [[best + np.float32(off)]]), 0)[0] for off in (-1.5, -0.5, 0.0, 1.0, 2.0)
    ]
    np.testing.assert_allclose(earned[2], 1.0)
    for order in ([0, 1, 2], [4, 3, 2]):
        assert (np.diff([earned[k] for k in order], axis=0) > 0.0).all()
    np.testing.assert_allclose(earned[3], 1.0 - 0.5 / 9.0, rtol=1e-5)


def test_of_the_mask_probe_one_choice_is_forbidden_and_it_is_the_one_that_is_paid_most() -> None:
    probe = MaskProbe()
    start = probe.reset(np.arange(N, dtype=np.uint32), np.zeros(N, np.uint32))
    masks = np.stack(probe.allowed(start, 0))
    assert (masks.sum(0) == 2).all() and masks[1].all()
    paid = np.stack([probe.pay(start, np.full(N, choice, np.int32)) for choice in range(3)])
    assert (paid.argmax(0) == (~masks).argmax(0)).all()


def test_the_second_decision_of_the_delay_probe_is_worth_its_reward() -> None:
    probe = PROBES[2]()
    assert [answer.value for answer in probe.answers(DISCOUNT)] == [DISCOUNT, 1.0]


def test_random_signals_are_both_signs_about_equally_often() -> None:
    signal = SignalProbe().reset(np.arange(4000, dtype=np.uint32), np.zeros(4000, np.uint32))["signal"]
    assert set(signal.tolist()) == {-1.0, 1.0}
    assert abs(float(np.mean(signal))) < 0.08

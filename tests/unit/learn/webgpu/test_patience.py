"""A device is waited for as long as it may be expected to take, and no longer."""

from drillsergeant.learn.webgpu.patience import FIRST_S, GAP_S, LEAST_S, RECENT, TIMES, Patience


def test_a_device_that_answers_is_waited_for_a_few_times_as_long_as_its_slowest_answer() -> None:
    patience = Patience()
    assert patience.limit_s == FIRST_S, "its first work compiles"
    patience.answered(0.01)
    assert patience.limit_s == LEAST_S <= 2.0
    for answer_s in (1.5, 0.2):
        patience.answered(answer_s)
        assert patience.limit_s == TIMES * 1.5
    patience.answered(60.0)
    assert patience.limit_s == FIRST_S
    for _ in range(RECENT):
        patience.answered(0.01)
    assert patience.limit_s == LEAST_S, "what was long ago is forgotten"


def test_a_page_that_stood_still_is_no_fault_of_the_device() -> None:
    patience = Patience()
    assert patience.spent(2.0, 2.1)
    assert not patience.spent(2.0, 2.0 + GAP_S)

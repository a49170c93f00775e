"""Hyperparameters: what is refused, with which message, and that the old value stays."""

import math
from dataclasses import asdict

import pytest
from drillsergeant.learn.ppo.hyper import (
    FORMER_NAMES,
    LEAST_SHARE,
    RANGES,
    SETTLE_UPDATES,
    Hyper,
    annealed,
    current_names,
)


def ascii_start(value: object) -> str:
    return repr(value)[:8]


@pytest.mark.parametrize("name", sorted(RANGES))
@pytest.mark.parametrize(
    "bad", [math.nan, math.inf, -math.inf, -1.0, 1e30, "0.1", None, True, [1], 10**400], ids=ascii_start
)
def test_a_bad_value_is_refused_with_field_value_and_range(name: str, bad: object) -> None:
    hyper = Hyper()
    with pytest.raises(ValueError) as refusal:
        hyper.changed(**{name: bad})
    message = str(refusal.value)
    assert name in message
    assert repr(bad) in message
    assert f"from {RANGES[name].low:.10g} to {RANGES[name].high:.10g}" in message
    assert hyper == Hyper()


@pytest.mark.parametrize("name", sorted(RANGES))
def test_both_ends_of_a_range_are_allowed_and_what_lies_beyond_is_not(name: str) -> None:
    allowed = RANGES[name]
    step = 1.0 if allowed.integer else 1e-9
    for end, outwards in ((allowed.low, -step), (allowed.high, step)):
        assert getattr(Hyper().changed(**{name: end}), name) == end
        with pytest.raises(ValueError, match=name):
            Hyper().changed(**{name: end + outwards})


def test_the_defaults_are_those_the_documents_and_former_runs_speak_of() -> None:
    """Whoever gives nothing gets these, on the page, in the library and in a terminal."""
    assert asdict(Hyper()) == {
        "learning_rate": 6e-3,
        "clip_coef": 0.2,
        "entropy_coef": 0.003,
        "epochs": 1,
        "minibatch_size": 2048,
        "gamma": 0.98,
        "gae_lambda": 0.95,
        "value_coef": 0.5,
        "max_grad_norm": 0.5,
    }
    ends = {name: (allowed.low, allowed.high, allowed.integer) for name, allowed in RANGES.items()}
    assert ends == {
        "learning_rate": (1e-6, 0.1, False),
        "clip_coef": (0.01, 1.0, False),
        "entropy_coef": (0.0, 1.0, False),
        "epochs": (1, 16, True),
        "minibatch_size": (64, 1_048_576, True),
        "gamma": (0.0, 1.0, False),
        "gae_lambda": (0.0, 1.0, False),
        "value_coef": (0.0, 10.0, False),
        "max_grad_norm": (0.01, 100.0, False),
    }
    assert (64, pytest.approx(1 / 3)) == (SETTLE_UPDATES, LEAST_SHARE)


def test_an_integer_from_javascript_becomes_an_int_and_a_fraction_is_refused() -> None:
    hyper = Hyper().changed(epochs=3.0, minibatch_size=4096.0)
    assert (hyper.epochs, hyper.minibatch_size) == (3, 4096)
    assert type(hyper.epochs) is int
    with pytest.raises(ValueError, match=r"epochs must be an integer from 1 to 16, got 2\.5"):
        hyper.changed(epochs=2.5)


def test_an_integer_for_a_real_number_becomes_a_float() -> None:
    assert type(Hyper().changed(entropy_coef=0).entropy_coef) is float


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no hyperparameter named 'lr'; there are learning_rate, clip_coef"):
        Hyper().changed(lr=0.1)


def test_one_bad_value_among_good_ones_changes_nothing() -> None:
    hyper = Hyper()
    with pytest.raises(ValueError, match="clip_coef"):
        hyper.changed(epochs=4, clip_coef=-0.1)
    assert hyper == Hyper()


def test_former_names_are_read_and_stand_for_hyperparameters_there_are() -> None:
    former = {"clip": 0.3, "entropy": 0.1, "lam": 0.9, "minibatch": 128, "gamma": 0.5}
    hyper = Hyper().changed(**current_names(former))
    assert hyper == Hyper(clip_coef=0.3, entropy_coef=0.1, gae_lambda=0.9, minibatch_size=128, gamma=0.5)
    assert set(FORMER_NAMES.values()) <= set(RANGES) and not set(FORMER_NAMES) & set(RANGES)
    with pytest.raises(ValueError, match="clip is what clip_coef was called before, and both are given"):
        current_names({"clip": 0.3, "clip_coef": 0.3})


def test_the_constructor_checks_too() -> None:
    with pytest.raises(ValueError, match="gamma"):
        Hyper(gamma=1.5)


def test_steps_get_smaller_with_the_root_of_the_updates_and_stay_within_range() -> None:
    hyper = Hyper(learning_rate=0.004, entropy_coef=0.1)
    assert annealed(hyper, 0) is annealed(hyper, SETTLE_UPDATES) is hyper
    assert annealed(hyper, 4 * SETTLE_UPDATES) == hyper.changed(learning_rate=0.002)
    assert annealed(hyper, 10**9) == hyper.changed(learning_rate=0.004 * LEAST_SHARE)
    lowest = hyper.changed(learning_rate=RANGES["learning_rate"].low)
    assert annealed(lowest, 10**9) == lowest

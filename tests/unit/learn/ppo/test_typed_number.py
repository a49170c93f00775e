"""Numbers as people of many countries type them."""

from __future__ import annotations

import math

import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.typed_number import typed_number


@pytest.mark.parametrize(
    ("text", "value"),
    [("0,01", 0.01), (" 0.01 ", 0.01), ("1e-3", 0.001), ("1,5e-3", 0.0015), (",5", 0.5), ("\u22120,5", -0.5),
     ("٠٫٠١", 0.01), ("０．０１", 0.01), ("0,300", 0.3)],
)  # fmt: skip
def test_a_comma_is_a_decimal_point(text: str, value: float) -> None:
    assert typed_number(text) == value


def test_minus_nothing_is_nothing() -> None:
    assert math.copysign(1.0, float(typed_number("-0"))) == 1.0


@pytest.mark.parametrize("text", ["65536", "65,536", "65.536.000", "65 536", "65\u202f536", "65'536", "65_536"])
def test_a_whole_number_may_have_its_digits_in_threes(text: str) -> None:
    assert typed_number(text, whole=True) == (65_536_000 if "000" in text else 65_536)


def test_a_whole_number_with_decimals_is_not_made_another_one() -> None:
    assert typed_number("2048,5", whole=True) == 2048.5


@pytest.mark.parametrize("text", ["", "fast", "0,0,1", "1,000.5", "0x10", "1;5"])
def test_what_is_no_number_stays_text(text: str) -> None:
    assert typed_number(text) == text


def test_nan_and_inf_are_numbers_to_be_refused_by_name() -> None:
    assert math.isnan(float(typed_number("nan")))
    with pytest.raises(ValueError, match="learning_rate must be a number from"):
        Hyper().changed(learning_rate=typed_number("inf"))


def test_text_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"got '0,0,1': write it in digits with a decimal point, as in 0\.01$"):
        Hyper().changed(learning_rate=typed_number("0,0,1"))

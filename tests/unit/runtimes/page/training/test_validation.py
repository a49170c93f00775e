"""The panel that shows whether the graphics processor computes right: what it sends, what it says, what it lists."""

from __future__ import annotations

import math
from collections.abc import Mapping

from drillsergeant.runtimes.page.panels.validation import NOT_IN_USE, NOTHING, OFF, WAITING, row
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting

GOOD = ["forward1", 1e-8, 3e-7, 1e-6, 0.3]
BAD = ["loss", 1e-8, 2.5e-3, 1e-3, 2.5]


def tell(sitting: Sitting, learner: str, validation: Mapping[str, object] | None) -> dict[str, str]:
    """What the panel says after the trainer told this."""
    values: dict[str, object] = {"learner": learner}
    if validation is not None:
        values["validation"] = validation
    sitting.page.on_message("trainer", 0, messages.Metrics("trainer", 0, values))
    return sitting.view.texts


def told(
    on: bool = True, checks: int = 0, trouble: str = "", rows: object = (), possible: bool = True
) -> dict[str, object]:
    return {"on": on, "checks": checks, "trouble": trouble, "rows": rows, "possible": possible}


def test_the_switch_is_sent_and_repeated_to_a_trainer_that_takes_over() -> None:
    sitting = Sitting().boot()
    sitting.fleet.take()
    for on in (True, False, True):
        sitting.page.on_click("validate")
        assert sitting.fleet.take() == [("trainer", messages.SetValidation(on))]
        assert sitting.view.attributes[("validate", "aria-checked")] == str(on).lower()
        assert sitting.view.attributes[("validation-table", "hidden")] == (None if on else "")
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert ("trainer", messages.SetValidation(True)) in sitting.fleet.take()


def test_the_address_may_have_turned_it_on() -> None:
    sitting = Sitting().boot()
    assert tell(sitting, "webgpu", told())["validation-state"] == WAITING
    assert sitting.view.attributes[("validate", "aria-checked")] == "true"
    sitting.page.on_click("validate")
    assert tell(sitting, "webgpu", told())["validation-state"] == OFF, "the visitor's switch counts from then on"


def test_it_says_when_there_is_nothing_to_compare() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("validate")
    assert tell(sitting, "wasm", told())["validation-state"] == NOT_IN_USE
    assert sitting.view.attributes[("validate", "hidden")] is None
    for nothing in (told(possible=False), None):  # no GPU there, or none that was asked for
        assert tell(sitting, "wasm", nothing)["validation-state"] == NOTHING
        assert sitting.view.attributes[("validate", "hidden")] == ""
    assert tell(sitting, "webgpu", told())["validation-state"] == WAITING
    assert sitting.view.attributes[("validate", "hidden")] is None


def test_findings_are_listed_with_a_verdict() -> None:
    sitting = Sitting().boot()
    texts = tell(sitting, "webgpu", told(checks=2, rows=[GOOD]))
    assert sitting.view.rows["validation-rows"] == [("forward1", "1.0e-08", "3.0e-07", "1.0e-06", "30 %", "within")]
    assert texts["validation-state"].startswith("Compared 2 times")
    assert texts["validation-trouble"] == ""


def test_a_kernel_beyond_its_bound_is_named() -> None:
    sitting = Sitting().boot()
    words = "the kernel loss is off by 2.5 times its bound (0.0025, at most 0.001 allowed)"
    texts = tell(sitting, "wasm", told(checks=1, trouble=words, rows=[GOOD, BAD]))
    assert sitting.view.rows["validation-rows"][1] == ("loss", "1.0e-08", "2.5e-03", "1.0e-03", "250 %", "beyond")
    assert texts["validation-trouble"] == f"T{words[1:]}. The processor learns on."


def test_numpy_that_did_not_load_turns_the_switch_back() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("validate")
    tell(sitting, "webgpu", told(on=False, trouble="what compares could not be loaded: numpy: gone"))
    assert sitting.view.attributes[("validate", "aria-checked")] == "false"
    assert "numpy: gone" in sitting.view.texts["validation-trouble"]


def test_what_is_no_number_is_beyond() -> None:
    assert row(["loss", 0.0, math.inf, 1.0, math.inf]) == ("loss", "0.0e+00", "not finite", "1.0e+00", "–", "beyond")
    assert row(["loss"]) == ("loss", "–", "–", "–", "–", "beyond")

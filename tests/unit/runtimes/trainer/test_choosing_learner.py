"""The visitor's choice of learner: it reaches the trainer, outlives it, and what cannot be is refused."""

import pytest
from drillsergeant.runtimes.protocol import codec, messages

from tests.fakes.page import Sitting
from tests.rigs.reference_run import ReferenceRun


def test_a_choice_is_sent_and_repeated_to_a_trainer_that_takes_over() -> None:
    sitting = Sitting().boot()
    sitting.fleet.take()
    sitting.page.on_change("learner", "webgpu")
    assert sitting.fleet.take() == [("trainer", messages.SetLearner("webgpu"))]
    sitting.page.on_change("learner", "abacus")
    assert sitting.fleet.take() == []
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert ("trainer", messages.SetLearner("webgpu")) in sitting.fleet.take()


def test_until_then_the_field_shows_what_the_trainer_was_started_with() -> None:
    sitting = Sitting().boot()
    sitting.page.on_message("trainer", 0, messages.Metrics("trainer", 0, {"learner_choice": "wasm"}))
    assert sitting.view.values["learner"] == "wasm"
    sitting.view.values["learner"] = "auto"
    sitting.page.on_change("learner", "auto")
    sitting.page.on_message("trainer", 0, messages.Metrics("trainer", 0, {"learner_choice": "wasm"}))
    assert sitting.view.values["learner"] == "auto", "the visitor's choice is not written over"
    values: dict[str, object] = {"learner": "webgpu", "learner_why": "a card: twice as fast"}
    sitting.page.on_message("trainer", 0, messages.Metrics("trainer", 0, values))
    assert sitting.view.texts["metric-learner"] == "webgpu"
    assert sitting.view.texts["metric-learner_why"] == "a card: twice as fast"


def test_an_unknown_learner_is_no_message() -> None:
    wire = codec.encode(messages.SetLearner("abacus"))
    with pytest.raises(codec.ProtocolError, match="one of auto, wasm, webgpu, not 'abacus'"):
        codec.decode(wire, "trainer")


def test_the_reference_learner_cannot_be_exchanged() -> None:
    factory = ReferenceRun()
    with pytest.raises(ValueError, match=r"reload with \?learner=webgpu"):
        factory.trainer.handle(messages.SetLearner("webgpu"))

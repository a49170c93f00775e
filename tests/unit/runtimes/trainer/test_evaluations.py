"""Episodes and what they earned are told together, whenever the trainer looks and whatever a worker is doing then."""

from __future__ import annotations

from drillsergeant.drills.contract import MeanReturn
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.runtimes.trainer.numbers.evaluations import Evaluations

PLAN = Plan(workers=2, matches=1, teams=(1,), horizon=1, observation_size=1, action_words=1, parameter_count=1)
SCORE = Score(MeanReturn(475.0))
PARTS = (Counter.SCRIPTED_EPISODES, Counter.SCRIPTED_RETURNS, Counter.SCRIPTED_RETURN_SQUARES)


def looked_at() -> tuple[PlainMemory, Layout, Evaluations]:
    layout = Layout(PLAN)
    memory = PlainMemory(layout.total_bytes)
    return memory, layout, Evaluations(memory, layout, SCORE)


def test_who_looks_while_a_worker_writes_has_none_of_it_and_all_of_it_the_next_time() -> None:
    memory, layout, evaluations = looked_at()
    writers = [TelemetryWriter(memory, layout, f"rollout.{number}") for number in range(2)]
    for writer in writers:
        with writer.edition():
            for counter in PARTS:
                writer.count(counter, 40)
                assert evaluations.fresh()["scripted"].episodes == 0, "of the worker that is writing"
        found = evaluations.fresh()["scripted"]
        assert (found.episodes, found.returns) == (40, SCORE.tally(40, 0, 0, 40, 40).returns)


def test_who_begins_to_look_while_a_worker_writes_does_not_count_what_was_there_before() -> None:
    memory, layout, _ = looked_at()
    writer = TelemetryWriter(memory, layout, "rollout.0")
    with writer.edition():
        writer.count(Counter.SCRIPTED_EPISODES, 500)
        evaluations = Evaluations(memory, layout, SCORE)
    assert evaluations.fresh()["scripted"].episodes == 0
    with writer.edition():
        writer.count(Counter.SCRIPTED_EPISODES, 3)
    assert evaluations.fresh()["scripted"].episodes == 3


def test_a_worker_that_died_while_it_wrote_is_told_of_again_once_another_one_writes() -> None:
    memory, layout, evaluations = looked_at()
    dying = TelemetryWriter(memory, layout, "rollout.0")
    dying.edition().__enter__()
    dying.count(Counter.SCRIPTED_EPISODES, 5)
    assert evaluations.fresh()["scripted"].episodes == 0
    with TelemetryWriter(memory, layout, "rollout.0").edition():
        pass
    assert evaluations.fresh()["scripted"].episodes == 5

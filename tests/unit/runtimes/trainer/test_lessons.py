"""A drill's lessons: the run moves on once the measure is reached, marks it, and goes on where it was."""

from typing import cast

from drillsergeant.drills import resolve
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.per_match import lessons
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshq import read_policy, write_policy
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hidden import HIDDEN
from drillsergeant.runtimes.protocol import messages

from tests.rigs.training_run import TrainingRun

# On so small a field nobody gets away from anybody.
DRILL = resolve(ChaseDrill(half_m=lessons(0.6, 3.0)))


def moved_on() -> TrainingRun:
    run = TrainingRun(DRILL, matches=32)
    assert run.values()["lessons"] == 2
    for _ in range(60):
        run.train(1)
        if run.values()["lesson"] == 2:
            return run
    raise AssertionError(f"still at the first lesson: {run.values()}")


def test_a_lesson_that_is_learned_is_followed_by_the_next_which_is_marked_and_counted_by_itself() -> None:
    run = moved_on()
    events = cast("list[dict[str, object]]", run.values()["events"])
    assert (events[-1]["kind"], events[-1]["text"]) == ("lesson", "Lesson 2 of 2: half m 3")
    recent = run.trainer._report.recent["scripted"]
    assert recent.seen == 0, "what was won on the small field says nothing of the large one"
    decisions = run.trainer.progress.decisions
    run.train(12)
    assert run.trainer.progress.decisions > decisions, "it goes on learning"
    now = recent.estimate()
    assert now is None or now.win < 0.9
    assert run.values()["lesson"] == 2, "there is no other one"


def test_a_run_from_nothing_begins_with_the_first_lesson() -> None:
    run = moved_on()
    run.trainer.handle(messages.ResetTrainer(3))
    run.trainer.handle(messages.StartTraining())
    assert run.values()["lesson"] == 1
    run.train(1)
    assert run.rollout._lesson == 0


def test_a_saved_run_goes_on_at_its_lesson_and_an_old_one_which_tells_of_none_at_the_first() -> None:
    run = moved_on()
    schema, told = Schema.of(facts_of(DRILL), HIDDEN), run.trainer.moment()
    for saved, number in ((told.lesson, 2), (0, 1), (9, 2)):
        progress = RunProgress(told.decisions, told.t_s, version=told.version, lesson=saved)
        content = write_policy(run.trainer.capture().as_file(schema, progress, ""))
        again = TrainingRun(DRILL, matches=32)
        again.trainer.resume(read_policy(content, schema), "Continued")
        assert again.values()["lesson"] == number
        again.train(1)
        assert again.rollout._lesson == number - 1
        assert again.values()["lesson"] == number, "and is not moved on from by what was played at another"


def test_who_goes_back_to_a_version_of_an_earlier_lesson_goes_on_at_that() -> None:
    run = moved_on()
    entries = run.trainer.run_control.timeline.entries
    assert (entries[0].lesson, entries[-1].lesson) == (0, 1)
    assert [each.lesson for each in run.trainer.capture().versions] == [each.lesson for each in entries]
    run.trainer.handle(messages.Rewind(entries[0].id))
    assert run.values()["lesson"] == 1
    run.train(1)
    assert run.rollout._lesson == 0


def test_in_lockstep_it_stays_where_it_is_and_a_drill_without_lessons_tells_of_none() -> None:
    run = TrainingRun(DRILL, matches=32, address={"lockstep": "40"})
    run.train(39)
    assert run.values()["lesson"] == 1
    plain = TrainingRun("chase", matches=32)
    plain.train(1)
    assert "lesson" not in plain.values()

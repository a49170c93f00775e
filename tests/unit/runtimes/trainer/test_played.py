"""Learn from you in the trainer: kept apart, used at a press alone, refused where it cannot be, undone by a rewind."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import drillsergeant
import pytest
from drillsergeant.learn.imitation.demonstrations import Demonstrations
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.storage import PLAYED, StorageError
from drillsergeant.runtimes.trainer.archive import Archive
from drillsergeant.runtimes.trainer.played import SAVE_EVERY_S, PlayedKeeper

from tests.rigs.training_run import TrainingRun, program_of

SHOWN = drillsergeant.demonstrate("chase", seconds=20, seed=5)


def rows_of(shown: Demonstrations) -> list[list[float]]:
    wide = len(shown.observation)
    return [[*shown.seen[k * wide : (k + 1) * wide], shown.actions[k]] for k in range(shown.decisions)]


class Lesson:
    """A trainer with a keeper of what was played."""

    def __init__(self, lockstep: bool = False) -> None:
        self.run = TrainingRun("chase", matches=16)
        self.trainer, self.host = self.run.trainer, self.run.host
        self.begin(lockstep)

    def begin(self, lockstep: bool = False) -> None:
        """At the next visit, too."""
        self.keeper = self.trainer.played = PlayedKeeper(
            self.host, Archive(self.host.storage(PLAYED)), self.host.run_locks(), program_of("chase").drill,
            self.trainer, self.run.learner.imitator, lockstep,
        )  # fmt: skip

    def play(self, rows: list[list[float]]) -> None:
        self.trainer.handle(messages.PlayedDecisions("chase", rows))

    def turn(self, passed_s: float = 0.0) -> dict[str, Any]:
        self.host.time_s += passed_s
        asyncio.run(self.keeper.turn())
        return self.keeper.told()

    def weights(self) -> bytes:
        return self.run.learner.state().arrays["parameters"]


def test_what_was_played_is_used_at_a_press_alone_and_training_goes_on_from_there() -> None:
    lesson = Lesson()
    before = lesson.weights()
    lesson.play(rows_of(SHOWN))
    told = lesson.turn()
    assert (told["decisions"], told["seconds"]) == (300, 20.0)
    assert [word for word, _ in told["shares"][0][1]] == ["stay", "right", "left", "up", "down"]
    assert lesson.weights() == before, "nothing learns from it yet"
    version = lesson.trainer.capture().state.updates, lesson.host.metrics()["version"]
    lesson.trainer.handle(messages.LearnFromPlayed())
    learning = lesson.turn()["learning"]
    assert learning["state"] == "done" and learning["share"] > 0.4 == 2 * learning["chance"]
    assert lesson.weights() != before
    assert lesson.host.metrics()["version"] == version[1] + 1, "everybody plays by it"
    values: list[Any] = [message["values"] for message in lesson.host.posted if message["type"] == "METRICS"]
    progress = [each["played"]["learning"].get("epoch") for each in values if "played" in each]
    assert [epoch for epoch in progress if epoch][:3] == [1, 2, 3]
    (event,) = lesson.run.events("taught")
    assert event.text.startswith("Copied 20 s of your play: agrees with ")
    cloned = lesson.weights()
    lesson.run.train(2)
    assert lesson.weights() != cloned and lesson.trainer.progress.updates == 2


def test_it_lies_in_its_own_store_and_is_there_again_until_it_is_deleted() -> None:
    lesson = Lesson()
    lesson.play(rows_of(SHOWN)[:100])
    assert lesson.turn(SAVE_EVERY_S)["decisions"] == 100
    assert set(lesson.host.files) == {PLAYED}, "nothing else is written"
    lesson.begin()
    assert lesson.turn()["decisions"] == 100
    lesson.play(rows_of(SHOWN)[100:200])
    lesson.trainer.handle(messages.ExportPlayed())
    lesson.turn(SAVE_EVERY_S)
    sent = next(m for m in lesson.host.posted if m["type"] == "EXPORTED")
    assert sent["filename"] == "chase-played.safetensors"
    exported = Demonstrations.from_bytes(bytes(sent["content"]))  # type: ignore[call-overload]
    assert (exported.seen, exported.actions) == (SHOWN.seen[: 200 * 8], SHOWN.actions[:200])
    lesson.trainer.handle(messages.ForgetPlayed())
    assert lesson.turn()["decisions"] == 0
    assert not lesson.host.files[PLAYED].entries
    lesson.begin()
    assert lesson.turn()["decisions"] == 0


def test_who_learns_from_it_or_exports_it_has_all_of_it_kept_at_once() -> None:
    lesson = Lesson()
    lesson.play(rows_of(SHOWN)[:200])
    lesson.turn(SAVE_EVERY_S)
    for count, request in ((250, messages.LearnFromPlayed()), (300, messages.ExportPlayed())):
        lesson.play(rows_of(SHOWN)[count - 50 : count])
        lesson.turn()
        lesson.trainer.handle(request)
        lesson.turn()
        lesson.begin()
        assert lesson.turn()["decisions"] == count


def test_what_was_deleted_leaves_the_disk_and_is_brought_back_and_deleted_again() -> None:
    lesson = Lesson()
    acts: list[object] = []

    def turn(ident: int) -> dict[str, Any]:
        lesson.trainer.handle(messages.TurnAct(ident))
        asyncio.run(lesson.trainer.acts.turn())
        acts[:] = [m["note"] for m in lesson.host.posted if m["type"] == "UNDOABLES"]
        return lesson.turn(SAVE_EVERY_S)

    lesson.play(rows_of(SHOWN)[:100])
    lesson.turn(SAVE_EVERY_S)
    lesson.trainer.handle(messages.ForgetPlayed())
    assert lesson.turn()["decisions"] == 0 and not lesson.host.files[PLAYED].entries
    lesson.play(rows_of(SHOWN)[100:150])
    assert turn(1)["decisions"] == 150 and lesson.host.files[PLAYED].entries
    assert lesson.keeper._all.seen == SHOWN.seen[: 150 * 8], "what was played since is there, too"
    assert turn(1)["decisions"] == 0 and not lesson.host.files[PLAYED].entries
    assert turn(1)["decisions"] == 150
    assert acts[-3:] == ["What you played is back.", "What you played is gone again.", "What you played is back."]
    lesson.trainer.handle(messages.ForgetActs())
    asyncio.run(lesson.trainer.acts.turn())
    assert turn(1)["decisions"] == 150 and acts[-1] == "That cannot be taken back any more."


def test_what_cannot_be_learned_from_is_told_and_changes_nothing() -> None:
    lesson = Lesson()
    before = lesson.weights()
    lesson.play(rows_of(SHOWN)[:20])
    lesson.trainer.handle(messages.LearnFromPlayed())
    learning = lesson.turn()["learning"]
    assert learning["state"] == "refused"
    assert learning["why"].startswith("20 decisions were played (1 s), it takes at least 150 (10 s)")
    with pytest.raises(ValueError, match="a decision has 3 numbers, expected 9"):
        lesson.play([[1.0, 2.0, 3.0]])
    lesson.trainer.handle(messages.PlayedDecisions("ball", rows_of(SHOWN)))  # from a show on its way out
    assert lesson.turn()["decisions"] == 20
    assert lesson.weights() == before
    with pytest.raises(ValueError, match="LEARN_FROM_PLAYED is not for lockstep"):
        Lesson(lockstep=True).trainer.handle(messages.LearnFromPlayed())


def test_the_policy_before_it_can_be_gone_back_to_and_a_reset_meanwhile_waits() -> None:
    lesson = Lesson()
    lesson.run.train(2)
    before = lesson.weights()
    lesson.play(rows_of(SHOWN))
    lesson.trainer.handle(messages.LearnFromPlayed())
    lesson.turn()
    entry = lesson.trainer.run_control.timeline.entries[-1]
    lesson.trainer.handle(messages.Rewind(entry.id))
    assert lesson.weights() == before
    lesson.trainer.handle(messages.LearnFromPlayed())

    async def reset_meanwhile() -> None:
        turn = asyncio.ensure_future(lesson.keeper.turn())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        lesson.trainer.handle(messages.ResetTrainer(9))
        assert lesson.trainer.progress.updates == 2, "it waits"
        await turn

    asyncio.run(reset_meanwhile())
    assert lesson.trainer.progress.updates == 0
    fresh = TrainingRun("chase", matches=16, seed=9)
    assert lesson.weights() == fresh.learner.state().arrays["parameters"]


def test_a_browser_that_keeps_nothing_is_told_of_and_it_is_learned_from_all_the_same() -> None:
    lesson = Lesson()

    def fail(_number: int) -> None:
        raise StorageError("nowhere", "this browser keeps no files")

    lesson.host.files[PLAYED].before = fail
    lesson.play(rows_of(SHOWN))
    told = lesson.turn(SAVE_EVERY_S)
    assert (told["decisions"], told["trouble"]) == (300, "this browser keeps no files")
    lesson.trainer.handle(messages.LearnFromPlayed())
    assert lesson.turn()["learning"]["state"] == "done"


def test_what_was_exported_is_taken_in_once_and_of_another_drill_not_at_all() -> None:
    lesson = Lesson()
    lesson.play(rows_of(SHOWN)[:100])
    lesson.trainer.handle(messages.TakePlayed(SHOWN.to_bytes()))
    told = lesson.turn(SAVE_EVERY_S)
    new = told["learning"]["decisions"]
    assert told["learning"]["state"] == "taken" and 0 < new <= 200 and told["decisions"] == 100 + new
    lesson.trainer.handle(messages.TakePlayed(SHOWN.to_bytes()))
    told = lesson.turn(SAVE_EVERY_S)
    assert (told["learning"]["decisions"], told["decisions"]) == (0, 100 + new)
    for content in (b"junk", dataclasses.replace(SHOWN, drill="ball").to_bytes()):
        lesson.trainer.handle(messages.TakePlayed(content))
        told = lesson.turn()
        assert told["learning"]["state"] == "not taken" and told["decisions"] == 100 + new
    assert "it is of ball (" in told["learning"]["why"]


def test_a_second_press_while_one_waits_or_is_at_work_does_nothing() -> None:
    lesson = Lesson()
    lesson.play(rows_of(SHOWN))
    lesson.turn()

    async def pressed_twice() -> None:
        work = asyncio.ensure_future(lesson.keeper.turn())
        while not lesson.keeper.told()["learning"]:
            await asyncio.sleep(0)
        lesson.trainer.handle(messages.LearnFromPlayed())
        await work

    for _ in range(2):
        lesson.trainer.handle(messages.LearnFromPlayed())
    asyncio.run(pressed_twice())
    lesson.turn()
    assert len(lesson.run.events("taught")) == 1

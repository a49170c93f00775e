"""The workshop's other work: players from nothing, the same as natively, shown in matches of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import drillsergeant
import pytest
from drillsergeant.drills.new_game import text_of
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.train import NativePlace
from drillsergeant.learn.trials.tunables import with_values
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.what_if.trial_worker import TrialWorker

from tests.fakes.canvas import Recorder

RECIPE: dict[str, Any] = {"seed": 3.0, "decisions": 1500.0, "matches": 16.0, "hyper": {"minibatch_size": 64}}


class Bench:
    """A worker whose clock goes on by a step with every look at it."""

    def __init__(self, step_s: float = 0.05) -> None:
        self.said: list[messages.Message] = []
        self.time_s, self.step_s = 0.0, step_s
        self.canvases: list[Recorder] = []
        self.worker = TrialWorker(self.said.append, NativePlace, self._canvas, self._now_s)

    def _canvas(self, _given: object) -> Recorder:
        self.canvases.append(Recorder())
        return self.canvases[-1]

    def _now_s(self) -> float:
        self.time_s += self.step_s
        return self.time_s

    def work(self, *requests: messages.TryPlayer) -> list[messages.Message]:
        for each in requests:
            self.worker.handle(each)
        while self.worker.turn():
            pass
        return self.said


def asked(text: str, place: int = 0, **more: Any) -> messages.TryPlayer:
    return messages.TryPlayer(place, more.pop("drill", "chase"), text, recipe=RECIPE, **more)


def test_a_player_is_the_one_that_is_trained_natively() -> None:
    native = drillsergeant.what_if("chase", seed=3, decisions=1500, matches=16, hyper=RECIPE["hyper"], catch=[0.5])
    text = with_values(source_of("chase"), ("catch", "to_target"), {"catch_reward": 0.5})
    checked, *middle, last = Bench().work(asked(text, 7))
    assert isinstance(checked, messages.Checked) and isinstance(last, messages.PlayerTried)
    assert all(isinstance(each, messages.PlayerTried) and not each.over for each in middle)
    assert last.over and last.place == 7 and last.metrics == native.players[0].metrics
    found = drillsergeant.Policy.load(last.content)  # type: ignore[arg-type]
    assert found.content.state == native.policies[0].content.state and found.content.edit == text
    assert last.places == {name: list(map(list, each)) for name, each in native.players[0].film.places.items()}


def test_players_are_drawn_while_they_learn_and_after_and_not_when_nobody_looks() -> None:
    bench = Bench()
    bench.work(asked("", canvas=object()), asked("", 1, canvas=object()))
    assert len(bench.canvases) == 2 and all(each.drawn for each in bench.canvases)
    for canvas in bench.canvases:
        canvas.drawn.clear()
    bench.worker.handle(messages.WatchPlayers(False))
    bench.worker.turn()
    assert not any(each.drawn for each in bench.canvases)
    bench.worker.handle(messages.WatchPlayers(True, dark=True))
    for _ in range(4):
        bench.worker.turn()
    assert all(each.drawn for each in bench.canvases)


def test_one_that_has_learned_before_only_plays() -> None:
    *_, tried = Bench().work(asked(source_of("chase")))
    assert isinstance(tried, messages.PlayerTried)
    bench = Bench()
    checked, shown = bench.work(asked(source_of("chase"), canvas=object(), content=memoryview(tried.content)))  # type: ignore[arg-type]
    assert isinstance(checked, messages.Checked) and shown == messages.PlayerTried(0, {}, True)
    assert bench.canvases[0].drawn


def test_a_game_of_ones_own_is_tried_in_its_place() -> None:
    *_, last = Bench().work(
        asked(with_values(text_of("my-pole"), ("upright", "fell"), {"upright": 2.0}), drill="my-pole")
    )
    assert isinstance(last, messages.PlayerTried) and last.over


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda text: text.replace("return [catch", "return [catch / 0.0"), "reward is nan"),
        (lambda text: text + "\n1 / 0", "ZeroDivisionError"),
        (lambda text: "x = (", "never closed"),
    ],
)
def test_what_is_wrong_with_a_game_is_told_and_the_next_one_comes(spoilt: Callable[[str], str], said: str) -> None:
    found = Bench().work(asked(spoilt(source_of("chase"))), asked("", 1))
    assert isinstance(found[0], messages.Refused) and said in found[0].message
    assert isinstance(found[-1], messages.PlayerTried) and found[-1].over and found[-1].place == 1

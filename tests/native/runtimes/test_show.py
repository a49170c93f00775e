"""The show: policy swaps leave the match alone, humans and hands reach the match, time is played at its speed."""

from collections.abc import Mapping

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.learn.numpy_engine import NumpyEngine, network_hash, network_of
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import SHOW, Layout, Plan, initialise
from drillsergeant.memory.weights import WeightsReader, WeightsWriter
from drillsergeant.runtimes import protocol
from drillsergeant.runtimes.show import Picture, Show

FRAME_S = 1 / 60


class Theatre:
    """A show over plain memory, and the trainer's end of its weights channel."""

    def __init__(self, seed: int = 3) -> None:
        self.drill = make("ball")
        self.network = network_of(self.drill)
        plan = Plan(
            workers=1,
            matches=8,
            sides=self.drill.sides,
            horizon=4,
            observation_size=len(self.drill.observation),
            action_count=self.drill.action_count,
            parameter_count=self.network.size,
        )
        layout, shape = Layout(plan), network_hash(self.drill)
        memory = PlainMemory(layout.total_bytes)
        initialise(memory, layout)
        self.writer = WeightsWriter(memory, layout, shape)
        self.match = NumpyEngine(self.drill, layout, memory).show_match(seed)
        self.drawn: list[dict[str, float]] = []
        reader = WeightsReader(memory, layout, SHOW, shape)
        self.show = Show(self.drill, self.match, reader, self._draw, seed)

    def _draw(self, before: Mapping[str, float], after: Mapping[str, float], picture: Picture) -> None:
        self.drawn.append(dict(after))

    def publish(self, seed: int) -> None:
        self.writer.publish(self.network.initial(seed) * np.float32(30), 0)

    def ticks(self, count: int) -> list[dict[str, float]]:
        trajectory = []
        for _ in range(count):
            self.show.advance()
            trajectory.append(dict(self.match.state()))
        return trajectory


def test_a_swap_changes_nothing_before_the_next_decision_and_restarts_nothing_at_it() -> None:
    plain, swapped = Theatre(), Theatre()
    for theatre in (plain, swapped):
        theatre.publish(1)
    repeat = plain.drill.action_repeat
    assert plain.ticks(4 * repeat + 3) == swapped.ticks(4 * repeat + 3)
    swapped.publish(2)
    assert plain.ticks(repeat - 3) == swapped.ticks(repeat - 3)  # to the last bit, up to the next decision
    assert (plain.show.version, swapped.show.version) == (1, 1)
    clock = swapped.match.state()["clock"]
    after = swapped.ticks(repeat)
    assert swapped.show.version == 2
    assert after[0]["clock"] == clock + 1
    assert after != plain.ticks(repeat)  # the new weights do play differently
    assert swapped.show.versions_adopted == 2


def test_the_same_seed_and_weights_give_the_same_match() -> None:
    first, second = Theatre(seed=9), Theatre(seed=9)
    assert first.ticks(200) == second.ticks(200)
    assert Theatre(seed=10).ticks(200) != first.ticks(200)


def test_speed_and_pause_decide_how_much_time_is_played() -> None:
    theatre = Theatre()
    now_s = 0.0
    theatre.show.frame(now_s)
    for speed, playing, expected in ((1.0, True, 120), (4.0, True, 480), (0.25, True, 30), (1.0, False, 0)):
        theatre.show.speed, theatre.show.playing = speed, playing
        before = theatre.show.metrics()["ticks"]
        for _ in range(60):
            now_s += FRAME_S
            theatre.show.frame(now_s)
        ticks = theatre.show.metrics()["ticks"]
        assert isinstance(before, int) and isinstance(ticks, int)
        assert abs(ticks - before - expected) <= 1


def test_step_advances_while_paused_and_is_refused_while_playing() -> None:
    theatre = Theatre()
    with pytest.raises(protocol.ProtocolError, match="pause it first"):
        theatre.show.handle(protocol.Step(8))
    theatre.show.handle(protocol.Pause())
    theatre.show.handle(protocol.Step(8))
    assert theatre.show.metrics()["ticks"] == 8


def test_a_human_moves_side_0_where_the_keys_say() -> None:
    theatre = Theatre()
    theatre.show.handle(protocol.SetMode("human_vs_ai"))
    before = theatre.match.state()
    action = theatre.drill.from_keys(0, right=-1, up=0, turn=0, dash=False)
    theatre.show.handle(protocol.Input(action=action))
    after = theatre.ticks(40)[-1]
    body = next(body for body in theatre.drill.scene.bodies if body.side == 0)
    assert after[body.x] < before[body.x] - 0.1
    with pytest.raises(protocol.ProtocolError, match=r"INPUT\.action"):
        theatre.show.handle(protocol.Input(action=theatre.drill.action_count))


def test_the_ball_can_be_dragged_in_the_sandbox_and_only_there() -> None:
    theatre = Theatre()
    ball = next(body for body in theatre.drill.scene.bodies if body.kind == "disc")
    at = theatre.match.state()
    with pytest.raises(protocol.ProtocolError, match="sandbox"):
        theatre.show.handle(protocol.Input(x_m=at[ball.x], y_m=at[ball.y]))
    theatre.show.handle(protocol.SetMode("sandbox"))
    theatre.show.handle(protocol.Input(x_m=at[ball.x], y_m=at[ball.y]))
    theatre.show.handle(protocol.Input(x_m=1.0, y_m=-1.5))
    theatre.show.frame(0.0)
    assert (theatre.drawn[-1][ball.x], theatre.drawn[-1][ball.y]) == (1.0, -1.5)
    theatre.show.handle(protocol.Input(released=True))
    theatre.show.handle(protocol.Play())
    assert theatre.show.metrics()["mode"] == "sandbox"


def test_reset_starts_the_seeds_match_and_keeps_the_policy() -> None:
    theatre, fresh = Theatre(seed=3), Theatre(seed=77)
    for each in (theatre, fresh):
        each.publish(1)
    theatre.ticks(50)
    theatre.show.handle(protocol.ResetShow(77))
    assert theatre.ticks(30) == fresh.ticks(30)
    assert theatre.show.version == 1

"""The show: the one match on screen. Fixed physics step, drawing at the display's rate, policy swapped at decisions.

Owns the show match and the canvas. Never waits for training: a newer policy is adopted at the next decision, and
the match's state is not touched by that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drillsergeant.learn.engine import ShowMatch
from drillsergeant.learn.program import DrillFacts
from drillsergeant.memory.weights import WeightsReader
from drillsergeant.runtimes import protocol
from drillsergeant.runtimes.fps import FrameClock
from drillsergeant.runtimes.sandbox import Sandbox

MAX_CATCH_UP_S = 0.1
METRICS_EVERY_S = 0.5
HUMAN_SIDE = 0


@dataclass
class Picture:
    """What the drawing needs beside the state: who just scored and how long ago, and how far into the next tick."""

    since_goal_s: float = 1e9
    scored_by: int | None = None
    dark: bool = False
    ahead: float = 0.0
    scores: list[int] = field(default_factory=lambda: [0, 0])


class Show:
    """The loop state of the render worker. ``frame`` is called once per displayed frame."""

    def __init__(
        self,
        drill: DrillFacts,
        match: ShowMatch,
        weights: WeightsReader,
        draw: Callable[[Mapping[str, float], Mapping[str, float], Picture], None],
        seed: int,
    ) -> None:
        self._drill, self._match, self._weights, self._draw = drill, match, weights, draw
        self._tick_s = 1.0 / drill.tick_hz
        self._clock = FrameClock()
        self._sandbox = Sandbox(drill.scene, match)
        self._human_action = 0
        self.playing, self.speed, self.mode = True, 1.0, "ai_vs_ai"
        self.version, self.versions_adopted = 0, 0
        self.picture = Picture()
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Start a new match from ``seed`` with the policy in hand."""
        self._match.reset(seed)
        self._unspent_s, self._tick, self._clock_s = 0.0, 0, 0.0
        self.picture.scores = [0, 0]
        self.picture.since_goal_s, self.picture.scored_by = 1e9, None
        self._before = self._after = dict(self._match.state())

    def frame(self, now_s: float) -> None:
        """Advance the match by the time since the last frame and draw it."""
        passed_s = min(self._clock.frame(now_s), MAX_CATCH_UP_S)
        self.picture.since_goal_s += passed_s
        if self.playing:
            self._unspent_s += passed_s * self.speed
            while self._unspent_s >= self._tick_s:
                self._unspent_s -= self._tick_s
                self.advance()
        self._sandbox.apply()
        if self._sandbox.dragging:
            self._before = self._after = dict(self._match.state())
        self.picture.ahead = self._unspent_s / self._tick_s
        self._draw(self._before, self._after, self.picture)

    def advance(self) -> None:
        """Play one physics tick; decisions and judgements fall where their ticks fall."""
        if self._tick % self._drill.action_repeat == 0:
            self._adopt_newest()
            human = {HUMAN_SIDE: self._human_action} if self.mode == "human_vs_ai" else {}
            self._match.decide(human)
        self._before = self._after
        self._match.tick()
        self._tick += 1
        self._clock_s += self._tick_s
        self._after = dict(self._match.state())
        if self._tick % self._drill.action_repeat == 0:
            self._judge()

    def _adopt_newest(self) -> None:
        if not self._weights.newer():
            return
        with self._weights.pinned() as weights:
            if weights is None:
                return
            for side in range(self._drill.sides):
                self._match.adopt(weights.offset, side)
        self.version = weights.version
        self.versions_adopted += 1

    def _judge(self) -> None:
        result = self._match.finish()
        if result.winner:
            side = 0 if result.winner > 0 else 1
            self.picture.scores[side] += 1
            self.picture.scored_by, self.picture.since_goal_s = side, 0.0
        if result.terminated or result.truncated:
            self._before = self._after = dict(self._match.state())
            self._sandbox.let_go()

    def handle(self, message: protocol.Message) -> None:
        """Obey one decoded message from the page."""
        match message:
            case protocol.Play():
                self.playing = True
            case protocol.Pause():
                self.playing = False
            case protocol.Step(ticks=ticks):
                self._step(ticks)
            case protocol.ResetShow(seed=seed):
                self.reset(seed)
            case protocol.SetSpeed(speed=speed):
                self.speed = speed
            case protocol.SetMode(mode=mode):
                self.mode, self._human_action = mode, 0
                self._sandbox.let_go()
            case protocol.Input(action=None) as drag:
                self._drag(drag)
            case protocol.Input(action=int(action)):
                self._set_action(action)

    def _step(self, ticks: int) -> None:
        if self.playing:
            raise protocol.ProtocolError("STEP works while paused; the match is playing: pause it first")
        for _ in range(ticks):
            self.advance()

    def _drag(self, drag: protocol.Input) -> None:
        if self.mode != "sandbox":
            raise protocol.ProtocolError(f"bodies can be dragged in the mode sandbox; the mode is {self.mode}")
        if drag.released:
            self._sandbox.let_go()
        else:
            self._sandbox.drag(drag.x_m, drag.y_m)

    def _set_action(self, action: int) -> None:
        if not 0 <= action < self._drill.action_count:
            raise protocol.ProtocolError(
                f"INPUT.action must be between 0 and {self._drill.action_count - 1}, not {action}"
            )
        self._human_action = action

    def metrics(self) -> dict[str, object]:
        """Return the numbers the page shows of the match."""
        return {
            **self._clock.summary(),
            "score_0": self.picture.scores[0],
            "score_1": self.picture.scores[1],
            "version": self.version,
            "versions_adopted": self.versions_adopted,
            "mode": self.mode,
            "playing": self.playing,
            "clock_s": self._clock_s,
            "ticks": self._tick,
            "frames": self._clock.frames,
            **{name: self._after[name] for body in self._drill.scene.bodies for name in (body.x, body.y)},
        }

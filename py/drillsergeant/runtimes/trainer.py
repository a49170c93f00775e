"""The trainer: takes chunks from the rings, learns, publishes weights, reports. The match on screen never needs it."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Sequence
from dataclasses import asdict

from drillsergeant.learn.engine import EVALUATION_OPPONENTS, DeviceLearner, Learner
from drillsergeant.learn.fallback import FallbackLearner
from drillsergeant.learn.hyper import Hyper
from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import TRAINER, Layout, rollout
from drillsergeant.memory.ring import Doorbell, RingConsumer
from drillsergeant.memory.telemetry import Counter, TelemetryWriter, read_telemetry
from drillsergeant.memory.weights import WeightsWriter
from drillsergeant.runtimes import protocol
from drillsergeant.runtimes.curve import Curve
from drillsergeant.runtimes.host import Host
from drillsergeant.runtimes.rates import Rates
from drillsergeant.runtimes.reward_terms import RewardTerms

CHUNK_WAIT_S = 0.05
METRICS_EVERY_S = 0.5
BREATHE_EVERY_S = 0.05
CURVE_POINTS_SENT = 400


class Trainer:
    """The loop and state of the trainer worker."""

    def __init__(
        self,
        host: Host,
        memory: Memory,
        layout: Layout,
        learner: Learner | DeviceLearner,
        weights: WeightsWriter,
        hyper: Hyper,
        reward_terms: Sequence[str],
        lockstep: int = 0,
    ) -> None:
        """``lockstep``: with N > 0, every update waits for a chunk of every worker, and training stops after N updates
        and reports the digest of the weights, which then depend on nothing but seed, sizes and hyperparameters."""
        self._host, self._memory, self._layout = host, memory, layout
        self._learner, self._weights = learner, weights
        workers = range(layout.plan.workers)
        self._rings = [RingConsumer(memory, layout, index) for index in workers]
        self._roles = [rollout(index) for index in workers]
        self._doorbell = Doorbell(memory, layout)
        self._telemetry = TelemetryWriter(memory, layout, TRAINER)
        self._decisions_per_chunk = layout.plan.agents * layout.plan.horizon
        self._rewards = RewardTerms(memory, layout, reward_terms)
        self.hyper, self._lockstep = hyper, lockstep
        self.training = self._learning = False
        self._reset_seed: int | None = None
        self._restart_counts()
        if weights.version == 0:
            self.publish()

    def _restart_counts(self) -> None:
        self.decisions = self.updates = 0
        self._trained_s, self._since_s = 0.0, self._host.now_s()
        self._curves = {name: Curve() for name in EVALUATION_OPPONENTS}
        self._base = self._totals()
        self._rates = Rates()
        self._latest: dict[str, object] = {}
        self._rewards.clear()

    def publish(self) -> None:
        """Hand the learner's parameters to every reader."""
        self._learner.write_parameters(self._weights.reserve())
        self._weights.commit(self.decisions)

    async def run(self) -> None:
        """Learn whenever there is something to learn from; lets messages in between updates."""
        breathed_s = reported_s = self._host.now_s()
        while True:
            if self.training:
                await self.step()
            now_s = self._host.now_s()
            if now_s - reported_s >= METRICS_EVERY_S:
                self.report()
                reported_s = now_s
            if not self.training or now_s - breathed_s >= BREATHE_EVERY_S:
                await self._host.breathe()
                breathed_s = now_s

    async def step(self) -> None:
        """Update once from the chunks at hand; waits a moment when there are none."""
        ticket = self._doorbell.ticket()
        chunks = [(ring, chunk) for ring in self._rings if (chunk := ring.peek()) is not None]
        if not chunks or (self._lockstep and len(chunks) < len(self._rings)):
            self._doorbell.wait(ticket, CHUNK_WAIT_S)
            return
        self._learning = True
        learned = self._learner.learn([chunk.offset for _, chunk in chunks], self.hyper)
        self._latest = dict(await learned if isinstance(learned, Awaitable) else learned)
        self._learning = False
        for _, chunk in chunks:
            self._rewards.add(chunk.offset)
        self.updates += 1
        self.decisions += len(chunks) * self._decisions_per_chunk
        self.publish()
        for ring, _ in chunks:  # after publishing, so that whoever waited for room plays on with the new weights
            ring.release()
        if self._reset_seed is not None:
            self._reset(self._reset_seed)
        if self.updates == self._lockstep:
            self._set_training(False)
            self._latest["weights_sha256"] = self._digest()
        self._telemetry.count(Counter.UPDATES)
        self._telemetry.count(Counter.DECISIONS, len(chunks) * self._decisions_per_chunk)

    def _digest(self) -> str:
        """SHA-256 of the published weights, in hexadecimal."""
        parameters = bytearray(self._layout.plan.parameter_count * WORD_BYTES)
        self._memory.read(self._weights.active_offset, parameters)
        return hashlib.sha256(parameters).hexdigest()

    def handle(self, message: protocol.Message) -> None:
        """Obey one decoded message from the page. Raises ValueError for a hyperparameter out of range."""
        match message:
            case protocol.StartTraining(hyper=changes):
                self.hyper = self.hyper.changed(**changes)
                self._set_training(True)
            case protocol.StopTraining():
                self._set_training(False)
            case protocol.SetHyper(changes=changes):
                self.hyper = self.hyper.changed(**changes)
            case protocol.SetLearner(learner=wanted):
                self._choose(wanted)
            case protocol.ResetTrainer(seed=seed):
                if self._learning:
                    self._reset_seed = seed  # chunks are held for the update in hand: forget when it is done
                else:
                    self._reset(seed)
        self.report()

    def _choose(self, wanted: str) -> None:
        if not isinstance(self._learner, FallbackLearner):
            raise ValueError(f"the learner {self._learner.name} has no other beside it; reload with ?learner={wanted}")
        self._learner.choose(wanted)

    def _set_training(self, on: bool) -> None:
        if on == self.training:
            return
        now_s = self._host.now_s()
        if on:
            self._since_s = now_s
            self._rates = Rates()
        else:
            self._trained_s += now_s - self._since_s
        self.training = on

    def _reset(self, seed: int) -> None:
        self._reset_seed = None
        self._learner.reset(seed)
        self.publish()
        for ring in self._rings:
            while ring.peek() is not None:
                ring.release()
        self._restart_counts()

    def trained_s(self) -> float:
        """Return the seconds spent training so far."""
        return self._trained_s + (self._host.now_s() - self._since_s if self.training else 0.0)

    def report(self) -> None:
        """Send the page the numbers of this moment."""
        t_s, totals = self.trained_s(), self._totals()
        for name, curve in self._curves.items():
            since = {key: value - self._base[name][key] for key, value in totals[name].items()}
            curve.update(t_s, self.decisions, since)
        if self.training:
            blocks = [read_telemetry(self._memory, self._layout, role) for role in self._roles]
            played = sum(int(block[Counter.DECISIONS]) for block in blocks)
            counters = {"trained_decisions": self.decisions, "rollout_decisions": played, "updates": self.updates}
            self._rates.add(self._host.now_s(), counters)
        self._host.post(protocol.encode(protocol.Metrics(TRAINER, 0, self._values(t_s))))

    def _totals(self) -> dict[str, dict[str, int]]:
        """Evaluation episodes finished since the page opened, over all workers, by opponent."""
        blocks = [read_telemetry(self._memory, self._layout, role) for role in self._roles]
        return {
            opponent: {
                key: sum(int(block[Counter[f"{opponent}_{key}".upper()]]) for block in blocks)
                for key in ("episodes", "wins", "losses")
            }
            for opponent in EVALUATION_OPPONENTS
        }

    def _values(self, t_s: float) -> dict[str, object]:
        values: dict[str, object] = {
            **self._latest,
            **self._rates.summary(),
            **self._rewards.means(),
            "t_s": t_s,
            "training": self.training,
            "decisions": self.decisions,
            "updates": self.updates,
            "version": self._weights.version,
            "learner": self._learner.name,
            "learner_why": self._learner.why,
            "hyper": asdict(self.hyper),
            "curve": [point.plain() for point in self._curves["scripted"].points[-CURVE_POINTS_SENT:]],
        }
        if isinstance(self._learner, FallbackLearner):
            values["learner_choice"] = self._learner.mode
        for name, curve in self._curves.items():
            if curve.points:
                last, suffix = curve.points[-1], "" if name == "scripted" else f"_{name}"
                rates = {"win_rate": last.win, "loss_rate": last.loss, "draw_rate": last.draw}
                values |= {key + suffix: rate for key, rate in rates.items()}
        return values

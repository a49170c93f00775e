"""The trainer's numbers for the page: the last update, rates, reward terms, results against frozen opponents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from drillsergeant.drills.contract import Player
from drillsergeant.learn.engine import EVALUATION_OPPONENTS, SCRIPTED_AWAY, Tally
from drillsergeant.learn.evaluation.results import BothTeams, Estimate, Score, recent_of
from drillsergeant.learn.files.history_tensors import Numbers
from drillsergeant.learn.league.matchmaking import Matchmaking
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.webgpu.matches import PlayedChunk
from drillsergeant.memory.access import Memory, unsigned
from drillsergeant.memory.layout import Layout, rollout
from drillsergeant.memory.snapshots import SnapshotWriter
from drillsergeant.memory.telemetry import Counter
from drillsergeant.runtimes.history import History
from drillsergeant.runtimes.trainer.numbers.curve import Curve
from drillsergeant.runtimes.trainer.numbers.evaluations import Evaluations
from drillsergeant.runtimes.trainer.numbers.explained_variance import UnexplainedVariance
from drillsergeant.runtimes.trainer.numbers.rates import Rates
from drillsergeant.runtimes.trainer.numbers.reward_terms import RewardTerms

METRICS_EVERY_S = 0.5
# In the first seconds of training more often: with a GPU, they are those in which a game is learned.
EARLY_S, EARLY_METRICS_EVERY_S = 2.0, 0.1
CURVE_POINTS_SENT = 400
ENOUGH_TO_SHOW = 50.0  # episodes
HISTORY_ROWS = 240  # kept with a run
# Of play on a device, of which there are hundreds of updates a second, one in so many is looked at for what came of its
# duels and evaluations, and only then are workers' counts read.
READ_EVERY = 8
LEAST_S = 0.01  # between two of them: a file's f32 must tell them apart
ROUNDING_S = 0.001  # of the seconds at which a snapshot was taken
# Against each of the frozen players.
RESULTS = ("win_rate", "win_low", "win_high", "loss_rate", "draw_rate", "mean_return", "return_low", "return_high")


def pause_s(t_s: float | None) -> float:
    """Seconds from one report to the next, after `t_s` seconds of a training that goes on; None where nobody trains."""
    return METRICS_EVERY_S if t_s is None or t_s > EARLY_S else EARLY_METRICS_EVERY_S


class TrainerReport:
    """Collects while a run goes on; `restart` begins the numbers of a new run."""

    def __init__(self, memory: Memory, layout: Layout, reward_terms: Sequence[str], score: Score) -> None:
        self._memory, self._layout, self.score = memory, layout, score
        self._played_words = [
            layout[f"telemetry.{rollout(index)}"].word + Counter.DECISIONS for index in range(layout.plan.workers)
        ]
        self._played_before = self._played_by_workers()
        self._evaluations = Evaluations(memory, layout, score)
        self._rewards = RewardTerms(memory, layout, reward_terms)
        self._value_error = UnexplainedVariance(memory, layout)
        self.restart()

    def restart(self) -> None:
        """Forget everything; evaluation episodes counted so far are those of the run before."""
        self._evaluations.fresh()
        self.recent = recent_of(self._layout.plan.teams, self.score)
        self.matchmaking = Matchmaking(SnapshotWriter(self._memory, self._layout), self._layout.plan.workers)
        self._curves = {str(name): Curve() for name in EVALUATION_OPPONENTS}
        self._totals = {str(name): Tally(0, 0, 0) for name in EVALUATION_OPPONENTS}
        self._shown: dict[str, object] = {}
        self._rates = Rates()
        self._latest: dict[str, object] = {}
        self._rewards.clear()
        self._value_error.clear()
        self._sample = True
        self.history = History(HISTORY_ROWS)
        self._played = 0  # decisions
        self._unread = 0  # updates since what workers count was read
        self._ways: dict[int, Numbers] = {}  # the history to each snapshot that is not on this way

    def restore(self, numbers: Numbers) -> None:
        """Go on with the numbers of a saved run: the last of them are shown until there are newer ones."""
        self.history.restore(numbers)
        self._show_last()

    def _show_last(self) -> None:
        """Show the newest numbers of the history until there are newer ones."""
        last = {name: column[-1] for name, column in self.history.columns.items() if column[-1] is not None}
        results = {name: value for name, value in last.items() if name.startswith(RESULTS)}
        self._shown |= results
        self._latest |= {name: value for name, value in last.items() if name not in results}

    def remember(self, t_s: float, values: Mapping[str, object]) -> None:
        """Keep the numbers that were shown after `t_s` seconds of training."""
        if t_s > (self.history.times_s[-1] if self.history.times_s else 0.0) + LEAST_S:
            told = {name: value for name, value in values.items() if isinstance(value, int | float) and name != "t_s"}
            numbers = {name: float(value) for name, value in told.items() if not isinstance(value, bool)}
            self.history.add(t_s, {name: value for name, value in numbers.items() if math.isfinite(value)})

    def restart_rates(self) -> None:
        """Forget the rates: time has passed in which nothing was meant to happen."""
        self._rates = Rates()

    def go_back(self, t_s: float, ident: int, idents: Iterable[int]) -> None:
        """The policy is that of snapshot `ident` again, and so are the numbers, as they were after `t_s` seconds.

        `idents`: all snapshots there are. A way that was left is remembered as long as one of them lies on it.
        """
        self.restart_wins(ident)
        self.restart_rates()
        for name, curve in self._curves.items():
            curve.cut(t_s, asdict(self._totals[name]))
        self._rewards.clear()
        self._value_error.clear()
        here = self.history.numbers()
        self._ways = {each: self._ways.get(each, here) for each in idents}
        self.history.restore(self._ways[ident])
        self.history.cut(t_s + ROUNDING_S)
        self._shown, self._latest = {}, {}
        self._show_last()

    def restart_wins(self, ident: int = 0) -> None:
        """The policy is another one now, and the run epoch has turned: rollout workers count its own matches only.

        `ident`: the snapshot that it is, where it is one.
        """
        self._evaluations.fresh()
        for episodes in self.recent.values():
            episodes.restart()
        self.matchmaking.go_back(ident)

    def learned(
        self,
        metrics: Mapping[str, object],
        chunk_offsets: Sequence[int],
        hyper: Hyper,
        played: PlayedChunk | None = None,
    ) -> None:
        """Take in one update, before the chunks at hand are released. `played`: the chunk it is from, where a device
        played it; those at hand are then play of the same policy, too."""
        self._latest = dict(metrics)
        if played is not None:
            self._rewards.take(played.stats)
            self._played += int(str(metrics["decisions"]))
            self._unread = (self._unread + 1) % READ_EVERY
            if self._unread:
                return
            self.matchmaking.dueled(played.duels())
            self._count(played.evaluations())
        else:
            for offset in chunk_offsets:
                self._rewards.add(offset)
        if self._sample and chunk_offsets:  # one chunk a message is enough
            self._value_error.add(chunk_offsets[0], hyper)
            self._sample = False
        self._count(self._evaluations.fresh())
        self.recent[Player.SCRIPTED].waiting = self._evaluations.waiting()
        self.matchmaking.updated()

    def _count(self, evaluations: Mapping[str, Tally]) -> None:
        """Take in episodes of the evaluations, by name."""
        for name, tally in evaluations.items():
            self.recent[name].add(tally)
            self._totals[Player.SCRIPTED if name == SCRIPTED_AWAY else name] += tally
            if name == Player.SCRIPTED:
                self.matchmaking.played_scripted(tally)

    def name_rewards(self, reward_terms: Sequence[str]) -> None:
        """The matches are played for another reward, with these terms."""
        self._rewards = RewardTerms(self._memory, self._layout, reward_terms)

    def note(self, name: str, value: object) -> None:
        """Report `value` until the next update."""
        self._latest[name] = value

    def rate(self, now_s: float, decisions: int, updates: int) -> None:
        """Take the counters of a running training as they stand."""
        before, self._played_before = self._played_before, self._played_by_workers()
        self._played += sum(unsigned(b - a) for a, b in zip(before, self._played_before, strict=True))
        counters = {"trained_decisions": decisions, "rollout_decisions": self._played, "updates": updates}
        self._rates.add(now_s, counters)

    def _played_by_workers(self) -> list[int]:
        """What each has counted, which wraps."""
        return [self._memory.load(word) for word in self._played_words]

    def values(self, t_s: float, decisions: int) -> dict[str, object]:
        """Return the numbers as they stand after `t_s` seconds of training on `decisions` decisions."""
        self._sample = True
        for name, curve in self._curves.items():
            curve.update(t_s, decisions, asdict(self._totals[name]))
            self._show(name)
        values: dict[str, object] = {
            **self._latest,
            **self._rates.summary(),
            **self._rewards.means(),
            **self._shown,
            **self.matchmaking.values(),
            "terms": list(self._rewards.names),
            "curve": [point.plain() for point in self._curves[Player.SCRIPTED].points[-CURVE_POINTS_SENT:]],
        }
        if (error := self._value_error.share()) is not None:
            values["value_error"] = error
        return values

    @property
    def win_rate(self) -> float | None:
        """Against the scripted player, once enough episodes of the present policy tell."""
        now = self._known()
        return None if now is None else now.win

    @property
    def mean_return(self) -> float | None:
        """What an episode earned, where that is the drill's measure; None before enough of them tell."""
        now = self._known() if self.score.of_returns else None
        return None if now is None else now.mean_return

    def _known(self) -> Estimate | None:
        """How the present policy does against the scripted player, once that is known well enough to be told."""
        now = self.recent[Player.SCRIPTED].estimate()
        return None if now is None or now.effective < ENOUGH_TO_SHOW else now

    def _show(self, name: str) -> None:
        """Bring the shown results against a frozen player up to date, once the newest episodes say enough."""
        recent, suffix = self.recent[name], "" if name == Player.SCRIPTED else f"_{name}"
        now = recent.estimate()
        if now is None or now.effective < ENOUGH_TO_SHOW:
            return
        low, high = now.interval()
        values = {"win_rate": now.win, "win_low": low, "win_high": high, "loss_rate": now.loss, "draw_rate": now.draw}
        if self.score.of_returns:
            low, high = now.return_interval()
            values |= {"mean_return": now.mean_return, "return_low": low, "return_high": high}
        if isinstance(recent, BothTeams):
            values |= {f"win_rate_team_{team}": each.win for team, each in enumerate(recent.of_teams()) if each}
        self._shown |= {key + suffix: value for key, value in values.items()}

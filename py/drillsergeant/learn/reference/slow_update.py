"""One update of PPO, slowly: a real match of sixteen decisions, and every number that the learner made of it.

The learner is the reference, unchanged (`ppo.PpoLearner` over `arithmetic.NumpyArithmetic`); it is only watched. Each
number is told with the line of source that computes it.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from types import ModuleType

import numpy as np

from drillsergeant.drills.contract import Discrete, Drill, Head
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas import adam, gae, losses, network, sampling
from drillsergeant.learn.formulas.actions import from_words, unpacked
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.sampling import Choice
from drillsergeant.learn.heads import masks_of
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.minibatches import Cell
from drillsergeant.learn.ppo.ppo import LearnerState, PpoLearner
from drillsergeant.learn.reference import arithmetic, rollout
from drillsergeant.learn.reference.arithmetic import NumpyArithmetic
from drillsergeant.learn.reference.chunk import ChunkArrays
from drillsergeant.learn.reference.rollout import ReferenceCollector

DECISIONS = 16
BEFORE = 30  # decisions that the match has gone on for
PASSES = 4  # over the same decisions: in the first one every ratio is 1
AROUND = 5  # lines of source above and below
# Each number of a decision, in the order in which they are made, with the module and the line that makes it.
LINES: dict[str, tuple[ModuleType, str]] = {
    "chance": (sampling, "return action, chosen(shifted, action) - log_total"),
    "reward": (rollout, "chunk.reward[t] ="),
    "value": (network, "return Activations(observation"),
    "surprise": (gae, "surprise = reward"),
    "advantage": (gae, "return surprise + gamma"),
    "normalised": (arithmetic, "return [a * scale for a in centred]"),
    "ratio": (losses, "ratio = elementary.exp(log_ratio)"),
    "clipped": (losses, "clipped_ratio = np.minimum"),
    "loss": (losses, "-np.minimum(surrogate.gain, surrogate.clipped_gain)"),
    "after": (adam, "return parameter - step"),
}


@dataclass(frozen=True)
class LineOfSource:
    """Where a number is computed: a file of the package, the number of the line, and those around it from `first`."""

    file: str
    line: int
    first: int
    text: tuple[str, ...]


@dataclass(frozen=True)
class SlowUpdate:
    """What an update made of the decisions of player 0.

    `actions` says in words what was done, `numbers` maps each name of LINES to a number for each decision: `chance` is
    the probability (density, where there are numbers) when it was played, `after` that when the update was done;
    `ratio`, `clipped` and `loss` are those of the last pass. `decision` is the one whose ratio moved most, of head
    `head`, `before_chances` and `after_chances` what the policy gave its `choices` (none for a number).
    """

    actions: list[str]
    numbers: dict[str, list[float]]
    sources: dict[str, LineOfSource]
    passes: int
    clip_coef: float
    decision: int
    head: str
    choices: tuple[str, ...]
    before_chances: list[float]
    after_chances: list[float]

    def plain(self) -> dict[str, object]:
        """As numbers, lists and text."""
        return asdict(self)


class WatchedArithmetic(NumpyArithmetic):
    """Notes what every step begins with, of the decisions of one lane."""

    def __init__(self, net: Network, heads: Sequence[Head], masks: int, lane: int = 0) -> None:
        super().__init__(net, heads, 0, masks)
        self._lane, self.seen = lane, list[losses.Surrogate]()

    def gradient(self, cells: Sequence[Cell], clip_coef: float, entropy_coef: float, value_coef: float) -> list[float]:
        """See Arithmetic."""
        self.seen.append(self.look(clip_coef))
        return super().gradient(cells, clip_coef, entropy_coef, value_coef)

    def chances(self) -> list[list[Array]]:
        """Of every discrete head what the parameters in hand give each choice, f32 [T]; nothing of a number."""
        found = []
        for part in self._policy().by_head():
            if isinstance(part, Choice):
                _, exponentials, total = sampling.softmax_parts(*part)
                found.append([each / total for each in exponentials])
            else:
                found.append([])
        return found

    def _policy(self) -> sampling.Distribution:
        chunk, lane = self._chunks[0], self._lane
        seen = self.network.forward(self._rescaled, np.ascontiguousarray(chunk.obs[:, :, lane].T))
        allowed = unpacked(list(chunk.allowed[:, :, lane].T), self._masks)
        return self.network.policy(self._heads, self._rescaled, seen, allowed)

    def look(self, clip_coef: float) -> losses.Surrogate:
        """What the parameters in hand make of the decisions, f32 [T] each."""
        chunk, lane = self._chunks[0], self._lane
        taken = from_words(self._heads, [np.ascontiguousarray(row) for row in chunk.action[:, :, lane].T])
        logp = losses.log_probability(losses.parts_of(self._policy(), taken))
        advantage = self._advantages[0][:, lane]
        return losses.surrogate_of(logp, chunk.logp[:, lane], advantage, np.float32(clip_coef))

    @property
    def normalised(self) -> Array:
        """The advantages that are learned from, f32 [T]."""
        advantage: Array = self._advantages[0][:, self._lane]
        return advantage


def slow_update(drill: Drill, net: Network, state: LearnerState, hyper: Hyper, seed: int) -> SlowUpdate:
    """Play sixteen decisions of one match with the parameters of `state`, learn from them alone, and tell everything.

    The update is the learner's own, with these hyperparameters but for PASSES passes; nobody keeps what comes of it.
    """
    hyper = hyper.changed(epochs=PASSES)
    chunk = played(drill, net, state, seed)
    watched = WatchedArithmetic(net, drill.heads, masks_of(drill))
    learner = PpoLearner(watched, state.seed)
    learner.restore(replace(state, arrays=dict(state.arrays)))
    watched.prepare([chunk], hyper.gamma, hyper.gae_lambda)
    before = watched.chances()
    learner.learn([chunk], hyper)
    last, now = watched.seen[-1], watched.look(hyper.clip_coef)
    moved = int(np.abs(now.ratio - 1.0).argmax())
    number = max(range(len(before)), key=lambda place: _moved(before[place], watched.chances()[place], moved))
    head = drill.heads[number]
    return SlowUpdate(
        actions=_told(drill.heads, chunk),
        numbers={
            name: [float(each) for each in row] for name, row in _numbers(chunk, watched, last, now, hyper).items()
        },
        sources={name: source_line(*where) for name, where in LINES.items()},
        passes=PASSES,
        clip_coef=hyper.clip_coef,
        decision=moved,
        head=head.name,
        choices=head.choices if isinstance(head, Discrete) else (),
        before_chances=[float(each[moved]) for each in before[number]],
        after_chances=[float(each[moved]) for each in watched.chances()[number]],
    )


def played(drill: Drill, net: Network, state: LearnerState, seed: int) -> ChunkArrays:
    """The decisions that the update is of: a match of this seed, some seconds after its kick-off."""
    collector = ReferenceCollector(drill, net, 1, seed)
    parameters = np.frombuffer(state.arrays["parameters"], np.float32)
    collector.play(parameters, BEFORE)
    return collector.collect(parameters, DECISIONS)


def _numbers(
    chunk: ChunkArrays, watched: WatchedArithmetic, last: losses.Surrogate, now: losses.Surrogate, hyper: Hyper
) -> dict[str, Array]:
    """By name, f32 [T] each."""
    gamma, gae_lambda = np.float32(hyper.gamma), np.float32(hyper.gae_lambda)
    reward, value, ends = chunk.reward[:, 0], chunk.value[:, 0], (chunk.terminated[:, 0], chunk.truncated[:, 0])
    surprise = gae.gae_step(np.zeros_like(reward), reward, value[:-1], value[1:], *ends, gamma, gae_lambda)
    advantage, _ = gae.gae(chunk.reward, chunk.value, chunk.terminated, chunk.truncated, gamma, gae_lambda)
    chance = np.exp(chunk.logp[:, 0])
    found = (chance, reward, value[:-1], surprise, advantage[:, 0], watched.normalised)
    made = (last.ratio, last.clipped_ratio, -np.minimum(last.gain, last.clipped_gain), chance * now.ratio)
    return dict(zip(LINES, (*found, *made), strict=True))


def source_line(module: ModuleType, begins: str) -> LineOfSource:
    """The one line of a module that begins so, with those around it. Raises ValueError where it is not one."""
    lines = inspect.getsource(module).splitlines()
    places = [place for place, line in enumerate(lines) if line.strip().startswith(begins)]
    if len(places) != 1:
        raise ValueError(f"{module.__name__} has {len(places)} lines that begin with {begins!r}, expected one")
    first, end = max(places[0] - AROUND, 0), places[0] + AROUND + 1
    file = module.__name__.replace(".", "/") + ".py"
    return LineOfSource(file, places[0] + 1, first + 1, tuple(lines[first:end]))


def _told(heads: Sequence[Head], chunk: ChunkArrays) -> list[str]:
    """What was done, in words."""
    taken = from_words(heads, [np.ascontiguousarray(row) for row in chunk.action[:, :, 0].T])
    columns = [
        [head.choices[int(each)] for each in row]
        if isinstance(head, Discrete)
        else [f"{head.name} {each:.2f}" for each in row]
        for head, row in zip(heads, taken, strict=True)
    ]
    return [", ".join(parts) for parts in zip(*columns, strict=True)]


def _moved(before: Sequence[Array], after: Sequence[Array], decision: int) -> float:
    """By how much the chances of a head have moved for one decision."""
    return max((abs(float(b[decision] - a[decision])) for b, a in zip(before, after, strict=True)), default=0.0)

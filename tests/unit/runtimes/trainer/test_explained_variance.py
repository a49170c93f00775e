"""The value error is one minus the explained variance of the returns, as the learner's own GAE has them."""

import numpy as np
import pytest
from drillsergeant.learn.formulas.gae import gae
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan, initialise
from drillsergeant.runtimes.trainer.numbers.explained_variance import LANES_SAMPLED, UnexplainedVariance

HYPER = Hyper(gamma=0.9, gae_lambda=0.8)


class Chunks:
    """A layout of so many agents, and chunks of random play written into its one slot."""

    def __init__(self, matches: int, seed: int = 0) -> None:
        plan = Plan(
            workers=1, matches=matches, teams=(1, 1), horizon=5, observation_size=2, action_words=1, parameter_count=8
        )
        self.layout = Layout(plan)
        self.memory = PlainMemory(self.layout.total_bytes)
        initialise(self.memory, self.layout)
        self.offset = self.layout["ring.0.chunks"].offset
        self.random = np.random.default_rng(seed)
        self.found = UnexplainedVariance(self.memory, self.layout)

    def write(self, name: str, rows: np.ndarray) -> None:
        region = self.layout.chunk_field(name, self.offset)
        padded = np.full(region.shape, 99, rows.dtype)
        padded[:, : rows.shape[1]] = rows
        self.memory.write(region.offset, padded.data)

    def play(self) -> tuple[np.ndarray, np.ndarray]:
        """One chunk; returns its advantages and returns."""
        agents = self.layout.plan.agents
        reward = self.random.normal(size=(5, agents)).astype(np.float32)
        value = self.random.normal(size=(6, agents)).astype(np.float32)
        ends = (self.random.random((5, agents)) < 0.2).astype(np.int32)
        for name, rows in (("reward", reward), ("value", value), ("terminated", ends)):
            self.write(name, rows)
        return gae(reward, value, ends, np.zeros_like(ends), np.float32(HYPER.gamma), np.float32(HYPER.gae_lambda))


def test_it_is_what_the_learner_s_returns_leave_unexplained() -> None:
    chunks = Chunks(matches=LANES_SAMPLED // 2)
    assert chunks.found.share() is None
    played = [chunks.play()]
    chunks.found.add(chunks.offset, HYPER)
    played.append(chunks.play())
    chunks.found.add(chunks.offset, HYPER)
    advantages, returns = (np.concatenate(arrays) for arrays in zip(*played, strict=True))
    assert chunks.found.share() == pytest.approx(advantages.var() / returns.var(), rel=1e-4)


def test_a_sample_of_a_larger_chunk_is_near_it_and_moves_on() -> None:
    chunks = Chunks(matches=200)
    seen = set()
    for _ in range(8):
        advantages, returns = chunks.play()
        seen.add(chunks.found._lane)
        chunks.found.add(chunks.offset, HYPER)
    assert chunks.found.share() == pytest.approx(advantages.var() / returns.var(), rel=0.2)
    assert len(seen) == 8


def test_returns_without_any_variance_say_nothing() -> None:
    chunks = Chunks(matches=4)
    chunks.play()
    for name in ("reward", "value"):
        rows = rows_of(chunks, name)
        chunks.write(name, np.zeros((rows, 8), np.float32))
    chunks.found.add(chunks.offset, HYPER)
    assert chunks.found.share() is None


def rows_of(chunks: Chunks, name: str) -> int:
    return chunks.layout.chunk_field(name, chunks.offset).shape[0]

"""The learner: schedule, first-step identities, determinism, restoring, and dropping of poisoned updates."""

import numpy as np
import pytest
from drillsergeant.drills.contract import Discrete
from drillsergeant.learn.formulas.gae import gae
from drillsergeant.learn.formulas.linear import FAST, ORDERED, Dense
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.poison import poisoned
from drillsergeant.learn.formulas.sampling import Distribution, sample
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.minibatches import CELLS_PER_SHARE, Cell, cells_of, minibatches, shares_of
from drillsergeant.learn.ppo.ppo import PpoLearner
from drillsergeant.learn.reference.arithmetic import NumpyArithmetic, normalised
from drillsergeant.learn.reference.chunk import ChunkArrays
from drillsergeant.memory.layout import SHARES_MAX

from build.promises.records import tally

OBS, ACT, HORIZON, AGENTS = 4, 3, 4, 24
HEADS = (Discrete("way", ("left", "right", "up")),)
HYPER = Hyper(minibatch_size=64, epochs=2)


def learner(dense: Dense = FAST, seed: int = 0, cell_rows: int = 8) -> PpoLearner[ChunkArrays]:
    return PpoLearner(NumpyArithmetic(Network(OBS, ACT, (8, 8), dense), HEADS, seed), seed, cell_rows)


def chunk_for(subject: PpoLearner[ChunkArrays], seed: int) -> ChunkArrays:
    """A chunk sampled by the subject's own policy from random observations."""
    arithmetic = subject.arithmetic
    assert isinstance(arithmetic, NumpyArithmetic)
    rng = np.random.default_rng(seed)
    obs = rng.normal(size=(HORIZON + 1, OBS, AGENTS)).astype(np.float32)
    rows = [arithmetic.network.forward(arithmetic.parameters, o) for o in obs]
    picks = [sample(Distribution(HEADS, list(r.policy)), rng.random(AGENTS, np.float32)) for r in rows[:-1]]
    return ChunkArrays(
        obs=obs[:-1],
        action=np.stack([p[0] for p in picks]),
        allowed=np.zeros((HORIZON, 0, AGENTS), np.int32),
        logp=np.stack([p[1] for p in picks]),
        reward=rng.normal(size=(HORIZON, AGENTS)).astype(np.float32),
        terminated=(rng.random((HORIZON, AGENTS)) < 0.1).astype(np.int32),
        truncated=np.zeros((HORIZON, AGENTS), np.int32),
        value=np.stack([r.value for r in rows]),
    )


def parameters_of(subject: PpoLearner[ChunkArrays]) -> np.ndarray:
    return vector_of(subject, "parameters")


def vector_of(subject: PpoLearner[ChunkArrays], name: str) -> np.ndarray:
    return np.frombuffer(subject.state().arrays[name], np.float32)


@pytest.mark.parametrize("dense", [ORDERED, FAST])
def test_before_the_first_step_every_ratio_is_one(dense: Dense) -> None:
    """In every update but the first, for which fresh weights are taken as they are, in whatever units."""
    subject = learner(dense)
    subject.learn([chunk_for(subject, 0)], HYPER)
    metrics = subject.learn([chunk_for(subject, 1)], HYPER.changed(epochs=1, minibatch_size=1024))
    assert metrics.steps == 1
    assert abs(metrics.approx_kl) <= 1e-6, "the scales have moved, what the network computes has not"
    assert metrics.clip_fraction == 0.0
    # Every ratio one means the loss is minus the mean advantage, which is normalised to zero.
    assert metrics.policy_loss == pytest.approx(0.0, abs=1e-6)


def test_later_epochs_see_a_policy_that_has_moved() -> None:
    subject = learner()
    metrics = subject.learn([chunk_for(subject, 1)], HYPER)
    assert metrics.approx_kl > 1e-5
    assert (metrics.decisions, metrics.steps) == (HORIZON * AGENTS, 4)


def test_the_same_seed_and_chunks_give_the_same_bits() -> None:
    twins = [learner(), learner()]
    for twin in twins:
        for step in range(3):
            twin.learn([chunk_for(twin, step), chunk_for(twin, step + 10)], HYPER)
    np.testing.assert_array_equal(parameters_of(twins[0]), parameters_of(twins[1]))
    assert (parameters_of(learner(seed=1)) != parameters_of(learner())).any()


def test_a_restored_learner_goes_on_exactly_where_it_stopped() -> None:
    original = learner()
    original.learn([chunk_for(original, 1)], HYPER)
    saved = original.state()
    chunk = chunk_for(original, 2)
    original.learn([chunk], HYPER)
    other = learner(seed=5)
    other.restore(saved)
    other.learn([chunk], HYPER)
    np.testing.assert_array_equal(parameters_of(other), parameters_of(original))
    assert (other.updates, other.steps) == (original.updates, original.steps) == (2, 8)


def test_restoring_refuses_what_does_not_fit_or_is_poisoned() -> None:
    subject = learner()
    before = parameters_of(subject)
    state = subject.state()
    state.arrays["first_moment"] = np.zeros(3, np.float32).tobytes()
    with pytest.raises(ValueError, match=r"float32\[3\]"):
        subject.restore(state)
    state = subject.state()
    state.arrays["second_moment"] = np.full(before.shape, np.nan, np.float32).tobytes()
    with pytest.raises(ValueError, match="second_moment"):
        subject.restore(state)
    np.testing.assert_array_equal(parameters_of(subject), before)


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 1e38])
@pytest.mark.parametrize("field", ["obs", "reward", "value", "logp"])
def test_a_poisoned_chunk_is_dropped_and_counted(field: str, poison: float) -> None:
    subject = learner()
    before = parameters_of(subject)
    chunk = chunk_for(subject, 1)
    getattr(chunk, field)[1, ..., 3] = poison
    metrics = subject.learn([chunk], HYPER)
    assert (metrics.dropped, metrics.steps, subject.dropped, subject.steps) == (1, 0, 1, 0)
    np.testing.assert_array_equal(parameters_of(subject), before)
    tally(16, "injections", 1)


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 1e38])
@pytest.mark.parametrize("where", ["parameters", "first_moment", "second_moment"])
def test_poison_inside_the_learner_never_reaches_the_parameters(where: str, poison: float) -> None:
    subject = learner()
    chunk = chunk_for(subject, 1)
    arithmetic = subject.arithmetic
    assert isinstance(arithmetic, NumpyArithmetic)
    getattr(arithmetic, where)[5] = poison
    before = arithmetic.parameters.copy()
    metrics = subject.learn([chunk], HYPER)
    assert (metrics.dropped, subject.dropped, subject.steps) == (4, 4, 0)
    np.testing.assert_array_equal(arithmetic.parameters, before)
    tally(16, "injections", 1)


@pytest.mark.parametrize(("sums", "squared_norm"), [([np.inf] * 6, 1.0), ([np.nan] * 6, 1.0), ([1.0] * 6, None)])
def test_a_step_whose_loss_or_whose_gradient_is_no_number_is_dropped(
    monkeypatch: pytest.MonkeyPatch, sums: list[float], squared_norm: float | None
) -> None:
    subject = learner()
    chunk, before = chunk_for(subject, 1), parameters_of(subject)
    monkeypatch.setattr(subject.arithmetic, "gradient", lambda *_: sums)
    monkeypatch.setattr(subject.arithmetic, "squared_norm", lambda: squared_norm)
    metrics = subject.learn([chunk], HYPER)
    assert (metrics.dropped, metrics.steps, subject.steps) == (4, 0, 0)
    np.testing.assert_array_equal(parameters_of(subject), before)


def test_an_update_that_cannot_be_scaled_back_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = learner()
    chunk = chunk_for(subject, 1)
    monkeypatch.setattr(subject.arithmetic, "finish", lambda: False)
    metrics = subject.learn([chunk], HYPER)
    assert (metrics.dropped, subject.dropped) == (1, 1) and metrics.steps


def test_the_guard_finds_what_comparisons_may_hide() -> None:
    for bad in (np.nan, -np.nan, np.inf, -np.inf, 1e18, -3e38):
        assert poisoned(np.array([0.0, bad], np.float32)), bad
    assert not poisoned(np.array([0.0, -0.0, 1e-40, -9e17], np.float32))


def test_the_global_norm_is_clipped_to_the_maximum() -> None:
    moved = []
    for maximum in (0.01, 100.0):
        subject = learner()
        subject.learn([chunk_for(subject, 1)], HYPER.changed(epochs=1, minibatch_size=1024, max_grad_norm=maximum))
        moved.append(np.linalg.norm(vector_of(subject, "first_moment")))
    # Adam's first moment after one step is a tenth of the gradient it was given.
    assert moved[0] == pytest.approx(0.001, rel=1e-3)
    assert moved[1] > 10.0 * moved[0]


def test_a_gradient_above_the_maximum_is_scaled_to_it_and_never_divided_by_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subject = learner()
    rows, given = HORIZON * AGENTS, list[float]()
    hyper = HYPER.changed(epochs=1, minibatch_size=1024, max_grad_norm=0.5)

    def adam(_: float, scale: float, *corrections: float) -> bool:
        given.append(scale)
        return True

    monkeypatch.setattr(subject.arithmetic, "adam", adam)
    for norm in (0.0, 0.25, 2.0, 1e-6):
        monkeypatch.setattr(subject.arithmetic, "squared_norm", lambda norm=norm: (norm * rows) ** 2)
        subject.learn([chunk_for(subject, 1)], hyper)
    # The 1e-6 is that of the usual implementations.
    assert [scale * rows for scale in given] == pytest.approx([1.0, 1.0, 0.5 / 2.000001, 1.0], rel=1e-9)


def test_the_reported_norm_and_losses_are_means_over_rows() -> None:
    subject = learner()
    subject.learn([chunk_for(subject, 0)], HYPER)
    chunk, before = chunk_for(subject, 1), vector_of(subject, "first_moment")
    gamma, gae_lambda = np.float32(HYPER.gamma), np.float32(HYPER.gae_lambda)
    _, returns = gae(chunk.reward, chunk.value, chunk.terminated, chunk.truncated, gamma, gae_lambda)
    metrics = subject.learn([chunk], HYPER.changed(epochs=1, minibatch_size=1024, max_grad_norm=100))
    # Adam's first moment takes in a tenth of the gradient it is given.
    given = 10.0 * (vector_of(subject, "first_moment") - 0.9 * before)
    assert metrics.gradient_norm == pytest.approx(np.linalg.norm(given), rel=1e-4)
    errors = (chunk.value[:-1] - returns) / subject.arithmetic.scales.return_spread
    assert metrics.value_loss == pytest.approx(float((errors**2).mean()) / 2.0, rel=1e-3)
    assert 0.9 < metrics.entropy / np.log(ACT) < 1.0


def test_learning_a_chunk_again_and_again_fits_its_returns_and_prefers_its_better_actions() -> None:
    subject = learner()
    chunk = chunk_for(subject, 1)
    hyper = HYPER.changed(epochs=1, minibatch_size=1024, learning_rate=1e-2)
    losses = [subject.learn([chunk], hyper) for _ in range(30)]
    assert losses[-1].value_loss < 0.8 * losses[0].value_loss
    assert losses[-1].policy_loss < -0.05
    norms = [subject.learn([chunk], hyper.changed(epochs=2)).gradient_norm for _ in range(2)]
    assert max(norms) < 2.0 * losses[-1].gradient_norm


def test_the_mean_gradient_does_not_depend_on_the_cell_size_within_1e_6() -> None:
    means = []
    for cell_rows in (5, 8, 24):
        subject = learner(cell_rows=cell_rows)
        subject.learn([chunk_for(subject, 1)], HYPER.changed(epochs=1, minibatch_size=1024))
        means.append(vector_of(subject, "first_moment"))
    np.testing.assert_allclose(means[1], means[0], atol=1e-6)
    np.testing.assert_allclose(means[2], means[0], atol=1e-6)


def test_every_row_is_in_exactly_one_minibatch_of_an_epoch() -> None:
    cells = cells_of(chunks=2, horizon=3, agents=10, cell_rows=4)
    assert sum(cell.lanes for cell in cells) == 60
    parts = minibatches(cells, 15, seed=1, update=2, epoch=0)
    assert len(parts) == 4
    rows = [(c.chunk, c.t, lane) for part in parts for c in part for lane in range(c.lane, c.lane + c.lanes)]
    assert sorted(rows) == [(chunk, t, lane) for chunk in range(2) for t in range(3) for lane in range(10)]


def test_the_order_depends_on_seed_update_and_epoch_and_on_nothing_else() -> None:
    cells = cells_of(1, 16, 64, 8)

    def order(counter: tuple[int, int, int]) -> tuple[Cell, ...]:
        return tuple(cell for part in minibatches(cells, 64, *counter) for cell in part)

    counters = [(1, 1, 0), (2, 1, 0), (1, 2, 0), (1, 1, 1)]
    orders = [order(counter) for counter in counters]
    assert len(set(orders)) == 4
    assert orders[0] == order(counters[0])
    # A golden value: the same order in every Python version.
    assert [cell.t * 8 + cell.lane // 8 for cell in orders[0][:6]] == [54, 91, 49, 3, 55, 39]


def test_a_batch_smaller_than_a_minibatch_is_one_minibatch() -> None:
    assert len(minibatches(cells_of(1, 2, 8, 8), 8192, 0, 0, 0)) == 1


@pytest.mark.parametrize("cells", [1, 7, 8 * CELLS_PER_SHARE - 1, 1000 * CELLS_PER_SHARE + 3])
def test_shares_of_a_minibatch_are_all_of_it_once_and_alike(cells: int) -> None:
    shares = shares_of(cells)
    assert [cell for low, high in shares for cell in range(low, high)] == list(range(cells))
    sizes = [high - low for low, high in shares]
    assert max(sizes) - min(sizes) <= 1
    assert len(shares) == min(SHARES_MAX, max(1, cells // CELLS_PER_SHARE))


def test_advantages_are_normalised_over_all_chunks_together() -> None:
    rng = np.random.default_rng(0)
    parts = [(rng.normal(size=(3, 5)) * 4.0 + shift).astype(np.float32) for shift in (1.0, 9.0)]
    out = np.concatenate(normalised(parts))
    assert out.dtype == np.float32
    assert out.mean() == pytest.approx(0.0, abs=1e-6)
    assert out.std() == pytest.approx(1.0, abs=1e-5)
    assert normalised(parts)[1].mean() > normalised(parts)[0].mean() + 1.0


def test_constant_advantages_normalise_to_zero() -> None:
    np.testing.assert_array_equal(normalised([np.full((4, 4), 0.5, np.float32)])[0], 0.0)

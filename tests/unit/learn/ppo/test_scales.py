"""What observations and returns are measured in follows them; parameters mean the same before and after rescaling."""

import json
from dataclasses import replace

import numpy as np
import pytest
from drillsergeant.learn.formulas.linear import ORDERED
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.rescale import entered, left, moments
from drillsergeant.learn.ppo.limits import MOST_COUNT
from drillsergeant.learn.ppo.scales import (
    LARGEST,
    MEMORY_UPDATES,
    NEAR,
    SMALLEST_SPREAD,
    Moments,
    Scale,
    Scales,
    pooled,
)


def drawn(rng: np.random.Generator, mean: float, spread: float, rows: int = 400) -> np.ndarray:
    """f32 [4][rows / 4]."""
    return rng.normal(mean, spread, (4, rows // 4)).astype(np.float32)


def scales_of(*pairs: tuple[float, float], returns: Scale = Scale(-30.0, 64.0)) -> Scales:  # noqa: B008
    return Scales(tuple(Scale(mean, spread**2) for mean, spread in pairs), returns, 5, fresh=False)


def test_moments_are_those_of_the_numbers_whatever_the_shift() -> None:
    rows = drawn(np.random.default_rng(0), 3.0, 2.0)
    for shift in (0.0, 2.5, -100.0):
        found = Scale().moved(moments(rows, shift), 1.0)
        assert found.mean == pytest.approx(float(rows.mean()), rel=1e-5)
        assert found.variance == pytest.approx(float(rows.var()), rel=1e-3)


def test_chunks_of_a_batch_are_pooled() -> None:
    rng = np.random.default_rng(1)
    one, two = drawn(rng, 0.0, 1.0), drawn(rng, 5.0, 1.0)
    both = Scale().moved(pooled([moments(one, 1.0), moments(two, 1.0)]), 1.0)
    together = np.concatenate([one, two])
    assert (both.mean, both.variance) == pytest.approx((float(together.mean()), float(together.var())), rel=1e-4)


def test_the_first_batches_weigh_alike_and_later_ones_move_it_on() -> None:
    scales = Scales.unknown(1, fresh=True)
    for value in (1.0, 2.0, 6.0):
        scales = scales.moved([Moments(0.0, 10, 10 * value, 10 * value**2)], Moments(0.0, 10, 0.0, 0.0))
    assert scales.observations[0].mean == pytest.approx(3.0)
    assert scales.observations[0].variance == pytest.approx(np.var([1.0, 2.0, 6.0]))
    assert (scales.updates, scales.fresh) == (3, False)
    for _ in range(8 * MEMORY_UPDATES):
        scales = scales.moved([Moments(0.0, 10, 500.0, 25_000.0)], Moments(0.0, 10, 0.0, 0.0))
    assert scales.observations[0].mean == pytest.approx(50.0, rel=1e-2)
    assert scales.observations[0].variance < 1.0, "what was is forgotten"
    moved = scales.moved([Moments(0.0, 10, 1500.0, 225_000.0)], Moments(0.0, 10, 0.0, 0.0)).observations[0]
    assert moved.mean - scales.observations[0].mean == pytest.approx(100.0 / MEMORY_UPDATES, rel=1e-2)


def test_before_the_first_update_numbers_are_taken_as_they_are() -> None:
    scales = Scales.unknown(2, fresh=True)
    assert (scales.means, scales.spreads, scales.return_spread) == ([0.0, 0.0], [1.0, 1.0], 1.0)
    assert (scales.returns, scales.updates, scales.fresh) == (Scale(0.0, 1.0), 0, True)


def test_a_late_batch_is_a_hundredth_of_the_scales() -> None:
    late = replace(Scales.unknown(1, fresh=False), updates=5000)
    moved = late.moved([Moments(0.0, 10, 10.0, 10.0)], Moments(0.0, 10, -30.0, 90.0))
    assert moved.observations[0].mean == pytest.approx(0.01)
    assert moved.returns.mean == pytest.approx(-0.03)
    assert moved.updates == 5001


def test_small_numbers_are_left_as_they_are_and_returns_that_are_all_alike_too() -> None:
    scales = scales_of((0.0, 1e-3), (7.0, 50.0), returns=Scale(20.0, 0.0))
    assert scales.spreads == [SMALLEST_SPREAD, 50.0]
    assert scales.return_spread == pytest.approx(2.0)
    assert replace(scales, returns=Scale()).return_spread == 1.0


@pytest.mark.parametrize("hidden", [(8, 8), (9,), (8, 12, 16)])
@pytest.mark.parametrize("seed", range(5))
def test_the_network_computes_the_same_in_other_units(seed: int, hidden: tuple[int, ...]) -> None:
    network = Network(3, 2, hidden, ORDERED)
    rng = np.random.default_rng(seed)
    scales = scales_of((0.3, 1.0), (-400.0, 90.0), (2.0, 5.0))
    parameters = (network.initial(seed) * rng.normal(1.0, 1.0, network.size)).astype(np.float32)
    observation = np.stack([rng.normal(scale.mean, scale.variance**0.5, 50) for scale in scales.observations])
    means, spreads = (np.array(each)[:, None] for each in (scales.means, scales.spreads))
    rescaled = ((observation - means) / spreads).astype(np.float32)
    plain = network.forward(parameters, observation.astype(np.float32))
    inside = network.forward(entered(network, parameters, scales), rescaled)
    assert np.allclose(inside.policy, plain.policy, atol=2e-3)
    assert np.allclose(inside.value * scales.return_spread + scales.returns.mean, plain.value, atol=2e-3)
    back = left(network, entered(network, parameters, scales), scales)
    assert np.allclose(back, parameters, rtol=1e-4, atol=1e-3)
    assert not np.allclose(entered(network, parameters, scales), parameters, atol=0.1)


def test_scales_are_near_up_to_a_twentieth_of_the_spread() -> None:
    was = scales_of((0.0, 4.0), (10.0, 64.0), returns=Scale(0.0, 256.0))
    assert was.near(was)
    edge = 64.0 * NEAR
    for mean, spread, near in (
        (10.0 + edge, 64.0, True),
        (10.0 - edge, 64.0, True),
        (10.0 + 1.01 * edge, 64.0, False),
        (10.0, 64.0 + 0.99 * edge, True),
        (10.0, 64.0 - 1.01 * edge, False),
    ):
        moved = replace(was, observations=(was.observations[0], Scale(mean, spread**2)))
        assert moved.near(was) is near, (mean, spread)
    assert not replace(was, returns=Scale(1.0, 256.0)).near(was)
    assert not replace(was, returns=Scale(0.0, 289.0)).near(was)


def test_scales_survive_a_file_to_the_last_bit() -> None:
    scales = scales_of((0.1, 1.0 / 3.0), (1e-12, 7.0))
    assert Scales.from_plain(json.loads(json.dumps(scales.plain())), 2) == scales


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"means": [0.0]}, "1 means, 2 variances"),
        ({"variances": [1.0, -1.0]}, "below 0"),
        ({"returns": [0.0, float("nan")]}, "above 1e"),
        ({"means": ["0", "1"]}, "lists of numbers"),
        ({"updates": 1.5}, "1.5 updates"),
        ({"fresh": 1}, "fresh: 1"),
    ],
)
def test_what_are_no_scales_is_refused(change: dict[str, object], wrong: str) -> None:
    plain = scales_of((0.0, 1.0), (0.0, 1.0)).plain()
    with pytest.raises(ValueError, match=wrong):
        Scales.from_plain({**plain, **change}, 2)
    with pytest.raises(ValueError, match="list, expected an object"):
        Scales.from_plain([], 2)


AT_LIMITS: list[dict[str, object]] = [
    {"variances": [0.0]}, {"updates": MOST_COUNT}, {"updates": 0}, {"means": [-LARGEST]}
]  # fmt: skip
BEYOND: list[dict[str, object]] = [
    {"variances": [-1e-30]}, {"returns": [0.0, -1.0]}, {"updates": MOST_COUNT + 1}, {"updates": -1},
    {"means": [-LARGEST * 1.001]}, {"means": "0"}, {"means": [True]},
]  # fmt: skip


def test_scales_at_their_limits_are_read_and_beyond_them_refused() -> None:
    whole = scales_of((0.0, 1.0)).plain()
    for change in AT_LIMITS:
        assert Scales.from_plain({**whole, **change}, 1).plain() == {**whole, **change}
    for change in BEYOND:
        with pytest.raises(ValueError, match="scales"):
            Scales.from_plain({**whole, **change}, 1)

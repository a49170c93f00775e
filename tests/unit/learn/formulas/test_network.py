"""Network: layout, initialisation, forward and backward against f64, and the ordered reference of the kernels."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from drillsergeant.learn.formulas.linear import FAST, ORDERED, Dense, lane_sum
from drillsergeant.learn.formulas.network import Network

OBS, ACT, HIDDEN = 5, 3, (8, 8)
SHAPES = [(8,), HIDDEN, (9, 12, 10)]


def noisy_parameters(network: Network, seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=network.size) * 0.5).astype(np.float32)


def head_f64(hidden: Sequence[int], parameters: np.ndarray, observation: np.ndarray) -> np.ndarray:
    """The network written out in f64 on an f64 parameter vector, [ACT+1][B]."""
    at, sums, x = 0, observation, observation
    for inputs, outputs in pairwise([OBS, *hidden, ACT + 1]):
        weights, at = parameters[at : at + outputs * inputs].reshape(outputs, inputs), at + outputs * inputs
        sums, at = weights @ x + parameters[at : at + outputs, None], at + outputs
        x = np.tanh(sums)
    assert at == len(parameters)
    return sums


def test_the_table_is_gapless_and_in_the_published_order() -> None:
    network = Network(32, 30)
    names = [p.name for p in network.table]
    assert names == ["w0", "b0", "w1", "b1", "w2", "b2"]
    assert [p.offset for p in network.table] == [0, 2048, 2112, 6208, 6272, 8256]
    assert network.size == 8287


def test_one_layer_and_three_lie_in_the_same_order() -> None:
    assert [p.name for p in Network(32, 30, (16,)).table] == ["w0", "b0", "w1", "b1"]
    deep = Network(32, 30, (8, 16, 24), log_stds=2)
    assert [p.shape for p in deep.table[::2]] == [(8, 32), (16, 8), (24, 16), (31, 24), (2,)]
    assert deep.table[deep.table.index(deep.head) + 1].of(np.arange(deep.size))[-1] == deep.value_bias
    assert len({Network(32, 30, hidden).shape_hash for hidden in ((8,), (8, 8), (8, 16), (16, 8))}) == 4


def test_a_fresh_network_is_the_same_everywhere_and_close_to_uniform() -> None:
    network = Network(32, 30)
    parameters = network.initial(7)
    np.testing.assert_array_equal(parameters, network.initial(7))
    assert (parameters != network.initial(8)).mean() > 0.9
    # A golden value: the bits must not depend on platform or NumPy version.
    assert int(parameters.view(np.uint32).astype(np.uint64).sum()) == 17025504282222
    observation = np.random.default_rng(0).normal(size=(32, 500)).astype(np.float32)
    activations = network.forward(parameters, observation)
    assert np.abs(activations.policy).max() < 0.1
    assert 0.2 < activations.value.std() < 2.0
    assert 0.4 < activations.hidden[1].std() < 0.9


def test_initial_weights_have_the_stated_deviation_within_5_percent() -> None:
    network = Network(64, 30)
    w1 = network.table[2].of(network.initial(1))
    assert w1.std() == pytest.approx(1.4 / 8.0, rel=0.05)
    assert abs(w1.mean()) < 0.01
    assert np.corrcoef(w1[:-1].ravel(), w1[1:].ravel())[0, 1] == pytest.approx(0.0, abs=0.06)


@pytest.mark.parametrize("dense", [FAST, ORDERED])
@pytest.mark.parametrize("hidden", SHAPES)
def test_forward_equals_f64_within_1e_5(hidden: tuple[int, ...], dense: Dense) -> None:
    network = Network(OBS, ACT, hidden, dense)
    parameters = noisy_parameters(network, 1)
    observation = np.random.default_rng(2).normal(size=(OBS, 13)).astype(np.float32)
    activations = network.forward(parameters, observation)
    expected = head_f64(hidden, parameters.astype(np.float64), observation)
    np.testing.assert_allclose(activations.policy, expected[:ACT], atol=1e-5)
    np.testing.assert_allclose(activations.value, expected[ACT], atol=1e-5)


@pytest.mark.parametrize("dense", [FAST, ORDERED])
@pytest.mark.parametrize("rows", [1, 6, 16])
@pytest.mark.parametrize("hidden", SHAPES)
def test_backward_equals_finite_differences_of_f64_within_2e_5(
    hidden: tuple[int, ...], dense: Dense, rows: int
) -> None:
    network = Network(OBS, ACT, hidden, dense)
    parameters = noisy_parameters(network, 3)
    rng = np.random.default_rng(rows)
    observation = rng.normal(size=(OBS, rows)).astype(np.float32)
    upstream = rng.normal(size=(ACT + 1, rows)).astype(np.float32)
    gradient = network.backward(parameters, network.forward(parameters, observation), upstream)
    exact = parameters.astype(np.float64)
    numeric = np.zeros(network.size)
    for index in range(network.size):
        nudge = np.zeros(network.size)
        nudge[index] = 1e-5
        above, below = (head_f64(hidden, exact + sign * nudge, observation) for sign in (1, -1))
        numeric[index] = ((above - below) * upstream).sum() / 2e-5
    np.testing.assert_allclose(gradient, numeric, atol=2e-5 * max(1.0, np.abs(numeric).max()))


def test_ordered_products_equal_plain_loops_bit_for_bit() -> None:
    rng = np.random.default_rng(4)
    weights, bias = (rng.normal(size=s).astype(np.float32) for s in ((3, 7), (3,)))
    inputs, upstream = (rng.normal(size=s).astype(np.float32) for s in ((7, 10), (3, 10)))
    forward, to_inputs = np.zeros((3, 10), np.float32), np.zeros((7, 10), np.float32)
    to_weights = np.zeros((3, 7), np.float32)
    for o in range(3):
        for r in range(10):
            total = bias[o]
            for i in range(7):
                total = total + weights[o, i] * inputs[i, r]
            forward[o, r] = total
        for i in range(7):
            lanes = [np.float32(0.0)] * 4
            for r in range(10):
                lanes[r % 4] = lanes[r % 4] + upstream[o, r] * inputs[i, r]
            to_weights[o, i] = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    for i in range(7):
        for r in range(10):
            total = weights[0, i] * upstream[0, r]
            for o in range(1, 3):
                total = total + weights[o, i] * upstream[o, r]
            to_inputs[i, r] = total
    np.testing.assert_array_equal(ORDERED.forward(weights, bias, inputs), forward)
    np.testing.assert_array_equal(ORDERED.to_inputs(weights, upstream), to_inputs)
    np.testing.assert_array_equal(ORDERED.to_weights(upstream, inputs), to_weights)


@pytest.mark.parametrize("rows", range(9))
def test_lane_sum_counts_every_row_once(rows: int) -> None:
    values = np.arange(1, rows + 1, dtype=np.float32)
    assert lane_sum(values) == rows * (rows + 1) / 2
    assert lane_sum(np.stack([values, -values])).tolist() == [values.sum(), -values.sum()]


def test_a_vector_of_another_network_is_refused_with_both_sizes() -> None:
    with pytest.raises(ValueError, match=r"float32\[10\].*float32\[156\]"):
        Network(OBS, ACT, HIDDEN).views(np.zeros(10, np.float32))
    with pytest.raises(ValueError, match="float64"):
        Network(OBS, ACT, HIDDEN).views(np.zeros(156))

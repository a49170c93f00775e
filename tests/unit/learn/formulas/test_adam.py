"""Adam against arithmetic done by hand and against an f64 loop."""

import numpy as np
from drillsergeant.learn.formulas.adam import EPSILON, adam_step
from drillsergeant.learn.ppo.arithmetic import BETA1, BETA2, corrections


def f32(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_the_first_step_moves_by_the_learning_rate_against_the_gradient() -> None:
    zeros = f32(0.0, 0.0)
    scalars = [np.float32(x) for x in (0.01, 1.0, *corrections(1))]
    parameter, first_moment, second_moment = adam_step(f32(1.0, 1.0), f32(2.0, -0.5), zeros, zeros, *scalars)
    np.testing.assert_allclose(parameter, [0.99, 1.01], atol=1e-6)
    np.testing.assert_allclose(first_moment, [0.2, -0.05], rtol=1e-6)
    np.testing.assert_allclose(second_moment, [0.004, 0.00025], rtol=1e-5)


def test_gradient_scale_comes_before_the_moments() -> None:
    zeros = f32(0.0)
    scalars = [np.float32(x) for x in (0.01, 0.25, *corrections(1))]
    _, first_moment, second_moment = adam_step(f32(1.0), f32(8.0), zeros, zeros, *scalars)
    np.testing.assert_allclose(first_moment, [0.2], rtol=1e-6)
    np.testing.assert_allclose(second_moment, [0.004], rtol=1e-5)


def test_fifty_steps_follow_an_f64_loop_within_1e_5() -> None:
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(50, 7))
    parameter = first_moment = second_moment = np.zeros(7, np.float32)
    expected = m = v = np.zeros(7)
    for step, gradient in enumerate(gradients, start=1):
        scalars = [np.float32(x) for x in (0.01, 1.0, *corrections(step))]
        parameter, first_moment, second_moment = adam_step(
            parameter, gradient.astype(np.float32), first_moment, second_moment, *scalars
        )
        m = BETA1 * m + (1 - BETA1) * gradient
        v = BETA2 * v + (1 - BETA2) * gradient**2
        expected = expected - 0.01 * (m / (1 - BETA1**step)) / (np.sqrt(v / (1 - BETA2**step)) + EPSILON)
    assert parameter.dtype == np.float32
    np.testing.assert_allclose(parameter, expected, atol=1e-5)


def test_a_parameter_without_gradient_stays_where_it_is() -> None:
    scalars = [np.float32(x) for x in (0.1, 1.0, *corrections(1))]
    parameter, _, _ = adam_step(f32(3.0), f32(0.0), f32(0.0), f32(0.0), *scalars)
    assert parameter[0] == 3.0


def test_epsilon_halves_the_step_of_a_gradient_of_its_own_size() -> None:
    scalars = [np.float32(x) for x in (0.1, 1.0, *corrections(1))]
    parameter, _, _ = adam_step(f32(0.0), f32(EPSILON), f32(0.0), f32(0.0), *scalars)
    np.testing.assert_allclose(parameter, [-0.05], rtol=1e-4)

"""What learners in PyTorch without an adapter of ours are given: actions are drawn and judged as the page does."""

from itertools import pairwise

import drillsergeant
import numpy as np
import pytest
import torch
from drillsergeant.gym import DrillEnv
from drillsergeant.gym.pytorch import choice_sizes, choices, tensors_of


@pytest.mark.parametrize("name", ["ball", "chase"])
def test_actions_are_drawn_by_the_chances_of_the_policy_that_comes_back(name: str) -> None:
    torch.manual_seed(5)
    env = DrillEnv(name)
    sizes = choice_sizes(env.drill)
    units = [len(env.drill.observation), 16, 8]
    first, second = (torch.nn.Linear(*pair) for pair in pairwise(units))
    head, value = torch.nn.Linear(units[-1], sum(sizes)), torch.nn.Linear(units[-1], 1)
    policy = drillsergeant.Policy.from_tensors(
        name, tensors_of({"net.0": first, "net.2": second, "policy": head, "value": value}), 3
    )
    assert policy.content.schema.hidden == (16, 8)

    seen = torch.randn(500, units[0])
    chosen = choices(head(second(first(seen).tanh()).tanh()), sizes)
    actions = chosen.sample()
    assert all(env.action_space.contains(action.astype(np.int64)) for action in actions.numpy())
    chances = np.split(policy.probabilities(seen.numpy()), np.cumsum(sizes)[:-1], axis=1)
    columns = actions.reshape(len(seen), -1).numpy().T
    taken = [chance[np.arange(len(seen)), column] for chance, column in zip(chances, columns, strict=True)]
    np.testing.assert_allclose(chosen.log_prob(actions).detach(), np.log(taken).sum(0), atol=1e-4)
    entropies = sum(-(chance * np.log(chance)).sum(1) for chance in chances)
    np.testing.assert_allclose(chosen.entropy().detach(), entropies, atol=1e-4)
    assert {len(set(column)) for column in columns} == set(sizes), "each choice of each head was drawn"


def test_a_drill_of_numbers_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="actions of pendulum are numbers, not choices"):
        choice_sizes(drillsergeant.make("pendulum"))

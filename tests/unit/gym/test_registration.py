"""The drills in gymnasium's registry: each by two names, those of one's own as they are registered."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
import pytest
from drillsergeant import drills
from drillsergeant.commands.template import YourDrill
from drillsergeant.gym import DrillEnv, DrillVectorEnv, env_id


@dataclass(frozen=True)
class OwnDrill(YourDrill):
    name: str = "my_own-game"


@pytest.fixture
def _own_is_forgotten() -> Iterator[None]:
    yield
    drills.DRILLS.discard(OwnDrill().name)
    for name in (env_id(OwnDrill().name), f"drillsergeant/{OwnDrill().name}-v0"):
        gymnasium.registry.pop(name, None)


def test_every_drill_is_there_and_is_made() -> None:
    assert env_id("squad-pair") == "drillsergeant/SquadPair-v0"
    for drill in drills.OWN:
        for name in (env_id(drill), f"drillsergeant/{drill}-v0"):
            env: Any = gymnasium.make(name, opponent="random").unwrapped
            assert isinstance(env, DrillEnv) and env.drill.name == drills.make(drill).name
    many: Any = gymnasium.make_vec("drillsergeant.gym:drillsergeant/Sumo-v0", num_envs=3, opponent="random")
    assert isinstance(many, DrillVectorEnv) and many.num_envs == 3 and many.drill.name == "sumo"
    env = gymnasium.make("drillsergeant/Ball-v0", render_mode="rgb_array")
    env.reset(seed=1)
    image = env.render()
    assert isinstance(image, np.ndarray) and image.shape == (388, 640, 3)


@pytest.mark.usefixtures("_own_is_forgotten")
def test_one_of_ones_own_is_there_once_it_is_registered() -> None:
    drills.register(OwnDrill)
    env: Any = gymnasium.make("drillsergeant/MyOwnGame-v0").unwrapped
    assert isinstance(env.drill, OwnDrill)
    drills.register(OwnDrill)  # as happens in notebooks

"""A drill in Stable-Baselines3, and what it learned as a policy of the page: `pip install "drillsergeant[sb3]"`.

    env = Matches(DrillVectorEnv(512, "ball", "scripted"), seed=1)
    model = PPO("MlpPolicy", env, policy_kwargs=SHAPE).learn(2_000_000)
    brought_back(model, env.drill).save("policy.dshq")

The page's network has one trunk (by default 64 and 64 units, tanh) under both its heads. SB3 by default has two
separate nets, of which a `.dshq` file has no room for the second; so `SHAPE` gives SB3 the same trunk as a features
extractor that both heads share, and nothing is left out; `shape_of((32, 32))` is that of another network.
`handed_over` is the other way: a policy of the page in SB3's hands.
"""

from drillsergeant.extras import needed

for _module in ("torch", "stable_baselines3"):
    needed(_module, "sb3")

from drillsergeant.gym.sb3.exchange import brought_back, handed_over  # noqa: E402  # only now can they be imported
from drillsergeant.gym.sb3.matches import Matches  # noqa: E402
from drillsergeant.gym.sb3.network import SHAPE, Trunk, shape_of  # noqa: E402

__all__ = ["SHAPE", "Matches", "Trunk", "brought_back", "handed_over", "shape_of"]


def __dir__() -> list[str]:
    return sorted(__all__)

"""The drills as environments for other libraries: `pip install "drillsergeant[gym]"`.

    DrillEnv            gymnasium.Env: player 0 of one match, against an opponent
    DrillVectorEnv      gymnasium.vector.VectorEnv: the same for N matches in one batch, which is what makes it fast
    DrillParallelEnv    pettingzoo.ParallelEnv: all players of one match
    win_share           how many of so many matches a policy wins
    film                a match as a GIF

With this imported, `gymnasium.make` and `gymnasium.make_vec` know the first two as "drillsergeant/Ball-v0" and so on,
for every drill there is, see `registration`. `drillsergeant.gym.sb3` is for Stable-Baselines3,
`drillsergeant.gym.pytorch` for other learners in PyTorch.

Matches, rewards and random numbers are those of the page, to the bit. None of it exists in a browser's workers.
"""

from drillsergeant.extras import needed

for _module in ("gymnasium", "pettingzoo"):
    needed(_module, "gym")

from drillsergeant.gym.batch import Batch, Opponent  # noqa: E402  # only now is it sure that they can be had
from drillsergeant.gym.evaluate import win_share  # noqa: E402
from drillsergeant.gym.film import film  # noqa: E402
from drillsergeant.gym.parallel import DrillParallelEnv  # noqa: E402
from drillsergeant.gym.registration import env_id, register_drills  # noqa: E402
from drillsergeant.gym.single import DrillEnv  # noqa: E402
from drillsergeant.gym.vector import DrillVectorEnv  # noqa: E402

__all__ = ["Batch", "DrillEnv", "DrillParallelEnv", "DrillVectorEnv", "Opponent", "env_id", "film", "win_share"]

register_drills()


def __dir__() -> list[str]:
    return sorted(__all__)

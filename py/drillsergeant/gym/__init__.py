"""The drills as environments for other libraries: `pip install 'drillsergeant[gym]'`.

    DrillEnv            gymnasium.Env: player 0 of one match, against an opponent
    DrillVectorEnv      gymnasium.vector.VectorEnv: the same for N matches in one batch, which is what makes it fast
    DrillParallelEnv    pettingzoo.ParallelEnv: all players of one match
    win_share           how many of so many matches a policy wins

With this imported, `gymnasium.make` and `gymnasium.make_vec` know the first two as "drillsergeant/ball-v0" and so on,
for every drill there is, those of installed packages too, and those registered before. `drillsergeant.gym.sb3` is for
Stable-Baselines3.

Matches, rewards and random numbers are those of the page, to the bit. None of it exists in a browser's workers.
"""

import gymnasium

from drillsergeant.drills import DRILLS
from drillsergeant.gym.batch import Batch, Opponent
from drillsergeant.gym.evaluate import win_share
from drillsergeant.gym.parallel import DrillParallelEnv
from drillsergeant.gym.single import DrillEnv
from drillsergeant.gym.vector import DrillVectorEnv

__all__ = ["Batch", "DrillEnv", "DrillParallelEnv", "DrillVectorEnv", "Opponent", "win_share"]

for _name in DRILLS:
    gymnasium.register(
        f"drillsergeant/{_name}-v0",
        entry_point="drillsergeant.gym.single:DrillEnv",
        vector_entry_point="drillsergeant.gym.vector:DrillVectorEnv",
        kwargs={"drill": _name},
    )

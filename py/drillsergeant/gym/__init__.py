"""The drills as environments for other libraries: `pip install 'drillsergeant[gym]'`.

    DrillEnv            gymnasium.Env: side 0 of one match, against an opponent
    DrillVectorEnv      gymnasium.vector.VectorEnv: the same for N matches in one batch, which is what makes it fast
    DrillParallelEnv    pettingzoo.ParallelEnv: all sides of one match

Matches, rewards and random numbers are those of the page, to the bit. None of it exists in a browser's workers.
"""

from drillsergeant.gym.batch import Batch, Opponent
from drillsergeant.gym.parallel import DrillParallelEnv
from drillsergeant.gym.single import DrillEnv
from drillsergeant.gym.vector import DrillVectorEnv

__all__ = ["Batch", "DrillEnv", "DrillParallelEnv", "DrillVectorEnv", "Opponent"]

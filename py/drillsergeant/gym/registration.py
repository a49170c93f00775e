"""The drills in gymnasium's registry: "drillsergeant/Ball-v0", and by the drill's own name "drillsergeant/ball-v0".

gymnasium looks for no packages by itself. It knows them after `import drillsergeant.gym`, or where a name says what to
import: `gymnasium.make("drillsergeant.gym:drillsergeant/Ball-v0")`.
"""

from __future__ import annotations

import re

import gymnasium

from drillsergeant.drills import DRILLS, OWN


def env_id(drill: str) -> str:
    """What gymnasium calls a drill of this name: of "squad-pair" it is "drillsergeant/SquadPair-v0"."""
    return f"drillsergeant/{''.join(part[:1].upper() + part[1:] for part in re.split('[-_]', drill))}-v0"


def register_drill(drill: str) -> None:
    """Make the drill of this name known to `gymnasium.make` and `gymnasium.make_vec`."""
    for name in (env_id(drill), f"drillsergeant/{drill}-v0"):
        if name not in gymnasium.registry:
            gymnasium.register(
                name,
                entry_point="drillsergeant.gym.single:DrillEnv",
                vector_entry_point="drillsergeant.gym.vector:DrillVectorEnv",
                kwargs={"drill": drill},
            )


def register_drills() -> None:
    """All that there are, those of installed packages too, and from now on each one as it is registered."""
    for drill in (*OWN, *DRILLS):
        register_drill(drill)
    DRILLS.when_added(register_drill)

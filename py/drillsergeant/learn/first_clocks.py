"""At which moments of an episode a worker's matches begin.

Where nothing but time ends an episode, matches that began together stay together for ever: a batch is all beginnings,
and the next one all ends, and what is learned of one is unlearned by the other. So the first episodes of such a drill
begin at clocks that are spread over the time limit; the state is that of any start.
"""

from __future__ import annotations

from drillsergeant.drills.contract import Drill, only_time_ends
from drillsergeant.learn.program import DrillFacts


def first_clocks(drill: Drill | DrillFacts, matches: int) -> list[int] | None:
    """The clock of each match's first episode, whole decisions; None for a drill whose matches begin at 0."""
    if not (drill.only_time_ends if isinstance(drill, DrillFacts) else only_time_ends(drill)):
        return None
    decisions = round(drill.time_limit_s * drill.tick_hz) // drill.action_repeat
    return [match * decisions // matches * drill.action_repeat for match in range(matches)]

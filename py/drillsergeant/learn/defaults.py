"""The learner's settings where nobody sets any: one rule for all drills, from what a drill is like.

Small games are seen in few numbers and need many small steps, long ones a learner that looks further ahead. Ball Drill
is the measure of both: for it, the rule gives the defaults of `ppo.hyper.Hyper`.
"""

from __future__ import annotations

import math

from drillsergeant.drills.contract import Drill
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.program import DrillFacts

ROWS_PER_ENTRY = 64  # of a minibatch, for each observation entry
SMALLEST_MINIBATCH = 256
HORIZONS_PER_MATCH = 6.0  # how many times 1 / (1 - gamma) decisions are as long as the longest match
GAMMA_MAX = 0.995


def default_hyper(drill: Drill | DrillFacts) -> Hyper:
    """The settings for a drill. Noise of a step goes with the root of its rows, and so does the learning rate."""
    usual = Hyper()
    rows = min(max(ROWS_PER_ENTRY * len(drill.observation), SMALLEST_MINIBATCH), usual.minibatch_size)
    decisions = drill.time_limit_s * drill.tick_hz / drill.action_repeat
    gamma = min(max(1.0 - HORIZONS_PER_MATCH / decisions, usual.gamma), GAMMA_MAX)
    learning_rate = float(f"{usual.learning_rate * math.sqrt(rows / usual.minibatch_size):.2g}")
    return usual.changed(minibatch_size=rows, learning_rate=learning_rate, gamma=round(gamma, 4))

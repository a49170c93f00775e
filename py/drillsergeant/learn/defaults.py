"""What a drill is learned with where nobody says anything: one rule for all drills, from what a drill is like.

Small games are seen in few numbers and need many small steps, long ones a learner that looks further ahead. Ball Drill
is the measure of both: for it, the rule gives the defaults of `ppo.hyper.Hyper`. The network is the same for all. Where
a drill knows better, it recommends something else and says why (`drills.contract.Recommended`).
"""

from __future__ import annotations

import math

from drillsergeant.drills.contract import Drill, Recommended, recommended_by
from drillsergeant.learn.ppo.hidden import HIDDEN, checked_hidden
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
    by_shape = usual.changed(minibatch_size=rows, learning_rate=learning_rate, gamma=round(gamma, 4))
    recommended = _recommended(drill)
    return by_shape.changed(**recommended.hyper) if recommended else by_shape


def with_minibatch(hyper: Hyper, rows: int) -> Hyper:
    """`hyper` with minibatches of at least so many rows, and a learning rate that grows with the root of them, though
    no further than what is usual."""
    if rows <= hyper.minibatch_size:
        return hyper
    grown = hyper.learning_rate * math.sqrt(rows / hyper.minibatch_size)
    learning_rate = max(hyper.learning_rate, min(float(f"{grown:.2g}"), Hyper().learning_rate))
    return hyper.changed(minibatch_size=rows, learning_rate=learning_rate)


def default_hidden(drill: Drill | DrillFacts) -> tuple[int, ...]:
    """Units of each hidden layer of a drill's network. Raises ValueError where the drill recommends what cannot be."""
    recommended = _recommended(drill)
    return checked_hidden(recommended.hidden) if recommended and recommended.hidden else HIDDEN


def _recommended(drill: Drill | DrillFacts) -> Recommended | None:
    return drill.recommended if isinstance(drill, DrillFacts) else recommended_by(drill)

"""CartPole after half a million decisions: where others' PPO stands then, ours does, too."""

from __future__ import annotations

import statistics
from dataclasses import replace

from build.measure.yardsticks import YARDSTICKS, Evaluation, ours
from build.promises.records import tally, tell
from tests.rigs.length import few

SEEDS = few(range(1, 6), 1)
CLEANRL, SPREAD = 490.04, 6.12  # mean return of an episode after as many decisions, of its seeds; and between them
POSSIBLE = 500.0  # time is up


def test_cartpole_is_balanced_as_well_as_by_cleanrls_ppo_after_as_many_decisions() -> None:
    cartpole = replace(YARDSTICKS[0], look_every=YARDSTICKS[0].limit)
    looks: list[Evaluation] = [list(ours(cartpole, seed))[-1] for seed in SEEDS]
    returns = [each.mean_return for each in looks]
    assert cartpole.drill == "cartpole" and all(each.decisions >= cartpole.limit for each in looks)
    mean, spread = statistics.fmean(returns), statistics.pstdev(returns)
    tell(19, "CartPole", f"mean return {mean:.1f} ± {spread:.1f} after 500,000 decisions")
    tally(19, "seeds of CartPole", len(returns), bad=0 if mean >= CLEANRL - SPREAD else len(returns))
    assert CLEANRL - SPREAD <= mean <= POSSIBLE, returns

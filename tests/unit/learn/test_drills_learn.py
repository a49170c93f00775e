"""Every drill a visitor can choose is learned by the product's learner with its defaults, within seconds."""

from __future__ import annotations

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.defaults import default_hyper
from drillsergeant.learn.engine import SCRIPTED_AWAY
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.train import Settings, native_rig, train

from tests.rigs.length import AT_LENGTH, few

# Against whom, and the shares of wins before and after. Chase Drill is learned in test_learning.py and
# test_tutorial_claims.py, too.
CASES = [
    ("sumo", 300_000, "scripted", 0.1, 0.3, 0),
    ("squad-pair", 400_000, "random", 0.1, 0.3, 0),
    ("sumo", 500_000, "scripted", 0.1, 0.5, 1),
    ("squad-pair", 1_000_000, "scripted", 0.1, 0.3, 1),
    ("chase", 150_000, "scripted", 0.5, 0.9, 0),
    ("chase", 150_000, "scripted", 0.5, 0.9, 1),
]


@pytest.mark.parametrize(("name", "decisions", "opponent", "before", "after", "seed"), few(CASES, 2))
def test_the_share_of_wins_rises_from_the_reference(
    name: str, decisions: int, opponent: str, before: float, after: float, seed: int
) -> None:
    """Of a drill with one player: the share of matches won in time."""
    drill = make(name)
    settings = Settings(decisions=decisions, evaluate_every=decisions, evaluation_episodes=100, seed=seed)
    first, last = train(native_rig(drill, settings), settings, Hyper())
    shares = [point.tallies[opponent].wins / point.tallies[opponent].episodes for point in (first, last)]
    assert shares[0] < before
    assert shares[1] > after


def test_volleyball_is_learned_as_it_recommends() -> None:
    drill = make("volley")
    decisions = 500_000 if AT_LENGTH else 300_000
    settings = Settings(decisions=decisions, evaluate_every=decisions, evaluation_episodes=100)
    first, last = train(native_rig(drill, settings), settings, default_hyper(drill))
    for opponent, before, after in (("scripted", 0.05, 0.15 if AT_LENGTH else 0.08), ("random", 0.6, 0.65)):
        shares = [point.tallies[opponent].wins / point.tallies[opponent].episodes for point in (first, last)]
        assert shares[0] < before, opponent
        assert shares[1] > after, opponent


def test_both_games_of_unlike_teams_are_learned_by_one_policy() -> None:
    """Catchers first: until these can catch, a runner has nothing to run from."""
    drill = make("hide")
    decisions = 2_000_000 if AT_LENGTH else 1_000_000
    settings = Settings(decisions=decisions, evaluate_every=decisions, evaluation_episodes=300 if AT_LENGTH else 150)
    first, last = train(native_rig(drill, settings), settings, default_hyper(drill))
    for game, after in (("scripted", 0.4), (SCRIPTED_AWAY, 0.2)):
        shares = [point.tallies[game].wins / point.tallies[game].episodes for point in (first, last)]
        assert shares[0] < 0.1, game
        assert shares[1] > after, game

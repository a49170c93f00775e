"""The guards speak when something is surely wrong, and not otherwise."""

import math
import random
from collections.abc import Mapping

import pytest
from drillsergeant.drills import make
from drillsergeant.drills.contract import MeanReturn, WinRate
from drillsergeant.learn import safeguards
from drillsergeant.learn.engine import Tally
from drillsergeant.learn.evaluation.results import RecentEpisodes, Score
from drillsergeant.learn.heads import most_entropy
from drillsergeant.learn.ppo.hyper import RANGES, Hyper, with_step_scaled
from drillsergeant.learn.safeguards import Advice, Safeguards

from tests.rigs.length import AT_LENGTH, few

HIGHEST_ENTROPY = math.log(30)
HEALTHY = {"value_loss": 0.03, "steps": 4.0, "dropped": 0.0, "entropy": 1.5, "approx_kl": 0.005}
HYPER = Hyper()


class Run:
    """Guards over a made-up run: win rates are drawn, other metrics given."""

    def __init__(self, seed: int = 0, *, alone: bool = False, highest: float = HIGHEST_ENTROPY) -> None:
        score = Score(WinRate())
        self.safeguards = Safeguards(score, highest, workers=1, alone=alone)
        self.rate = RecentEpisodes(score)
        self.hyper, self.draws = HYPER, random.Random(seed)
        self.updates = self.bests = self.promised = self.best_from = 0

    def update(self, win: float | None = None, **changes: float) -> Advice:
        if win is not None:
            wins = sum(self.draws.random() < win for _ in range(20))
            self.rate.add(Tally(20, wins, 20 - wins))
        metrics: Mapping[str, float] = {**HEALTHY, **changes}
        advice = self.safeguards.judge(metrics, self.rate, self.hyper, HYPER)
        self.hyper = self.hyper.changed(**advice.changes)
        self.updates += 1
        if advice.best:
            self.bests, self.best_from = self.bests + 1, self.promised
        if advice.promising:
            self.promised = self.updates
        return advice


def falls(run: Run, win: float, updates: int) -> int | None:
    """The update that is told to be a fall, of this many at a true win rate."""
    return next((number for number in range(updates) if run.update(win).fallen), None)


@pytest.mark.parametrize("seed", few(range(10), 2))
def test_a_steady_policy_and_one_a_little_below_its_best_never_fall(seed: int) -> None:
    run = Run(seed)
    assert falls(run, 0.93, 2000) is None
    assert falls(run, 0.89, 4000) is None, "80,000 episodes four points below"


@pytest.mark.parametrize("seed", range(10))
def test_a_real_drop_is_noticed_soon(seed: int) -> None:
    run = Run(seed)
    falls(run, 0.93, 500)
    assert run.safeguards.best.best == pytest.approx(0.94, abs=0.025)
    when = falls(run, 0.70, 200)
    assert when is not None
    assert when * 20 < 1500, "episodes until it is noticed"


@pytest.mark.parametrize("seed", range(5))
def test_a_collapse_is_noticed_within_a_few_hundred_episodes(seed: int) -> None:
    run = Run(seed)
    falls(run, 0.93, 500)
    when = falls(run, 0.0, 50)
    assert when is not None
    assert when * 20 < 300


def test_the_sentence_names_both_rates() -> None:
    run = Run()
    falls(run, 1.0, 200)
    fallen = ""
    while not fallen:
        fallen = run.update(0.0).fallen
    assert fallen.startswith("Wins against the scripted player fell from 100% to 0%")


def test_the_best_only_grows_and_a_few_episodes_are_no_best() -> None:
    run = Run()
    run.update(1.0)
    assert run.bests == 0
    for win in (0.2, 0.5, 0.8):
        for _ in range(200):
            run.update(win)
    assert 3 < run.bests < 40
    best = run.safeguards.best.best
    assert best == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize("seed", few(range(20), 8))
def test_a_policy_ruined_while_the_rate_still_rises_is_never_the_best(seed: int) -> None:
    run = Run(seed)
    run.rate.waiting = 100
    for number in range(300):
        run.update(number / 300)
    ruined_at = run.updates
    for _ in range(5):
        run.update(1.0)  # what the policy before has still won
    for _ in range(100):
        run.update(0.0)
    assert run.bests > 10
    assert run.best_from < ruined_at


def test_after_a_rewind_it_takes_thousands_of_episodes_until_the_next() -> None:
    run = Run()
    falls(run, 0.93, 500)
    assert falls(run, 0.0, 100) is not None
    run.safeguards.best.rewound()
    run.rate.restart()
    when = falls(run, 0.0, 1000)
    assert when is not None
    assert when * 20 >= safeguards.COOL_DOWN_EPISODES - 20


def test_half_the_learning_rate_ends_at_the_least_there_is() -> None:
    hyper = HYPER
    for _ in range(40):
        hyper = with_step_scaled(hyper, 0.5)
    assert hyper.learning_rate == RANGES["learning_rate"].low
    assert with_step_scaled(HYPER, 0.5).learning_rate == HYPER.learning_rate / 2


def test_a_collapsed_policy_gets_more_entropy_within_bounds_and_less_when_it_has_recovered() -> None:
    run = Run()
    notes = [note for _ in range(1000) for note in run.update(0.3, entropy=0.02).notes]
    assert run.hyper.entropy_coef == safeguards.LARGEST_RAISED
    assert "entropy bonus up to 0.006" in notes[0]
    assert "as high as it is raised" in notes[-1]
    assert len(notes) == 6, "five times doubled, once told that it is enough"
    notes = [note for _ in range(1000) for note in run.update(0.3, entropy=1.0).notes]
    assert run.hyper.entropy_coef == HYPER.entropy_coef
    assert len(notes) == 5


@pytest.mark.parametrize(("entropy", "win"), [(0.02, 0.97), (0.3, 0.3), (3.4, 0.0)])
def test_a_sure_winner_and_a_policy_that_varies_are_left_alone(entropy: float, win: float) -> None:
    run = Run()
    assert not [note for _ in range(150) for note in run.update(win, entropy=entropy).notes]
    assert run.hyper == HYPER


def test_the_entropy_of_numbers_may_be_anything() -> None:
    run = Run(highest=most_entropy(make("pendulum").heads))
    assert not [note for _ in range(200) for note in run.update(0.3, entropy=-3.0).notes]
    assert run.hyper == HYPER
    assert most_entropy(make("ball").heads) == pytest.approx(HIGHEST_ENTROPY)


def test_a_good_policy_that_gets_no_better_takes_finer_steps_down_to_a_bound() -> None:
    run = Run()
    notes = [note for _ in range(20_000) for note in run.update(0.9).notes]
    assert run.hyper.learning_rate == HYPER.learning_rate * safeguards.FINEST_SHARE
    assert len(notes) == 5
    assert notes[0].startswith("Wins against the scripted player rose no further than 9")
    assert notes[0].endswith("for 20,000 matches: learning rate 0.006 → 0.003")


def test_a_policy_that_gets_better_or_still_loses_keeps_its_steps() -> None:
    better, losing = Run(), Run()
    updates = 10_000 if AT_LENGTH else 4_000
    for number in range(updates):
        better.update(0.55 + 0.4 * number / updates)
        losing.update(0.5)
    assert better.hyper == losing.hyper == HYPER


@pytest.mark.parametrize(("alone", "win", "halved"), [(True, 1.0, False), (True, 0.9, True), (False, 1.0, True)])
def test_who_plays_alone_and_always_succeeds_has_nothing_left_to_refine(alone: bool, win: float, halved: bool) -> None:
    run = Run(alone=alone)
    for _ in range(4_000):
        run.update(win)
    assert (run.hyper != HYPER) is halved


def test_a_learning_rate_the_visitor_has_set_gets_its_time() -> None:
    run = Run()
    while run.hyper == HYPER:
        run.update(0.9)
    halved_at = run.updates
    for _ in range(750):
        run.update(0.9)
    run.hyper = run.hyper.changed(learning_rate=0.004)
    for _ in range(750):
        run.update(0.9)
    assert run.updates - halved_at > safeguards.PATIENCE_EPISODES / 20
    assert run.hyper.learning_rate == 0.004


def test_a_sure_policy_that_still_gets_better_is_left_alone() -> None:
    run = Run()
    notes = [note for number in range(300) for note in run.update(0.8 * number / 300, entropy=0.02).notes]
    assert notes == []


def test_an_update_that_went_too_far_halves_the_next_step_which_grows_back() -> None:
    run = Run()
    assert run.safeguards.in_force(HYPER) is HYPER
    advice = run.update(approx_kl=0.5)
    assert "KL 0.5" in advice.notes[0]
    assert run.safeguards.in_force(HYPER).learning_rate == HYPER.learning_rate / 2
    assert not run.update(approx_kl=0.5).notes, "told once"
    assert run.safeguards.in_force(HYPER).learning_rate == HYPER.learning_rate / 4
    for _ in range(100):
        run.update()
    assert run.safeguards.in_force(HYPER) is HYPER


@pytest.mark.parametrize("kl", [math.nan, math.inf, 1e9])
def test_steps_shrink_no_further_than_to_a_bound(kl: float) -> None:
    run = Run()
    for _ in range(100):
        run.update(approx_kl=kl)
    assert run.safeguards.in_force(HYPER).learning_rate == HYPER.learning_rate * safeguards.SMALLEST_SCALE


def test_left_out_updates_are_told_once_in_a_while_and_judged_by_nothing_else() -> None:
    run = Run()
    notes = [note for _ in range(100) for note in run.update(steps=0.0, dropped=1.0, approx_kl=9.0, entropy=0.0).notes]
    assert len(notes) == 1
    assert "left out" in notes[0]
    assert run.safeguards.in_force(HYPER) is HYPER


def test_switched_off_they_change_nothing_and_still_know_the_best() -> None:
    run = Run()
    run.safeguards.switch(False)
    falls(run, 0.93, 500)
    assert run.safeguards.best.best is not None
    advices = [run.update(0.0, entropy=0.0, approx_kl=9.0) for _ in range(500)]
    assert all(not (advice.fallen or advice.notes or advice.changes) for advice in advices)
    assert run.safeguards.in_force(HYPER) is HYPER
    run.safeguards.switch(True)
    assert run.update(0.0, entropy=0.0, approx_kl=9.0).fallen
    assert run.safeguards.in_force(HYPER).learning_rate == HYPER.learning_rate / 2


def test_a_mean_return_is_guarded_in_parts_of_its_threshold() -> None:
    score = Score(MeanReturn(-100.0))
    guards, recent = Safeguards(score, HIGHEST_ENTROPY, workers=1), RecentEpisodes(score)
    draws = random.Random(1)

    def update(mean: float) -> Advice:
        earned = [draws.gauss(mean, 15.0) for _ in range(20)]
        recent.add(Tally(20, 20, 0, sum(earned), sum(each * each for each in earned)))
        return guards.judge(HEALTHY, recent, HYPER, HYPER)

    assert not any(update(-85.0).fallen for _ in range(500))
    assert guards.best.best == pytest.approx(-84.0, abs=2.0)
    assert not any(update(-90.0).fallen for _ in range(1000)), "five of a hundred below"
    fallen = next(said for _ in range(200) if (said := update(-120.0).fallen))
    assert fallen.startswith("The mean return fell from -8")

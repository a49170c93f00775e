"""What the tutorial says its reader will see is what a run of the page comes to, whatever its seed.

Every test names the sentences it is about, so that none of them is changed without it. `make claims` prints the
figures, for more seeds and longer runs; docs/experiments.md keeps them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.heads import most_entropy
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.runtimes.page.training.sliders import END, SLIDES
from drillsergeant.runtimes.protocol import messages

from tests.rigs.length import AT_LENGTH
from tests.rigs.training_run import TrainingRun, program_of
from tests.rigs.tutorial_text import SEEDS, edited, told

LONGER = 4 if AT_LENGTH else 1
WINS_ALWAYS = 0.95
CHANCE = 0.24  # of meeting the ball without looking
FASTER = "0.0001" if AT_LENGTH else "0.0007"  # for who does not wait


def trained(run: TrainingRun, decisions: float, until: Callable[[], bool] = lambda: False) -> None:
    """Train for so many decisions, or until something is seen."""
    end = run.trainer.progress.decisions + decisions
    while run.trainer.progress.decisions < end and not until():
        run.update()


def number(run: TrainingRun, name: str) -> float:
    value = run.values()[name]
    assert isinstance(value, float)
    return value


def figure(what: str, seed: int, run: TrainingRun, **values: float) -> None:
    """A line for whoever measures."""
    shown = ", ".join(f"{name} {value:.3g}" for name, value in values.items())
    print(f"{what}, seed {seed}, after {run.trainer.progress.decisions / 1e6:.2f} M decisions: {shown}")


def test_what_the_text_says_of_the_page_is_how_the_page_is_set_up() -> None:
    told("some five thousand numbers", "hundreds of matches at a time, sixteen decisions of each")
    told("Beyond a fifth more or less", "a quarter of the matches are played against earlier versions")
    assert round(program_of("chase").network.parameter_count, -3) == 5000
    assert (RunSizes.matches, RunSizes.horizon, RunSizes.duel_percent, Hyper.clip_coef) == (256, 16, 25, 0.2)
    told("Turn clay into ice, make the ring smaller and let them dash harder")
    clay, ice = make("sumo"), edited("sumo", "ice")
    less = [name for name in ("player_drag_per_s", "ring_m", "dash_speed") if getattr(ice, name) < getattr(clay, name)]
    assert less == ["player_drag_per_s", "ring_m"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_drill_learns_slowly_enough_to_be_watched(seed: int) -> None:
    told("Slowly some bars grow longer and others shrink.")
    run = TrainingRun("chase", seed, matches=16, address={"learning_rate": "0.0001"})
    even = most_entropy(make("chase").heads)
    trained(run, 100_000)
    figure("chapter 1, slowly", seed, run, wins=run.win, entropy=number(run, "entropy") / even)
    assert run.win < 0.6
    if not AT_LENGTH:
        return
    trained(run, 3e6, lambda: run.win > WINS_ALWAYS)
    figure("chapter 1, slowly", seed, run, wins=run.win, entropy=number(run, "entropy") / even)
    assert run.win > WINS_ALWAYS and number(run, "entropy") < 0.9 * even


@pytest.mark.parametrize("seed", SEEDS)
def test_a_ball_that_is_fast_all_at_once_is_missed_more_often_until_that_is_learned(seed: int) -> None:
    told("the wins under the match. They fall at once, and climb again while it trains on.")
    run = TrainingRun("chase", seed, matches=16, address={"learning_rate": FASTER})
    trained(run, 2e6, lambda: run.win > WINS_ALWAYS)
    run.edit(edited("chase", "fast"))
    wins = []
    for _ in range(20):
        trained(run, 3000)
        wins.append(run.win)
    lowest = min(wins)
    trained(run, 1e6, lambda: run.win > lowest + (WINS_ALWAYS - lowest) / 2)
    figure("chapter 1, a faster ball", seed, run, lowest=lowest, wins=run.win)
    assert lowest < WINS_ALWAYS - 0.05 and run.win > lowest + 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_the_chaser_catches_the_ball_and_then_flees_from_it_if_that_is_paid(seed: int) -> None:
    told("All five are about equally likely.", "all would be over within seconds")
    told("Train this one until it wins nearly always.")
    told("Soon the chaser flees, and wins less often than somebody who moves by chance")
    run = TrainingRun("chase", seed)
    run.update()
    even = most_entropy(make("chase").heads)
    assert number(run, "entropy") > 0.98 * even
    trained(run, 150_000)
    figure("chapters 1 and 2", seed, run, wins=run.win, entropy=number(run, "entropy") / even)
    assert run.win > WINS_ALWAYS and number(run, "entropy") < 0.6 * even
    if AT_LENGTH:
        trained(run, 2e6)  # a reader who is not in a hurry
    run.edit(edited("chase", "away"))
    trained(run, 3e6, lambda: run.win < 0.2)
    figure("chapter 2, away", seed, run, wins=run.win)
    trained(run, 100_000 * LONGER)
    assert run.win < CHANCE


@pytest.mark.parametrize("seed", SEEDS)
def test_who_cannot_see_the_ball_misses_most_and_two_numbers_are_enough(seed: int) -> None:
    told("However long you let it train, it catches less than half of the balls", "the one in four that chance brings")
    told("Two numbers, and it wins nearly always again.")
    blind, way = (TrainingRun(edited("chase", box), seed) for box in ("blind", "way"))
    trained(blind, 1_200_000 if AT_LENGTH else 150_000)
    trained(way, 150_000)
    figure("chapter 3, blind", seed, blind, wins=blind.win)
    figure("chapter 3, way", seed, way, wins=way.win)
    assert (CHANCE if AT_LENGTH else 0.15) < blind.win < 0.5  # it begins at chance, and learns slowly
    assert way.win > WINS_ALWAYS


def settle(run: TrainingRun, updates: int, **hyper: float) -> None:
    """Move sliders, and see what some updates come to."""
    run.trainer.handle(messages.SetHyper({**hyper}))
    run.train(updates)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_leash_holds_back_and_bold_steps_change_too_much(seed: int) -> None:
    told("Held back, the share of choices that clipping stops. It jumps from less than a tenth to a quarter and more.")
    told(
        "Change, how far an update moves its choices. It leaps to ten times what it was", "shortens the steps by itself"
    )
    run = TrainingRun("ball", seed)
    trained(run, 250_000 * LONGER)
    held, change = number(run, "clip_fraction"), number(run, "approx_kl")
    settle(run, 2, clip_coef=SLIDES["clip_coef"].value(0))
    figure("chapter 4, leash", seed, run, wins=run.win, before=held, after=number(run, "clip_fraction"))
    assert held < 0.15 and number(run, "clip_fraction") > 0.2
    settle(run, 4, clip_coef=0.2)
    assert number(run, "clip_fraction") < 0.15
    changes = []
    for _ in range(20):
        settle(run, 1, learning_rate=SLIDES["learning_rate"].value(END))
        changes.append(number(run, "approx_kl"))
    figure("chapter 4, boldness", seed, run, before=change, most=max(changes))
    assert max(changes) > 10 * change
    assert any("smaller steps for now" in event.text for event in run.events("guard"))


@pytest.mark.parametrize("seed", SEEDS)
def test_who_learns_in_leaps_from_the_start_is_sure_and_loses(seed: int) -> None:
    told("Doubt. Within seconds it is nearly gone, and it loses match after match")
    run = TrainingRun("ball", seed, address={"learning_rate": str(SLIDES["learning_rate"].value(END))})
    trained(run, 1_200_000 if AT_LENGTH else 200_000)
    doubt = number(run, "entropy") / most_entropy(make("ball").heads)
    figure("chapter 4, restarted", seed, run, losses=number(run, "loss_rate"), doubt=doubt)
    assert doubt < 0.4 and number(run, "loss_rate") > 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_bouts_on_ice_are_over_sooner(seed: int) -> None:
    told("Once they have learned it, one on ice is over in less than half the time of one on clay.")
    clay, ice = (TrainingRun(drill, seed) for drill in ("sumo", edited("sumo", "ice")))
    for run in (clay, ice):
        trained(run, 2_000_000 if AT_LENGTH else 200_000)
    lengths = [number(run, "episode_decisions") for run in (clay, ice)]
    figure("chapter 7", seed, ice, clay=lengths[0], ice=lengths[1])
    assert lengths[1] < 0.5 * lengths[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_who_have_nothing_to_win_from_each_other_score_and_lose_to_the_bot(seed: int) -> None:
    told("Nearly every match ends in a goal now.", "Why do they take so few wins from the bot?")
    run = TrainingRun(edited("ball", "both"), seed)
    trained(run, 1_800_000 if AT_LENGTH else 300_000)
    goals = number(run, "reward_goal")
    figure("chapter 5", seed, run, wins=run.win, goals=goals)
    assert goals > 0.7 and run.win < 0.3

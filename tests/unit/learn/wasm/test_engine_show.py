"""The matches on screen equal the NumPy ones in every field, tick after tick, whoever plays them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from drillsergeant.drills.contract import Continuous, Head, Player
from drillsergeant.learn.engine import SHOW_MATCHES, ShowMatch

from tests.rigs.engines import F32, Pair, decisive, pair
from tests.rigs.length import AT_LENGTH, few


def matches_of(both: Pair, seed: int, number: int = 0) -> list[ShowMatch]:
    """The kernel engine's match first."""
    return [engine.show_match(seed, number) for engine in (both.kernel, both.numpy)]


def by_hand(head: Head) -> float:
    """The last choice, or a number that is too large: the game gets the end of the range."""
    return head.high + 1.0 if isinstance(head, Continuous) else len(head.choices) - 1


def play(both: Pair, shows: list[ShowMatch], decisions: int, players: Mapping[int, Player]) -> int:
    """Plays on both and compares every tick; returns how many episodes ended."""
    ended = 0
    for _ in range(decisions):
        for show in shows:
            show.decide(players, [by_hand(head) for head in both.program.drill.heads])
        for _ in range(both.program.drill.action_repeat):
            for show in shows:
                show.tick()
            assert shows[0].state() == shows[1].state()
        kernel, numpy = (show.finish() for show in shows)
        assert kernel == numpy
        assert shows[0].state() == shows[1].state()
        ended += kernel.terminated or kernel.truncated
    return ended


def write_weights(both: Pair, slot: int, seed: int) -> int:
    """Put a decisive policy into a weights slot of both memories; returns where."""
    weights = both.layout[f"weights.{slot}"].offset
    for memory in both.memories:
        memory.array(weights, both.layout.plan.parameter_count, F32)[:] = decisive(both, seed)
    return weights


@pytest.mark.parametrize(
    "name", few(["short", "short-2-1", "mixed", "chase", "pendulum", "probe-delay", "ball", "short-trio"], 6)
)
def test_the_match_with_fresh_parameters_equals_the_reference(name: str) -> None:
    both = pair(name, 4, 2)
    ended = play(both, matches_of(both, 11), 60 if AT_LENGTH else 30, {})
    assert ended > 0 or name in ("ball", "chase", "pendulum")


@pytest.mark.parametrize("name", few(["short-2-1", "mixed-1-2", "ball"], 2))
def test_adopted_weights_and_a_humans_actions_equal_the_reference(name: str) -> None:
    both = pair(name, 4, 2)
    shows = matches_of(both, 11)
    weights = write_weights(both, 1, 2)
    play(both, shows, 3, {})
    for show in shows:
        show.adopt(weights, 0)
        show.adopt(weights, 1)
    for memory in both.memories:  # adopting is a copy: what is written later is not played
        memory.array(weights, both.layout.plan.parameter_count, F32)[:] = 0.0
    play(both, shows, 10, {})
    play(both, shows, 10, {0: Player.VISITOR})
    play(both, shows, 10, {1: Player.SCRIPTED})


def test_each_team_plays_by_its_own_weights() -> None:
    both = pair("ball", 4, 2)
    first, second = write_weights(both, 1, 2), write_weights(both, 2, 5)
    runs = []
    for weights in ((first, second), (second, first), (first, first)):
        shows = matches_of(both, 11)
        for show in shows:
            for team, offset in enumerate(weights):
                show.adopt(offset, team)
        play(both, shows, 10, {})
        runs.append(shows[0].state())
    assert runs[0] != runs[1] != runs[2]


@pytest.mark.parametrize("name", ["ball", "chase", "mixed"])
def test_the_frozen_players_equal_the_reference(name: str) -> None:
    both = pair(name, 4, 2)
    players = range(sum(both.program.drill.teams))
    bots, dice = matches_of(both, 11), matches_of(both, 11, number=1)
    play(both, bots, 15, dict.fromkeys(players, Player.SCRIPTED))
    play(both, dice, 15, dict.fromkeys(players, Player.RANDOM))
    assert bots[0].state() != dice[0].state()


def test_matches_side_by_side_share_a_kick_off_and_nothing_else() -> None:
    both = pair("ball", 4, 2)
    trios = [matches_of(both, 11, number) for number in range(SHOW_MATCHES)]
    assert all(trio[0].state() == trios[0][0].state() for trio in trios)
    weights = write_weights(both, 1, 2)
    for show in trios[1]:
        show.adopt(weights, 0)
        show.adopt(weights, 1)
    for trio in trios:
        play(both, trio, 10, {})
    assert trios[0][0].state() == trios[2][0].state() != trios[1][0].state()


@pytest.mark.parametrize("name", ["ball", "chase", "short-1-3", "mixed"])
def test_what_a_player_thinks_is_what_the_network_says(name: str) -> None:
    both = pair(name, 4, 2)
    shows = matches_of(both, 11)
    weights = write_weights(both, 1, 2)
    teams = both.program.drill.teams
    for show in shows:
        for team in range(len(teams)):
            show.adopt(weights, team)
    everybody: tuple[Mapping[int, Player], ...] = ({}, {0: Player.VISITOR}, {0: Player.SCRIPTED})
    for players in everybody:  # asked all the same where somebody else plays
        play(both, shows, 5, players)
        for player in range(sum(teams)):
            kernel, numpy = (show.insight(player) for show in shows)
            assert kernel.observation == numpy.observation
            assert kernel.value == numpy.value
            parts = zip(both.program.drill.heads, kernel.probabilities, numpy.probabilities, strict=True)
            for head, chances, others in parts:
                assert np.abs(np.subtract(chances, others)).max() < 1e-6
                if isinstance(head, Continuous):
                    assert len(chances) == 2 and 0.3 < chances[1] / (0.5 * (head.high - head.low)) < 2.0
                    continue
                assert abs(sum(chances) - 1) < 1e-6
                assert len(chances) == len(head.choices)
                assert max(chances) > 1.02 / len(head.choices)  # it has an opinion
                assert head.name == "move" or (min(chances) == 0.0) == (head.name == "kick"), "what is forbidden"


def test_dragging_and_starting_over_equal_the_reference() -> None:
    both = pair("ball", 4, 2)
    shows = matches_of(both, 1)
    play(both, shows, 2, {})
    for show in shows:
        show.put({"ball_x": 1.25, "ball_vx": -0.5, "clock": 7.0})
    assert shows[0].state()["ball_x"] == 1.25
    play(both, shows, 4, {})
    for show in shows:
        show.reset(99)
    play(both, shows, 4, {})


def test_a_match_at_another_lesson_equals_the_reference() -> None:
    both = pair("short-lessons", 4, 2)
    shows = matches_of(both, 11)
    assert play(both, shows, 8, {}) > 0
    for lesson, push in ((2, 25.0), (1, 15.0)):
        for show in shows:
            show.reset(5, lesson)
            assert show.state()["player_push"] == push
        assert play(both, shows, 8, {}) > 0, "and the next match is played at the same one"
        assert shows[0].state()["player_push"] == push


@pytest.mark.parametrize("name", ["ball", "short-1-3", "mixed", "pendulum"])
def test_what_is_asked_about_a_player_equals_the_reference_and_leaves_the_match_alone(name: str) -> None:
    both = pair(name, 4, 2)
    shows, drill = matches_of(both, 11), both.program.drill
    weights = write_weights(both, 1, 2)
    for show in shows:
        for team in range(len(drill.teams)):
            show.adopt(weights, team)
    play(both, shows, 5, {})
    before = shows[0].state()
    field = next(name for name, dtype in drill.fields.items() if dtype == "f32")
    changes = [{field: before[field] + 0.1 * step} for step in range(40)]  # more than a block
    for player in range(sum(drill.teams)):
        kernel, numpy = (show.suppose(player, before, changes) for show in shows)
        assert [each.value for each in kernel] == [each.value for each in numpy]
        for one, other in zip(kernel, numpy, strict=True):
            for chances, others in zip(one.probabilities, other.probabilities, strict=True):
                assert np.abs(np.subtract(chances, others)).max() < 1e-6
        seen = shows[0].insight(player)
        assert shows[0].picked(player) == shows[1].picked(player)
        assert max(map(abs, shows[0].influences(player, seen.observation))) < 1e-5, "nothing is replaced"
        baseline = [entry + 0.5 for entry in seen.observation]
        weighed = [show.influences(player, baseline) for show in shows]
        assert np.abs(np.subtract(weighed[0], weighed[1])).max() < 1e-4 < max(map(abs, weighed[0]))
        assert shows[0].earned(player) == shows[1].earned(player)
    assert shows[0].state() == shows[1].state() == before


def test_what_was_earned_by_a_decision_is_the_drills_reward_for_it() -> None:
    both = pair("ball", 4, 2)
    shows = matches_of(both, 11)
    for show in shows:
        show.decide({0: Player.SCRIPTED})
        for _ in range(both.program.drill.action_repeat):
            show.tick()
    earned = [[show.earned(player) for player in (0, 1)] for show in shows]
    assert earned[0] == earned[1]
    assert earned[0][0] != earned[0][1] and any(earned[0][0])
    assert len(earned[0][0]) == len(both.program.drill.reward_terms)

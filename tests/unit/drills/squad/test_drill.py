"""Squad Drill: fair to both teams to the bit, safe from escapes, and its scripted players know how to win."""

import numpy as np
import pytest
from drillsergeant.drills.ball.rules import ball_of, gap
from drillsergeant.drills.boxes.players import player_of
from drillsergeant.drills.contract import Player, State
from drillsergeant.drills.squad.drill import SquadDrill, SquadPairDrill
from drillsergeant.drills.squad.rules import nearer
from drillsergeant.gym.batch import Batch

from tests.rigs.length import AT_LENGTH
from tests.rigs.play import assert_fair, players_exchanged, random_player, start, ticks

each = pytest.mark.parametrize("drill", [SquadDrill(), SquadPairDrill()], ids=["three", "two"])
MATCHES = 400 if AT_LENGTH else 150
TURNED = ("ball_x", "ball_y", "ball_vx", "ball_vy", "spot_x", "spot_y", "scored")


def batch_of(drill: SquadDrill, matches: int) -> Batch:
    batch = Batch(drill, matches)
    batch.reset(1)
    return batch


def step(batch: Batch, players: list[Player]) -> None:
    batch.step([batch.choose(who, player) for player, who in enumerate(players)])  # type: ignore[arg-type]


@each
def test_exchanging_the_teams_gives_the_mirrored_match_bit_for_bit(drill: SquadDrill) -> None:
    def mirrored(state: State) -> State:
        return {**players_exchanged(state, drill.teams[0]), **{name: -state[name] for name in TURNED}}

    assert_fair(drill, mirrored, decisions=20 if AT_LENGTH else 8)


@each
def test_everything_stays_on_the_field(drill: SquadDrill) -> None:
    batch = batch_of(drill, 200)
    for _ in range(150 if AT_LENGTH else 100):
        step(batch, [Player.SCRIPTED, Player.RANDOM] * drill.teams[0])
        ball = ball_of(batch.state)
        assert np.all(np.abs(ball.x) <= drill.half_length_m + drill.goal_depth_m - drill.ball_radius_m + 1e-4)
        assert np.all(np.abs(ball.y) <= drill.half_width_m)
        for player in range(sum(drill.teams)):
            box = player_of(batch.state, player)
            assert np.all(np.abs(box.x) <= drill.half_length_m) and np.all(np.abs(box.y) <= drill.half_width_m)
            assert np.all(np.abs(np.hypot(box.hx, box.hy) - 1.0) < 1e-3)
    assert np.mean(batch.state["scored"] != 0.0) > 0.2


@each
def test_nobody_starts_inside_a_mate(drill: SquadDrill) -> None:
    state = start(drill, 500)
    for player in range(sum(drill.teams)):
        x, y = state[f"player{player}_x"], state[f"player{player}_y"]
        assert np.all(x < 0.0) if player < drill.teams[0] else np.all(x > 0.0)
        for mate in drill.mates(player):
            apart = np.hypot(x - state[f"player{mate}_x"], y - state[f"player{mate}_y"])
            assert np.mean(apart < drill.player_half_m) < 0.05


@each
def test_scripted_players_beat_random_ones_and_each_other_as_often(drill: SquadDrill) -> None:
    """Who has scored in each of so many matches within their time, +1, -1 or 0; three times as many played at once."""
    batch, random_team = batch_of(drill, 3 * MATCHES), np.repeat([1, 0, -1], MATCHES)
    for _ in range(round(drill.time_limit_s * drill.tick_hz / drill.action_repeat)):
        chosen = []
        for player in range(sum(drill.teams)):
            scripted, by_chance = (batch.choose(who, player) for who in (Player.SCRIPTED, Player.RANDOM))
            of_random_team = random_team == int(player >= drill.teams[0])
            chosen.append(np.where(of_random_team[:, None], by_chance, scripted))
        batch.step(chosen)
    against_random, of_random, even = batch.state["scored"].reshape(3, MATCHES)
    assert np.mean(against_random == 1) > 0.9
    assert np.mean(of_random == -1) > 0.9
    assert abs(float(np.mean(even == 1) - np.mean(even == -1))) < (0.12 if AT_LENGTH else 0.2)
    assert np.mean(even != 0) > 0.6


def test_others_are_told_by_how_near_they_are_whoever_they_are() -> None:
    drill = SquadDrill()
    state = list(ticks(drill, start(drill, 300), [random_player(drill)] * 6, 20))[-1]
    names = drill.observation
    seen = dict(zip(names, drill.observe(state, 1), strict=True))
    assert np.all(seen["mate1_distance"] <= seen["mate2_distance"])
    assert np.all(seen["opponent1_distance"] <= seen["opponent2_distance"])
    assert np.all(seen["opponent2_distance"] <= seen["opponent3_distance"])
    renamed = dict(state)  # mates 0 and 2 change their numbers, and so do opponents 3 and 5
    for one, two in ((0, 2), (3, 5)):
        for name in drill.player_fields:
            if name.startswith(f"player{one}_"):
                other = name.replace(str(one), str(two), 1)
                renamed[name], renamed[other] = state[other], state[name]
    for name, value in zip(names, drill.observe(renamed, 1), strict=True):
        assert np.array_equal(value, seen[name]), name


def test_only_the_nearest_to_the_ball_is_paid_for_closing_in_and_all_its_team_with_it() -> None:
    drill = SquadDrill()
    before = start(drill, 200)
    count = np.stack([nearer(drill, before, player) for player in drill.team(0)])
    assert np.array_equal(np.sort(count, axis=0), np.arange(3, dtype=np.float32)[:, None] * np.ones(200, np.float32))
    nearest = count.argmin(axis=0)
    for mover in range(3):
        after = dict(before)
        toward = ball_of(before).x - before[f"player{mover}_x"]
        after[f"player{mover}_x"] = before[f"player{mover}_x"] + toward * 0.1
        earned = [drill.reward(before, after, mate)[2] for mate in drill.team(0)]
        assert np.array_equal(earned[0], earned[1]) and np.array_equal(earned[0], earned[2])
        assert np.all(earned[0][nearest == mover] > 0.0)
        passed = gap(after, mover) < np.min([gap(before, mate) for mate in drill.team(0)], axis=0)
        assert np.all(earned[0][(nearest != mover) & ~passed] == 0.0)


def test_teams_of_different_sizes_see_as_much() -> None:
    drill = SquadDrill(teams=(2, 1))
    state = start(drill, 5)
    assert [len(drill.observe(state, player)) for player in range(3)] == [len(drill.observation)] * 3

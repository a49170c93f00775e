"""Hide-and-catch: who is seen and caught, what either role earns, and that its scripted players know how to play."""

import numpy as np
from drillsergeant.drills.boxes.rays import COMPASS, in_sight, ray, to_wall
from drillsergeant.drills.contract import State
from drillsergeant.drills.hide.drill import HideDrill
from drillsergeant.drills.hide.rules import CATCHERS, RUNNER, crates_of, gap, walker_of
from drillsergeant.elementary import Array

from tests.rigs.play import Player, random_player, start, still, still_player, ticks, winners

DRILL = HideDrill()
N = 200


def placed(state: State, **fields: float) -> State:
    """The same matches with these fields."""
    return {**state, **{name: np.full_like(state[name], value) for name, value in fields.items()}}


def entries(state: State, player: int) -> dict[str, Array]:
    return dict(zip(DRILL.observation, DRILL.observe(state, player), strict=True))


def team(catcher: Player, runner: Player) -> list[Player]:
    return [catcher, catcher, runner]


def test_rays_end_at_the_first_crate_or_at_the_wall() -> None:
    """Against a march in steps of a centimetre, from places and in directions of all kinds."""
    rng = np.random.default_rng(0)
    x, y = (rng.uniform(-3.9, 3.9, 60).astype(np.float32) for _ in range(2))
    crates = [(np.full(60, cx, np.float32), np.full(60, cy, np.float32)) for cx, cy in ((1.5, 1.0), (-2.0, 0.3))]
    for way in COMPASS:
        found = np.minimum(ray(x, y, way, 0.6, crates), to_wall(x, y, way, 4.0))
        steps = np.arange(0.0, 12.0, 0.01)
        at_x, at_y = x[:, None] + steps * way[0], y[:, None] + steps * way[1]
        met = (np.abs(at_x) > 4.0) | (np.abs(at_y) > 4.0)
        for cx, cy in ((1.5, 1.0), (-2.0, 0.3)):
            met |= (np.abs(at_x - cx) < 0.6) & (np.abs(at_y - cy) < 0.6)
        assert np.mean(np.abs(found - steps[met.argmax(1)]) < 0.03) > 0.97, "but for a corner that is grazed"
        assert ray(x, y, way, 0.6, []).min() > 100.0, "nothing is met where there is nothing"


def test_a_crate_hides_what_is_behind_it_and_nothing_else() -> None:
    one = np.zeros(1, np.float32)
    crate = [(one + 1.0, one)]
    hidden = {(2.0, 0.0): True, (2.0, 0.9): True, (0.3, 0.0): False, (-2.0, 0.0): False, (2.0, 2.5): False}
    for (x, y), expected in hidden.items():
        assert in_sight(one, one, one + x, one + y, 0.5, crate)[0] != expected, (x, y)
        assert in_sight(one + x, one + y, one, one, 0.5, crate)[0] != expected, "seeing is mutual"


def test_players_stay_inside_the_walls_and_outside_the_crates() -> None:
    state = start(DRILL, N)
    inside = DRILL.crate_half_m + 0.5 * DRILL.radius_m
    for after in ticks(DRILL, state, [DRILL.scripted, random_player(DRILL), DRILL.scripted], 60):
        for player in range(3):
            own = walker_of(after, player)
            assert max(np.abs(own.x).max(), np.abs(own.y).max()) <= np.float32(DRILL.half_m - DRILL.radius_m)
            for x, y in crates_of(after):
                assert np.all(np.maximum(np.abs(own.x - x), np.abs(own.y - y)) > inside)
            assert np.all(np.abs(np.hypot(own.hx, own.hy)) < 1.0 + 1e-3)


def test_catchers_know_where_the_runner_was_last_seen_and_the_runner_only_what_it_sees() -> None:
    state = placed(start(DRILL, N), crate0_x=0.0, crate0_y=0.0, player0_x=-2.0, player0_y=0.0)
    state = placed(state, player1_x=-2.0, player1_y=0.1, player2_x=2.0, player2_y=0.0, spot_x=1.0, spot_y=-3.0)
    hidden = DRILL.tick(state, [still(DRILL, N)] * 3)
    assert not hidden["seen0"].any() and not hidden["seen1"].any()
    assert np.all(hidden["spot_x"] == 1.0) and np.all(hidden["spot_y"] == -3.0)
    runner, catcher = entries(hidden, RUNNER), entries(hidden, 0)
    assert all(not runner[f"hunter{which}_{what}"].any() for which in (0, 1) for what in ("dx", "dy", "seen"))
    assert np.allclose(catcher["quarry_dx"] * DRILL.half_m, 3.0) and not catcher["quarry_seen"].any()
    shown = DRILL.tick(placed(hidden, player1_y=3.9, player2_y=3.9), [still(DRILL, N)] * 3)
    assert shown["seen1"].all() and np.array_equal(shown["spot_y"], shown["player2_y"])
    assert entries(shown, 0)["mate_seen"].all() and entries(shown, 0)["quarry_seen"].all()
    assert np.all(entries(shown, RUNNER)["hunter1_dx"] < 0.0)
    assert np.all(entries(shown, 0)["role"] == 1.0) and np.all(entries(shown, RUNNER)["role"] == -1.0)


def test_who_is_touched_has_lost_and_who_is_not_in_time_has_won() -> None:
    last = np.uint32(round(DRILL.time_limit_s * DRILL.tick_hz) - 1)
    before = placed(start(DRILL, 2), player0_x=0.0, player0_y=3.0, player2_x=3.0, player2_y=3.0)
    before["player2_x"] = np.array([0.5, 3.0], np.float32)
    before["clock"] = np.full(2, last, np.uint32)
    after = DRILL.tick(before, [still(DRILL, 2)] * 3)
    terminated, truncated, winner = DRILL.outcome(after)
    assert terminated.all() and not truncated.any() and winner.tolist() == [1, -1]
    for player, sign in ((0, 1.0), (1, 1.0), (RUNNER, -1.0)):
        assert DRILL.reward(before, after, player)[0].tolist() == [sign, -sign]
    later = DRILL.tick(placed(after, player2_x=-3.0), [still(DRILL, 2)] * 3)
    assert np.array_equal(later["won"], after["won"]), "what is decided stays"


def test_a_catcher_is_paid_for_its_own_way_and_the_runner_pays_for_that_of_the_nearer_one() -> None:
    states = list(ticks(DRILL, start(DRILL, N), [random_player(DRILL)] * 3, 10))
    before, after = states[0], states[-1]
    closer = [DRILL.reward(before, after, player)[1] for player in range(3)]
    for catcher in CATCHERS:
        nearer = gap(before, (catcher,)) - gap(after, (catcher,))
        assert np.allclose(closer[catcher], nearer * (DRILL.closer_reward * 0.5 / DRILL.half_m))
    first = [np.argmin([gap(state, (catcher,)) for catcher in CATCHERS], axis=0) for state in (before, after)]
    for catcher in CATCHERS:
        nearest = (first[0] == catcher) & (first[1] == catcher)
        assert nearest.any()
        assert np.array_equal(closer[RUNNER][nearest], -closer[catcher][nearest])


def test_the_runner_starts_in_the_middle_and_catchers_at_any_wall_each_by_itself() -> None:
    """Were it always the same wall, the runner would learn to run to the opposite one, and be caught in its corners."""
    state, reach = start(DRILL, 4000), DRILL.half_m - DRILL.radius_m
    runner, clear = walker_of(state, RUNNER), DRILL.crate_half_m + DRILL.radius_m
    assert max(np.abs(runner.x).max(), np.abs(runner.y).max()) <= DRILL.runner_from_middle_m
    at = []
    for catcher in CATCHERS:
        own = walker_of(state, catcher)
        upright = own.hx != 0.0
        assert np.all(np.where(upright, np.abs(own.x), np.abs(own.y)) >= np.float32(0.85 * reach))
        assert np.all(own.hx * own.x + own.hy * own.y < 0.0), "it looks into the field"
        at.append(np.where(upright, own.x > 0.0, 2 + (own.y > 0.0)))
    pairs = np.bincount(at[0] * 4 + at[1], minlength=16)
    assert pairs.min() > 150 and pairs.max() < 400, pairs
    for player in range(3):
        own = walker_of(state, player)
        for x, y in crates_of(state):
            assert np.all(np.maximum(np.abs(own.x - x), np.abs(own.y - y)) >= np.float32(clear))


def test_scripted_players_beat_chance_in_either_role_and_each_other_now_and_then() -> None:
    chance = random_player(DRILL)
    for other in (chance, still_player(DRILL)):
        winner, _ = winners(DRILL, team(DRILL.scripted, other), 300)
        assert np.mean(winner == 1) > 0.8
    winner, _ = winners(DRILL, team(chance, DRILL.scripted), 300)
    assert np.mean(winner == -1) > 0.8
    winner, _ = winners(DRILL, team(DRILL.scripted, DRILL.scripted), 400)
    assert 0.2 < np.mean(winner == 1) < 0.8, "neither role is won before it begins"

"""What every drill promises, checked for each drill of the registry."""

import numpy as np
import pytest
from drillsergeant import drills
from drillsergeant.drawing.match import drawn_fields
from drillsergeant.drills.contract import COMMON_FIELDS, Continuous, Drill, has_masks
from drillsergeant.elementary import Array
from drillsergeant.learn.heads import masks_of

from tests.rigs.play import random_player, start, still, ticks

DTYPES = {"f32": np.float32, "i32": np.int32, "u32": np.uint32}
N = 64

each_drill = pytest.mark.parametrize("drill", [drills.make(name) for name in drills.OWN], ids=list(drills.OWN))


def check(values: list[Array], dtype: type) -> None:
    for value in values:
        assert value.dtype == dtype
        assert value.shape == (N,)
        assert np.all(np.isfinite(value))


@each_drill
def test_state_matches_its_field_table(drill: Drill) -> None:
    assert list(drill.fields.items())[:3] == list(COMMON_FIELDS.items())
    state = start(drill, N)
    for after in (state, *ticks(drill, state, [random_player(drill)] * sum(drill.teams), 3)):
        assert list(after) == list(drill.fields)
        for name, dtype in drill.fields.items():
            check([after[name]], DTYPES[dtype])


@each_drill
def test_clock_counts_ticks_and_seed_stays(drill: Drill) -> None:
    state = start(drill, N)
    after = list(ticks(drill, state, [random_player(drill)] * sum(drill.teams), 2))
    assert [int(s["clock"][0]) for s in after] == list(range(1, 2 * drill.action_repeat + 1))
    assert np.array_equal(after[-1]["seed"], state["seed"])
    assert np.array_equal(after[-1]["episode"], state["episode"])


@each_drill
def test_observation_reward_and_outcome_have_their_shapes(drill: Drill) -> None:
    before = start(drill, N)
    after = list(ticks(drill, before, [random_player(drill)] * sum(drill.teams), 1))[-1]
    for player in range(sum(drill.teams)):
        observation, reward = drill.observe(after, player), drill.reward(before, after, player)
        assert len(observation) == len(drill.observation) == len(set(drill.observation))
        assert len(reward) == len(drill.reward_terms) == len(set(drill.reward_terms))
        check(observation, np.float32)
        check(reward, np.float32)
        assert max(float(np.max(np.abs(entry))) for entry in observation) < 5
        for head, part in zip(drill.heads, drill.scripted(after, player), strict=True):
            check([part], np.float32 if isinstance(head, Continuous) else np.int32)
            low, high = (head.low, head.high) if isinstance(head, Continuous) else (0, len(head.choices) - 1)
            assert part.min() >= low and part.max() <= high
        masks = drill.allowed(after, player) if has_masks(drill) else []
        check(masks, np.bool_)
        assert len(masks) == masks_of(drill)
    terminated, truncated, winner = drill.outcome(after)
    check([terminated, truncated], np.bool_)
    check([winner], np.int32)
    assert not np.any(terminated & truncated)


@each_drill
def test_functions_change_none_of_their_arguments(drill: Drill) -> None:
    state = start(drill, N)
    given = {name: value.copy() for name, value in state.items()}
    for value in state.values():
        value.flags.writeable = False
    actions = [still(drill, N)] * sum(drill.teams)
    after = drill.tick(state, actions)
    for player in range(sum(drill.teams)):
        drill.observe(state, player)
        drill.reward(state, after, player)
        drill.scripted(state, player)
    assert all(np.array_equal(state[name], value) for name, value in given.items())


@each_drill
def test_same_seed_same_match_and_episodes_differ(drill: Drill) -> None:
    players = [random_player(drill)] * sum(drill.teams)
    one, same = (list(ticks(drill, start(drill, N), players, 20))[-1] for _ in range(2))
    for name in drill.fields:
        assert one[name].tobytes() == same[name].tobytes()
    seed = np.arange(N, dtype=np.uint32)
    first, second = (drill.reset(seed, np.full(N, episode, np.uint32)) for episode in (0, 1))
    drawn = [name for name in drill.fields if len(np.unique(first[name])) > 1 and name != "seed"]
    assert all(not np.array_equal(first[name], second[name]) for name in drawn)


@each_drill
def test_a_match_is_the_same_alone_and_in_a_batch(drill: Drill) -> None:
    players = [random_player(drill)] * sum(drill.teams)
    together = list(ticks(drill, start(drill, N), players, 10))[-1]
    seed = np.array([1_000_003 + 5], np.uint32)
    alone = list(ticks(drill, drill.reset(seed, np.zeros(1, np.uint32)), players, 10))[-1]
    for name in drill.fields:
        assert together[name][5:6].tobytes() == alone[name].tobytes()


@each_drill
def test_matches_end_by_the_time_limit(drill: Drill) -> None:
    state = start(drill, N)
    state["clock"] = np.full(N, round(drill.time_limit_s * drill.tick_hz), np.uint32)
    terminated, truncated, _ = drill.outcome(state)
    assert np.all(terminated | truncated)


@each_drill
def test_scene_draws_fields_that_exist(drill: Drill) -> None:
    for body in drill.scene.bodies:
        names = [body.x, body.y, *(body.heading or ()), *(body.velocity or ())]
        assert all(drill.fields[name] == "f32" for name in names)
        assert body.size_m > 0
    drawn = drawn_fields(drill.scene)
    assert drawn
    assert all(drill.fields[name] == "f32" for name in drawn)


@each_drill
def test_words_for_the_page_are_there(drill: Drill) -> None:
    words = drill.words
    assert words.title and words.sentence.endswith(".") and words.picture.endswith(".") and words.keys.endswith(".")
    assert len(words.counts) == 2 and all(words.counts) and words.win
    assert len({head.name for head in drill.heads}) == len(drill.heads) > 0
    for head in drill.heads:
        assert head.name
        if isinstance(head, Continuous):
            assert head.low < head.high
        else:
            assert all(head.choices) and len(set(head.choices)) == len(head.choices)


@each_drill
def test_keys_give_actions(drill: Drill) -> None:
    for player in range(sum(drill.teams)):
        for right, up, turn in np.ndindex(3, 3, 3):
            for dash in (False, True):
                action = drill.from_keys(player, right - 1, up - 1, turn - 1, dash)
                for head, part in zip(drill.heads, action, strict=True):
                    if isinstance(head, Continuous):
                        assert head.low <= part <= head.high
                    else:
                        assert part in range(len(head.choices))


def test_an_unknown_drill_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match=r"no drill is called 'bull'.*ball"):
        drills.make("bull")

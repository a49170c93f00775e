"""The reference collector, on a toy drill that is simple enough to be replayed match by match in plain Python."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest
from drillsergeant import elementary
from drillsergeant.drills.contract import (
    COMMON_FIELDS,
    Continuous,
    Discrete,
    Dtype,
    Head,
    Player,
    Scene,
    State,
    Words,
)
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.reference.chunk import ChunkArrays, EpisodeStats
from drillsergeant.learn.reference.rollout import SAMPLING_SALT, ReferenceCollector, evaluate, random_action

MATCHES, HORIZON = 6, 8
FIELDS = ("obs", "action", "allowed", "logp", "reward", "terminated", "truncated")
TICKS_TO_END, TICKS_TO_LIMIT = 6, 9


class Toy:
    """Each tick adds both actions to a score. Matches of an even seed end after 6 ticks, odd ones time out after 9.

    The winner is who chose the larger action last.
    """

    name, teams, action_repeat, tick_hz, time_limit_s = "toy", (1, 1), 2, 120, 9 / 120
    fields: ClassVar[dict[str, Dtype]] = {**COMMON_FIELDS, "score": "f32", "lead": "i32"}
    heads = (Discrete("add", ("none", "one", "two")),)
    observation = ("clock", "score", "player", "episode")
    reward_terms = ("score", "episode")
    scene = Scene(1.0, 1.0, 0.0, 0.0, ())
    words = Words("Toy", "", ("", ""), "", "", "")

    def reset(self, seed: Array, episode: Array) -> State:
        zero = seed & np.uint32(0)
        return {
            "seed": seed,
            "episode": episode,
            "clock": zero,
            "score": zero.astype(np.float32),
            "lead": zero.astype(np.int32),
        }

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        (one,), (two,) = actions
        added = (one + two).astype(np.float32)
        lead = np.minimum(np.maximum(one - two, -1), 1)
        return {**state, "clock": state["clock"] + 1, "score": state["score"] + added, "lead": lead}

    def observe(self, state: State, player: int) -> list[Array]:
        clock, episode = state["clock"].astype(np.float32), state["episode"].astype(np.float32)
        return [clock * 0.1, state["score"] * 0.1, clock * 0.0 + float(player), episode]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        sign = 1.0 - 2.0 * player
        return [(after["score"] - before["score"]) * sign, after["episode"].astype(np.float32)]

    def outcome(self, state: State) -> tuple[Array, Array, Array]:
        even = (state["seed"] & 1) == 0
        terminated = even & (state["clock"] >= TICKS_TO_END)
        truncated = ~even & (state["clock"] >= TICKS_TO_LIMIT)
        return terminated, truncated, np.where(terminated, state["lead"], 0)

    def scripted(self, state: State, player: int) -> list[Array]:
        return [(state["seed"] & 0).astype(np.int32) + 2 - 2 * player]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        return (0,)


def network() -> Network:
    return Network(4, 3, (8, 8))


def parameters(seed: int = 0) -> Array:
    return (np.random.default_rng(seed).normal(size=network().size) * 0.7).astype(np.float32)


def collected(chunks: int = 1) -> tuple[ReferenceCollector, list[ChunkArrays]]:
    collector = ReferenceCollector(Toy(), network(), MATCHES, seed=11)
    return collector, [collector.collect(parameters(), HORIZON) for _ in range(chunks)]


def seeds() -> list[int]:
    slots = np.arange(MATCHES, dtype=np.uint32)
    return [int(s) for s in elementary.hash_u32(np.full(MATCHES, 11, np.uint32), slots)]


def replay_slot(chunks: list[ChunkArrays], slot: int, seed: int) -> EpisodeStats:
    """Replay one match slot from the recorded actions, checking every record; returns its finished episodes."""
    clock, score, episode, length, terms = 0, 0.0, 0, 0, [0.0, 0.0]
    stats = EpisodeStats()
    for chunk in chunks:
        for t in range(HORIZON):
            for player in (0, 1):
                seen = chunk.obs[t, :, player * MATCHES + slot]
                np.testing.assert_allclose(seen, [clock * 0.1, score * 0.1, player, episode], rtol=1e-6)
            first, second = (int(chunk.action[t, 0, player * MATCHES + slot]) for player in (0, 1))
            late = seed % 2 == 1 and clock >= TICKS_TO_LIMIT  # plays on, and nothing of it counts
            gained, clock, length = 2.0 * (first + second), clock + 2, length + (not late)
            score += gained
            terms = terms if late else [terms[0] + gained, terms[1] + episode]
            ended = seed % 2 == 0 and clock >= TICKS_TO_END
            cut = seed % 2 == 1 and clock >= TICKS_TO_LIMIT and t == HORIZON - 1
            for player, sign in ((0, 1.0), (1, -1.0)):
                lane = player * MATCHES + slot
                assert chunk.reward[t, lane] == pytest.approx(sign * gained + episode)
                assert (chunk.terminated[t, lane], chunk.truncated[t, lane]) == (ended, cut)
            if ended or cut:
                won, lost = ended and first > second, ended and first < second
                sums = dict(zip(Toy.reward_terms, terms, strict=True))
                earned = sum(terms)
                stats.add(EpisodeStats(1, won, lost, not won and not lost, length, earned, earned**2, sums))
                clock, score, episode, length, terms = 0, 0.0, episode + 1, 0, [0.0, 0.0]
    return stats


def test_three_chunks_are_what_a_match_by_match_replay_gives() -> None:
    _, chunks = collected(3)
    total = EpisodeStats()
    for slot, seed in enumerate(seeds()):
        total.add(replay_slot(chunks, slot, seed))
    recorded = EpisodeStats()
    for chunk in chunks:
        recorded.add(chunk.stats)
    assert recorded.episodes > 10
    assert recorded.draws > 0
    assert recorded == total


def test_both_kinds_of_matches_are_in_the_toy() -> None:
    assert {seed % 2 for seed in seeds()} == {0, 1}


def test_the_last_value_is_that_of_the_state_a_truncated_match_was_cut_at() -> None:
    _, (chunk, following) = collected(2)
    cut = np.flatnonzero(chunk.truncated[-1])
    assert len(cut) > 0
    for lane in cut:
        clock, score = (
            2 * HORIZON,
            2.0 * (chunk.action[:, 0, lane % MATCHES] + chunk.action[:, 0, lane % MATCHES + MATCHES]),
        )
        seen = np.array([[clock * 0.1], [score.sum() * 0.1], [lane // MATCHES], [0.0]], np.float32)
        assert chunk.value[-1, lane] == pytest.approx(network().forward(parameters(), seen).value[0], abs=1e-5)
        assert following.obs[0, 0, lane] == 0.0
        assert following.value[0, lane] != chunk.value[-1, lane]


def test_actions_logp_and_values_are_the_networks_and_draws_depend_on_the_match_only() -> None:
    _, (chunk,) = collected()
    logits = network().forward(parameters(), chunk.obs[0]).policy.astype(np.float64)
    probability = np.exp(logits) / np.exp(logits).sum(axis=0)
    lanes = np.arange(2 * MATCHES)
    np.testing.assert_allclose(chunk.logp[0], np.log(probability[chunk.action[0, 0], lanes]), atol=1e-5)
    for lane in lanes:
        words = (np.array([seeds()[lane % MATCHES]], np.uint32), 0, 0, int(lane // MATCHES), SAMPLING_SALT)
        draw = float(elementary.uniform(elementary.hash_u32(*words))[0])
        assert chunk.action[0, 0, lane] == (np.cumsum(probability[:, lane]) <= draw).sum()


def test_the_same_seed_gives_the_same_chunk_and_another_seed_another() -> None:
    first, second = collected()[1][0], collected()[1][0]
    np.testing.assert_array_equal(first.action, second.action)
    np.testing.assert_array_equal(first.value, second.value)
    other = ReferenceCollector(Toy(), network(), MATCHES, seed=12).collect(parameters(), HORIZON)
    assert (other.action != first.action).any()


def test_only_the_policys_lanes_are_recorded() -> None:
    collector = ReferenceCollector(Toy(), network(), MATCHES, 11, (Player.SCRIPTED, Player.POLICY))
    chunk = collector.collect(parameters(), HORIZON)
    assert chunk.action.shape == (HORIZON, 1, MATCHES)
    assert (chunk.obs[:, 2] == 1.0).all()
    # Side 0 always adds 2; player 1's reward is the negative score.
    np.testing.assert_allclose(chunk.reward[0], -2.0 * (2.0 + chunk.action[0, 0]))


def test_the_random_player_uses_every_action_about_equally() -> None:
    collector = ReferenceCollector(Toy(), network(), 3000, 5, (Player.RANDOM, Player.POLICY))
    chunk = collector.collect(parameters(), 1)
    theirs = (-chunk.reward[0] / 2.0 - chunk.action[0, 0]).astype(int)
    np.testing.assert_allclose(np.bincount(theirs, minlength=3) / 3000, 1 / 3, atol=0.04)


def test_playing_without_recording_ends_matches_past_their_limit_at_once() -> None:
    collector = ReferenceCollector(Toy(), network(), MATCHES, 11)
    stats = collector.play(parameters(), 15)
    odd = sum(seed % 2 for seed in seeds())
    assert stats.episodes == odd * 3 + (MATCHES - odd) * 5
    assert stats.decisions == MATCHES * 15


def test_evaluation_counts_exactly_one_episode_per_match() -> None:
    stats = evaluate(Toy(), network(), parameters(), Player.RANDOM, 50, seed=3)
    assert stats.episodes == 50 == stats.wins + stats.losses + stats.draws
    assert min(stats.wins, stats.losses, stats.draws) > 0


def test_the_policys_losses_are_the_scripted_sides_wins() -> None:
    against_the_best = evaluate(Toy(), network(), parameters(), Player.SCRIPTED, 60, seed=3)
    # The scripted player 1 always answers 0, so the policy on player 0 can only win or draw.
    assert against_the_best.losses == 0
    assert against_the_best.wins > 0


def test_a_wrong_number_of_players_is_refused() -> None:
    with pytest.raises(ValueError, match="toy has 2 players, it was said of 1 who plays them: policy"):
        ReferenceCollector(Toy(), network(), MATCHES, 0, (Player.POLICY,))


def test_a_chunk_with_a_wrong_array_is_refused_by_name() -> None:
    _, (chunk,) = collected()
    fields = {name: getattr(chunk, name) for name in FIELDS}
    with pytest.raises(ValueError, match=r"value is float32\[8, 12\], expected float32\[9, 12\]"):
        ChunkArrays(**fields, value=chunk.value[:-1])
    with pytest.raises(ValueError, match="action is float32"):
        ChunkArrays(**{**fields, "action": chunk.reward}, value=chunk.value)


def test_the_random_player_takes_every_choice_that_is_allowed_and_every_number_as_often() -> None:
    count = 60_000
    heads: tuple[Head, ...] = (
        Discrete("a", ("x", "y", "z")),
        Continuous("n", -1.0, 3.0, "N"),
        Discrete("b", ("u", "v")),
    )
    uniform = np.random.default_rng(0).random(count, np.float32)
    masks = [np.full(count, allowed) for allowed in (True, False, True, False, True)]
    first, number, second = random_action(uniform, heads, masks)
    assert np.bincount(first, minlength=3) / count == pytest.approx([0.5, 0.0, 0.5], abs=0.01)
    assert (second == 1).all() and first.dtype == second.dtype == np.int32
    assert number.dtype == np.float32 and number.min() >= -1.0 and number.max() <= 3.0
    assert np.histogram(number, 4, (-1.0, 3.0))[0] / count == pytest.approx([0.25] * 4, abs=0.01)
    free, _, _ = random_action(uniform, heads)
    assert np.bincount(free) / count == pytest.approx([1 / 3] * 3, abs=0.01)

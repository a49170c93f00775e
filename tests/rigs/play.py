"""Playing batches of matches for the tests of the drills."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from drillsergeant.drills.boxes.players import Box
from drillsergeant.drills.contract import Continuous, Drill, Head, State
from drillsergeant.elementary import Array, hash_u32, uniform
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.formulas.actions import to_words
from drillsergeant.library.compiler import Compiled

Player: TypeAlias = Callable[[State, int], list[Array]]


def start(drill: Drill, matches: int, seed: int = 1) -> State:
    """Kick-offs of `matches` matches with consecutive seeds."""
    return drill.reset(np.arange(matches, dtype=np.uint32) + np.uint32(seed * 1_000_003), np.zeros(matches, np.uint32))


def random_player(drill: Drill) -> Player:
    """A player that draws each action from the match's own random numbers, evenly."""

    def act(state: State, player: int) -> list[Array]:
        bits = [
            hash_u32(state["seed"], state["clock"], 77 + player + 100 * number) for number in range(len(drill.heads))
        ]
        return [part_by_chance(head, drawn) for drawn, head in zip(bits, drill.heads, strict=True)]

    return act


def part_by_chance(head: Head, bits: Array) -> Array:
    """A choice i32 [N], or a number f32 [N] anywhere in the range, by random bits u32 [N]."""
    if isinstance(head, Continuous):
        part: Array = uniform(bits) * np.float32(head.high - head.low) + np.float32(head.low)
    else:
        part = (bits % np.uint32(len(head.choices))).astype(np.int32)
    return part


def still(drill: Drill, matches: int) -> list[Array]:
    """The first choice of every head, i32 [N] each, or 0, f32 [N]."""
    return [np.zeros(matches, np.float32 if isinstance(head, Continuous) else np.int32) for head in drill.heads]


def still_player(drill: Drill) -> Player:
    """A player that never does anything."""
    return lambda state, player: still(drill, len(state["clock"]))


def ticks(drill: Drill, state: State, players: list[Player], decisions: int) -> Iterator[State]:
    """Yield the state after each tick."""
    for _ in range(decisions):
        actions = [act(state, player) for player, act in enumerate(players)]
        for _ in range(drill.action_repeat):
            state = drill.tick(state, actions)
            yield state


def winners(drill: Drill, players: list[Player], matches: int, seed: int = 1) -> tuple[Array, Array]:
    """Return (winner i32 [N], 0 for a draw; s until the end f32 [N]) of matches played to their end."""
    (kernel,) = [each for each in DrillKernels(drill).all() if each.name == "tick"]
    decide = Compiled(kernel)  # which has the bits of the drill's own tick, and takes a tenth of the time
    state = start(drill, matches, seed)
    winner, lasted_s = np.zeros(matches, np.int32), np.zeros(matches, np.float32)
    done = np.zeros(matches, np.bool_)
    decision_s = drill.action_repeat / drill.tick_hz
    for _ in range(round(drill.time_limit_s / decision_s)):
        words = {f"action_{player}": to_words(drill.heads, act(state, player)) for player, act in enumerate(players)}
        after = decide({"state": [state[name] for name in drill.fields], **words})["state"]
        state = dict(zip(drill.fields, after, strict=True))
        terminated, _, by = drill.outcome(state)
        lasted_s += np.where(done, 0.0, decision_s).astype(np.float32)
        winner = np.where(terminated & ~done, by, winner)
        done |= terminated
        if done.all():
            break
    return winner, lasted_s


def assert_fair(drill: Drill, mirrored: Callable[[State], State], decisions: int = 80) -> None:
    """Exchanging the teams gives the mirrored match to the bit: what is seen, what is earned, what the bot does."""
    count = sum(drill.teams)
    players = [random_player(drill)] * count
    there = [(player + drill.teams[0]) % count for player in range(count)]
    state = start(drill, 300)
    other = mirrored(state)
    for _ in range(decisions):
        actions = [act(state, player) for player, act in enumerate(players)]
        for _ in range(drill.action_repeat):
            before, state = state, drill.tick(state, actions)
            other_before, other = other, drill.tick(other, [actions[player] for player in there])
        for name, value in mirrored(state).items():
            assert np.array_equal(other[name], value), name
        for player, across in enumerate(there):
            for seen, turned in (
                (drill.observe(state, player), drill.observe(other, across)),
                (drill.reward(before, state, player), drill.reward(other_before, other, across)),
                (drill.scripted(state, player), drill.scripted(other, across)),
            ):
                assert np.array_equal(np.stack(seen), np.stack(turned))


def players_exchanged(state: State, per_team: int = 1) -> State:
    """The state with the players seen from the other end: turned by half a turn, the teams exchanged."""
    turned = dict(state)
    for player in range(2 * per_team):
        for name in Box._fields:
            value = state[f"player{(player + per_team) % (2 * per_team)}_{name}"]
            turned[f"player{player}_{name}"] = value if name in ("spin", "cooldown") else -value
    return turned

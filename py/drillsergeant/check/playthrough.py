"""Matches of a drill from start to end, as every check looks at them: played once, by four kinds of players.

Axis letters: T decisions, N matches, P players, H heads of an action.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from drillsergeant.check.seats import Action, Seats
from drillsergeant.drills.contract import Outcome, State
from drillsergeant.elementary import Array

LANES = 128  # matches of each group
# Who plays: everybody by chance; everybody as scripted; team 0 as scripted and the others by chance; everybody in
# rounds, the same few actions over and over.
GROUPS: Mapping[str, slice] = {
    name: slice(k * LANES, (k + 1) * LANES) for k, name in enumerate(("random", "scripted", "duel", "rounds"))
}
MATCHES = LANES * len(GROUPS)
MOST_DECISIONS, MOST_TICKS = 600, 2400
MOST_PLAYER_TICKS = 7200  # of all players together: a tick of many takes long
AT_ONCE = 16  # decisions whose states are looked at in one call
LONGEST_ROUND = 8  # actions
HELD = (1, 2, 4, 8)  # decisions for which each of them is held
SEED = 7


@dataclass
class Playthrough:
    """What happened. A match that is over goes on as its next episode, so `before[t + 1]` is not always `after[t]`."""

    seats: Seats
    whole: bool  # whether every match came to its end
    before: list[State] = field(default_factory=list)  # [T] states, [N] per field
    after: list[State] = field(default_factory=list)
    actions: list[list[Action]] = field(default_factory=list)  # [T][P][H] arrays [N]
    outcomes: list[Outcome[Array, Array]] = field(default_factory=list)  # [T], masks and i32 [N]
    earned: list[list[Array]] = field(default_factory=list)  # [T][P] f32 [reward terms, N]

    @property
    def over(self) -> Array:
        """Where a match ended, bool [T, N]."""
        return np.stack([each.over for each in self.outcomes])

    @property
    def by_time(self) -> Array:
        """Where the time limit ended a match, bool [T, N]."""
        return np.stack([each.truncated for each in self.outcomes])

    @property
    def winner(self) -> Array:
        """Who is ahead as `outcome` has it, i32 [T, N]."""
        return np.stack([each.winner for each in self.outcomes])

    def observations(self, player: int) -> Array:
        """What a player saw before each decision, f32 [T, OBS, N]; asked for anew, as 22 of them take gigabytes."""
        seen = []
        for first in range(0, len(self.before), AT_ONCE):
            states = self.before[first : first + AT_ONCE]
            together = {name: np.concatenate([state[name] for state in states]) for name in states[0]}
            own = np.stack(self.seats.drill.observe(together, player))
            seen.append(own.reshape(len(own), len(states), MATCHES).swapaxes(0, 1))
        return np.concatenate(seen)

    def rewards(self, player: int) -> Array:
        """What a player earned by each decision, f32 [T, reward terms, N]."""
        return np.stack([earned[player] for earned in self.earned])

    def values(self, name: str) -> Array:
        """A field after each decision, [T, N]."""
        return np.stack([state[name] for state in self.after])

    def some_states(self, count: int) -> State:
        """States before about `count` decisions, from all of the play and every kind of player, [about `count`]."""
        decisions = np.linspace(0, len(self.before) - 1, min(16, len(self.before))).astype(int)
        step = max(1, MATCHES * len(decisions) // count)
        picked = [
            {name: array[k % step :: step] for name, array in self.before[t].items()} for k, t in enumerate(decisions)
        ]
        return {name: np.concatenate([state[name] for state in picked]) for name in self.before[0]}


def play(seats: Seats) -> Playthrough:
    """Play whole matches, or as much of them as can be played in some seconds."""
    drill, random = seats.drill, np.random.default_rng(SEED)
    limit = int(np.ceil(drill.time_limit_s * drill.tick_hz / drill.action_repeat))
    ticks = min(MOST_TICKS, MOST_PLAYER_TICKS // len(seats.players))
    decisions = max(1, min(limit, MOST_DECISIONS, ticks // drill.action_repeat))
    slots = np.arange(MATCHES, dtype=np.uint32)
    state = drill.reset(slots * np.uint32(2654435761) + np.uint32(SEED), slots * np.uint32(0))
    rounds = Rounds(seats, random, state)
    through = Playthrough(seats, whole=decisions == limit)
    for decision in range(decisions):
        actions = [_chosen(seats, random, rounds, state, player, decision) for player in seats.players]
        after = seats.decide(state, actions)
        outcome = Outcome(*drill.outcome(after))
        through.before.append(state)
        through.after.append(after)
        through.actions.append(actions)
        through.outcomes.append(outcome)
        through.earned.append([np.stack(drill.reward(state, after, player)) for player in seats.players])
        state = after
        if outcome.over.any():
            fresh = drill.reset(after["seed"], after["episode"] + np.uint32(1))
            state = {name: np.where(outcome.over, fresh[name], after[name]) for name in after}
    return through


class Rounds:
    """Players that each do a few actions of their own over and over, whatever happens."""

    def __init__(self, seats: Seats, random: np.random.Generator, state: State) -> None:
        self._choices = [
            [seats.random(random, state, player) for _ in range(LONGEST_ROUND)] for player in seats.players
        ]
        # What chooses is of the type of an index: 32 bits in a browser, where NumPy takes no wider one for it.
        self._period = random.integers(1, LONGEST_ROUND + 1, MATCHES).astype(np.intp)
        self._held = np.take(HELD, random.integers(0, len(HELD), MATCHES).astype(np.intp))

    def action(self, player: int, decision: int) -> Action:
        """The actions [N] of a player."""
        now = decision // self._held % self._period
        heads = range(len(self._choices[player][0]))
        return [np.choose(now, [step[head] for step in self._choices[player]]) for head in heads]


def _chosen(
    seats: Seats, random: np.random.Generator, rounds: Rounds, state: State, player: int, decision: int
) -> Action:
    by_chance, scripted = seats.random(random, state, player), seats.scripted(state, player)
    in_rounds = rounds.action(player, decision)
    action = []
    for head, drawn in enumerate(by_chance):
        chosen = drawn.copy()
        chosen[GROUPS["scripted"]] = scripted[head][GROUPS["scripted"]]
        if seats.team_of[player] == 0:
            chosen[GROUPS["duel"]] = scripted[head][GROUPS["duel"]]
        chosen[GROUPS["rounds"]] = in_rounds[head][GROUPS["rounds"]]
        action.append(chosen)
    return action

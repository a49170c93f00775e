"""A match on screen, on kernels: a few calls and a few words per tick."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Literal

from drillsergeant.drills.contract import LESSON_SHIFT, Continuous, Dtype, Outcome, Player, team_of
from drillsergeant.learn.engine import Insight
from drillsergeant.learn.heads import BITS_PER_WORD, head_rows, log_chance, mask_words, policy_rows
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.arithmetic import initialise
from drillsergeant.learn.wasm.calls import Call, Calls, Rows, bits_of
from drillsergeant.learn.wasm.insight import chances_of
from drillsergeant.learn.wasm.scratch import Arena, ShowScratch
from drillsergeant.learn.wasm.situations import Situations
from drillsergeant.memory.access import SIMD_LANES, WORD_BYTES, Memory, signed
from drillsergeant.memory.layout import SHOW, Layout

WITHOUT_POLICY = (Player.SCRIPTED, Player.RANDOM)
_FORMATS: Mapping[Dtype, Literal["f", "i", "I"]] = {"f32": "f", "i32": "i", "u32": "I"}


class KernelShowMatch:
    """`engine.ShowMatch`: the match in lane 0, where `solo.SoloMatch` would play it, to the bit."""

    def __init__(
        self, program: Program, calls: Calls, layout: Layout, memory: Memory, seed: int, number: int = 0
    ) -> None:
        self._program, self._calls, self._memory = program, calls, memory
        scratch = ShowScratch(program, Arena.over(layout[f"{SHOW}.scratch"]))
        self._places, self._slots, self._terms = scratch.matches[number], scratch.slots, scratch.terms
        self._situations = Situations(program, calls, memory, scratch.situations)
        self._state = self._places.state
        self._fields = {name: row for row, name in enumerate(program.drill.fields)}
        self._copy = bytearray(len(self._fields) * self._state.stride)
        whole = memoryview(self._copy)
        views = {dtype: whole.cast(form) for dtype, form in _FORMATS.items()}
        words = self._state.stride // WORD_BYTES
        self._columns = [(name, words * self._fields[name], views[of]) for name, of in program.drill.fields.items()]
        memory.write(self._slots, array("I", range(SIMD_LANES)))
        for parameters in self._places.parameters:
            initialise(program, calls, memory, seed, parameters, scratch.index)
        self._bind()
        self.reset(seed)

    def _bind(self) -> None:
        calls, places, state = self._calls, self._places, self._state
        self._players = range(sum(self._program.drill.teams))
        base, stride = places.action
        count = len(self._players) * len(self._program.drill.heads)
        self._action_words = [(base + row * stride) // WORD_BYTES for row in range(count)]
        self._choices = [self._choices_of(player) for player in self._players]
        self._look = [self._look_of(team) for team in range(len(self._program.drill.teams))]
        one, actions = {"count": 1}, {f"in_action_{player}": self._action_of(player) for player in self._players}
        self._tick = calls.bind("tick_once", one, in_state=state, out_state=state, **actions)
        states = {"source": state.base, "target": places.before.base, "size_bytes": len(self._copy)}
        self._remember = calls.bind("copy", states)
        self._rewards = calls.bind("rewards", one, in_before=places.before, in_after=state, out_terms=self._terms)
        self._finish = calls.bind("finish", one, in_state=state, out_state=state, out_verdict=places.verdict)

    def _look_of(self, team: int) -> tuple[Call, Call]:
        """What a team's policy makes of every player, each in a lane of its own, and what it would do."""
        calls, places, match_view = self._calls, self._places, self._places.match_views[team]
        see = {
            "matches": 1,
            "match_stride": self._state.stride,
            "state": self._state.base,
            "lanes_bytes": match_view.lanes_bytes,
            "obs": match_view.obs,
            "allowed": match_view.allowed,
            "draw": match_view.draw,
            "parameters": places.parameters[team],
            "scratch": match_view.network,
            "head": match_view.head.base,
            "head_stride": match_view.head.stride,
            "value": match_view.value,
        }
        players = {"count": sum(self._program.drill.teams)}
        chances = {"in_head": match_view.head, "in_draw": Rows(match_view.draw, 0)}
        chances |= {"in_allowed": Rows(match_view.allowed, match_view.lanes_bytes)}
        result = {"out_action": match_view.action, "out_logp": Rows(match_view.logp, 0)}
        return calls.bind("see", see), calls.bind("sample", players, **chances, **result)

    def _choices_of(self, player: int) -> Mapping[str, Call]:
        """What a player can do without a policy, by name."""
        groups = {"in_state": self._state, "out_action": self._action_of(player)}
        return {who: self._calls.bind(f"{who}_{player}", {"count": 1}, **groups) for who in WITHOUT_POLICY}

    def _action_of(self, player: int) -> Rows:
        """What a player does, a row a head."""
        base, stride = self._places.action
        return Rows(base + player * len(self._program.drill.heads) * stride, stride)

    def reset(self, seed: int, lesson: int = 0) -> None:
        """Start the first episode of `seed` at a lesson."""
        slots, action = Rows(self._slots, 0), self._places.action
        scalars = {"count": 1, "scalar.seed": seed, "scalar.first": lesson << LESSON_SHIFT}
        self._calls.run("reset", scalars, in_slot=slots, out_state=self._state)
        rows = len(self._players) * len(self._program.drill.heads)
        self._memory.write(action.base, bytes(rows * action.stride))

    def adopt(self, weights_offset: int, team: int) -> None:
        """Copy the parameters at `weights_offset`; `team` plays by them from the next decision on."""
        size = self._program.network.parameter_count * WORD_BYTES
        places = {"source": weights_offset, "target": self._places.parameters[team]}
        self._calls.run("copy", {**places, "size_bytes": size})

    def decide(self, players: Mapping[int, Player], visitor_action: Sequence[float] = ()) -> None:
        """See `engine.ShowMatch`."""
        self._remember()
        for see, choose in self._look:
            see()
            choose()
        for player, choices in enumerate(self._choices):
            who, action = players.get(player, Player.POLICY), self._words_of(visitor_action)
            if who in choices:
                choices[who]()
                continue
            if who is Player.POLICY:
                action = self._chosen(player)
            base, stride = self._action_of(player)
            for head, word in enumerate(action):
                self._memory.store((base + head * stride) // WORD_BYTES, word)

    def _words_of(self, action: Sequence[float]) -> list[int]:
        """A visitor's action as it lies in memory."""
        return [
            bits_of(part) if isinstance(head, Continuous) else int(part)
            for head, part in zip(self._program.drill.heads, action, strict=False)
        ]

    def _chosen(self, player: int) -> list[int]:
        """The words of the action that a player's policy has just chosen."""
        base, stride = self._places.match_views[team_of(self._program.drill.teams, player)].action
        heads = range(len(self._program.drill.heads))
        return [self._memory.load((base + head * stride) // WORD_BYTES + player) for head in heads]

    def actions(self) -> Sequence[int]:
        """See `engine.ShowMatch`."""
        return [self._memory.load(word) for word in self._action_words]

    def act(self, actions: Sequence[int]) -> None:
        """See `engine.ShowMatch`."""
        for word, value in zip(self._action_words, actions, strict=True):
            self._memory.store(word, value)

    def insight(self, player: int) -> Insight:
        """Return what `player`'s policy made of the last decision."""
        drill = self._program.drill
        match_view = self._places.match_views[team_of(drill.teams, player)]
        rows, head = policy_rows(drill.heads), self._column(match_view.head, head_rows(drill.heads), player)
        masks = self._masks(player)
        observation = self._column(Rows(match_view.obs, match_view.lanes_bytes), len(drill.observation), player)
        return Insight(chances_of(drill.heads, head[:rows], head[rows + 1 :], masks), head[rows], observation, masks)

    def _masks(self, player: int) -> list[bool]:
        """Which choices a player had at the last decision; none where the drill has no masks."""
        drill = self._program.drill
        match_view = self._places.match_views[team_of(drill.teams, player)]
        first, step = (places // WORD_BYTES for places in (match_view.allowed, match_view.lanes_bytes))
        words = [self._memory.load(first + word * step + player) for word in range(mask_words(drill.masks))]
        return [bool(words[k // BITS_PER_WORD] >> k % BITS_PER_WORD & 1) for k in range(drill.masks)]

    def picked(self, player: int) -> list[float]:
        """See `engine.ShowMatch`."""
        heads, words = self._program.drill.heads, self._chosen(player)
        numbers = memoryview(array("i", words).tobytes()).cast("f")
        return [
            numbers[at] if isinstance(head, Continuous) else word
            for at, (head, word) in enumerate(zip(heads, words, strict=True))
        ]

    def influences(self, player: int, baseline: Sequence[float]) -> list[float]:
        """See `engine.ShowMatch`."""
        drill, insight, action = self._program.drill, self.insight(player), self.picked(player)
        parameters = self._places.parameters[team_of(drill.teams, player)]
        others = self._situations.ablated(parameters, insight.observation, baseline, self._masks(player))
        whole = log_chance(drill.heads, insight.probabilities, action)
        return [whole - log_chance(drill.heads, other.probabilities, action) for other in others]

    def suppose(self, player: int, state: Mapping[str, float], changes: Sequence[Mapping[str, float]]) -> list[Insight]:
        """See `engine.ShowMatch`."""
        parameters = self._places.parameters[team_of(self._program.drill.teams, player)]
        return self._situations.suppose(player, parameters, state, changes)

    def earned(self, player: int) -> list[float]:
        """See `engine.ShowMatch`."""
        self._rewards()
        terms = len(self._program.drill.reward_terms)
        return self._column(Rows(self._terms.base + player * terms * self._terms.stride, self._terms.stride), terms, 0)

    def _column(self, rows: Rows, count: int, lane: int) -> list[float]:
        """One lane of f32 rows."""
        values = array("f", bytes(count * rows.stride))
        self._memory.read(rows.base, values)
        return list(values[lane :: rows.stride // WORD_BYTES])

    def tick(self) -> None:
        """Advance the physics by one tick with the chosen actions."""
        self._tick()

    def finish(self) -> Outcome[bool, int]:
        """Judge the decision that just ended; a match that is over starts its next episode."""
        self._finish()
        base, stride = self._places.verdict
        terminated, truncated, winner = (self._memory.load((base + k * stride) // WORD_BYTES) for k in range(3))
        return Outcome(bool(terminated), bool(truncated), winner if terminated or truncated else 0)

    def state(self) -> Mapping[str, float]:
        """Return every state field of the match."""
        self._memory.read(self._state.base, self._copy)
        return {name: float(view[place]) for name, place, view in self._columns}

    def put(self, values: Mapping[str, float]) -> None:
        """Overwrite state fields (a body is dragged)."""
        for name, value in values.items():
            word = (self._state.base + self._fields[name] * self._state.stride) // WORD_BYTES
            if self._program.drill.fields[name] == "f32":
                self._memory.store(word, bits_of(value))
            else:
                self._memory.store(word, signed(int(value)))

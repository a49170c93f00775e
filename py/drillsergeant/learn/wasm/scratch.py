"""What lies where in the scratch regions of rollout workers, show and trainer, and the plan that has room for it.

Each table takes its places from an `Arena`: over a region to use it, from offset 0 to measure it.
"""

from __future__ import annotations

from typing import Any

from drillsergeant.learn.engine import CHUNK_STATS, DUEL_TEAMS, MOST_REWARD_TERMS, SHOW_MATCHES, evaluations_of
from drillsergeant.learn.heads import head_rows, mask_words
from drillsergeant.learn.ppo.arithmetic import METRICS
from drillsergeant.learn.ppo.imitator import MOST_ROWS
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Rows
from drillsergeant.memory.access import SIMD_LANES, WORD_BYTES
from drillsergeant.memory.layout import ALIGNMENT_BYTES, LANE_MULTIPLE, SHARES_MAX, SKEW_BYTES, Plan, Region, round_up

# So many numbers may differ from match to match without another memory.
DRAWN_NUMBERS = 8
# Situations that the show asks a policy about at a time.
SITUATIONS = 32


class Arena:
    """Hands out aligned places, from byte `start` to before byte `end` if there is an end."""

    def __init__(self, start: int = 0, end: int | None = None) -> None:
        self._next, self._end = start, end

    @classmethod
    def over(cls, region: Region) -> Arena:
        """All of a region of shared memory."""
        return cls(region.offset, region.end)

    def take(self, size_bytes: int) -> int:
        """The byte offset of a new place. Raises ValueError where the arena ends before it."""
        offset = self._next
        self._next = round_up(offset + size_bytes, ALIGNMENT_BYTES)
        # Rounding up behind the last place may pass the end: nothing lies there.
        if self._end is not None and self._next > self._end + ALIGNMENT_BYTES - 1:
            raise ValueError(
                f"scratch memory ends at byte {self._end}, byte {self._next} is needed: make the plan with "
                "learn.wasm.scratch.plan_for"
            )
        return offset

    def words(self, count: int) -> int:
        """A place for `count` words, with room for a SIMD loop to run past the last one."""
        return self.take(round_up(count, LANE_MULTIPLE) * WORD_BYTES)

    def rows(self, count: int, lanes: int) -> Rows:
        """A group of `count` arrays of `lanes` words each."""
        # A kernel walks all rows side by side: without the skew, rows of 1024 words fall into one set of the cache.
        stride = round_up(lanes, LANE_MULTIPLE) * WORD_BYTES + SKEW_BYTES
        return Rows(self.take(count * stride), stride)

    @property
    def used(self) -> int:
        """Byte offset behind everything taken so far."""
        return self._next


class BatchScratch:
    """N matches: their state, what is counted of them, and what judging them needs."""

    def __init__(self, program: Program, matches: int, arena: Arena) -> None:
        drill = program.drill
        fields = _state_rows(program)
        self.state, self.next_state = arena.rows(fields, matches), arena.rows(fields, matches)
        self.running = arena.rows(1 + MOST_REWARD_TERMS, matches)
        self.ended = arena.rows(len(CHUNK_STATS) + MOST_REWARD_TERMS, matches)
        self.rewards = arena.rows(sum(drill.teams), matches)
        self.flag = arena.rows(1, matches)
        self.match_stride = self.state.stride


class SightScratch:
    """What seeing and choosing needs for up to `agents` agents."""

    def __init__(self, program: Program, agents: int, arena: Arena) -> None:
        drill = program.drill
        self.lanes_bytes = round_up(agents, LANE_MULTIPLE) * WORD_BYTES
        self.obs = arena.take(len(drill.observation) * self.lanes_bytes)
        self.allowed = arena.take(mask_words(drill.masks) * self.lanes_bytes)
        self.head = arena.rows(head_rows(drill.heads), agents)
        self.draw, self.logp, self.value = (arena.words(agents) for _ in range(3))
        self.action = arena.rows(len(drill.heads), agents)
        self.network = arena.take(program.network.scratch_bytes)


class RolloutScratch:
    """Everything of a rollout worker: self-play, duels, the batches of the evaluations, and what they share."""

    def __init__(self, program: Program, self_play: int, arena: Arena, duels: int = 0, horizon: int = 0) -> None:
        """`horizon`: decisions of an evaluation; there is a log of each and one row more. 0 for none."""
        self.main, self.duels = BatchScratch(program, self_play, arena), BatchScratch(program, duels, arena)
        teams = program.drill.teams
        looks = evaluations_of(teams)
        self.evaluations = {name: BatchScratch(program, each.matches, arena) for name, each in looks.items()}
        self.largest = max(self_play, duels, *(each.matches for each in looks.values()))
        agents = max(sum(teams) * self.largest, sum(teams) * self_play + teams[0] * duels)
        self.match_view = SightScratch(program, agents, arena)
        self.slots = arena.words(self.largest)
        self.stats = arena.words(len(CHUNK_STATS) + MOST_REWARD_TERMS)
        log_stride = max(batch.match_stride for batch in self.evaluations.values())
        self.log = arena.take((horizon + 1) * len(CHUNK_STATS) * log_stride)


class ShowMatchScratch:
    """A match on screen. Each team has a policy, and all players are seen as it sees them; `action` holds what each
    player does, head by head, player after player."""

    def __init__(self, program: Program, arena: Arena) -> None:
        teams, players = program.drill.teams, sum(program.drill.teams)
        self.state = arena.rows(_state_rows(program), 1)
        self.before = arena.rows(_state_rows(program), 1)  # the decision that is played now
        self.verdict = arena.rows(3, 1)
        self.action = arena.rows(players * len(program.drill.heads), 1)
        # Players are one lane apart: what a kernel writes behind the last one's is not to be the next row's.
        self.match_views = [SightScratch(program, players + SIMD_LANES - 1, arena) for _ in teams]
        self.parameters = [arena.words(program.network.parameter_count) for _ in teams]


class SituationScratch:
    """Situations that never came, and what a player makes of them."""

    def __init__(self, program: Program, arena: Arena) -> None:
        self.state = arena.rows(_state_rows(program), SITUATIONS)
        self.view = SightScratch(program, SITUATIONS, arena)


class ShowScratch:
    """The matches on screen, a place for parameters on their way to one, and what is asked about a player."""

    def __init__(self, program: Program, arena: Arena) -> None:
        self.matches = [ShowMatchScratch(program, arena) for _ in range(SHOW_MATCHES)]
        self.slots = arena.words(1)
        self.index = arena.words(noise_indices(program))
        self.snapshot = arena.words(program.network.parameter_count)
        self.situations = SituationScratch(program, arena)
        self.terms = arena.rows(sum(program.drill.teams) * MOST_REWARD_TERMS, 1)


class RescaleScratch:
    """What measuring and rescaling a batch needs beside it."""

    def __init__(self, program: Program, plan: Plan, arena: Arena) -> None:
        entries, hidden = len(program.drill.observation), program.network.hidden[0]
        self.means, self.factors = arena.words(entries + 1), arena.words(entries + 1)
        self.row, self.sums = arena.words(plan.agents), arena.words(2 * (entries + 1))
        self.columns, self.shifts, self.products = (arena.words(hidden * entries + SIMD_LANES) for _ in range(3))


class ImitationScratch:
    """A minibatch of decisions to be imitated: what was seen and done, what the network makes of it, and the three rows
    that a chunk has of each decision: logp, advantages and returns."""

    def __init__(self, program: Program, arena: Arena) -> None:
        drill = program.drill
        self.obs = arena.rows(len(drill.observation), MOST_ROWS)
        self.action = arena.rows(len(drill.heads), MOST_ROWS)
        self.allowed = arena.rows(mask_words(drill.masks), MOST_ROWS)
        self.rows = arena.rows(3, MOST_ROWS)
        self.head = arena.rows(head_rows(drill.heads), MOST_ROWS)


class LearnerScratch:
    """Parameters and moments twice, the gradient, and a batch of a chunk from each worker prepared for learning.

    `plain` are the parameters that everybody else sees; those in `sets` are for rescaled observations.
    """

    def __init__(self, program: Program, plan: Plan, arena: Arena) -> None:
        network, rows = program.network, plan.horizon * plan.agents
        # Each set is parameters, first moment, second moment.
        self.sets = (arena.rows(3, network.parameter_count), arena.rows(3, network.parameter_count))
        self.gradient = arena.words(network.parameter_count)
        self.shares = arena.rows(SHARES_MAX, network.parameter_count)
        self.network = arena.take(network.scratch_bytes)
        self.index = arena.words(noise_indices(program))
        lanes_bytes = plan.lanes * WORD_BYTES
        self.unpacked = arena.take((plan.horizon + 1) * lanes_bytes)
        self.advantages = [arena.words(rows) for _ in range(plan.workers)]
        self.returns = [arena.take(plan.horizon * lanes_bytes) for _ in range(plan.workers)]
        self.most_cells = plan.workers * plan.horizon * -(-plan.agents // network.tile_rows)  # of a batch
        self.cells = arena.words(self.most_cells * len(network.cell_record))
        self.sums = arena.words(self.most_cells * len(METRICS))
        observation_bytes = plan.horizon * plan.observation_size * lanes_bytes
        self.observations = [arena.take(observation_bytes) for _ in range(plan.workers)]
        self.plain = arena.words(network.parameter_count)
        self.rescale = RescaleScratch(program, plan, arena)
        self.imitation = ImitationScratch(program, arena)


def _state_rows(program: Program) -> int:
    """Rows of a state, with room for numbers that a reader's code draws for every match: these need no other memory."""
    drill = program.drill
    return len(drill.fields) + max(0, DRAWN_NUMBERS - len(drill.drawn_numbers))


def noise_indices(program: Program) -> int:
    """How many indices the noise of a fresh network is drawn for at a time, at most."""
    return max(row.index + row.count for row in program.network.initial)


def plan_for(program: Program, workers: int, matches: int, horizon: int, ring_slots: int = 4, duels: int = 0) -> Plan:
    """The plan of a shared memory in which `workers` rollout workers play `matches` matches each with kernels.

    Of these, `duels` are played against frozen parameters. Raises ValueError for sizes that cannot be played.
    """
    drill = program.drill
    if duels % SIMD_LANES or (duels and len(drill.teams) != DUEL_TEAMS):
        raise ValueError(
            f"{duels} duels of {drill.name}, whose teams are {drill.teams}: needs a multiple of {SIMD_LANES} duels, "
            f"so that none runs past its row, and {DUEL_TEAMS} teams; duels=0 for none"
        )
    if len(drill.reward_terms) > MOST_REWARD_TERMS:
        raise ValueError(f"{drill.name} has {len(drill.reward_terms)} reward terms, at most {MOST_REWARD_TERMS} fit")
    players = sum(drill.teams)
    if players > 2 and matches % SIMD_LANES:
        what = f"{drill.name} has {players} players and {matches} matches"
        raise ValueError(f"{what}: needs a multiple of {SIMD_LANES} matches")
    sizes: dict[str, Any] = {
        "workers": workers,
        "matches": matches,
        "teams": drill.teams,
        "horizon": horizon,
        "observation_size": len(drill.observation),
        "action_words": len(drill.heads),
        "mask_words": mask_words(drill.masks),
        "parameter_count": program.network.parameter_count,
        "ring_slots": ring_slots,
        "duels": duels,
    }
    rollout, show, learner = Arena(), Arena(), Arena()
    RolloutScratch(program, matches - duels, rollout, duels, horizon)
    ShowScratch(program, show)
    LearnerScratch(program, Plan(**sizes), learner)
    return Plan(
        **sizes,
        scratch_bytes=rollout.used,
        show_scratch_bytes=show.used,
        learner_scratch_bytes=learner.used,
    )

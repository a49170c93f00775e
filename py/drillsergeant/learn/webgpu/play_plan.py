"""Playing as compute dispatches: a chunk of every match in one, which the learner's shaders then read where it lies.

Device-independent, like `webgpu.plan`. The meaning of the words of `play_knobs` is in shaders/play.wgsl, which is put
together with the kernels of the drill (`compile.shaders.play_kernels`) and the network's layers, written here: their
sizes are chosen when a run starts.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise

from drillsergeant.learn.engine import CHUNK_STATS, Tally
from drillsergeant.learn.heads import log_stds, policy_rows
from drillsergeant.learn.league.matchmaking import RIVALS
from drillsergeant.learn.ppo.scales import Scales
from drillsergeant.learn.program import Program
from drillsergeant.learn.webgpu.blocks import OWN, Blocks, MatchBlock
from drillsergeant.learn.webgpu.pipelines import LANES_PER_GROUP, Dispatch, Pipeline
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import Layout, round_up

# That share the network's work for one player: where matches are few, 8 to 10 times as fast as one (a probe, one H200).
LANES_PER_PLAYER = 8
GROUP_LANES = 64  # about so many in a workgroup
MOST_GROUP_LANES, MOST_GROUP_BYTES = 256, 16384  # what every device has
QUAD = 4  # numbers in a vec4f
# What one row of features is further from the next: so that rows begin in different banks of a workgroup's memory.
SKEW = 4
KNOBS = struct.Struct("<7I4x")
PACKED = RIVALS + 2  # the policy, its opponents, and one who plays anything


class PlayPlan:
    """The tables of playing one drill into chunks of one layout: its self-play and its duels, and beside them matches
    that only tell how good the policy is."""

    def __init__(
        self, program: Program, layout: Layout, *, evaluates: bool = True, lanes_per_player: int = LANES_PER_PLAYER
    ) -> None:
        """`evaluates`: whether there are matches that are not recorded. `lanes_per_player`: fewer where lanes are
        computed one after the other. Raises ValueError for a network that fits into no workgroup."""
        drill, network, plan = program.drill, program.network, layout.plan
        self.layout, self.lanes_per_player = layout, lanes_per_player
        self.blocks = Blocks(plan, evaluates=evaluates)
        self.matches = self.blocks.matches
        self.players, self.heads = sum(drill.teams), len(drill.heads)
        rows = len(drill.fields), 1 + len(drill.reward_terms)
        self.ended_row, self.ended_rows = sum(rows), len(CHUNK_STATS) + len(drill.reward_terms)
        self.log_stds, self.inputs = log_stds(drill.heads), len(drill.observation)
        self.shapes = tuple(pairwise([self.inputs, *network.hidden, policy_rows(drill.heads) + 1]))
        self.row_pitch = round_up(max(map(max, self.shapes)), QUAD) + SKEW
        self.longest_episode = round(drill.time_limit_s * drill.tick_hz / drill.action_repeat)  # decisions
        self._fit()
        self.pipelines = self._pipelines()

    def _fit(self) -> None:
        """As many matches in a workgroup as it has lanes and memory for."""
        lanes = self.players * self.lanes_per_player
        size = self.players * (self.row_pitch + self.heads) * WORD_BYTES
        if lanes > MOST_GROUP_LANES or size > MOST_GROUP_BYTES:
            raise ValueError(
                f"a match of {self.players} players with layers of up to {self.row_pitch - SKEW} takes a workgroup of "
                f"{lanes} lanes and {size} bytes, a GPU has {MOST_GROUP_LANES} and {MOST_GROUP_BYTES}: "
                "lower the hidden units or the players"
            )
        self.matches_per_group = max(1, min(GROUP_LANES // lanes, MOST_GROUP_BYTES // size))
        self.group_lanes = self.matches_per_group * lanes

    @property
    def packed_quads(self) -> int:
        """vec4f that the packed parameters take."""
        return self._log_stds_at + -(-self.log_stds // QUAD)

    @property
    def _log_stds_at(self) -> int:
        return sum((inputs + 1) * _quads(outputs) for inputs, outputs in self.shapes)

    def text(self, shader: str, kernels: str) -> str:
        """WGSL text that goes with a shader of `pipelines.PLAYING`; `kernels` is that of `shaders.play_kernels`."""
        parts = {
            "pack": [self._shapes()],
            "play": [self._workgroup(), self._network(), kernels],
            "tally": [self._block_table()],
        }
        return "\n".join(parts[shader])

    def _block_table(self) -> str:
        blocks = self.blocks.all
        each = ", ".join(f"vec2u({block.first}, {block.matches})" for block in blocks)
        return _constants({"BLOCK_COUNT": len(blocks)}) + f"const BLOCKS = array<vec2u, BLOCK_COUNT>({each});\n"

    def _shapes(self) -> str:
        shapes = ", ".join(f"vec2u({inputs}, {outputs})" for inputs, outputs in self.shapes)
        sizes = {"PACKED_QUADS": self.packed_quads, "LAYER_COUNT": len(self.shapes), "LOG_STDS": self.log_stds}
        return _constants(sizes) + f"const LAYERS = array<vec2u, LAYER_COUNT>({shapes});\n"

    def _workgroup(self) -> str:
        widest = max(_quads(outputs) for _, outputs in self.shapes)
        sizes = {
            "LANES_PER_PLAYER": self.lanes_per_player,
            "MATCHES_PER_GROUP": self.matches_per_group,
            "GROUP_LANES": self.group_lanes,
            "QUADS_PER_LANE": -(-widest // self.lanes_per_player),
            "ROW_PITCH": self.row_pitch,
            "LOG_STDS_AT": self._log_stds_at,
            "PACKED_QUADS": self.packed_quads,
        }
        return _constants(sizes)

    def _network(self) -> str:
        calls, at = [], 0
        for number, (inputs, outputs) in enumerate(self.shapes, 1):
            hidden = str(number < len(self.shapes)).lower()
            calls.append(f"  dense_layer(place, sub, first + {at}u, {inputs}u, {_quads(outputs)}u, {hidden});")
            at += (inputs + 1) * _quads(outputs)
        return "\n".join(["fn network(place: u32, sub: u32, first: u32) {", *calls, "}", ""])

    @property
    def played_words(self) -> int:
        """Words that tell what a chunk came to: of each block a sum of each row that counts episodes, then two of each
        observation entry, rescaled, and of the returns."""
        return self.tallied_words + 2 * (self.inputs + 1)

    @property
    def tallied_words(self) -> int:
        """Those of them that count episodes."""
        return len(self.blocks.all) * self.ended_rows

    def buffer_bytes(self) -> Mapping[str, int]:
        """Size of every buffer that the learner has no need of."""
        words = {
            "play_knobs": KNOBS.size // WORD_BYTES,
            "scales": 2 * (self.inputs + 1),
            "weights": QUAD * self.packed_quads * PACKED,
            "rivals": self.layout.plan.parameter_count * (PACKED - 1),
            "opponents": self.matches,
            "matches": (self.ended_row + self.ended_rows) * self.matches,
            "played": self.played_words,
        }
        return {name: count * WORD_BYTES for name, count in words.items()}

    def knobs(
        self,
        *,
        seed: int = 0,
        episode: int = 0,
        block: MatchBlock | None = None,
        slot: int | None = None,
        begins: int = 0,
        ends: int | None = None,
    ) -> bytes:
        """The words that steer: which decisions of the chunk are played now, all by default; or the seed and first
        episode of the matches of a block that begin, also all by default, and which slot the first of them is."""
        first, count = block or (0, self.matches)
        last = self.layout.plan.horizon if ends is None else ends
        return KNOBS.pack(seed, episode, first, count, first if slot is None else slot, begins, last)

    def scales(self, scales: Scales) -> array[float]:
        """The words of "scales"."""
        entries = ((mean, 1.0 / spread) for mean, spread in zip(scales.means, scales.spreads, strict=True))
        return array("f", (*chain.from_iterable(entries), scales.returns.mean, scales.return_spread))

    def begin(self, block: MatchBlock | None = None) -> Dispatch:
        """Every match of a block that "play_knobs" tells, by default of all, begins its first episode."""
        count = self.matches if block is None else block.matches
        return Dispatch("begin", (-(-count // LANES_PER_GROUP), 1, 1))

    @property
    def pack(self) -> Dispatch:
        """The parameters in "state" are those that play from now on."""
        return Dispatch("pack", (-(-self.packed_quads // LANES_PER_GROUP), 1, 1))

    @property
    def pack_rivals(self) -> Dispatch:
        """Those in "rivals" are those of the opponents."""
        return Dispatch("pack_rivals", (-(-self.packed_quads // LANES_PER_GROUP), PACKED - 1, 1))

    @property
    def play(self) -> Dispatch:
        """A chunk, or the part of it that "play_knobs" tells."""
        return Dispatch("play", (-(-self.matches // self.matches_per_group), 1, 1))

    @property
    def tally(self) -> Dispatch:
        """Which episodes have ended in the chunk."""
        return Dispatch("tally", (self.ended_rows, len(self.blocks.all), 1))

    @property
    def moments(self) -> Dispatch:
        """What the chunk's observations and returns come to, once these have been estimated."""
        return Dispatch("moments", (self.inputs + 1, 1, 1))

    def tally_of(self, block: int, sums: Sequence[float]) -> Tally:
        """What ended in a block, by its number, of the words that tell it."""
        start = block * self.ended_rows
        found = dict(zip(CHUNK_STATS, sums[start : start + len(CHUNK_STATS)], strict=True))
        episodes, wins, losses = (int(found[name]) for name in ("episodes", "wins", "losses"))
        return Tally(episodes, wins, losses, found["returns"], found["return_squares"])

    def _pipelines(self) -> tuple[Pipeline, ...]:
        plan, matches, chunk = self.layout.plan, (2, "matches"), (3, "batch")
        fields = ("action", "allowed", "logp", "reward", "terminated", "truncated", "value")
        counts = {"MATCHES": self.matches, "SELF_PLAY": plan.self_play, "DUELS": plan.duels}
        packed = {"PARAMETERS": plan.parameter_count}
        lines = {"HORIZON": plan.horizon, "LANES": plan.lanes, "OBSERVATION": self._field("obs")}
        tally = {"MATCHES": self.matches, "ENDED": self.ended_row, "ENDED_ROWS": self.ended_rows}
        tally |= {**lines, "AGENTS": plan.agents, "OBSERVATION_SIZE": self.inputs}
        sizes = {**lines, **counts, **{name.upper(): self._field(name) for name in fields}}
        knobs, played, seen = (0, "play_knobs"), (0, "played"), (2, "batch")
        weights, opponents = (1, "weights"), (5, "opponents")
        return (
            Pipeline("pack", "pack", "pack", {**packed, "FIRST": OWN}, ((0, "state"), weights)),
            Pipeline("pack_rivals", "pack", "pack", {**packed, "FIRST": OWN + 1}, ((0, "rivals"), weights)),
            Pipeline("begin", "play", "begin", sizes, (knobs, matches)),
            Pipeline("play", "play", "play", sizes, (knobs, weights, matches, chunk, (4, "scales"), opponents)),
            Pipeline("tally", "tally", "tally", tally, (played, (1, "matches"))),
            Pipeline("moments", "tally", "moments", tally, (played, seen, (3, "returns"))),
        )

    def _field(self, name: str) -> int:
        return self.layout.chunk[name].offset // WORD_BYTES


def _constants(sizes: Mapping[str, int]) -> str:
    return "".join(f"const {name} = {value}u;\n" for name, value in sizes.items())


def _quads(outputs: int) -> int:
    return -(-outputs // QUAD)

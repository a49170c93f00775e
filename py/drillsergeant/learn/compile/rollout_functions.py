"""Playing a whole chunk in one call: the loop of `rollout.Collector` as WebAssembly, around the kernels of a drill.

`collect` plays T decisions of N matches, all players by the policy, and fills a chunk of the rollout ring;
`collect_duel` plays team 1 with other, frozen parameters and records team 0 beside what `collect` has recorded;
`evaluate_scripted` and the like play one team by the policy against a frozen opponent and keep nothing but a log of
what ended. Same order of the same operations as the NumPy collector, so the same bits. All pointers are byte
offsets, all strides bytes; parameters are listed where the functions are added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from drillsergeant.drills.contract import Player
from drillsergeant.kernels.dense.control_flow import Operand, advance, call, count_down, push, set_sum
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.engine import CHUNK_STATS, DUEL_TEAMS, evaluations_of
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.reference.rollout import policy_against
from drillsergeant.memory.access import LOG2_WORD_BYTES, WORD_BYTES

# What every function that plays needs. Groups of match rows (state, next_state, running, ended, rewards, flag) have
# the stride match_stride, agent rows of obs and allowed (words of masks) lanes_bytes, the network's output head_stride.
_WORK = (
    "decisions matches match_stride state next_state running ended rewards flag "
    "lanes_bytes obs allowed draw parameters scratch head head_stride action logp value"
)
# Where a chunk keeps what is recorded beside obs, allowed, action, logp and value; last_obs is for the state after the
# last decision, which is seen for its value only, and last_allowed for what may be done there.
_RECORD = "reward terminated truncated last_obs last_allowed stats"
# Of an evaluation: the log of what ended, at every decision and then at the end, where matches are truncated: a row for
# each of CHUNK_STATS, of that moment alone. And bytes from one head of the actions to the next, lanes_bytes in a chunk.
_EVALUATION = "log action_stride"
# Against frozen parameters: those, and rows for what the other team sees and chooses, of which nothing is kept. It
# looks through `last_obs` and `last_allowed`, in rows of `rival_lanes_bytes`, and what its head and draws are written
# over has been used by then.
_RIVAL = "rival_parameters rival_lanes_bytes rival_action rival_action_stride rival_logp rival_value"

Group = tuple[Operand, Operand]


def call_kernel(f: Function, kernel: Function, count: Operand, groups: Mapping[str, Group]) -> None:
    """Call a traced kernel without scalars; `groups` gives base and stride under "in.name" and "out.name"."""
    given: dict[str, Operand] = {"count": count}
    for name, (base, stride) in groups.items():
        given |= {f"{name}.base": base, f"{name}.stride": stride}
    call(f, kernel, *(given[param] for param in kernel.params))


class RolloutEmitter:
    """Adds the functions that play to `module`. `kernels` are those of the drill, `forward` the network's, `total`
    sums an array; all in the same module."""

    def __init__(
        self, module: Module, table: DrillKernels, kernels: Mapping[str, Function], forward: Function, total: Function
    ) -> None:
        self.module, self.drill, self.kernels = module, table.drill, kernels
        self.forward, self.total = forward, total
        self.ended_rows, self.mask_words = len(table.ended), len(table.words)
        teams, players = self.drill.teams, range(table.players)
        see_all = self._add_see("see", players)
        see_first = self._add_see("see_first", players[: teams[0]]) if len(teams) > 1 else see_all
        self._add_play("collect", [Player.POLICY] * len(players), see_all, record=True)
        self.see_rival = self._add_see("see_rival", players[teams[0] :]) if len(teams) == DUEL_TEAMS else None
        if self.see_rival:
            self._add_play("collect_duel", policy_against(Player.FROZEN, teams), see_first, record=True)
        for evaluation, look in evaluations_of(teams).items():
            see = self.see_rival if look.team and self.see_rival else see_first
            self._add_play(f"evaluate_{evaluation}", policy_against(look.opponent, teams, look.team), see, record=False)

    def _add_see(self, name: str, players: Sequence[int]) -> Function:
        """Add `name`: the players look and the network answers. Observations, draws, head and value rows are written,
        player after player, so that what one writes behind its last match belongs to the next one or to nobody."""
        params = "matches match_stride state lanes_bytes obs allowed draw parameters scratch head head_stride value"
        f = self.module.function(name, [(param, "i32") for param in params.split()], export=True)
        p = f.params
        at = f.local("i32", "lane_bytes")
        agents = f.local("i32", "agents")
        for player in players:
            obs, draws = f.local("i32", f"obs{player}"), f.local("i32", f"draw{player}")
            allowed = f.local("i32", f"allowed{player}")
            set_sum(f, obs, p["obs"], at)
            set_sum(f, allowed, p["allowed"], at)
            set_sum(f, draws, p["draw"], at)
            groups: dict[str, Group] = {
                "in.state": (p["state"], p["match_stride"]),
                "out.obs": (obs, p["lanes_bytes"]),
                "out.draw": (draws, 0),
                "out.allowed": (allowed, p["lanes_bytes"]),
            }
            call_kernel(f, self.kernels[f"observe_{player}"], p["matches"], groups)
            set_sum(f, agents, agents, p["matches"])
            _set_words(f, at, agents)
        network = [p[name] for name in ("obs", "lanes_bytes", "parameters", "scratch", "head", "head_stride")]
        call(f, self.forward, agents, *network)
        f.local_get(p["value"])
        _push_row(f, p["head"], p["head_stride"], policy_rows(self.drill.heads))
        f.local_get(at)
        f.memory_copy()
        return f

    def _add_play(self, name: str, players: Sequence[Player], see: Function, *, record: bool) -> None:
        names = _WORK.split() + (_RECORD if record else _EVALUATION).split()
        names += _RIVAL.split() if Player.FROZEN in players else []
        f = self.module.function(name, [(param, "i32") for param in names], export=True)
        _Play(self, f, players, see, record=record).emit()


class _Play:
    """The emission of one function that plays."""

    def __init__(
        self, program: RolloutEmitter, f: Function, players: Sequence[Player], see: Function, *, record: bool
    ) -> None:
        self.program, self.f, self.p, self.kernels = program, f, f.params, program.kernels
        self.players, self.see, self.record = players, see, record
        self.row_bytes = f.local("i32", "row_bytes")  # of one match row without its padding
        self.agents, self.obs_bytes = f.local("i32", "agents"), f.local("i32", "obs_bytes")
        self.left, self.at, self.rivals = (f.local("i32", name) for name in ("left", "at", "rivals"))
        self.action_bytes, self.allowed_bytes = f.local("i32", "action_bytes"), f.local("i32", "allowed_bytes")
        self.action_stride = self.p["lanes_bytes" if record else "action_stride"]
        self.log_bytes = f.local("i32", "log_bytes")
        self.duel = Player.FROZEN in players
        # In a row of actions the policy's players come first, where its choices are written.
        order = sorted(range(len(players)), key=lambda player: players[player] is not Player.POLICY)
        self.places = {player: place for place, player in enumerate(order)}

    def emit(self) -> None:
        """Emit the whole function."""
        f, p = self.f, self.p
        _set_words(f, self.row_bytes, p["matches"])
        _set_product(f, self.agents, p["matches"], self.players.count(Player.POLICY))
        _set_product(f, self.obs_bytes, p["lanes_bytes"], len(self.program.drill.observation))
        _set_product(f, self.action_bytes, p["lanes_bytes"], len(self.program.drill.heads))
        _set_product(f, self.allowed_bytes, p["lanes_bytes"], self.program.mask_words)
        self._clear(p["ended"], p["match_stride"], self.program.ended_rows)
        if self.record and not self.duel:
            self._clear(p["truncated"], p["lanes_bytes"], p["decisions"])
        f.local_get(p["decisions"])
        f.local_set(self.left)
        with count_down(f, self.left):
            self._see(p["obs"], p["allowed"])
            self._act()
            self._step()
            if self.record:
                self._record()
            else:
                self._log()
        if self.record:
            self._see(p["last_obs"], p["last_allowed"])
        call_kernel(f, self.kernels["truncate"], p["matches"], {"in.state": self._rows("state"), **self._books()})
        if self.record:
            self._copy_to_lanes("truncated", lambda _player: push(f, p["flag"]))
            self._write_stats()
        else:
            self._log()

    def _rows(self, name: str) -> Group:
        return self.p[name], self.p["match_stride"]

    def _books(self) -> dict[str, Group]:
        """The groups that `judge` and `truncate` share."""
        books = {f"{way}.{name}": self._rows(name) for name in ("running", "ended") for way in ("in", "out")}
        return {**books, "out.state": self._rows("state"), "out.flag": self._rows("flag")}

    def _see(self, obs: Local, allowed: Local) -> None:
        other = {"obs": obs, "allowed": allowed}
        call(self.f, self.see, *(other.get(name, self.p[name]) for name in self.see.params))

    def _act(self) -> None:
        """Actions of every player, a row for each head, in which players lie in the order of `places`."""
        f, p = self.f, self.p
        groups: dict[str, Group] = {
            "in.head": (p["head"], p["head_stride"]),
            "in.allowed": (p["allowed"], p["lanes_bytes"]),
            "in.draw": (p["draw"], 0),
            "out.action": (p["action"], self.action_stride),
            "out.logp": (p["logp"], 0),
        }
        call_kernel(f, self.kernels["sample"], self.agents, groups)
        if self.duel:
            self._act_frozen(groups)
            return
        for player, who in enumerate(self.players):
            if who is not Player.POLICY:
                _push_row(f, p["action"], self.row_bytes, self.places[player])
                f.local_set(self.at)
                chosen: dict[str, Group] = {
                    "in.state": self._rows("state"),
                    "out.action": (self.at, self.action_stride),
                }
                call_kernel(f, self.kernels[f"{who}_{player}"], p["matches"], chosen)

    def _act_frozen(self, groups: Mapping[str, Group]) -> None:
        """The actions of the team that plays with frozen parameters."""
        f, p, see = self.f, self.p, self.program.see_rival
        assert see is not None, "a duel takes two teams"
        other = {
            "obs": p["last_obs"],
            "allowed": p["last_allowed"],
            "lanes_bytes": p["rival_lanes_bytes"],
            "parameters": p["rival_parameters"],
            "value": p["rival_value"],
        }
        call(f, see, *(other.get(name, p[name]) for name in see.params))
        chosen: dict[str, Group] = {
            "in.allowed": (p["last_allowed"], p["rival_lanes_bytes"]),
            "out.action": (p["rival_action"], p["rival_action_stride"]),
            "out.logp": (p["rival_logp"], 0),
        }
        _set_product(f, self.rivals, p["matches"], self.players.count(Player.FROZEN))
        call_kernel(f, self.kernels["sample"], self.rivals, {**groups, **chosen})

    def _step(self) -> None:
        """Play the decision, judge it, start terminated matches anew. The state ends up where it was."""
        moved: dict[str, Group] = {"in.state": self._rows("state"), "out.state": self._rows("next_state")}
        for player in range(len(self.players)):
            moved[f"in.action_{player}"] = self._action_of(player)
        call_kernel(self.f, self.kernels["tick"], self.p["matches"], moved)
        judged = {"in.before": self._rows("state"), "in.after": self._rows("next_state"), **self._books()}
        judged["out.reward"] = self._rows("rewards")
        call_kernel(self.f, self.kernels["judge"], self.p["matches"], judged)

    def _action_of(self, player: int) -> Group:
        """Where a player's action lies: those chosen by frozen parameters are not in the chunk."""
        frozen = self.players[player] is Player.FROZEN
        base, stride = self.p["action"], self.action_stride
        if frozen:
            base, stride = self.p["rival_action"], self.p["rival_action_stride"]
        at = self.f.local("i32", f"action{player}")
        place = player - self.players.index(Player.FROZEN) if frozen else self.places[player]
        _push_row(self.f, base, self.row_bytes, place)
        self.f.local_set(at)
        return at, stride

    def _record(self) -> None:
        """Copy what the judge wrote to the chunk and go on to the rows of the next decision."""
        f, p = self.f, self.p
        self._copy_to_lanes("reward", lambda player: _push_row(f, p["rewards"], p["match_stride"], player))
        self._copy_to_lanes("terminated", lambda _player: push(f, p["flag"]))
        if self.duel:  # the lanes of others in these rows are not this function's to clear
            self._clear(p["truncated"], self.row_bytes, 1)
        advance(f, p["obs"], self.obs_bytes)
        advance(f, p["action"], self.action_bytes)
        advance(f, p["allowed"], self.allowed_bytes)
        for name in ("logp", "value", "reward", "terminated"):
            advance(f, p[name], p["lanes_bytes"])
        f.local_get(self.left)
        f.i32_const(1)
        f.op("i32.ne")
        with f.if_():  # truncation is reported at the last decision only
            advance(f, p["truncated"], p["lanes_bytes"])

    def _log(self) -> None:
        """Move what has ended to the log."""
        f, p = self.f, self.p
        _set_product(f, self.log_bytes, p["match_stride"], len(CHUNK_STATS))
        for name in ("log", "ended"):
            f.local_get(p[name])
        f.local_get(self.log_bytes)
        f.memory_copy()
        self._clear(p["ended"], p["match_stride"], len(CHUNK_STATS))
        advance(f, p["log"], self.log_bytes)

    def _copy_to_lanes(self, name: str, push_source: Callable[[int], None]) -> None:
        """Copy one match row per player of the policy to its lanes of the agent row at the parameter `name`."""
        f = self.f
        set_sum(f, self.at, self.p[name], 0)
        for player, who in enumerate(self.players):
            if who is Player.POLICY:
                f.local_get(self.at)
                push_source(player)
                f.local_get(self.row_bytes)
                f.memory_copy()
                advance(f, self.at, self.row_bytes)

    def _clear(self, base: Local, stride: Local, rows: Operand) -> None:
        """Zero `rows` rows."""
        f = self.f
        f.local_get(base)
        f.i32_const(0)
        f.local_get(stride)
        push(f, rows)
        f.op("i32.mul")
        f.memory_fill()

    def _write_stats(self) -> None:
        """The rows of "ended", each summed over the matches, as f32 from `stats` on."""
        f, p = self.f, self.p
        for row in range(self.program.ended_rows):
            f.local_get(p["stats"])
            f.local_get(p["matches"])
            _push_row(f, p["ended"], p["match_stride"], row)
            f.call(self.program.total)
            f.memory("f32.store", row * WORD_BYTES)


def _set_words(f: Function, target: Local, count: Local) -> None:
    """target = the bytes of `count` words."""
    f.local_get(count)
    f.i32_const(LOG2_WORD_BYTES)
    f.op("i32.shl")
    f.local_set(target)


def _set_product(f: Function, target: Local, value: Local, factor: int) -> None:
    f.local_get(value)
    f.i32_const(factor)
    f.op("i32.mul")
    f.local_set(target)


def _push_row(f: Function, base: Local, stride: Local, row: int) -> None:
    """The address of a row of a group."""
    f.local_get(base)
    if row:
        f.local_get(stride)
        f.i32_const(row)
        f.op("i32.mul")
        f.op("i32.add")

"""The kernels of a drill as WGSL, and what stands between them and shaders/play.wgsl.

A kernel is called with whole groups, and there is one for each player (`kernels.wgsl`, `compile.kernel_table`). What a
shader wants is one function for all players, and rows of memory in place of groups: that is written here, in as many
words as there are rows, so that a driver finds no index in it that it would have to compute. Loops stay loops.

The tracing side, like `compile.shaders.shader_kernels`: it needs NumPy and runs ahead of time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drillsergeant import elementary
from drillsergeant.drills.contract import Drill
from drillsergeant.kernels import wgsl
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.heads import head_rows, log_stds, policy_rows

# Of one group for all players.
SHARED = ("reset", "tick", "judge", "truncate", "sample")


def play_kernels(drill: Drill) -> str:
    """WGSL text: constants, the kernels that play, and the functions that shaders/play.wgsl calls."""
    table = DrillKernels(drill)
    # Where teams differ, the policy is also looked at as team 1 (`engine.evaluations_of`).
    alike = len(set(drill.teams)) == 1
    rivals = range(drill.teams[0] if alike else 0, table.players)
    names = [*SHARED, *_of(range(table.players), "observe"), *_of(rivals, "scripted")]
    kernels = {kernel.name: kernel for kernel in table.all()}
    tanh = Kernel("tanh", lambda x: {"y": [elementary.tanh(x[0])]}, {"x": ["f32"]}, {"y": ["f32"]})
    return "\n".join(
        [
            "// Made by learn.compile.shaders.play_kernels from the NumPy functions of a drill.",
            *(f"const {name} = {value}u;" for name, value in _sizes(table).items()),
            "",
            *(wgsl.emit(kernel) for kernel in (tanh, *(kernels[name] for name in names))),
            _observed(table),
            _sampled(table),
            _scripted(table, rivals),
            _ticked(table),
            _reward_of(table),
            _rows("state", "u32", table.state, 0),
            _rows("running", "f32", table.running, len(table.state)),
            _rows("ended", "f32", table.ended, len(table.state) + len(table.running)),
            _features(table),
        ]
    )


def _sizes(table: DrillKernels) -> dict[str, int]:
    drill = table.drill
    return {
        "PLAYERS": table.players,
        "TEAM": drill.teams[0],
        "OBSERVATION_SIZE": len(drill.observation),
        "HEADS": len(drill.heads),
        "POLICY_ROWS": policy_rows(drill.heads),
        "HEAD_ROWS": head_rows(drill.heads),
        "MASK_WORDS": len(table.words),
        "MASK_ROOM": max(len(table.words), 1),  # no array of WGSL is empty
        "STATE_ROWS": len(table.state),
        "RUNNING_ROWS": len(table.running),
        "ENDED_ROWS": len(table.ended),
    }


def _of(players: Sequence[int], kernel: str) -> list[str]:
    return [f"{kernel}_{player}" for player in players]


def _array(element: str, count: int, value: str) -> str:
    """A group as an array, which a group of one is not."""
    return f"array<{element}, 1>({value})" if count == 1 else value


def _for_each(players: Sequence[int], body: Callable[[int], str]) -> str:
    """The same for each of some players, the last one's for all others, which there are none of."""
    *cases, last = players
    lines = ["  switch player {"]
    lines += [f"    case {player}u: {{\n{body(player)}\n    }}" for player in cases]
    return "\n".join([*lines, f"    default: {{\n{body(last)}\n    }}", "  }"])


def _observed(table: DrillKernels) -> str:
    """What a player sees, the number its action is drawn with, and which choices it has."""
    size, words = len(table.drill.observation), len(table.words)

    def body(player: int) -> str:
        allowed = _array("i32", words, "seen.out_allowed") if words else "array<i32, 1>()"
        seen = f"Seen({_array('f32', size, 'seen.out_obs')}, seen.out_draw, {allowed})"
        return f"      let seen = kernel_observe_{player}(state);\n      return {seen};"

    return f"""struct Seen {{
  obs: array<f32, OBSERVATION_SIZE>,
  draw: f32,
  allowed: array<i32, MASK_ROOM>,
}}

fn observed(player: u32, state: array<u32, STATE_ROWS>) -> Seen {{
{_for_each(range(table.players), body)}
}}
"""


def _sampled(table: DrillKernels) -> str:
    """The action, words a head, and its log-probability."""
    words, heads = len(table.words), len(table.drill.heads)
    allowed = {0: "", 1: ", allowed[0]"}.get(words, ", allowed")
    return f"""struct Decision {{
  action: array<i32, HEADS>,
  logp: f32,
}}

fn sampled(head: array<f32, HEAD_ROWS>, draw: f32, allowed: array<i32, MASK_ROOM>) -> Decision {{
  let drawn = kernel_sample(head, {_in_order(table, "draw" + allowed)});
  return Decision({_array("i32", heads, "drawn.out_action")}, drawn.out_logp);
}}
"""


def _in_order(table: DrillKernels, arguments: str) -> str:
    """Arguments behind the head, which the kernel `sample` takes in the order of its groups."""
    (sample,) = (kernel for kernel in table.all() if kernel.name == "sample")
    assert list(sample.inputs) == ["head", "draw", *(["allowed"] if table.masks else [])], "groups of another order"
    return arguments


def _scripted(table: DrillKernels, rivals: Sequence[int]) -> str:
    """What the drill's own player does for one of `rivals`; nothing where there are none."""

    def body(player: int) -> str:
        return f"      return {_array('i32', len(table.drill.heads), f'kernel_scripted_{player}(state).out_action')};"

    found = _for_each(rivals, body) if rivals else "  return array<i32, HEADS>();"
    return f"""fn scripted(player: u32, state: array<u32, STATE_ROWS>) -> array<i32, HEADS> {{
{found}
}}
"""


def _ticked(table: DrillKernels) -> str:
    """The state a decision later; the players' actions lie in `chosen`, from `first` on."""
    heads = len(table.drill.heads)
    actions = []
    for player in range(table.players):
        words = ", ".join(f"chosen[first + {player * heads + head}u]" for head in range(heads))
        actions.append(words if heads == 1 else f"array<i32, HEADS>({words})")
    return f"""fn ticked(state: array<u32, STATE_ROWS>, first: u32) -> array<u32, STATE_ROWS> {{
  return kernel_tick(state, {", ".join(actions)}).out_state;
}}
"""


def _reward_of(table: DrillKernels) -> str:
    """What a player has earned."""
    if table.players == 1:
        lines = ["  return judged.out_reward;"]
    else:
        lines = ["  var reward = judged.out_reward[0];"]
        others = range(1, table.players)
        lines += [f"  reward = select(reward, judged.out_reward[{each}], player == {each}u);" for each in others]
        lines.append("  return reward;")
    return "\n".join(["fn reward_of(judged: kernel_judge_results, player: u32) -> f32 {", *lines, "}", ""])


def _rows(name: str, element: str, types: Sequence[str], first: int) -> str:
    """Loading and storing the rows of a match from row `first` of `matches` on."""
    size = f"{name.upper()}_ROWS"
    places = [f"matches[{first + row}u * MATCHES + match_at]" for row in range(len(types))]
    loaded = ", ".join(place if element == "u32" else f"bitcast<{element}>({place})" for place in places)
    values = [f"rows[{row}]" if element == "u32" else f"bitcast<u32>(rows[{row}])" for row in range(len(types))]
    stores = "\n".join(f"  {place} = {value};" for place, value in zip(places, values, strict=True))
    return f"""fn load_{name}(match_at: u32) -> array<{element}, {size}> {{
  return array<{element}, {size}>({loaded});
}}

fn store_{name}(match_at: u32, rows: array<{element}, {size}>) {{
{stores}
}}
"""


def _features(table: DrillKernels) -> str:
    """An observation, rescaled or not, put where the network's first layer reads it; the head of the parameters packed
    from `first` on, their log standard deviations behind it."""
    size, stds = len(table.drill.observation), log_stds(table.drill.heads)
    kept = "\n".join(
        f"  features[place + {k}u] = select(obs[{k}], (obs[{k}] - scales[{k}].x) * scales[{k}].y, rescaled);"
        for k in range(size)
    )
    rows = [f"features[place + {row}u]" for row in range(policy_rows(table.drill.heads) + 1)]
    rows += [f"weights[first + LOG_STDS_AT + {k // 4}u].{'xyzw'[k % 4]}" for k in range(stds)]
    return f"""fn keep_observation(place: u32, obs: array<f32, OBSERVATION_SIZE>, rescaled: bool) {{
{kept}
}}

fn head_of(place: u32, first: u32) -> array<f32, HEAD_ROWS> {{
  return array<f32, HEAD_ROWS>({", ".join(rows)});
}}
"""

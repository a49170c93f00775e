"""The tables of playing on a device: how matches are dealt to workgroups, and what does not fit into one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from drillsergeant.learn.ppo.scales import Scale, Scales
from drillsergeant.learn.program import NetworkFacts, Program
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.learn.webgpu.pipelines import PLAYING
from drillsergeant.learn.webgpu.play_plan import GROUP_LANES, MOST_GROUP_BYTES, PACKED, PlayPlan
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import Layout

from tests.rigs.engines import program_of


def plan_of(name: str, hidden: tuple[int, ...] = (), matches: int = 100, lanes: int = 8) -> PlayPlan:
    """Of a drill's program, told of another network than it was compiled for."""
    program = program_of(name)
    network = replace(program.network, hidden=hidden) if hidden else program.network
    layout = Layout(plan_for(program, 1, matches, 4))
    return PlayPlan(with_network(program, network), layout, lanes_per_player=lanes)


def with_network(program: Program, network: NetworkFacts) -> Program:
    return replace(program, network=network)


@pytest.mark.parametrize(
    ("name", "lanes", "matches_per_group"), [("chase", 8, 8), ("ball", 8, 4), ("short-trio", 8, 1), ("ball", 1, 32)]
)
def test_a_workgroup_is_whole_matches(name: str, lanes: int, matches_per_group: int) -> None:
    plan = plan_of(name, lanes=lanes)
    assert plan.matches_per_group == matches_per_group
    assert plan.group_lanes == matches_per_group * plan.players * lanes <= GROUP_LANES
    groups, _, _ = plan.play.groups
    assert groups * matches_per_group >= plan.matches > (groups - 1) * matches_per_group


def test_wide_layers_leave_room_for_fewer_matches_until_there_is_none() -> None:
    wide = plan_of("chase", (1024,))
    rows = wide.matches_per_group * wide.players
    assert 1 <= wide.matches_per_group < plan_of("chase").matches_per_group
    assert rows * (wide.row_pitch + wide.heads) * WORD_BYTES <= MOST_GROUP_BYTES
    with pytest.raises(ValueError, match=r"6 players with layers of up to 1024 .* lower the hidden units"):
        plan_of("short-trio", (1024,))


def test_layers_lie_one_behind_the_other_and_the_log_standard_deviations_last() -> None:
    plan = plan_of("mixed", (10, 7))
    text = plan.text("play", "")
    found = re.findall(r"dense_layer\(place, sub, first \+ (\d+)u, (\d+)u, (\d+)u, (\w+)\);", text)
    places = [tuple(map(int, each[:3])) for each in found]
    assert [inputs for _, inputs, _ in places] == [plan.inputs, 10, 7]
    assert [at for at, _, _ in places][1:] == [at + (inputs + 1) * quads for at, inputs, quads in places][:-1]
    assert [each[3] for each in found] == ["true", "true", "false"]
    last, inputs, quads = places[-1]
    behind = last + (inputs + 1) * quads
    assert f"const LOG_STDS_AT = {behind}u;" in text
    assert plan.packed_quads == behind + 1
    assert plan.buffer_bytes()["weights"] == 16 * PACKED * plan.packed_quads


def test_every_pipeline_has_its_text_and_only_what_it_needs() -> None:
    plan = plan_of("ball")
    assert {pipeline.shader for pipeline in plan.pipelines} == set(PLAYING)
    assert "KERNELS" in plan.text("play", "// KERNELS")
    assert "KERNELS" not in plan.text("pack", "// KERNELS") + plan.text("tally", "// KERNELS")


def test_scales_are_means_and_factors_and_for_values_a_spread() -> None:
    plan = plan_of("chase")
    entries = (Scale(1.0, 4.0), *(Scale() for _ in range(plan.inputs - 1)))
    words = plan.scales(Scales(entries, Scale(3.0, 16.0)))
    assert words.tolist() == [1.0, 0.5, *(0.0, 1.0) * (plan.inputs - 1), 3.0, 4.0]
    assert len(words) * WORD_BYTES == plan.buffer_bytes()["scales"]

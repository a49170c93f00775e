"""The layout table: regions apart, aligned, one writer each; a hash that notices every change; mismatches refused."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from enum import IntEnum
from itertools import pairwise

import pytest
from drillsergeant.memory import layout as layout_module
from drillsergeant.memory import ring, run_epoch, snapshots, telemetry, weights
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import (
    ALIGNMENT_BYTES,
    ANYBODY,
    FORMAT,
    MAGIC,
    PAGE_BYTES,
    ControlWord,
    Layout,
    Plan,
    Region,
    attach,
    initialise,
)
from hypothesis import given, settings
from hypothesis import strategies as st

PLAN = Plan(
    workers=2,
    matches=5,
    teams=(1, 1),
    horizon=3,
    observation_size=7,
    action_words=3,
    parameter_count=101,
    scratch_bytes=1000,
    learner_scratch_bytes=77,
    show_scratch_bytes=5,
    duels=1,
    mask_words=2,
)
small = st.integers(1, 9)
plans = st.builds(
    Plan,
    workers=st.integers(1, 4),
    matches=st.integers(1, 40),
    teams=st.lists(st.integers(1, 3), min_size=1, max_size=2).map(tuple),
    horizon=small,
    observation_size=small,
    action_words=small,
    mask_words=st.integers(0, 3),
    parameter_count=st.integers(1, 300),
    ring_slots=st.sampled_from([1, 2, 4, 8]),
    stats_size=small,
    scratch_bytes=st.integers(0, 300),
    learner_scratch_bytes=st.integers(0, 300),
    show_scratch_bytes=st.integers(0, 300),
).flatmap(
    lambda plan: st.integers(0, plan.matches if len(plan.teams) == 2 else 0).map(lambda n: replace(plan, duels=n))
)


def check_apart_and_aligned(regions: list[Region], start: int, end: int) -> None:
    ordered = sorted(regions, key=lambda region: region.offset)
    assert ordered[0].offset >= start
    assert ordered[-1].end <= end
    for region, following in pairwise(ordered):
        assert region.end <= following.offset, f"{region.name} runs into {following.name}"
    assert all(region.offset % ALIGNMENT_BYTES == 0 for region in regions)


@settings(max_examples=60, deadline=None)
@given(plans)
def test_regions_and_chunk_fields_are_apart_aligned_and_inside(plan: Plan) -> None:
    layout = Layout(plan)
    check_apart_and_aligned(list(layout.regions.values()), PAGE_BYTES, layout.total_bytes)
    check_apart_and_aligned(list(layout.chunk.values()), 0, layout.chunk_bytes)
    assert layout.total_bytes == layout.pages * PAGE_BYTES
    for worker in range(plan.workers):
        chunks = layout[f"ring.{worker}.chunks"]
        assert chunks.size_bytes == plan.ring_slots * layout.chunk_bytes


def test_chunk_fields_have_the_shapes_of_the_design() -> None:
    chunk = Layout(PLAN).chunk
    lanes = 16  # 2 players x 4 matches of self-play and 1 of 1 duel = 9 agents, rounded up to whole groups of 8
    assert (chunk["obs"].dtype, chunk["obs"].shape) == ("f32", (3, 7, lanes))
    for name, dtype in [("logp", "f32"), ("reward", "f32"), ("terminated", "i32")]:
        assert (chunk[name].dtype, chunk[name].shape) == (dtype, (3, lanes))
    assert (chunk["action"].dtype, chunk["action"].shape) == ("i32", (3, 3, lanes)), "a row a head"
    assert (chunk["allowed"].dtype, chunk["allowed"].shape) == ("i32", (3, 2, lanes)), "a row a word of masks"
    assert (chunk["truncated"].dtype, chunk["truncated"].shape) == ("i32", (3, lanes))
    assert (chunk["value"].dtype, chunk["value"].shape) == ("f32", (4, lanes))


def test_duels_are_recorded_from_one_side_only() -> None:
    counts = {duels: (plan.agents, plan.self_play) for duels in (0, 2, 5) for plan in [replace(PLAN, duels=duels)]}
    assert counts == {0: (10, 5), 2: (8, 3), 5: (5, 0)}


def test_every_region_has_one_writer_and_only_single_cells_are_anybodys() -> None:
    layout = Layout(PLAN)
    roles = {"page", "show", "trainer", "rollout.0", "rollout.1"}
    shared = [region.name for region in layout.regions.values() if region.writer == ANYBODY]
    assert shared == ["doorbell", "shares.ticket", "shares.bell"]
    assert all(layout[name].shape == (1,) for name in shared)
    assert all(region.writer in roles | {ANYBODY} for region in layout.regions.values())
    assert all(set(region.readers) <= roles | {ANYBODY} for region in layout.regions.values())


def test_the_first_page_is_unused_so_that_offset_zero_is_never_data() -> None:
    layout = Layout(PLAN)
    memory = PlainMemory(layout.total_bytes)
    initialise(memory, layout)
    assert not any(memory.buffer[:PAGE_BYTES])


@pytest.mark.parametrize("name", [field.name for field in fields(Plan)])
def test_the_hash_changes_with_every_field_of_the_plan(name: str) -> None:
    changed = replace(PLAN, **{name: getattr(PLAN, name) * 2})
    assert Layout(changed).hash != Layout(PLAN).hash


def test_the_hash_changes_with_every_column_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(PLAN)
    hashes = {layout.hash}
    region = layout["shares.rollout.1.done"]
    for change in [
        {"name": "other"},
        {"dtype": "f32"},
        {"shape": (1,)},
        {"offset": 0},
        {"writer": "page"},
        {"readers": ()},
    ]:
        changed = Layout(PLAN)
        changed.regions = {**layout.regions, region.name: replace(region, **change)}  # type: ignore[arg-type]
        hashes.add(changed.hash)
    monkeypatch.setattr("drillsergeant.memory.layout.FORMAT", FORMAT + 1)
    hashes.add(Layout(PLAN).hash)
    assert len(hashes) == 8


def test_a_layout_survives_the_message_to_a_worker() -> None:
    layout = Layout(PLAN)
    copy = Layout.from_dict(json.loads(json.dumps(layout.to_dict())))
    assert (copy.plan, copy.hash, copy.regions) == (layout.plan, layout.hash, layout.regions)


def test_a_message_from_another_version_is_refused_with_both_hashes() -> None:
    layout = Layout(PLAN)
    with pytest.raises(ValueError, match=f"is 12345, this worker expects {layout.hash}.*Reload the page"):
        Layout.from_dict({"plan": asdict(PLAN), "hash": 12345})
    with pytest.raises(ValueError, match="holds plan None"):
        Layout.from_dict({"plan": None, "hash": layout.hash})


def test_attach_accepts_its_own_memory_and_names_both_values_otherwise() -> None:
    layout, other = Layout(PLAN), Layout(replace(PLAN, horizon=4))
    memory = PlainMemory(other.total_bytes + layout.total_bytes)
    with pytest.raises(ValueError, match=f"magic word is 0x00000000, this worker expects {MAGIC:#010x}.*Reload"):
        attach(memory, layout)
    initialise(memory, layout)
    attach(memory, layout)
    with pytest.raises(
        ValueError, match=f"hash is {layout.hash:#010x}, this worker expects {other.hash:#010x}.*Reload"
    ):
        attach(memory, other)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("workers", 0, "plan.workers is 0, needs an integer of at least 1"),
        ("horizon", -3, "plan.horizon is -3"),
        ("matches", 2.0, "plan.matches is 2.0"),
        ("scratch_bytes", -1, "plan.scratch_bytes is -1, needs an integer of at least 0"),
        ("ring_slots", 3, "plan.ring_slots is 3, needs a power of two"),
        ("workers", True, "plan.workers is True"),
        ("teams", (2, 0), "plan.teams is \\(2, 0\\), needs an integer of at least 1"),
        ("duels", 6, "plan.duels is 6 with 5 matches, teams \\(1, 1\\)"),
        ("teams", (1,), "plan.duels is 1 with 5 matches, teams \\(1,\\)"),
    ],
)
def test_impossible_sizes_are_refused_by_name(name: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(PLAN, **{name: value})  # type: ignore[arg-type]


def test_a_memory_beyond_two_gibibytes_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="at most 2048 can be addressed: lower matches"):
        Layout(replace(PLAN, matches=1 << 20, horizon=64))


def test_control_words_fit_their_region() -> None:
    assert max(ControlWord) < Layout(PLAN)["control"].shape[0]


def test_words_that_are_named_lie_beside_each_other_and_no_two_are_one() -> None:
    named = [
        kind
        for module in (layout_module, ring, run_epoch, snapshots, telemetry, weights)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, IntEnum) and kind.__name__.endswith(("Word", "Counter"))
    ]
    assert len({kind.__name__ for kind in named}) >= 6
    for kind in named:
        assert [member.value for member in kind.__members__.values()] == list(range(len(kind.__members__))), kind


def test_the_table_is_laid_out_as_its_digest_says() -> None:
    """Of two plans, one by its own defaults. Where the table is meant to change, write the new digests here; raise
    FORMAT where a word means something else in its old place."""
    alone = Plan(workers=1, matches=8, teams=(1,), horizon=2, observation_size=3, action_words=1, parameter_count=9)
    assert (alone.duels, alone.mask_words, alone.ring_slots, alone.stats_size) == (0, 0, 4, 32)
    found = [(layout.hash, layout.total_bytes, layout.chunk_bytes) for layout in (Layout(PLAN), Layout(alone))]
    assert found == [(954713397, 131072, 3520), (3109137110, 131072, 832)]


def test_there_are_as_many_slots_of_weights_as_readers_and_two_more() -> None:
    layout = Layout(PLAN)
    assert layout.weight_slots == len(PLAN.readers) + 2
    assert {f"weights.{slot}" in layout.regions for slot in range(layout.weight_slots)} == {True}
    assert f"weights.{layout.weight_slots}" not in layout.regions

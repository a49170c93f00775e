"""Matches on a device: in which blocks they lie, when each begins, and against whom, before anything is played."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import cast

import pytest
from drillsergeant.drills.contract import LESSON_SHIFT
from drillsergeant.learn.engine import CHUNK_STATS
from drillsergeant.learn.league.elo import NOW, SCRIPTED
from drillsergeant.learn.league.matchmaking import RIVALS
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.learn.webgpu.blocks import AWAY, OWN, RANDOM, SCRIPTED_WORD, MatchBlock
from drillsergeant.learn.webgpu.learner import GpuDevice
from drillsergeant.learn.webgpu.matches import DeviceMatches, NoOpponents, PlayedChunk, Setting
from drillsergeant.learn.webgpu.pipelines import Dispatch
from drillsergeant.learn.webgpu.play_plan import KNOBS, PlayPlan
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import Layout

from tests.rigs.engines import program_of

MATCHES, DUELS, HORIZON, SEED = 64, 16, 4, 7


def plan_of(name: str, duels: int = DUELS) -> PlayPlan:
    program = program_of(name)
    return PlayPlan(program, Layout(plan_for(program, 1, MATCHES, HORIZON, duels=duels)))


class Device:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}
        self.begun: list[tuple[int, int, int, int]] = []  # first match, matches, seed, episode
        self.ran: list[str] = []

    def write(self, buffer: str, data: bytes | array[int]) -> None:
        self.written[buffer] = bytes(memoryview(data).cast("B"))

    def submit(self, dispatches: Sequence[Dispatch], *, last: bool) -> None:
        for dispatch in dispatches:
            self.ran.append(dispatch.pipeline)
            if dispatch.pipeline == "begin":
                seed, episode, first, count, slot, _, _ = KNOBS.unpack(self.written["play_knobs"])
                assert slot == first, "no two matches are the same"
                self.begun.append((first, count, seed, episode))

    def opponents(self) -> list[int]:
        content = self.written["opponents"]
        return list(struct.unpack(f"<{len(content) // WORD_BYTES}I", content))


class Rivals:
    """Opponents, each with parameters that are its id."""

    def __init__(self, *idents: int) -> None:
        self.rivals = [*idents, *[NOW] * RIVALS][:RIVALS]
        self.size = 0
        self.gone: set[int] = set()

    def parameters(self, ident: int) -> bytes | None:
        return None if ident in self.gone else bytes([ident]) * self.size


class Table:
    """Matches of Ball Drill on a device that writes down."""

    def __init__(self, name: str = "ball", duels: int = DUELS) -> None:
        self.device, self.plan = Device(), plan_of(name, duels)
        self.matches = DeviceMatches(self.plan, cast(GpuDevice, self.device))
        self.size = self.plan.layout.plan.parameter_count * WORD_BYTES

    def prepare(self, rivals: Rivals, lesson: int = 0, *, empty: bool = False) -> Setting:
        rivals.size = self.size
        self.device.begun.clear()
        return self.matches.prepare(SEED, lesson, rivals, empty=empty)


def test_blocks_lie_one_behind_the_other_and_only_the_first_are_recorded() -> None:
    blocks = plan_of("ball").blocks
    self_play = MATCHES - DUELS
    each = DUELS // RIVALS
    assert blocks.self_play == MatchBlock(0, self_play)
    assert blocks.duels == [MatchBlock(self_play + number * each, each) for number in range(RIVALS)]
    assert list(blocks.evaluations) == ["scripted", "random"]
    ends = 0
    for block in blocks.all:
        assert block.first == ends and block.matches > 0
        ends += block.matches
    assert blocks.matches == ends
    assert plan_of("chase", 0).blocks.duels == []


def test_everybody_plays_against_whom_their_block_says() -> None:
    blocks = plan_of("short-1-3").blocks
    words = blocks.opponents([SCRIPTED, NOW, 9, 9])
    of = {name: set(words[block.first :][: block.matches]) for name, block in blocks.evaluations.items()}
    assert of == {"scripted": {SCRIPTED_WORD}, "random": {RANDOM}, "scripted_away": {SCRIPTED_WORD | AWAY}}
    duels = [set(words[block.first :][: block.matches]) for block in blocks.duels]
    assert duels == [{SCRIPTED_WORD}, {OWN}, {3}, {4}], "each block has room for parameters of its own"
    assert set(words[: blocks.self_play.matches]) == {OWN} and len(words) == blocks.matches


def test_everything_begins_once_and_anew_with_a_lesson_or_empty_buffers() -> None:
    table, rivals = Table(), Rivals(SCRIPTED)
    evaluations = list(table.plan.blocks.evaluations.values())
    whole = (0, table.plan.matches, SEED, 0)
    table.prepare(rivals)
    assert table.device.begun[0] == whole
    assert [MatchBlock(*each[:2]) for each in table.device.begun[1:]] == evaluations
    table.prepare(rivals)
    assert table.device.begun == []
    table.prepare(rivals, lesson=2)
    assert {each[3] for each in table.device.begun} == {2 << LESSON_SHIFT}
    table.prepare(rivals, lesson=2, empty=True)
    assert table.device.begun[0][:2] == whole[:2]
    table.matches.forget()
    table.prepare(rivals, lesson=2)
    assert table.device.begun[0][:2] == whole[:2]


def test_another_opponent_begins_its_own_block_anew_with_its_parameters() -> None:
    table = Table()
    table.prepare(Rivals(SCRIPTED, 5, 6, 7))
    rivals = Rivals(SCRIPTED, 5, 8, 7)
    table.device.ran.clear()
    setting = table.prepare(rivals)
    assert setting.rivals == [SCRIPTED, 5, 8, 7]
    (begun,) = table.device.begun
    assert MatchBlock(*begun[:2]) == table.plan.blocks.duels[2] and begun[2] != SEED
    assert table.device.ran == ["pack_rivals", "begin"]
    sent = table.device.written["rivals"]
    assert sent == b"".join(bytes([ident]) * table.size for ident in (0, 5, 8, 7))
    rivals.rivals, rivals.gone = [SCRIPTED, 5, 9, 7], {9}
    assert table.prepare(rivals).rivals == [SCRIPTED, 5, NOW, 7], "one that is gone is the policy itself"
    assert table.device.opponents()[table.plan.blocks.duels[2].first] == OWN
    table.device.ran.clear()
    assert table.prepare(rivals).rivals == [SCRIPTED, 5, NOW, 7]
    assert table.device.ran == [], "and is not asked for again with every chunk"


def test_evaluations_count_once_the_longest_episodes_have_ended() -> None:
    table, rivals = Table("short"), NoOpponents()
    longest = table.plan.longest_episode
    assert 0 < longest <= HORIZON
    settings = [table.matches.prepare(SEED, 0, rivals, empty=False) for _ in range(3)]
    assert [setting.counts for setting in settings] == [False, True, True]
    table.matches.restart_evaluations()
    table.device.begun.clear()
    assert not table.matches.prepare(SEED, 0, rivals, empty=False).counts
    assert [MatchBlock(*each[:2]) for each in table.device.begun] == list(table.plan.blocks.evaluations.values())
    assert {each[2] for each in table.device.begun}.isdisjoint({SEED})
    assert table.matches.prepare(SEED, 0, rivals, empty=False).counts


@pytest.mark.parametrize("counts", [True, False])
def test_what_ended_is_told_by_opponent_and_as_the_policys_team_has_won_it(counts: bool) -> None:
    plan = plan_of("short-1-3")
    sums = array("f", bytes(WORD_BYTES * plan.played_words))
    for number in range(len(plan.blocks.all)):
        for offset, value in enumerate((10 * number, 3 * number, number)):
            sums[number * plan.ended_rows + offset] = value
    played = PlayedChunk(plan, Setting([5, SCRIPTED, 5, NOW], counts), sums)
    assert CHUNK_STATS[:3] == ("episodes", "wins", "losses")
    found = {ident: (tally.episodes, tally.wins, tally.losses) for ident, tally in played.duels().items()}
    assert found == {5: (40, 12, 4), SCRIPTED: (20, 6, 2), NOW: (40, 12, 4)}
    shares = {name: (tally.wins, tally.losses) for name, tally in played.evaluations().items()}
    assert shares == ({"scripted": (15, 5), "random": (18, 6), "scripted_away": (7, 21)} if counts else {})
    assert list(played.stats) == list(sums[: plan.ended_rows])

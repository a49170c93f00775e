"""Every fault that `check_drill` promises to find, each seeded into a sound drill; the line is marked by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drillsergeant.check.check_drill import check_drill
from drillsergeant.check.findings import CheckReport, Kind, Severity
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.contract import Outcome, Scene, State
from drillsergeant.drills.sumo import SumoDrill
from drillsergeant.elementary import Array, hash_u32

HERE = Path(__file__)


def line_of(mark: str) -> int:
    """The line of this file that ends with `# <mark>`."""
    lines = [number for number, line in enumerate(HERE.read_text().splitlines(), 1) if line.endswith(f"  # {mark}")]
    assert len(lines) == 1, f"{mark} marks {lines}"
    return lines[0]


def assert_found(report: CheckReport, kind: Kind, mark: str, *said: str, severity: Severity = Severity.ERROR) -> None:
    """The report has one finding of this kind, in the marked line, that says these things, and nothing else."""
    assert [each.kind for each in report] == [kind], str(report)
    (finding,) = report
    assert finding.where is not None and finding.where.file == str(HERE), str(report)
    assert finding.where.line == line_of(mark), str(report)
    assert all(words in finding.sentence for words in said), finding.sentence
    assert finding.remedy and finding.severity is severity
    assert f"{HERE}:{finding.where.line}" in str(report)


class OneWay(SumoDrill):
    def observe(self, state: State, player: int) -> list[Array]:
        seen = super().observe(state, player)
        return [*seen[:4], -seen[4] if player else seen[4], *seen[5:]]  # own_vy is not turned


class Steered(SumoDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        move, turn, dash = actions[1]
        return super().tick(state, [actions[0], [4 - move, 2 - turn, 1 - dash]])  # other buttons


class Favoured(SumoDrill):
    def reward(self, before: State, after: State, player: int) -> list[Array]:
        win, pushed, closer = super().reward(before, after, player)
        return [
            win,
            pushed + closer * float(player),  # one is paid for more
            closer,
        ]


@pytest.mark.parametrize(
    ("drill", "mark", "said"),
    [
        (OneWay(time_limit_s=4.0), "own_vy is not turned", ("own_vy", "for player 0", "for player 1")),
        (Steered(time_limit_s=4.0), "other buttons", ("the choice of",)),
        (Favoured(time_limit_s=4.0), "one is paid for more", ("the reward push_out",)),
    ],
)
def test_teams_that_do_not_play_the_same_game(drill: SumoDrill, mark: str, said: Sequence[str]) -> None:
    assert_found(check_drill(drill), Kind.NOT_MIRRORED, mark, *said)


class Deaf(ChaseDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        move = actions[0][0]
        return super().tick(state, [[np.where(move == 4, 0, move)]])  # down is stay


def test_an_action_that_does_nothing() -> None:
    said = "of move, 'down' does what 'stay' does"
    assert_found(check_drill(Deaf()), Kind.IDLE_ACTION, "down is stay", said, severity=Severity.WARNING)


class Pixels(ChaseDrill):
    def observe(self, state: State, player: int) -> list[Array]:
        return [
            *super().observe(state, player)[:7],
            state["chaser_y"] * 300.0,  # pixels
        ]


class Blind(ChaseDrill):
    def observe(self, state: State, player: int) -> list[Array]:
        dx, dy, *rest = super().observe(state, player)
        return [
            dx,
            dy - dy,  # nothing to be seen
            *rest,
        ]


class Logarithm(ChaseDrill):
    def observe(self, state: State, player: int) -> list[Array]:
        return [*super().observe(state, player)[:7], np.log(state["chaser_y"])]  # of a negative number


class Direction(ChaseDrill):
    def observe(self, state: State, player: int) -> list[Array]:
        dx, dy, *rest = super().observe(state, player)
        distance = np.sqrt(dx * dx + dy * dy)
        return [dx / distance, dy, *rest]  # of no distance


def test_observations_out_of_scale_constant_or_not_a_number() -> None:
    warned = Severity.WARNING
    assert_found(check_drill(Pixels()), Kind.SCALE, "pixels", "y of observe is up to 8", "about 1", severity=warned)
    assert_found(check_drill(Blind()), Kind.CONSTANT, "nothing to be seen", "dy of observe is 0", severity=warned)
    assert_found(check_drill(Logarithm()), Kind.NOT_FINITE, "of a negative number", "y of observe is nan in ")
    said = "dx of observe is nan where chaser and target are on the same spot"
    assert_found(check_drill(Direction()), Kind.NOT_FINITE, "of no distance", said, severity=warned)


class Approach(ChaseDrill):
    def reward(self, before: State, after: State, player: int) -> list[Array]:
        catch, closer = super().reward(before, after, player)
        return [catch, np.maximum(closer, 0.0)]  # only the way there


class Near(ChaseDrill):
    def reward(self, before: State, after: State, player: int) -> list[Array]:
        dx, dy = after["target_x"] - after["chaser_x"], after["target_y"] - after["chaser_y"]
        catch, closer = super().reward(before, after, player)
        return [catch, closer + 0.1 / (1.0 + dx * dx + dy * dy)]  # for being near


class Circles(ChaseDrill):
    def reward(self, before: State, after: State, player: int) -> list[Array]:
        catch, closer = super().reward(before, after, player)
        round_the_middle = after["chaser_x"] * after["chaser_vy"] - after["chaser_y"] * after["chaser_vx"]
        return [catch, closer + 0.02 * round_the_middle]  # for running round


class Eager(SumoDrill):
    def reward(self, before: State, after: State, player: int) -> list[Array]:
        win, pushed, closer = super().reward(before, after, player)
        return [win, pushed, np.maximum(closer, 0.0) * 4.0]  # again and again


@pytest.mark.parametrize(
    ("drill", "mark"),
    [(Approach(), "only the way there"), (Near(), "for being near"), (Circles(), "for running round"),
     (Eager(time_limit_s=4.0), "again and again")],
)  # fmt: skip
def test_rewards_that_are_paid_in_circles(drill: ChaseDrill | SumoDrill, mark: str) -> None:
    said = "is paid without getting anywhere: "
    assert_found(check_drill(drill), Kind.FARMED, mark, said, "where a win pays 1", severity=Severity.WARNING)


class Drifting(ChaseDrill):
    """Pays the target's speed to the right, another way to tell how far it is: nothing is earned in circles."""

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        catch, closer = super().reward(before, after, player)
        return [catch, closer + after["target_vx"] * 0.05]


def test_a_speed_is_no_farm() -> None:
    assert len(check_drill(Drifting())) == 0


class Endless(ChaseDrill):
    def outcome(self, state: State) -> Outcome[Array, Array]:
        caught = state["caught"] > 0.0
        return Outcome(caught, caught & ~caught, caught.astype(np.int32))  # no time limit


class BothEnds(ChaseDrill):
    def outcome(self, state: State) -> Outcome[Array, Array]:
        caught = state["caught"] > 0.0
        late = state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(caught, late, caught.astype(np.int32))  # late and caught


def test_matches_that_never_end_or_end_twice() -> None:
    assert_found(
        check_drill(Endless()), Kind.ENDLESS, "no time limit", "still go on 5 decisions after time_limit_s, 6 s"
    )
    assert_found(check_drill(BothEnds()), Kind.TWO_ENDS, "late and caught", "terminated and truncated at once")


class Runaway(ChaseDrill):
    def scripted(self, state: State, player: int) -> list[Array]:
        (move,) = super().scripted(state, player)
        return [np.where(move == 0, 0, (move - 1) ^ 1) + 1]  # away from it


class Aimless(SumoDrill):
    def scripted(self, state: State, player: int) -> list[Array]:
        bits = hash_u32(state["seed"], state["clock"])
        return [((bits >> 9 * head) % count).astype(np.int32) for head, count in enumerate((5, 3, 2))]  # anything


def test_a_scripted_player_that_does_not_beat_chance() -> None:
    warned = Severity.WARNING
    said = ("the scripted player succeeds in", "chance in")
    assert_found(check_drill(Runaway()), Kind.WEAK_BOT, "away from it", *said, severity=warned)
    said = ("the scripted player wins", "matches against chance")
    assert_found(check_drill(Aimless(time_limit_s=4.0)), Kind.WEAK_BOT, "anything", *said, severity=warned)


class Forgetful(ChaseDrill):
    def reset(self, seed: Array, episode: Array) -> State:
        state = super().reset(seed, episode)
        return {**state, "caught": (episode > 0).astype(np.float32)}  # still caught


@dataclass(frozen=True)
class Remembering(ChaseDrill):
    played: tuple[list[int], ...] = ([],)

    def reset(self, seed: Array, episode: Array) -> State:
        state = super().reset(seed, episode)
        return {**state, "chaser_x": state["chaser_x"] * (1.0 + len(self.played[0]))}  # what was before

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        self.played[0].append(1)
        return super().tick(state, actions)


class SameAgain(ChaseDrill):
    def reset(self, seed: Array, episode: Array) -> State:
        return {**super().reset(seed, episode & 0), "episode": episode}  # one start for all


def test_state_that_is_not_reset() -> None:
    said = "100% of the matches are over as soon as `reset` has started them"
    assert_found(check_drill(Forgetful()), Kind.NOT_RESET, "still caught", said)
    assert_found(check_drill(Remembering()), Kind.NOT_RESET, "what was before", "chaser_x is not what it was at first")
    report = check_drill(SameAgain())
    assert_found(report, Kind.RANDOM, "one start for all", "every episode", severity=Severity.WARNING)


class Lacking(ChaseDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        after = super().tick(state, actions)
        return {name: after[name] for name in after if name != "target_vy"}  # all but one


class Additional(ChaseDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        return {**super().tick(state, actions), "score": state["caught"]}  # one too many


class Stopped(ChaseDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        return {**super().tick(state, actions), "clock": state["clock"]}  # time stands still


def test_fields_that_tick_forgets_or_invents() -> None:
    said = "the state that tick returned lacks target_vy"
    assert_found(check_drill(Lacking()), Kind.FIELD, "all but one", said)
    assert_found(check_drill(Additional()), Kind.FIELD, "one too many", "has score, which `fields` does not name")
    assert_found(check_drill(Stopped()), Kind.CLOCK, "time stands still", "made clock 0 of 0, it was to be 1")


class Dice(ChaseDrill):
    def reset(self, seed: Array, episode: Array) -> State:
        thrown = np.random.default_rng().random(len(seed)).astype(np.float32)
        return {**super().reset(seed, episode), "target_x": thrown}  # thrown at the start


class Drift(ChaseDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        drift = np.random.default_rng().random(len(state["clock"])).astype(np.float32)
        return {**super().tick(state, actions), "target_x": drift}  # thrown on the way


def test_other_random_numbers_for_the_same_seed() -> None:
    said = "the same seed gives other random numbers"
    assert_found(check_drill(Dice()), Kind.RANDOM, "thrown at the start", "target_x of a match", said)
    said = "the same state and actions led to another target_x"
    assert_found(check_drill(Drift()), Kind.RANDOM, "thrown on the way", said)


class Small(ChaseDrill):
    @property
    def scene(self) -> Scene:
        return replace(super().scene, half_length_m=1.0)  # half of it


def test_a_shape_outside_of_the_scene() -> None:
    report = check_drill(Small())
    assert {each.kind for each in report} == {Kind.OUT_OF_SCENE}
    assert [each.sentence.partition(" ")[0] for each in report] == ["target", "chaser"]
    assert all(each.where and each.where.line == line_of("half of it") for each in report)


class InPlace(ChaseDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        state["chaser_x"] += np.float32(0.1)  # written into
        return super().tick(state, actions)


class Averaged(ChaseDrill):
    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        after = super().tick(state, actions)
        return {**after, "target_x": after["target_x"] - after["target_x"].mean()}  # of all matches


class Sorted(ChaseDrill):
    def observe(self, state: State, player: int) -> list[Array]:
        seen = super().observe(state, player)
        return [*seen[:7], np.tan(seen[7])]  # no kernel has it


class Misspelt(ChaseDrill):
    def outcome(self, state: State) -> Outcome[Array, Array]:
        caught = state["cought"] > 0.0  # no such field
        return Outcome(caught, caught, caught.astype(np.int32))


class Double(ChaseDrill):
    def reward(self, before: State, after: State, player: int) -> list[Array]:
        return [
            super().reward(before, after, player)[0],
            np.where(after["caught"] > 0.0, 1.0, 0.0),  # of 64 bits
        ]


class Short(ChaseDrill):
    def observe(self, state: State, player: int) -> list[Array]:
        return super().observe(state, player)[:5]  # five of eight


def test_what_keeps_a_drill_from_being_played() -> None:
    assert_found(check_drill(InPlace()), Kind.IN_PLACE, "written into", "an array that was handed in is written into")
    assert_found(check_drill(Averaged()), Kind.LANES, "of all matches", "target_x differs")
    assert_found(check_drill(Sorted()), Kind.COMPILED, "no kernel has it", "observe cannot be compiled", "tan")
    assert_found(check_drill(Misspelt()), Kind.RAISES, "no such field", "KeyError: cought")
    assert_found(check_drill(Double()), Kind.ARRAY, "of 64 bits", "to_target of reward is float64, not float32")
    assert_found(check_drill(Short()), Kind.CONTRACT, "five of eight", "observe returned 5 arrays, not 8 arrays")


@pytest.mark.parametrize("thing", [ChaseDrill, object(), replace(ChaseDrill(), tick_hz=0)])
def test_what_is_no_drill_at_all(thing: Any) -> None:
    report = check_drill(thing)
    assert report.kinds == {Kind.CONTRACT} and not report.ok

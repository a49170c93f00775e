"""Growth in the page: ratios with their intervals, and two policy files that really meet."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.engine import Tally
from drillsergeant.learn.files.dshq import PolicyFile, read_policy, write_policy
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState

from build.measure.growth import Meeting, facts, meet, pooled

DRILL = "ball"


def met(episodes: int, wins: int, losses: int) -> Meeting:
    return Meeting("1", "", "", Tally(episodes, wins, losses))


def test_draws_stand_apart_from_the_ratio() -> None:
    meeting = met(1000, 400, 200)
    assert math.isclose(meeting.ratio, 2.0)
    low, high = meeting.interval
    # Wilson for 400 of 600, by hand: 0.6280 to 0.7032
    assert math.isclose(low, 0.6280 / 0.3720, rel_tol=2e-3) and math.isclose(high, 0.7032 / 0.2968, rel_tol=2e-3)
    assert "| 1000 | 40.0% | 20.0% | 40.0% | 2.00 (" in meeting.line()
    assert replace(meeting, tally=Tally(600, 400, 200)).interval == meeting.interval


def test_more_matches_say_more_and_nothing_lost_is_no_error() -> None:
    few, many = met(100, 40, 20).interval, pooled([met(100, 40, 20)] * 9).interval
    assert few[0] < many[0] < 2.0 < many[1] < few[1]
    assert pooled([met(10, 4, 2), met(20, 3, 5)]).tally == Tally(30, 7, 7)
    assert met(50, 50, 0).ratio == math.inf and met(50, 50, 0).interval[0] > 10
    assert met(50, 0, 0).ratio == 0.0 and met(50, 0, 0).interval == (0.0, math.inf)


def test_two_files_meet_and_changing_places_changes_the_tally() -> None:
    drill = make(DRILL)
    program = build_program(drill, shared=False)
    schema = Schema.of(program.drill, program.network.hidden)
    network = Network(len(schema.observation), policy_rows(schema.heads))

    def file(seed: int) -> PolicyFile:
        parameters = network.initial(seed).astype(np.float32)
        none = np.zeros_like(parameters).tobytes()
        state = LearnerState(
            seed, 0, 0, 0, {"parameters": parameters.tobytes(), "first_moment": none, "second_moment": none}
        )
        return read_policy(write_policy(PolicyFile(schema, state, Hyper(), RunProgress(1_500_000, 15.2, 0.5))), schema)

    one, two = file(1), file(2)
    assert facts(one) == "15.2 s, 1.50 M, 50%"
    tally = meet(drill, one, two, 300, seed=3)  # neither has learned anything: few are decided
    assert tally.episodes >= 300 and 0 < tally.wins + tally.losses <= tally.episodes

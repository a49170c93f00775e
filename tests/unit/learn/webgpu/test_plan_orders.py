"""Orders of minibatches: those of the reference, or a few of its first ones again and again, each made once."""

from __future__ import annotations

import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.minibatches import Cell, minibatches
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.ppo.scales import Scales
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.learn.webgpu import plan as plans
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.memory.layout import Layout

from tests.rigs.engines import program_of

HYPER = Hyper(minibatch_size=400)
ORDERS = 3
NOWHERE = Scales((), updates=1)


def after(updates: int, seed: int = 3, steps: int = 0) -> LearnerState:
    return LearnerState(seed, updates, steps, 0, {}, NOWHERE)


@pytest.fixture
def plan() -> GpuPlan:
    program = program_of("chase")
    return GpuPlan(program, Layout(plan_for(program, 1, 300, 4)))


def test_the_first_orders_are_the_references_and_then_they_come_again(plan: GpuPlan) -> None:
    first = [plan.update(1, HYPER, after(number)) for number in range(ORDERS - 1)]
    again = [plan.update(1, HYPER, after(number), orders=ORDERS) for number in range(2 * ORDERS)]
    assert again[: ORDERS - 1] == first
    schedules = [update.schedule for update in again]
    assert schedules[:ORDERS] == schedules[ORDERS:]
    assert len({bytes(schedule) for schedule in schedules}) == ORDERS
    assert [update.knobs for update in again[:ORDERS]] != [update.knobs for update in again[ORDERS:]]
    assert plan.update(1, HYPER, after(ORDERS)).schedule not in schedules


def test_an_order_is_made_once_for_one_seed_and_size(plan: GpuPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, int]] = []

    def counted(cells: list[Cell], rows_each: int, seed: int, update: int, epoch: int) -> list[list[Cell]]:
        made.append((seed, update))
        return minibatches(cells, rows_each, seed, update, epoch)

    monkeypatch.setattr(plans, "minibatches", counted)
    for number in range(4 * ORDERS):
        plan.update(1, HYPER, after(number), orders=ORDERS)
    assert len(made) == ORDERS
    plan.update(1, HYPER, after(0, seed=4), orders=ORDERS)
    plan.update(1, HYPER, after(0), orders=ORDERS)
    assert made[ORDERS:] == [(4, 1), (3, 1)], "of another seed, which takes the place of those before"


def test_a_known_order_has_the_optimisers_steps_of_its_update(plan: GpuPlan) -> None:
    schedules = [plan.update(1, HYPER, after(0, steps=steps), orders=ORDERS).schedule for steps in (0, 7)]
    assert schedules[0] != schedules[1]

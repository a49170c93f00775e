"""The supervisor: starting in the order of need, deaths noticed, restarts bounded, dead readers' pins freed."""

import dataclasses
from dataclasses import dataclass
from functools import partial

import pytest
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan, initialise
from drillsergeant.memory.run_flag import RunFlag
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.runtimes.heartbeat import LOOK_EVERY_S, STUCK_S
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.init_options import InitOptions
from drillsergeant.runtimes.supervisor.restarts import AT_ONCE, RECOVERY_S, SLOWEST
from drillsergeant.runtimes.supervisor.setup import Setup
from drillsergeant.runtimes.supervisor.supervisor import BOOT_LIMIT_S, SLOWER, Fleet, HostObjects

from tests.fakes.workers import FakeSpawner

PLAN = Plan(workers=2, matches=8, teams=(1, 1), horizon=4, observation_size=3, action_words=1, parameter_count=10)


class Listener:
    """The page's ears."""

    def __init__(self) -> None:
        self.messages: list[messages.Message] = []
        self.states: list[tuple[str, str, str]] = []

    def on_message(self, role: str, index: int, message: messages.Message) -> None:
        self.messages.append(message)

    def on_fleet(self, name: str, state: str, why: str) -> None:
        self.states.append((name, state, why))


@dataclass
class Bench:
    """A fleet with everything around it."""

    spawner: FakeSpawner
    listener: Listener
    memory: PlainMemory
    layout: Layout
    fleet: Fleet

    def boot(self) -> None:
        self.fleet.start(self.listener)
        self.spawner.newest("show").ready()
        for name, index in (("trainer", 0), ("rollout.0", 0), ("rollout.1", 1)):
            self.spawner.newest(name).ready(index)

    def die(self, name: str, generation: int = 0) -> None:
        self.spawner.locks[f"drillsergeant:run:{name}:{generation}"]()


@pytest.fixture
def bench() -> Bench:
    layout = Layout(PLAN)
    memory = PlainMemory(layout.total_bytes)
    initialise(memory, layout)
    spawner = FakeSpawner()
    fleet = Fleet(
        spawner,
        memory,
        layout,
        "run",
        Setup(1, PLAN, InitOptions(learner="wasm")),
        HostObjects("{}", object(), object()),
    )
    return Bench(spawner, Listener(), memory, layout, fleet)


def test_the_show_starts_first_and_the_rest_once_it_is_ready(bench: Bench) -> None:
    bench.fleet.start(bench.listener)
    assert [worker.name for worker in bench.spawner.workers] == ["show"]
    bench.spawner.newest("show").ready()
    assert [worker.name for worker in bench.spawner.workers] == ["show", "trainer", "rollout.0", "rollout.1"]
    waiting = dict.fromkeys(("trainer", "rollout.0", "rollout.1"), "starting")
    assert bench.fleet.states() == {"show": "ready", **waiting}


def test_a_show_that_was_taken_over_and_fails_is_replaced_at_once(bench: Bench) -> None:
    bench.fleet.start(bench.listener, partial(bench.spawner.spawn, "show", "begun by boot.js", ()))
    (taken,) = bench.spawner.workers
    assert taken.name == "begun by boot.js" and taken.sent[0]["type"] == "INIT"
    taken.on_error("its script could not be loaded")
    assert taken.ended and ("show", "restarting", "its script could not be loaded") in bench.listener.states
    taken.ready()  # what it said before
    assert bench.fleet.states()["show"] == "starting"
    bench.spawner.newest("show").ready()
    assert bench.fleet.states()["show"] == "ready"


def test_a_dead_rollout_worker_is_replaced_and_its_pin_freed(bench: Bench) -> None:
    bench.boot()
    pin = bench.layout["weights.pin.rollout.1"].word
    bench.memory.store(pin, 3)
    bench.die("rollout.1")
    assert bench.memory.load(pin) == 0
    replacement = bench.spawner.newest("rollout.1")
    assert replacement.sent[0]["type"] == "INIT"
    assert replacement.sent[0]["generation"] == 1
    assert bench.memory.load(bench.layout["lane_epoch"].word + 1) == 1
    replacement.ready(1)
    assert bench.fleet.states()["rollout.1"] == "ready"


def test_a_restarted_trainer_goes_on_training(bench: Bench) -> None:
    bench.boot()
    bench.fleet.send("trainer", messages.StartTraining({"clip_coef": 0.1}))
    bench.die("trainer")
    bench.spawner.newest("trainer").ready()
    assert [wire["type"] for wire in bench.spawner.newest("trainer").sent] == ["INIT", "START_TRAINING"]


def test_the_run_flag_follows_training(bench: Bench) -> None:
    bench.boot()
    flag = RunFlag(bench.memory, bench.layout)
    bench.fleet.send("trainer", messages.StartTraining())
    assert flag.up()
    bench.fleet.send("trainer", messages.StopTraining())
    assert not flag.up()


def test_a_boot_that_never_ends_is_noticed_and_said(bench: Bench) -> None:
    bench.fleet.start(bench.listener)
    for start in range(AT_ONCE):
        delay_s, overdue = bench.spawner.timers[-1]
        assert delay_s == BOOT_LIMIT_S * min(2**start, SLOWEST)
        overdue()
        assert isinstance(bench.listener.messages[-1], messages.Error)
        assert f"nothing came for {delay_s:.0f} s" in bench.listener.messages[-1].message
    assert BOOT_LIMIT_S < 35
    assert bench.fleet.states()["show"] == "starting"


def test_a_machine_is_given_as_long_as_it_needs() -> None:
    layout, spawner, listener = Layout(PLAN), FakeSpawner(), Listener()
    memory = PlainMemory(layout.total_bytes)
    initialise(memory, layout)
    hosted = HostObjects("{}", object(), object())
    fleet = Fleet(spawner, memory, layout, "run", Setup(1, PLAN, InitOptions()), hosted, python_s=10.0)
    fleet.start(listener)
    delay_s, overdue = spawner.timers[-1]
    assert delay_s == SLOWER * 10.0 > BOOT_LIMIT_S
    overdue()
    assert spawner.timers[-1][0] == 2 * delay_s, "and still longer, where that was not enough"


def test_what_ends_again_and_again_is_started_again_for_ever_and_told_once(bench: Bench) -> None:
    bench.boot()
    for _ in range(AT_ONCE):
        bench.spawner.newest("rollout.0").on_error("there is no network")
    bench.listener.messages.clear()
    started = len(bench.spawner.workers)
    for attempt in range(1, 50):
        bench.spawner.newest("rollout.0").on_error("there is no network")
        assert len(bench.spawner.workers) == started + attempt - 1, "it is waited"
        assert bench.fleet.states()["rollout.0"] == "restarting"
        delay_s, again = bench.spawner.timers[-1]
        assert delay_s == pytest.approx(RECOVERY_S)
        bench.spawner.time_s += delay_s
        again()
        again()
        assert len(bench.spawner.workers) == started + attempt
    (told,) = bench.listener.messages
    assert isinstance(told, messages.Error) and "there is no network" in told.message
    bench.spawner.newest("rollout.0").ready()
    assert bench.fleet.states()["rollout.0"] == "ready"


def test_a_boot_on_a_slow_line_is_waited_for_while_anything_comes(bench: Bench) -> None:
    bench.fleet.start(bench.listener)
    worker = bench.spawner.newest("show")
    for _ in range(5):
        worker.on_data(codec.encode(messages.Loading("show", 0)))
        delay_s, overdue = bench.spawner.timers[-1]
        assert delay_s == BOOT_LIMIT_S
        overdue()
        assert bench.fleet.states()["show"] == "starting" and not worker.ended
    bench.spawner.timers[-1][1]()
    assert worker.ended, "nothing came any more"


def test_where_all_start_at_once_on_a_slow_machine_one_waits_for_the_others(bench: Bench) -> None:
    bench.fleet.start(bench.listener)
    bench.spawner.newest("show").ready()
    slow = bench.spawner.newest("rollout.1")
    for name in ("trainer", "rollout.0"):
        _, overdue = bench.spawner.timers[-1]
        bench.spawner.newest(name).ready()
        overdue()
        assert bench.fleet.states()["rollout.1"] == "starting" and not slow.ended
    bench.spawner.timers[-1][1]()
    assert slow.ended, "nobody came any further"


def test_a_late_word_about_an_earlier_life_changes_nothing(bench: Bench) -> None:
    bench.boot()
    old = bench.spawner.newest("rollout.0")
    bench.die("rollout.0")
    count = len(bench.spawner.workers)
    bench.die("rollout.0")
    old.on_error("late")
    old.ready()
    assert len(bench.spawner.workers) == count
    assert bench.fleet.states()["rollout.0"] == "starting"


def test_restarts_far_apart_are_not_counted_together(bench: Bench) -> None:
    bench.boot()
    for generation in range(3 * AT_ONCE):
        bench.spawner.time_s += RECOVERY_S
        bench.die("rollout.0", generation)
        bench.spawner.newest("rollout.0").ready()
    assert bench.fleet.states()["rollout.0"] == "ready"


def test_junk_from_a_worker_becomes_an_error_message(bench: Bench) -> None:
    bench.boot()
    bench.spawner.newest("trainer").on_data({"type": "NONSENSE"})
    assert isinstance(bench.listener.messages[-1], messages.Error)
    assert "NONSENSE" in bench.listener.messages[-1].message


def test_in_solo_mode_the_page_passes_on_what_the_trainer_mirrors_and_keeps_it_for_who_starts_anew() -> None:
    spawner, layout = FakeSpawner(), Layout(PLAN)
    memory = PlainMemory(layout.total_bytes)
    hosted = HostObjects("{}", object(), layout.pages)
    fleet = Fleet(spawner, memory, layout, "run", Setup(1, PLAN, InitOptions(), mode="solo"), hosted)
    fleet.start(Listener())
    spawner.newest("show").ready()
    assert set(fleet.states()) == {"show", "trainer"}, "the trainer plays as well"
    trainer, show = spawner.newest("trainer"), spawner.newest("show")
    assert trainer.sent[0]["memory"] == layout.pages and trainer.sent[0]["contents"] == {}
    trainer.ready()
    trainer.on_data(codec.encode(messages.Mirrored({"64": b"old", "128": b"kept"})))
    trainer.on_data(codec.encode(messages.Mirrored({"64": b"new"})))
    assert [message["spans"] for message in show.sent if message["type"] == "MIRRORED"][-1] == {"64": b"new"}
    trainer.on_error("it died")
    assert spawner.newest("trainer") is not trainer
    assert spawner.newest("trainer").sent[0]["contents"] == {"64": b"new", "128": b"kept"}


OTHER = Plan(workers=2, matches=4, teams=(1,), horizon=4, observation_size=5, action_words=1, parameter_count=20)


def replace(bench: Bench, plan: Plan = OTHER) -> tuple[PlainMemory, Layout]:
    """Bring another drill in."""
    layout = Layout(plan)
    memory = PlainMemory(layout.total_bytes)
    initialise(memory, layout)
    bench.fleet.replace(
        HostObjects("{other}", object(), object()), Setup(9, plan, InitOptions(learner="wasm")), layout, memory
    )
    return memory, layout


def test_another_drill_reaches_every_worker_that_lives_and_none_is_started_anew(bench: Bench) -> None:
    bench.boot()
    bench.fleet.send("show", messages.SetSpeed(2.0))
    bench.fleet.send("trainer", messages.StartTraining())
    workers = list(bench.spawner.workers)
    memory, layout = replace(bench)
    assert bench.spawner.workers == workers and not any(worker.ended for worker in workers)
    assert set(bench.fleet.states().values()) == {"starting"}
    for worker in workers:
        init = worker.sent[-1]
        assert (init["type"], init["program"], init["seed"]) == ("INIT", "{other}", 9)
        assert init["layout"] == layout.to_dict()
        assert init["canvas"] is None
    assert bench.spawner.canvases == 1
    assert RunFlag(memory, layout).up() and not RunFlag(bench.memory, bench.layout).up()
    for name, index in (("show", 0), ("trainer", 0), ("rollout.0", 0), ("rollout.1", 1)):
        bench.spawner.newest(name).ready(index)
    assert [wire["type"] for wire in bench.spawner.newest("show").sent[-2:]] == ["INIT", "SET_SPEED"]
    assert [wire["type"] for wire in bench.spawner.newest("trainer").sent[-2:]] == ["INIT", "START_TRAINING"]
    bench.die("rollout.1")
    assert memory.load(layout["lane_epoch"].word + 1) == 2  # raised by going over, and by dying
    assert bench.spawner.newest("rollout.1").sent[0]["program"] == "{other}"


def test_what_the_old_runtime_still_says_is_not_taken_for_the_new_one(bench: Bench) -> None:
    bench.boot()
    trainer = bench.spawner.newest("trainer")
    replace(bench)
    replace(bench)
    bench.listener.messages.clear()
    trainer.on_data(codec.encode(messages.Metrics("trainer", 0, {"decisions": 5})))
    trainer.ready()
    assert bench.fleet.states()["trainer"] == "starting"
    trainer.ready()
    assert bench.fleet.states()["trainer"] == "ready"
    trainer.on_data(codec.encode(messages.Metrics("trainer", 0, {"decisions": 6})))
    assert [message.TYPE for message in bench.listener.messages] == ["READY", "METRICS"]


def test_only_some_workers_go_over_to_edited_code(bench: Bench) -> None:
    bench.boot()
    hosted = HostObjects("{edited}", object(), object())
    bench.fleet.replace(hosted, Setup(1, PLAN, InitOptions()), bench.layout, bench.memory, ("show", "rollout"))
    last = {worker.name: worker.sent[-1].get("program") for worker in bench.spawner.workers}
    assert last == {"show": "{edited}", "trainer": "{}", "rollout.0": "{edited}", "rollout.1": "{edited}"}


def test_a_plan_for_other_workers_is_refused(bench: Bench) -> None:
    bench.boot()
    with pytest.raises(ValueError, match="2 rollout workers and the new plan wants 3"):
        replace(bench, dataclasses.replace(OTHER, workers=3))


def test_a_slow_change_of_drill_is_not_measured_by_the_first_start(bench: Bench) -> None:
    bench.boot()
    first = [then for delay_s, then in bench.spawner.timers if delay_s == BOOT_LIMIT_S]
    replace(bench)
    for overdue in first:
        overdue()
    assert set(bench.fleet.states().values()) == {"starting"}


def test_a_worker_without_a_pulse_is_ended_and_replaced(bench: Bench) -> None:
    bench.boot()
    beating = [TelemetryWriter(bench.memory, bench.layout, name) for name in ("show", "trainer", "rollout.1")]
    while bench.spawner.time_s <= STUCK_S + 2 * LOOK_EVERY_S:
        look = next(then for delay_s, then in reversed(bench.spawner.timers) if delay_s == LOOK_EVERY_S)
        for telemetry in beating:
            telemetry.count(Counter.HEARTBEAT)
        look()
        bench.spawner.time_s += LOOK_EVERY_S
    assert [state for state in bench.listener.states if state[1] == "restarting"] == [
        ("rollout.0", "restarting", f"it was stuck for {STUCK_S:.0f} s")
    ]
    assert [worker.name for worker in bench.spawner.workers if worker.ended] == ["rollout.0"]


def test_a_worker_that_could_not_start_in_any_other_place_is_not_started_again() -> None:
    spawner, layout = FakeSpawner(), Layout(PLAN)
    listener, memory = Listener(), PlainMemory(layout.total_bytes)
    fleet = Fleet(spawner, memory, layout, "run", Setup(1, PLAN, InitOptions()), HostObjects("{}", object(), memory))
    fleet.start(listener)
    spawner.newest("show").ready()
    player = spawner.newest("rollout.0")
    player.on_data(codec.encode(messages.Error("rollout", 0, "another build", fatal=True, final=True)))
    assert player.ended and spawner.newest("rollout.0") is player
    assert fleet.states()["rollout.0"] == "dead" and fleet.states()["rollout.1"] == "starting"
    assert ("rollout.0", "dead", "another build") in listener.states

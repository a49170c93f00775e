"""The workshop's worker: started once, ended when an attempt takes too long, and every attempt is answered."""

from collections.abc import Callable

from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.supervisor.compile_client import CHECK_LIMIT_S, CODE_LIMIT_S, REPLACED, CompileClient
from drillsergeant.runtimes.supervisor.supervisor import BOOT_LIMIT_S

from tests.fakes.workers import FakeSpawner, FakeWorker

REQUEST = messages.Compile("ball", "class Mine(BallDrill): pass", True)
MADE = messages.CompiledProgram("{}", b"\x00asm")
CHECK = messages.Compile("my-pong", "class Mine: pass", True, check=True)
FOUND = messages.Findings([], "512 matches were played")


class Stand:
    """A smithy, and what it answered."""

    def __init__(self) -> None:
        self.spawner = FakeSpawner()
        self.compile_client = CompileClient(self.spawner)
        self.answers: list[messages.CompiledProgram | messages.Findings | messages.Refused] = []

    def ask(self) -> FakeWorker:
        self.compile_client.compile(REQUEST, self.answers.append)
        return self.spawner.workers[-1]

    def check(self) -> FakeWorker:
        self.compile_client.check(CHECK, self.answers.append)
        return self.spawner.workers[-1]

    def say(self, worker: FakeWorker, message: messages.Message) -> None:
        worker.on_data(codec.encode(message))

    def late(self, limit_s: float) -> None:
        """The newest limit of this length passes."""
        next(then for delay_s, then in reversed(self.spawner.timers) if delay_s == limit_s)()


def test_a_worker_is_started_at_the_first_attempt_and_kept_for_the_next() -> None:
    stand = Stand()
    assert stand.spawner.workers == []
    worker = stand.ask()
    assert worker.sent == []
    worker.ready()
    assert worker.sent == [codec.encode(REQUEST)]
    stand.say(worker, messages.Checked())
    stand.say(worker, MADE)
    assert stand.answers == [MADE]
    assert stand.ask() is worker
    assert len(worker.sent) == 2
    stand.say(worker, messages.Refused("no", 3))
    assert stand.answers[1:] == [messages.Refused("no", 3)]


def test_a_slow_line_is_waited_for_while_anything_comes() -> None:
    stand = Stand()
    worker = stand.ask()
    _, first = stand.spawner.timers[-1]
    stand.say(worker, messages.Loading("workshop", 0))
    first()
    assert not worker.ended and stand.answers == []
    stand.late(BOOT_LIMIT_S)
    assert worker.ended and isinstance(stand.answers[0], messages.Refused)


def test_code_without_end_costs_its_worker_and_the_next_attempt_gets_another() -> None:
    stand = Stand()
    worker = stand.ask()
    worker.ready()
    stand.late(CODE_LIMIT_S)
    assert worker.ended
    assert isinstance(stand.answers[0], messages.Refused) and "endless loop" in stand.answers[0].message
    stand.say(worker, MADE)
    assert len(stand.answers) == 1
    fresh = stand.ask()
    assert fresh is not worker and not fresh.ended


def test_a_limit_of_an_attempt_that_is_done_ends_nothing() -> None:
    stand = Stand()
    worker = stand.ask()
    worker.ready()
    stand.say(worker, messages.Checked())
    stand.late(CODE_LIMIT_S)
    stand.say(worker, MADE)
    for _, then in list(stand.spawner.timers):
        then()
    assert stand.answers == [MADE]
    assert not worker.ended


def test_what_the_readers_code_says_is_told_in_some_hundred_characters() -> None:
    long, row = "x" * 10**7, {"severity": "error", "line": 1, "sentence": "y" * 10**6, "remedy": ""}
    stand = Stand()
    worker = stand.ask()
    worker.ready()
    stand.say(worker, messages.Refused(long, 3, long))
    refused = stand.answers[-1]
    assert isinstance(refused, messages.Refused) and refused.line == 3
    assert refused.message.startswith("xxx") and refused.message.endswith("(of 10000000 characters)")
    assert len(refused.message) < 700 and len(refused.printed) < 7000
    stand.ask()
    stand.say(worker, messages.CompiledProgram("{}", b"", long))
    made = stand.answers[-1]
    assert isinstance(made, messages.CompiledProgram) and len(made.printed) < 7000
    stand.check()
    stand.say(worker, messages.Findings([row] * 1000 + ["no row"], long))
    found = stand.answers[-1]
    assert isinstance(found, messages.Findings) and len(found.played) < 700
    assert isinstance(found.findings, list) and len(found.findings) == 200
    assert all(len(each["sentence"]) < 700 and each["line"] == 1 for each in found.findings)


def test_a_crash_of_the_readers_code_is_told_as_one() -> None:
    stand = Stand()
    first = stand.ask()
    first.ready()
    first.on_error("RangeError: Maximum call stack size exceeded")
    crashed = stand.answers[-1]
    assert isinstance(crashed, messages.Refused)
    assert crashed.message.startswith("the code crashed the Python it ran in, which is started anew: RangeError")
    assert stand.ask() is not first
    stand.spawner.workers[-1].on_error("no script")
    silent = stand.answers[-1]
    assert isinstance(silent, messages.Refused) and silent.message == "the workshop could not start: no script"


def test_a_workshop_that_fails_or_talks_nonsense_is_given_up() -> None:
    breaks: tuple[Callable[[FakeWorker], None], ...] = (
        lambda worker: worker.on_error("404"),
        lambda worker: worker.on_data({"type": "NONSENSE"}),
        lambda worker: worker.on_data(codec.encode(messages.Error("workshop", 0, "out of memory", fatal=True))),
    )
    for break_it in breaks:
        stand = Stand()
        worker = stand.ask()
        break_it(worker)
        assert worker.ended
        assert isinstance(stand.answers[0], messages.Refused)


def test_a_new_attempt_while_one_runs_replaces_it() -> None:
    stand = Stand()
    worker = stand.ask()
    worker.ready()
    other = stand.ask()
    assert worker.ended and other is not worker
    other.ready()
    stand.say(other, MADE)
    assert stand.answers == [MADE]


def test_a_worker_made_ready_before_there_is_anything_to_do_takes_the_first_attempt() -> None:
    stand = Stand()
    stand.compile_client.prepare()
    stand.compile_client.prepare()
    (worker,) = stand.spawner.workers
    worker.ready()
    assert worker.sent == [] and not stand.compile_client.busy
    for _, late in list(stand.spawner.timers):
        late()
    assert not worker.ended, "it has loaded in time"
    assert stand.ask() is worker and worker.sent == [codec.encode(REQUEST)]


def test_a_check_has_a_limit_of_its_own() -> None:
    stand = Stand()
    worker = stand.check()
    worker.ready()
    stand.say(worker, messages.Checked())
    stand.say(worker, FOUND)
    assert stand.answers == [FOUND]
    stand.check()
    stand.say(worker, messages.Checked())
    stand.late(CHECK_LIMIT_S)
    assert worker.ended
    assert isinstance(stand.answers[1], messages.Refused) and "checking took longer than" in stand.answers[1].message


def test_code_that_is_run_meanwhile_ends_a_check_which_says_so() -> None:
    stand = Stand()
    worker = stand.check()
    worker.ready()
    stand.ask()
    assert worker.ended
    assert stand.answers == [messages.Refused(REPLACED, 0)]


def test_after_code_without_end_another_worker_is_made_ready_but_not_after_one_that_cannot_start() -> None:
    stand = Stand()
    stand.compile_client.prepare()
    worker = stand.ask()
    worker.ready()
    stand.late(CODE_LIMIT_S)
    assert worker.ended and len(stand.spawner.workers) == 2
    fresh = stand.ask()
    assert fresh is stand.spawner.workers[1]
    stand.late(BOOT_LIMIT_S)
    assert fresh.ended and len(stand.spawner.workers) == 2 and len(stand.answers) == 2

"""Where drills come from and code becomes programs, as tests have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.supervisor.compile_client import Answer, CheckAnswer
from drillsergeant.runtimes.supervisor.trial_crew import Heard


class FakeForge:
    """Remembers what it is asked for; the test answers."""

    def __init__(self) -> None:
        self.brought: list[str] = []
        self.lost = ""
        self.texts = {"ball": "class Mine(BallDrill):\n    pass\n"}
        self.vocabularies: dict[str, str] = {}
        self.attempts: list[tuple[str, str, Answer]] = []
        self.checks: list[tuple[str, str, CheckAnswer]] = []
        self.prepared = 0
        self.tried: list[tuple[str, list[messages.TryPlayer], Heard]] = []
        self.trials: list[str] = []
        self.seeded: list[tuple[str, list[messages.TryPlayer], Heard]] = []
        self.seeds_ended = 0
        self.installed: list[tuple[str, messages.CompiledProgram | None, Callable[[str, bool], None]]] = []
        self.reshaped: list[tuple[str, str, Callable[[str], None]]] = []

    def bring(self, drill: str) -> None:
        self.brought.append(drill)

    def source(self, drill: str, then: Callable[[str, str], None]) -> None:
        then(self.texts.get(drill, ""), "" if drill in self.texts else "status 404")

    def words(self, drill: str, then: Callable[[str], None]) -> None:
        then(self.vocabularies.get(drill, ""))

    def compile(self, drill: str, text: str, answer: Answer) -> None:
        self.attempts.append((drill, text, answer))

    def check(self, drill: str, text: str, answer: CheckAnswer) -> None:
        self.checks.append((drill, text, answer))

    def prepare(self) -> None:
        self.prepared += 1

    def try_players(self, drill: str, requests: Sequence[messages.TryPlayer], heard: Heard) -> None:
        self.tried.append((drill, [*requests], heard))

    def train_seeds(self, drill: str, requests: Sequence[messages.TryPlayer], heard: Heard) -> None:
        self.seeded.append((drill, [*requests], heard))

    def end_seeds(self) -> None:
        self.seeds_ended += 1

    def stop_trials(self) -> None:
        self.trials.append("stop")

    def end_trials(self) -> None:
        self.trials.append("end")

    def watch_trials(self, on: bool, dark: bool) -> None:
        self.trials.append(f"watch {on} {dark}")

    def reshape(self, drill: str, hidden: str, then: Callable[[str], None]) -> None:
        self.reshaped.append((drill, hidden, then))

    def loses(self, drill: str, made: messages.CompiledProgram | None) -> str:
        return self.lost

    def install(self, drill: str, made: messages.CompiledProgram | None, then: Callable[[str, bool], None]) -> None:
        self.installed.append((drill, made, then))

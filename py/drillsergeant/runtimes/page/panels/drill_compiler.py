"""What the page asks of whoever brings drills and compiles code, and of what is learned, as Protocols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.supervisor.compile_client import Answer, CheckAnswer
from drillsergeant.runtimes.supervisor.trial_crew import Heard


class DrillCompiler(Protocol):
    """Where drills come from, and where code becomes what the workers run."""

    def bring(self, drill: str) -> None:
        """Fetch a drill and let the workers go over to it; the page hears of it by `on_drill` or `on_no_drill`."""

    def source(self, drill: str, then: Callable[[str, str], None]) -> None:
        """Fetch the editable parts of a drill; `then` gets their text, or "" and why not."""

    def words(self, drill: str, then: Callable[[str], None]) -> None:
        """Fetch what there is to write in a drill's code, as `files.vocabulary` has it; `then` gets "" for nothing."""

    def compile(self, drill: str, text: str, answer: Answer) -> None:
        """Make a program of the text; ends by itself, whatever the code does."""

    def check(self, drill: str, text: str, answer: CheckAnswer) -> None:
        """Play the whole game that the text is and say what is wrong with it; ends by itself."""

    def try_players(self, drill: str, requests: Sequence[messages.TryPlayer], heard: Heard) -> None:
        """Have players trained from nothing beside the run, for the network that the drill has; `heard` gets every
        answer. Whoever was trained before is gone."""

    def stop_trials(self) -> None:
        """Train no more of them; who is done plays on."""

    def end_trials(self) -> None:
        """None of them is wanted any more."""

    def watch_trials(self, on: bool, dark: bool) -> None:
        """Whether anybody sees their matches, and in which colours they are drawn."""

    def train_seeds(self, drill: str, requests: Sequence[messages.TryPlayer], heard: Heard) -> None:
        """The same for players that are seen on a chart alone, beside those others."""

    def end_seeds(self) -> None:
        """None of these is wanted any more."""

    def prepare(self) -> None:
        """Something is likely to be compiled soon."""

    def reshape(self, drill: str, hidden: str, then: Callable[[str], None]) -> None:
        """Let the workers go over to a network with other hidden layers ("32,32"), which has learned nothing; the game
        stays as it is. `then` hears what went wrong, "" where nothing did."""

    def loses(self, drill: str, made: messages.CompiledProgram | None) -> str:
        """Why what was learned would be lost with a program, or with the original; "" where it would go on."""

    def install(self, drill: str, made: messages.CompiledProgram | None, then: Callable[[str, bool], None]) -> None:
        """Let the workers go over to a program, or back to the original; `then` hears what went wrong ("" where
        nothing did), and whether what was learned is lost because the network has another shape."""


class Learning(Protocol):
    """What the editor has to do with what is learned."""

    def learned(self) -> bool:
        """Whether anything was."""

    def forget(self) -> None:
        """Start from nothing."""

    def on_game(self, edit: str) -> None:
        """The game is now made of the reader's code `edit`; "" is the original."""

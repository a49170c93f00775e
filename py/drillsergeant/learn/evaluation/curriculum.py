"""At which of a drill's lessons a run is, and when it moves on: once the drill's measure is reached. Needs no NumPy."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.learn.evaluation.results import Estimate, Score

ENOUGH_EPISODES = 200.0  # effective ones, before the measure counts as reached


class Curriculum:
    """`number` is the lesson, from 0, of `count`; a drill without lessons has one."""

    def __init__(self, lessons: Sequence[tuple[str, Sequence[float]]], score: Score, number: int = 0) -> None:
        """`lessons`: the numbers that move on, each with its values; `score`: what has to be reached."""
        self._lessons, self._score = lessons, score
        self.count = max((len(values) for _, values in lessons), default=1)
        self.number = min(number, self.count - 1)

    def reached(self, now: Estimate | None) -> bool:
        """Whether the next lesson is due, after what episodes of this one say."""
        if self.number + 1 >= self.count or now is None or now.effective < ENOUGH_EPISODES:
            return False
        return self._score.value(now) >= self._score.enough

    def __str__(self) -> str:
        """The lesson in words."""
        values = ((name, values[min(self.number, len(values) - 1)]) for name, values in self._lessons)
        numbers = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in values)
        return f"Lesson {self.number + 1} of {self.count}: {numbers}"

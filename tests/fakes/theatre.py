"""A show over plain memory with the trainer's ends of its channels: for tests of what is on screen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from drillsergeant.drills import resolve
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.engine import SHOW_MATCHES
from drillsergeant.learn.heads import mask_words, masks_of
from drillsergeant.learn.reference.engine import NumpyEngine, network_of
from drillsergeant.memory.access import WORD_BYTES, PlainMemory
from drillsergeant.memory.layout import SHOW, Layout, Plan, initialise
from drillsergeant.memory.snapshots import SnapshotReader, SnapshotWriter
from drillsergeant.memory.weights import WeightsReader
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.show.screen_match import ScreenMatch
from drillsergeant.runtimes.show.show import Show
from drillsergeant.runtimes.show.snapshot_cache import SnapshotCache

from tests.rigs.memory.weights_copies import CopyingWriter

FRAME_S = 1 / 60


class Theatre:
    """A show, the writers of weights and library, what was drawn, and what was told at once."""

    def __init__(self, seed: int = 3, name: Drill | str = "ball") -> None:
        self.drill = resolve(name)
        self.lesson = 0  # at which training plays
        self.network = network_of(self.drill)
        size_bytes = self.network.size * WORD_BYTES
        plan = Plan(
            workers=1,
            matches=8,
            teams=self.drill.teams,
            horizon=4,
            observation_size=len(self.drill.observation),
            action_words=len(self.drill.heads),
            mask_words=mask_words(masks_of(self.drill)),
            parameter_count=self.network.size,
            show_scratch_bytes=size_bytes,
        )
        self.layout, shape = Layout(plan), self.network.shape_hash
        self.memory = PlainMemory(self.layout.total_bytes)
        initialise(self.memory, self.layout)
        self.writer = CopyingWriter(self.memory, self.layout, shape)
        self.library = SnapshotWriter(self.memory, self.layout)
        engine = NumpyEngine(self.drill, self.layout, self.memory)
        self.matches = [engine.show_match(seed, number) for number in range(SHOW_MATCHES)]
        self.match = self.matches[0]
        self.drawn: list[dict[str, float]] = []
        self.moments: list[messages.Happened] = []
        self.answers: list[messages.Message] = []  # all else that was told
        self.now_s = 0.0
        reader = WeightsReader(self.memory, self.layout, SHOW, shape)
        place = self.layout[f"{SHOW}.scratch"].offset
        snapshots = SnapshotCache(SnapshotReader(self.memory, self.layout), self.memory, place, size_bytes)
        self.show = Show(
            facts_of(self.drill), self.matches, reader, snapshots.fetch, self._draw, seed, lambda: self.lesson,
            self._told,
        )  # fmt: skip

    def _told(self, message: messages.Message) -> None:
        if isinstance(message, messages.Happened):
            self.moments.append(message)
        else:
            self.answers.append(message)

    def _draw(self, view: str, screen_matches: Sequence[ScreenMatch]) -> None:
        self.drawn.append(dict(screen_matches[0].after))

    def publish(self, seed: int) -> None:
        """A new version of the weights."""
        self.writer.publish((self.network.initial(seed) * np.float32(30)).tobytes(), 0)

    def keep(self, slot: int, ident: int, seed: int) -> None:
        """A snapshot of the weights that `publish` makes of this seed."""
        self.library.put(slot, ident, (self.network.initial(seed) * np.float32(30)).data)

    def ticks(self, count: int) -> list[dict[str, float]]:
        """The states of the match after each of so many ticks."""
        trajectory = []
        for _ in range(count):
            self.show.advance()
            trajectory.append(dict(self.match.state()))
        return trajectory

    def frames(self, count: int) -> list[int]:
        """How many ticks the match on screen has played, after each of so many frames."""
        played = []
        for _ in range(count):
            self.show.frame(self.now_s)
            self.now_s += FRAME_S
            played.append(self.show.screen_matches[0].ticks)
        return played

    def told(self, name: str) -> object:
        """One of the numbers for the page."""
        return self.show.metrics()[name]

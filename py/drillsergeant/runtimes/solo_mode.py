"""Solo mode: where memory cannot be shared, one worker plays and learns in turns and tells the others by message.

The trainer and the rollout are the ones of every other page, over one memory that is this worker's own. When the
trainer waits for play, a chunk is played. What the show needs to know of that memory is sent at a low, steady rate.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from drillsergeant.memory.access import SoloMemory
from drillsergeant.memory.mirror import Mirror
from drillsergeant.runtimes.host import Host
from drillsergeant.runtimes.protocol import codec, messages

TELL_EVERY_S = 0.1


class ChunkPlayer(Protocol):
    """Who plays: `rollout.Rollout`."""

    def step(self) -> None:
        """Play one chunk if the ring has room."""


class Solo:
    """What the worker does beside learning."""

    def __init__(self, host: Host, memory: SoloMemory, player: ChunkPlayer, mirror: Mirror) -> None:
        self._host, self._player, self._mirror = host, player, mirror
        self._playing = False
        memory.turn = self._turn

    def _turn(self) -> None:
        """Play a chunk. Waiting within that is for room in the ring, which only the trainer makes: it returns."""
        if self._playing:
            return
        self._playing = True
        try:
            self._player.step()
        finally:
            self._playing = False

    async def tell(self) -> None:
        """Send what changed in this worker's memory, ten times a second at most, for ever."""
        while True:
            news = self._mirror.news()
            if news:
                self._host.post(codec.encode(messages.Mirrored(news)))
            await asyncio.sleep(TELL_EVERY_S)

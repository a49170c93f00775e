"""The run flag: whether rollout workers collect. The page raises and lowers it, everybody looks at it."""

from __future__ import annotations

from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import ControlWord, Layout


class RunFlag:
    """One word of shared memory, written by the page."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        """Look at the flag of this memory."""
        self._memory = memory
        self._word = layout["control"].word + ControlWord.RUN

    def up(self) -> bool:
        """Tell whether training is on."""
        return self._memory.load(self._word) != 0

    def set(self, up: bool) -> None:
        """Raise or lower the flag and wake whoever waits on it. Only the page does this."""
        self._memory.store(self._word, int(up))
        self._memory.notify(self._word)

    def wait(self, timeout_s: float) -> None:
        """Sleep while the flag is down, at most `timeout_s`. Workers only."""
        self._memory.wait(self._word, 0, timeout_s)

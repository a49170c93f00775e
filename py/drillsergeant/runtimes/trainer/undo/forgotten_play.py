"""What a visitor played and then deleted: held in memory alone until that cannot be taken back any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from drillsergeant.learn.imitation.demonstrations import Demonstrations


class ForgottenPlay:
    """`undo_list.TrainerAct`: `shown` was deleted. `put_back` adds it to what was played since; `forget` deletes all of
    that, and returns it."""

    label = "deleted what you played"

    def __init__(
        self,
        shown: Demonstrations,
        put_back: Callable[[Demonstrations], None],
        forget: Callable[[], Awaitable[Demonstrations]],
    ) -> None:
        self._shown, self._put_back, self._forget = shown, put_back, forget
        self._gone = True

    @property
    def size_bytes(self) -> int:
        """Of what is not there."""
        parts = (self._shown.seen, self._shown.actions, self._shown.allowed)
        return sum(len(part) * part.itemsize for part in parts) if self._gone else 0

    async def turn(self) -> str:
        """Put it back, or delete it again."""
        if self._gone:
            self._put_back(self._shown)
        else:
            self._shown = await self._forget()
        self._gone = not self._gone
        return "What you played is gone again." if self._gone else "What you played is back."

    async def lapse(self) -> None:
        """Nothing but this had it."""

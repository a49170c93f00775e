"""Code from elsewhere and for elsewhere: links that carry it, and `.py` files. What comes is shown, and nothing of it
runs before the reader presses Run.

What a link brings is nobody's own until the reader changes or runs it: up to then it is not kept, so that links opened
one after another push nothing of the reader's out, and it stays in the address, where a reload finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from drillsergeant.learn.files.safetensors import LONGEST_VALUE
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.own_game.new_game import as_file
from drillsergeant.runtimes.page.panels.code_link import as_code, code_in, with_code
from drillsergeant.runtimes.page.panels.runs import FileTransfer
from drillsergeant.runtimes.page.sentences import shortened
from drillsergeant.runtimes.page.view import View

LONGEST_NAME = 100
CAME = "This code came with the link that you opened. Read it, then press Run: nothing of it has run."
COPIED = "The link is copied, code included. Whoever opens it finds the code here, and it runs when they press Run."
NO_CODE = "The link is copied. It carries no code: this is the original."
NOT_COPIED = "This browser does not let a page copy. Save the code as a .py file and send that."
NOT_THERE = "The code is not here yet; try again once it is."


class Bench(Protocol):
    """The editor, as far as this goes."""

    def shown(self) -> str | None:
        """What stands in it; None where nothing does yet."""

    def written(self) -> str:
        """The same; "" where that is the original, too."""

    def bring(self, text: str, said: str) -> None:
        """Show this code, and say what it is."""

    def tell(self, said: str) -> None:
        """Say something of the code."""


class CodeExchange:
    """`framed`: within somebody else's page, whose element brings code, and no link does."""

    def __init__(self, view: View, transfer: FileTransfer, bench: Bench, address: Address, framed: bool) -> None:
        self._view, self._transfer, self._bench = view, transfer, bench
        self._address, self._framed = address, framed
        self._guest = ""  # what a link brought, while it is nobody's own

    def commands(self, name: Callable[[], str]) -> Mapping[str, Callable[[], None]]:
        """What the buttons do; `name` is that of the drill."""
        return {"workshop-link": self._copy, "workshop-save": lambda: self._save(name())}

    @property
    def pending(self) -> bool:
        """Whether a link's code waits to be looked at."""
        return bool(self._guest)

    def holds(self, text: str) -> bool:
        """Whether this is as a link brought it."""
        return bool(self._guest) and text == self._guest

    def release(self) -> None:
        """What the link brought has become the reader's own, or has made way: the address need not have it."""
        if self._guest:
            self._guest = ""
            self._transfer.forget_link()

    def on_link(self, fragment: str) -> bool:
        """The address ends like this, from its `#` on; returns whether it brings code that was not there."""
        if self._framed:
            return False
        try:
            text = code_in(fragment)
        except ValueError as wrong:
            self._address.complain(f"The code in the page's address is left out: {wrong}.")
            return False
        if not text or text == self._bench.written():
            return False
        self._bench.bring(text, CAME)
        self._guest = text
        return True

    def on_file(self, name: str, content: bytes) -> None:
        """The reader chose or dropped a `.py` file."""
        told = shortened(name, LONGEST_NAME)
        try:
            text = as_code(content)
            if len(text) > LONGEST_VALUE:
                raise ValueError(f"it has {len(text):,} characters, at most {LONGEST_VALUE:,} are taken: do less")
        except ValueError as wrong:
            self._bench.tell(f"{told} is not opened: {wrong}.")
            return
        self._bench.bring(text, f"{told} is open. Read it, then press Run: nothing of it has run.")

    def _copy(self) -> None:
        text = self._bench.written()
        self._address.write()
        try:
            link = with_code(self._view.location(), text) if text else self._view.location().partition("#")[0]
        except ValueError as long:
            self._bench.tell(f"No link was copied: {long}.")
            return
        copied = COPIED if text else NO_CODE
        self._view.copy(link, lambda allowed: self._bench.tell(copied if allowed else NOT_COPIED))

    def _save(self, drill: str) -> None:
        text = self._bench.shown()
        if text is None:
            self._bench.tell(NOT_THERE)
            return
        filename, content = as_file(drill, text)
        self._transfer.download(filename, content.encode())
        self._bench.tell(f"Saved as {filename}. Open it here again, or drop it on the page.")

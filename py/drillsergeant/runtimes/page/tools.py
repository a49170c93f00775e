"""The buttons of the page itself: colours, help, shortcuts, the link to share, the tag for another page."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.embed_tag import EmbedTag
from drillsergeant.runtimes.page.match.steering import DASH
from drillsergeant.runtimes.page.view import View

SHORTCUTS = {
    "t": "train", "r": "reset", ".": "step", "f": "factory", "c": "compare", "n": "now", " ": "play", "?": "help",
    "l": "share", "m": "sound", "z": "full-screen",
}  # fmt: skip
COPIED = "The link is copied. Whoever opens it starts with the same seed, settings and view."
NOT_COPIED = "This browser does not let a page copy. The link stands in the address bar: copy it from there."


class Tools:
    """`tell` answers the visitor in a sentence; `written` returns the visitor's own code."""

    def __init__(self, view: View, address: Address, tell: Callable[[str], None], written: Callable[[], str]) -> None:
        self._view, self._address, self._tell = view, address, tell
        self._tag = EmbedTag(view, address, written)
        self._show_theme()
        self._show_shortcuts()

    @property
    def shortcuts(self) -> bool:
        """Whether single keys are shortcuts: who speaks to the browser, or is clumsy with keys, turns them off."""
        return self._view.choice("shortcuts") != "off"

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does."""
        return {
            "theme": self._turn_theme,
            "help": lambda: self._view.open_dialog("help-dialog", True),
            "help-close": lambda: self._view.open_dialog("help-dialog", False),
            "shortcuts": self._turn_shortcuts,
            "share": self._share,
            **self._tag.commands(),
        }

    def shortcut(self, code: str, key: str) -> str | None:
        """The button for which a key stands, if it does."""
        if not self.shortcuts:
            return None
        letter = key.lower() if key.isascii() else code.removeprefix("Key").lower()  # a keyboard without Latin letters
        return SHORTCUTS.get(" " if code == DASH else letter)

    def _turn_theme(self) -> None:
        self._view.prefer("theme", "light" if self._view.dark() else "dark")
        self._show_theme()

    def _show_theme(self) -> None:
        self._view.set_attribute("theme", "aria-pressed", "true" if self._view.dark() else "false")

    def _turn_shortcuts(self) -> None:
        self._view.prefer("shortcuts", "off" if self.shortcuts else None)
        self._show_shortcuts()

    def _show_shortcuts(self) -> None:
        self._view.set_attribute("shortcuts", "aria-pressed", "true" if self.shortcuts else "false")

    def _share(self) -> None:
        self._address.write()
        self._view.copy(self._view.location(), lambda done: self._tell(COPIED if done else NOT_COPIED))

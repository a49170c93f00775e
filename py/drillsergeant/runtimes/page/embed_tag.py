"""The tag that puts a drill as it is set up now into somebody's page: written, shown to be read, and copied.

What it says is what docs/embedding.md tells of `<drill-sergeant>`. Code travels as a text for the editor in there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.panels.code_link import MOST_CODE
from drillsergeant.runtimes.page.panels.drill import FIRST, GAMES, OWN_GAMES
from drillsergeant.runtimes.page.view import View

DIALOG, TAG, NOTE, COPIED = "embed-dialog", "embed-tag", "embed-note", "embed-copied"
# As web/embed.js has them.
EMBEDDED = (
    "ball", "squad", "squad-pair", "sumo", "chase", "volley", "cartpole", "acrobot", "pendulum", "hide", *OWN_GAMES
)  # fmt: skip
ATTRIBUTES = ("seed", "speed", "workers")  # of what an address may have, those with an attribute of their own
# The tag says these itself, or they are a frame's, or of what no frame has.
LEFT_OUT = ("drill", "embed", "editor", "panel", "theme", "mode", "dock")
PLAIN = re.compile(r"[A-Za-z0-9._~-]")  # in an address
ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;"})
UNTRAINED = "It begins untrained: what was learned goes along as a .dshq file, with loadPolicy."
WITH_CODE = "Your code stands in its editor and runs when the reader presses Run."
BY_HAND = "This browser does not let a page copy. Select the text and copy it."


def tag(site: str, drill: str, values: Mapping[str, str], code: str) -> str:
    """The HTML of a drill and of the script that it needs: two lines, which every kind of Markdown takes as they are.

    Args:
        site: the address of the site's folder.
        drill: its name.
        values: what the page's address holds.
        code: Python for its editor; "" where it is the drill's own.
    """
    said = {"drill": drill, **{name: values[name] for name in ATTRIBUTES if name in values}}
    others = [f"{_percent(name)}={_percent(values[name])}" for name in values if name not in (*ATTRIBUTES, *LEFT_OUT)]
    if others:
        said["settings"] = "&".join(others)
    if code:
        said["code"] = code
    start = " ".join(f'{name}="{value.translate(ESCAPED)}"' for name, value in said.items())
    script = f'<script src="{site.translate(ESCAPED)}embed.js" defer></script>'
    return f"{script}\n<drill-sergeant {start}></drill-sergeant>\n"


def _percent(text: str) -> str:
    """A name or a value as it stands in an address."""
    return "".join(one if PLAIN.match(one) else "".join(f"%{byte:02X}" for byte in one.encode()) for one in text)


class EmbedTag:
    """The dialog. `written` returns the reader's own code, "" where there is none."""

    def __init__(self, view: View, address: Address, written: Callable[[], str]) -> None:
        self._view, self._address, self._written = view, address, written

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """What each button does."""
        return {
            "embed-open": self._open,
            "embed-copy": self._copy,
            "embed-close": lambda: self._view.open_dialog(DIALOG, False),
        }

    def _open(self) -> None:
        view, values, code = self._view, self._address.values(), self._written()
        drill = values.get("drill", FIRST)
        known = drill in EMBEDDED
        notes = [UNTRAINED if known else f"{GAMES.get(drill, drill)} cannot stand in other pages yet."]
        if len(code) > MOST_CODE:
            notes.append(f"Your code is left out: {len(code)} characters, at most {MOST_CODE} go into a tag.")
            code = ""
        elif code and known:
            notes.append(WITH_CODE)
        folder = view.location().partition("?")[0].partition("#")[0].rpartition("/")[0] + "/"
        view.set_value(TAG, tag(folder, drill, values, code) if known else "")
        view.set_text(NOTE, " ".join(notes))
        view.set_text(COPIED, "")
        view.set_attribute("embed-copy", "disabled", None if known else "")
        view.open_dialog(DIALOG, True)

    def _copy(self) -> None:
        def done(allowed: bool) -> None:
            self._view.set_text(COPIED, "Copied." if allowed else BY_HAND)

        self._view.copy(self._view.get_value(TAG), done)

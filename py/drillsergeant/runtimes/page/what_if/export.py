"""A grid on its way out of the page: as a picture, and as a link to the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.panels.runs import FileTransfer
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.page.what_if.form import LINK
from drillsergeant.runtimes.page.what_if.grid import PlayerSoFar, WhatIfQuestion
from drillsergeant.runtimes.page.what_if.outcome import picture

DOCK = "whatif"


class GridExport:
    """`say` tells the visitor what became of it."""

    def __init__(self, view: View, transfer: FileTransfer, address: Address, say: Callable[[str], None]) -> None:
        self._view, self._transfer, self._address, self._say = view, transfer, address, say

    def save_picture(self, question: WhatIfQuestion, players: Mapping[int, PlayerSoFar], game: DrillFacts) -> None:
        """Give the visitor all players at their best, as an SVG file."""
        content = picture(question, players, f"{game.words.title}: what if?", game.scene).encode()
        self._transfer.download(f"what-if-{question.drill}.svg", content)

    def copy_link(self, question: WhatIfQuestion) -> None:
        """Copy a link that asks the same."""
        self._address.note(LINK, question.link(), "")
        self._address.note("dock", DOCK, "")
        self._address.write()
        more = "" if question.original else " Your own code is not in it: the editor has a link for that."
        self._view.copy(
            self._view.location(),
            lambda done: self._say(
                f"The link is copied: it opens this question, and nothing is trained before Try it is pressed.{more}"
                if done
                else f"This browser does not let a page copy: the link stands in the address bar.{more}"
            ),
        )

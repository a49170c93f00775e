"""What is kept of the reader's own code: as it is typed, and there again at the next visit, where nothing runs unasked.

The trainer's worker keeps it (`runtimes/kept_code.py`); here is decided what is sent when, and what is said of it. That
worker may end before the last that it was sent: what it has not answered for is written down here, too, by whoever
leaves the page, and taken over at the next visit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from drillsergeant.runtimes.page.interfaces import Drafts
from drillsergeant.runtimes.page.panels.draft import CodeDraft
from drillsergeant.runtimes.page.panels.runs import moment
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import FetchCode, KeepCode, KeptCode

NOTE, EARLIER, EARLIER_ROW = "workshop-kept", "workshop-earlier", "workshop-earlier-row"
KEPT = "Your code is kept in this browser as you type."
CHOOSE = "Choose …"
LONGEST_S = 5.0  # that a change waits while somebody types on


@dataclass
class _Code:
    """Of one drill. Texts are "" for the original."""

    known: bool = False  # what was kept at an earlier visit has been told
    seen: str = ""  # what stood in the editor last
    sent: str | None = None  # what was sent last; None: whatever it was may not have arrived
    since_s: float | None = None  # what is seen is another than what was sent
    aside: list[str] = field(default_factory=list)  # to be found again later, and not known to be kept
    pending: deque[list[str]] = field(default_factory=deque)  # of requests without an answer: what was set aside
    failed: bool = False
    draft: CodeDraft | None = None  # of an earlier visit, and not taken over yet
    noted: bool = False  # a draft is written down
    earlier: list[tuple[str, str]] = field(default_factory=list)  # newest first, each with when
    note: str = ""


class OwnCode:
    """`send` reaches the trainer. `keeps`: whether anything is kept here at all."""

    def __init__(self, view: View, send: Callable[[messages.Message], None], drafts: Drafts, keeps: bool) -> None:
        self._view, self._send, self._drafts, self._keeps = view, send, drafts, keeps
        self._codes: dict[str, _Code] = {}

    def ask(self, drill: str) -> None:
        """A trainer is there, and has answered nothing yet."""
        code = self._of(drill)
        if code.pending:
            code.sent = None
            code.pending.clear()
        if self._keeps and not code.known:
            code.pending.append([])
            self._send(FetchCode(drill))

    def answer(self, message: KeptCode) -> str:
        """The trainer tells; returns the text of an earlier visit, the first time."""
        code = self._of(message.drill)
        first, code.known, code.failed = not code.known, True, bool(message.why)
        arrived = code.pending.popleft() if code.pending else []
        if first:
            code.seen = code.sent = message.text
        if message.why:
            code.note = f"Your code is not kept: {message.why}. Copy what you do not want to lose."
            return self._taken_over(message.drill, code) if first else ""
        code.note = " ".join(each for each in (KEPT if message.text else "", message.note) if each)
        code.aside = [text for text in code.aside if text not in arrived]
        rows = message.earlier if isinstance(message.earlier, Sequence) else []
        found = [row for row in rows if isinstance(row, Mapping)]
        code.earlier = [(str(row.get("text", "")), str(row.get("at", ""))) for row in found]
        if first:
            return self._taken_over(message.drill, code)
        if code.noted and not code.pending:  # all of it is kept
            code.noted = False
            self._drafts.note(message.drill, None)
        return ""

    def typed(self, drill: str, text: str) -> None:
        """This stands in the editor. Called twice a second: what stands still is sent, and what has waited long."""
        code = self._of(drill)
        settled, code.seen = text == code.seen, text
        if text == code.sent and (code.failed or not code.aside):
            code.since_s = None
            return
        now_s = self._view.now_s()
        code.since_s = now_s if code.since_s is None else code.since_s
        if not code.pending and (settled or now_s - code.since_s >= LONGEST_S):
            self._keep(drill, code)

    def flush(self, drill: str, text: str) -> None:
        """Send at once what stands in the editor: it is to be run, or about to be gone."""
        code = self._of(drill)
        code.seen = text
        if text != code.sent:
            self._keep(drill, code)
        risky = bool(code.pending or code.failed or code.aside) if code.known else bool(text)
        if self._keeps and risky:
            older = code.draft if code.noted else CodeDraft.decode(self._drafts.noted(drill))  # another tab's
            aside = [*code.aside, *((older.text, *older.aside) if older else ())]
            code.noted = True
            self._drafts.note(drill, CodeDraft(text, [each for each in aside if each and each != text]).encode())

    def set_aside(self, drill: str, text: str) -> None:
        """This text was run, or makes way for another: it is to be found again among the earlier ones."""
        code = self._of(drill)
        if text and text not in code.aside:
            code.aside.append(text)

    def earlier(self, drill: str, value: str) -> str:
        """The text that was chosen among the earlier ones; "" for none."""
        texts = [text for text, _ in self._of(drill).earlier]
        return texts[int(value)] if value.isdecimal() and int(value) < len(texts) else ""

    def show(self, drill: str) -> None:
        """Write what is to be said of this drill's code, and which earlier texts there are beside the one in sight."""
        code = self._of(drill)
        self._view.set_text(NOTE, code.note if code.seen else "")
        others = [(place, *each) for place, each in enumerate(code.earlier) if each[0] != code.seen]
        options = [(str(place), f"{moment(at)}, {len(text.splitlines())} lines") for place, text, at in others]
        self._view.set_attribute(EARLIER_ROW, "hidden", None if options else "")
        self._view.set_options(EARLIER, [("", CHOOSE), *options])

    def _taken_over(self, drill: str, code: _Code) -> str:
        """The text to begin with: of a draft, which is kept now, and the text that was kept is to be found again."""
        draft, code.draft = code.draft, None
        if draft is None:
            return code.seen
        for text in (code.seen, *draft.aside):
            if text and text not in (draft.text, *code.aside):
                code.aside.append(text)
        code.seen = draft.text
        self._keep(drill, code)
        return code.seen

    def _keep(self, drill: str, code: _Code) -> None:
        if not (self._keeps and code.known):
            return
        on_its_way = {text for request in code.pending for text in request}
        aside = [text for text in code.aside if text not in on_its_way]
        code.pending.append(aside)
        code.sent, code.since_s = code.seen, None
        self._send(KeepCode(drill, code.seen, aside))

    def _of(self, drill: str) -> _Code:
        if drill not in self._codes:
            draft = CodeDraft.decode(self._drafts.noted(drill)) if self._keeps else None
            self._codes[drill] = _Code(draft=draft, noted=draft is not None)
        return self._codes[drill]

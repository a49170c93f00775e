"""Files and links in and out of the page, and its last moments: what saved runs and the editor need of the document."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import js
from pyodide.ffi import JsException, create_once_callable, create_proxy, to_js

from drillsergeant.browser.js_values import js_object
from drillsergeant.browser.page import address_bar
from drillsergeant.browser.page.cells.kept_texts import KeptTexts
from drillsergeant.learn.files.safetensors import MOST_BYTES
from drillsergeant.runtimes.page.panels.runs import FileEvents
from drillsergeant.tasks import Tasks

LEAGUE = "league-files"  # where several at once go
FILE_INPUTS = ("runs-file", "workshop-file", "replay-file", LEAGUE)
DRAFT = "drillsergeant-draft-"  # and a name
LINGER_MS = 60_000  # a download may begin late; after that its bytes are let go


class BrowserFileTransfer:
    """`runtimes.page.panels.runs.FileTransfer`. Owns its listeners; `close` releases them."""

    def __init__(self) -> None:
        self._guard: FileEvents | None = None
        self._proxies: list[tuple[Any, str, Any]] = []
        self._reading, self._texts = Tasks(), KeptTexts()

    def connect(self, guard: FileEvents) -> None:
        """Begin to report."""
        self._guard = guard
        fields = [js.document.getElementById(name) for name in FILE_INPUTS]
        listeners = [
            *((field, "change", lambda event: self._chosen(event.target)) for field in fields),
            (js.window, "hashchange", lambda _event: guard.on_link(address_bar.fragment())),
            (js.document, "dragover", self._hovered),
            (js.document, "drop", self._dropped),
            (js.document, "visibilitychange", lambda _event: self._hidden()),
            # The first is told when another page is asked for, which leaves the time until that answers.
            (js.window, "beforeunload", lambda _event: guard.on_hidden()),
            (js.window, "pagehide", lambda _event: guard.on_hidden()),
        ]
        for target, name, listener in listeners:
            proxy = create_proxy(listener)
            target.addEventListener(name, proxy)
            self._proxies.append((target, name, proxy))

    def close(self) -> None:
        """Stop listening."""
        for target, name, proxy in self._proxies:
            target.removeEventListener(name, proxy)
            proxy.destroy()
        self._proxies = []

    def download(self, filename: str, content: object) -> None:
        """Give the visitor a file."""
        blob = js.Blob.new(to_js([content]), js_object(type="application/octet-stream"))
        link = js.document.createElement("a")
        link.href, link.download = js.URL.createObjectURL(blob), filename
        link.click()
        js.setTimeout(create_once_callable(lambda: js.URL.revokeObjectURL(link.href)), LINGER_MS)

    def forget_link(self) -> None:
        """Take the code that a link brought out of the address."""
        address_bar.cut_fragment()

    def persist(self, then: Callable[[bool], None]) -> None:
        """Ask the browser to keep this site's files."""
        storage: Any = getattr(js.navigator, "storage", None)
        if hasattr(storage, "persist"):
            storage.persist().then(create_once_callable(lambda kept: then(bool(kept))))
        else:
            then(False)

    def note(self, name: str, text: str | None) -> None:
        """Write a text down at once, or forget it."""
        with suppress(JsException):  # a browser that keeps nothing, or has no room
            storage = js.localStorage
            storage.removeItem(DRAFT + name) if text is None else storage.setItem(DRAFT + name, text)

    def noted(self, name: str) -> str:
        """What was written down; empty where nothing was."""
        with suppress(JsException):
            return str(js.localStorage.getItem(DRAFT + name) or "")
        return ""

    def keep(self, name: str, text: str) -> None:
        """Keep a long text, soon."""
        self._texts.keep(name, text)

    def kept(self, name: str, then: Callable[[str], None]) -> None:
        """`then` hears a text that was kept; "" where there is none."""
        self._texts.kept(name, then)

    def _hidden(self) -> None:
        if self._guard is not None and js.document.visibilityState == "hidden":
            self._guard.on_hidden()

    def _chosen(self, field: Any) -> None:
        for number in range(field.files.length):
            self._read(field.files.item(number), str(field.id))
        field.value = ""  # the same file may be chosen again

    def _hovered(self, event: Any) -> None:
        if "Files" in event.dataTransfer.types.to_py():
            event.preventDefault()  # or the browser would leave the page for the file

    def _dropped(self, event: Any) -> None:
        files = event.dataTransfer.files
        if files.length:
            event.preventDefault()
        for number in range(files.length):
            self._read(files.item(number), LEAGUE if files.length > 1 else "")

    def _read(self, file: Any, into: str) -> None:
        self._reading.begin(self._reported(file, into))

    async def _reported(self, file: Any, into: str) -> None:
        assert self._guard is not None, "files come after connect"
        if file.size > MOST_BYTES:
            why = f"{file.name} has {file.size:,} bytes, at most {MOST_BYTES:,} are read: no run or code has so many."
            self._guard.on_refused_file(str(file.name), why, into)
            return
        try:
            content = (await file.arrayBuffer()).to_bytes()
        except Exception as failure:  # a folder, or a file that is gone
            self._guard.on_refused_file(str(file.name), f"{file.name} cannot be read: {failure}"[:300], into)
            return
        self._guard.on_file(str(file.name), content, into)

"""Long texts that are there at the next visit, too: in the browser's cache storage, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import JsException

from drillsergeant.tasks import Tasks

CACHE = "drillsergeant-kept"


class KeptTexts:
    """Where a browser keeps nothing, nothing is there; nobody is told."""

    def __init__(self) -> None:
        self._tasks = Tasks()

    def keep(self, name: str, text: str) -> None:
        """Keep a text, in the place of the one before."""
        self._tasks.begin(self._keep(name, text))

    def kept(self, name: str, then: Callable[[str], None]) -> None:
        """`then` hears the text; "" where there is none."""
        self._tasks.begin(self._fetch(name, then))

    async def _keep(self, name: str, text: str) -> None:
        try:
            cache = await self._cache()
            await cache.put(self._address(name), js.Response.new(text))
        except (JsException, AttributeError):  # no room, or a browser that keeps nothing
            js.console.info(f"{name} is not kept in this browser")

    async def _fetch(self, name: str, then: Callable[[str], None]) -> None:
        try:
            found = await (await self._cache()).match(self._address(name))
            text = str(await found.text()) if found else ""
        except (JsException, AttributeError):
            text = ""
        then(text)

    async def _cache(self) -> Any:
        return await js.caches.open(CACHE)

    def _address(self, name: str) -> str:
        return str(js.URL.new(f"kept/{name}", js.document.baseURI).href)

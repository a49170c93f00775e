"""What a browser says when it keeps nothing, as a StorageError with a sentence for the reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyodide.ffi import JsException

from drillsergeant.runtimes.storage import StorageError

FULL = ("full", "the browser has no more room for this site's files")
KINDS = {
    "QuotaExceededError": FULL,
    "NoModificationAllowedError": ("busy", "the file is open somewhere else, in another tab perhaps"),
    "NotFoundError": ("missing", "there is no such file"),
    "SecurityError": ("nowhere", "the browser keeps no files for this page (a private window, or a foreign frame)"),
}


def told(text: str) -> StorageError:
    """The error for "<name of the DOMException>: <its sentence>"."""
    kind, sentence = next((KINDS[name] for name in KINDS if text.startswith(name)), ("failed", ""))
    return StorageError(kind, sentence or f"the browser says {text}"[:200])


def now(call: Callable[[], Any]) -> Any:
    """What a call of the browser's gives. Raises StorageError where it throws."""
    try:
        return call()
    except JsException as error:
        raise told(str(error)) from error

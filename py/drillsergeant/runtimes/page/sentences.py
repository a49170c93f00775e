"""Other people's words in the page's sentences: bounded, and ended as a sentence is."""

from __future__ import annotations


def shortened(text: str, most: int) -> str:
    """The text, or its first `most` characters and a sign that there were more."""
    return text if len(text) <= most else text[:most] + "…"


def ended(text: str) -> str:
    """The text with a full stop, unless it ends as a sentence does."""
    return text if text.endswith((".", "?", "!")) else f"{text}."

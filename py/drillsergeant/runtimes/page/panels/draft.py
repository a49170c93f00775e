"""A reader's code as it was when the page was left, which is sooner than anything can be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CodeDraft:
    """`text` is what stood in the editor, "" for the original; `aside` what was to be found again later."""

    text: str
    aside: Sequence[str] = ()

    def encode(self) -> str:
        """As it is written down."""
        return json.dumps({"text": self.text, "aside": list(self.aside)})

    @classmethod
    def decode(cls, noted: str) -> CodeDraft | None:
        """What `encode` wrote; None for anything else."""
        try:
            found = json.loads(noted)
        except ValueError:
            return None
        text = found.get("text") if isinstance(found, Mapping) else None
        aside = found.get("aside") if isinstance(found, Mapping) else None
        if not isinstance(text, str):
            return None
        return cls(text, [each for each in aside if isinstance(each, str)] if isinstance(aside, list) else [])

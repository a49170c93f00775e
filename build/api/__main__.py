"""Writes what is public: `make api`, or `PYTHONPATH=py .venv/bin/python -m build.api`.

`tests/golden/public_api.txt` has names, signatures and defaults, so that a change of them is seen; `docs/api.md`
has the docstrings. A section of what is not installed here (Stable-Baselines3) stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from build.api.pages import document, snapshot
from build.api.surface import SECTIONS
from build.api.written_down import DOCUMENT, LIST, fresh, there
from build.console import BuildError, guarded, say
from build.pins import ROOT


def main(_: Sequence[str]) -> int:
    """Write both."""
    before, sections = {path: there(path) for path in (LIST, DOCUMENT)}, []
    for title in SECTIONS:
        try:
            sections.append(fresh(title))
        except ImportError as missing:
            if not all(title in each for each in before.values()):
                raise BuildError(f"{title} cannot be read here, and was not written before: {missing}") from missing
            say(f"{title} stays as it is: {missing}")
            sections.append({path: each[title] for path, each in before.items()})
    LIST.write_text(snapshot([each[LIST] for each in sections]))
    DOCUMENT.write_text(document([each[DOCUMENT] for each in sections]))
    say(f"wrote {LIST.relative_to(ROOT)} and {DOCUMENT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    guarded(main)

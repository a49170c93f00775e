"""The two texts as they lie in the tree, and what is different now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

from build.api.pages import described, listed, split
from build.api.surface import SECTIONS
from build.pins import ROOT

LIST, DOCUMENT = ROOT / "tests/golden/public_api.txt", ROOT / "docs/api.md"
MARKS = {LIST: "# ", DOCUMENT: "## "}  # before the title of a section
REMEDY = "if that is meant, run `make api` and commit what it writes: it is what callers of the library see"


def fresh(title: str) -> dict[Path, list[str]]:
    """The lines of a section in each text. Raises ImportError where an extra is missing."""
    section = SECTIONS[title]()
    return {LIST: listed(section), DOCUMENT: described(section)}


def there(path: Path) -> dict[str, list[str]]:
    """The sections of a text as it is."""
    return split(path.read_text(), MARKS[path]) if path.is_file() else {}


def differences(title: str, now: Mapping[Path, Sequence[str]]) -> str:
    """What has changed in a section since it was written down, and what to do; "" for nothing."""
    found = list[str]()
    for path, lines in now.items():
        name = str(path.relative_to(ROOT))
        found += unified_diff(there(path).get(title, []), lines, name, f"{name}, as the code is now", lineterm="")
    return "\n".join([*found, REMEDY]) if found else ""

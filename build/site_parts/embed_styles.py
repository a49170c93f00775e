"""Puts the styles inside <drill-sergeant> into its script, which is one file wherever somebody embeds it."""

import json
from pathlib import Path

from build.console import BuildError

SCRIPT = "embed.js"
SHEET = "styles/embed_shadow.css"
PLACEHOLDER = '"EMBED_SHADOW_CSS"'


def put_in(site: Path) -> None:
    """Write the sheet in place of the one string "EMBED_SHADOW_CSS" of embed.js; nobody asks for the sheet itself.

    Raises:
        BuildError: the script has no such string, or several.
    """
    script, sheet = site / SCRIPT, site / SHEET
    text = script.read_text()
    if text.count(PLACEHOLDER) != 1:
        raise BuildError(
            f"web/{SCRIPT} has {PLACEHOLDER} {text.count(PLACEHOLDER)} times, expected once: "
            f"the text of web/{SHEET} is written in its place"
        )
    script.write_text(text.replace(PLACEHOLDER, json.dumps(sheet.read_text())))
    sheet.unlink()

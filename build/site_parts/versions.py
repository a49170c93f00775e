"""Keeps files of two builds apart, whatever caches lie between the site and its visitor.

Every script and style sheet of ours is asked for with its build's key (`boot.js?v=...`), and so, at run time, are the
workers, the programs and Pyodide's lock, which names our wheel by its content. Names without a key are those whose
bytes are checked (Pyodide's own), and the entry page. What is mixed all the same is refused by the page and by every
worker: see `web/verify.js`, `workers/boot.js` and `runtimes/version.py`.
"""

import re
from pathlib import Path

# In a page: src="x.js", href="x.css". In a script: from "./x.js". Pyodide's own files are checked by their content.
REFERENCE = re.compile(r"""(?P<before>\b(?:src|href)="|\bfrom ")(?P<path>\.{0,2}[\w./-]+\.(?:js|css))(?P<after>")""")
STAMPED = ("*.html", "*.js", "workers/*.js", "tutorial/*.html", "tutorial/*.js")


def stamp(site: Path, key: str) -> None:
    """Add the build's key to every reference to a script or a style sheet in the pages and scripts of a site."""
    for pattern in STAMPED:
        for file in sorted(site.glob(pattern)):
            text = file.read_text()
            file.write_text(REFERENCE.sub(rf"\g<before>\g<path>?v={key}\g<after>", text))


def name_by_content(wheel: Path, sha256: str) -> Path:
    """Give a wheel its content's digest as build tag, which must begin with a digit, and return its new path."""
    name, version, *tags = wheel.name.split("-")
    return wheel.rename(wheel.with_name("-".join((name, version, f"0{sha256[:12]}", *tags))))

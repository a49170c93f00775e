"""Hashes of the site's files: in its pages, by which the browser refuses a script, and in the list of all files.

A page's own scripts and style sheets carry theirs in `integrity`. Workers take none: the page looks at their scripts
(`web/boot.js`). All else is compared with `build.json`, which carries a hash of itself.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from build.stamps import file_sha256, files_below

PAGES = ("index.html", "licences.html", "tutorial/index.html")
# Of this site: an address with a colon is of another.
TAG = re.compile(r"""<(?:script|link)\b[^>]*?\b(?:src|href)="(?P<path>[^":?]+\.(?:js|css))(?:\?[^"]*)?"[^>]*>""")
WRITTEN = re.compile(r' integrity="[^"]*"')
CHECKED_BY_THE_PAGE = "workers"


def seal(site: Path) -> None:
    """Write its hash into every tag of a page that loads a script or a style sheet of the site."""
    for page in (site / name for name in PAGES):
        if page.is_file():
            page.write_text(TAG.sub(lambda tag, page=page: _sealed(tag, page.parent), page.read_text()))  # type: ignore[misc]


def _sealed(tag: re.Match[str], folder: Path) -> str:
    file = folder / tag["path"]
    if file.parent.name == CHECKED_BY_THE_PAGE or not file.is_file():
        return tag[0]
    hashed = base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode()
    return f'{WRITTEN.sub("", tag[0])[:-1]} integrity="sha256-{hashed}">'


def file_list(folder: Path, key: str, version: str) -> str:
    """All files with their sizes and hashes, as JSON: {version, key, files: {path: {bytes, sha256}}, sha256}."""
    files = {
        file.relative_to(folder).as_posix(): {"bytes": file.stat().st_size, "sha256": file_sha256(file)}
        for file in files_below([folder])
    }
    return with_own_hash({"version": version, "key": key, "files": files})


def with_own_hash(listed: Mapping[str, object]) -> str:
    """The list as JSON, with the hash of the text that JavaScript makes of it without that."""
    bare = {name: value for name, value in listed.items() if name != "sha256"}
    text = json.dumps(bare, separators=(",", ":"), ensure_ascii=False)
    return json.dumps({**bare, "sha256": hashlib.sha256(text.encode()).hexdigest()}, indent=1)

"""The built site with one file otherwise, as if it had been built so: what is not in its list of hashes is refused."""

import hashlib
import json
import mimetypes
from typing import TYPE_CHECKING

from build.pins import SITE, pins
from build.site_parts.headers import site_headers
from build.site_parts.integrity import with_own_hash

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def alter(context: "BrowserContext", name: str, text: str) -> None:
    """Let pages of this context get `text` for a file of the site, and a list of files that has it so."""
    listed = json.loads((SITE / "build.json").read_text())
    body = text.encode()
    headers = site_headers(pins().content_security_policy) | {"Content-Type": mimetypes.guess_type(name)[0] or ""}
    listed["files"][name] = {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    context.route(f"**/{name}*", lambda route: route.fulfill(body=text, headers=headers))
    context.route("**/build.json", lambda route: route.fulfill(body=with_own_hash(listed)))

"""One file holds every pin: what else names a version or the policy must agree with it."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from build.console import BuildError
from build.pins import NPM_FOLDER, ROOT, pins
from build.site_parts import pyodide_core


class Policies(HTMLParser):
    """Collects the Content-Security-Policy metas of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "meta" and (attributes.get("http-equiv") or "").lower() == "content-security-policy":
            self.found.append(attributes.get("content") or "")


def test_every_page_carries_the_one_policy() -> None:
    pages = sorted((ROOT / "web").rglob("*.html"))
    assert ROOT / "web" / "index.html" in pages
    for page in pages:
        parser = Policies()
        parser.feed(page.read_text())
        assert parser.found == [pins().content_security_policy], f"{page}: expected the policy of build/pins.toml"


def test_the_service_worker_adds_the_same_policy() -> None:
    (policy,) = re.findall(r'^const POLICY = "(.*)";$', (ROOT / "web" / "service-worker.js").read_text(), re.MULTILINE)
    assert policy == pins().content_security_policy


def test_the_policy_allows_the_one_inline_script_by_its_hash() -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", (ROOT / "web" / "index.html").read_text(), re.DOTALL)
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f" 'sha256-{hashed}'" in pins().content_security_policy, "the script in web/index.html is another now"


def test_the_policy_allows_wasm_and_nothing_of_other_origins() -> None:
    policy = pins().content_security_policy
    assert "'wasm-unsafe-eval'" in policy, "without it loadPyodide never settles"
    for forbidden in ("'unsafe-inline'", "'unsafe-eval'", "http:", "https:", "*"):
        assert forbidden not in policy.split()
    for closed in ("object-src", "base-uri", "form-action"):
        assert f"; {closed} 'none'" in policy


def test_npm_brings_exactly_the_pinned_pyodide_with_its_integrity() -> None:
    package = json.loads((NPM_FOLDER / "package.json").read_text())
    lock = json.loads((NPM_FOLDER / "package-lock.json").read_text())
    version = pins().pyodide_version
    assert package["dependencies"]["pyodide"] == version
    assert lock["packages"]["node_modules/pyodide"]["version"] == version
    installed = [entry for name, entry in lock["packages"].items() if name]
    assert all(entry["integrity"].startswith("sha512-") for entry in installed)
    assert not any("resolved" in entry for entry in installed), "which registry to ask is the machine's to say"
    assert f"v{version}/" in pins().official_address


def test_every_python_tool_has_an_exact_version() -> None:
    tools = (pins().site_tools, pins().own_tools["interop"])
    for requirement in [line for tool in tools for line in (*tool.direct, *tool.constraints)]:
        assert requirement.count("==") == 1 and not set("<>~!*") & set(requirement), requirement


def test_another_pyodide_than_the_pinned_is_refused(tmp_path: Path) -> None:
    (tmp_path / pyodide_core.LOCK).write_text(json.dumps({"info": {"version": "0.28.0"}}))
    with pytest.raises(BuildError, match=r"brings Pyodide 0\.28\.0, expected 0\.27\.7 .*npm install --save-exact"):
        pyodide_core.check(tmp_path, "0.27.7", ())
    with pytest.raises(BuildError, match=r"pyodide\.mjs is missing"):
        pyodide_core.check(tmp_path, "0.27.7", ("pyodide.mjs",))

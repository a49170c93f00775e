"""Every script and style sheet of a page carries its hash, and so does the list of all files."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from pathlib import Path

import pytest

from build.pins import ROOT
from build.site_parts.integrity import file_list, seal, with_own_hash

PAGE = """<link rel="modulepreload" href="a.js?v=1"><script src="a.js?v=1"></script><link rel="icon" href="i.svg">
<script src="workers/w.js?v=1"></script><script src="https://elsewhere/x.js"></script>
<link href="s/s.css" rel="stylesheet">
"""


def hashed(content: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in {"index.html": PAGE, "a.js": "1", "workers/w.js": "2", "s/s.css": "p {}"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_a_page_loads_of_the_site_has_its_hash_and_a_changed_file_another(site: Path) -> None:
    for text in ("1", "another"):
        (site / "a.js").write_text(text)
        seal(site)
        page = (site / "index.html").read_text()
        assert page.count(f'a.js?v=1" integrity="{hashed(text.encode())}">') == 2
        assert f'rel="stylesheet" integrity="{hashed(b"p {}")}">' in page
        assert page.count("integrity") == 3, "workers' scripts, others' and pictures have none"


def test_the_list_of_files_has_its_own_hash(site: Path) -> None:
    listed = json.loads(file_list(site, "k", "1+k"))
    assert listed["files"]["a.js"] == {"bytes": 1, "sha256": hashlib.sha256(b"1").hexdigest()}
    text = '{"version":"1+k","key":"k","files":' + json.dumps(listed["files"], separators=(",", ":")) + "}"
    assert listed["sha256"] == hashlib.sha256(text.encode()).hexdigest(), "of what JSON.stringify makes of the rest"
    changed = {**listed, "key": "other"}
    assert json.loads(with_own_hash(changed))["sha256"] != listed["sha256"]


def imported(name: str) -> set[str]:
    """Every module that one of the site needs before it runs, itself too; what is bundled imports nothing."""
    source = next((each / name for each in (ROOT / "web", ROOT) if (each / name).is_file()), None)
    others = re.findall(r'\bfrom "(\.[^"]+)";', source.read_text()) if source else []
    return {name}.union(*(imported(posixpath.normpath(posixpath.join(name, "..", other))) for other in others))


def test_the_page_lists_every_module_that_it_imports() -> None:
    page = (ROOT / "web" / "index.html").read_text()
    scripts = re.findall(r'<script type="module"[^>]* src="([^"]+)"', page)
    listed = re.findall(r'<link rel="modulepreload" href="([^"]+)">', page)
    assert set(listed) == set().union(*map(imported, scripts))

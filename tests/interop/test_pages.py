"""The npm package and the element in what other people make their pages with: Sphinx, MkDocs, Quarto, a bundler."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator

from build import npm_package
from build.pins import CACHE, NPM_FOLDER, ROOT, SITE
from build.serve import serving
from build.site_parts import pyodide_core
from tests.rigs.pages.npm import installed
from tests.rigs.pages.visitor import BOOT_LIMIT_MS

EXAMPLES = ROOT / "examples" / "embedding"
MKDOCS = "mkdocs build --strict -f {source}/mkdocs.yml -d {pages}"
# By what makes the pages: where it wants the site, and its command; two of them are modules of the Python here.
GENERATORS = {
    "sphinx": ("_static/drillsergeant", f"{sys.executable} -m sphinx -W -q -b html {{source}} {{pages}}"),
    "mkdocs": ("docs/drillsergeant", f"{sys.executable} -m {MKDOCS}"),
    "quarto": ("drillsergeant", "quarto render {source} --output-dir {pages}"),
}
HEAD = '<!doctype html><meta charset="utf-8"><title>A lesson</title>'
IMPORTING = f"""{HEAD}<drill-sergeant drill="chase"></drill-sergeant>
<script type="module">import "/node_modules/drillsergeant/embed.js";</script>"""
BUNDLED = f"""{HEAD}
<drill-sergeant drill="chase" site="/lessons"></drill-sergeant><script src="bundle.js"></script>"""


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the built site, as npm has installed it."""
    scratch = tmp_path_factory.mktemp("npm")
    npm_package.write(SITE, scratch / "package")
    return installed(scratch / "package", scratch)


@contextmanager
def started(browser: Browser, pages: Path) -> Iterator[FrameLocator]:
    """The frame of the drill on the page of this folder's server, once it could train."""
    with serving(pages, {}) as server:
        context = browser.new_context()
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(server.url)
        page.locator("drill-sergeant").get_by_role("button").click()
        inside = page.frame_locator("drill-sergeant iframe")
        inside.locator("#train:not([disabled])").wait_for(timeout=BOOT_LIMIT_MS)
        yield inside
        assert complaints == []
        context.close()


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_example_is_made_and_its_drill_starts_with_the_code(
    browser: Browser, package: Path, tmp_path: Path, generator: str
) -> None:
    place, command = GENERATORS[generator]
    source, pages = tmp_path / "source", tmp_path / "pages"
    words = command.format(source=source, pages=pages).split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    shutil.copytree(EXAMPLES / generator, source)
    shutil.copytree(package / "site", source / place)
    subprocess.run(words, check=True)
    with started(browser, pages) as inside:
        value = inside.locator("#workshop-editor").evaluate("(editor) => editor.value")
        assert value == "class Mine(ChaseDrill):\n\n    target_speed: float = 3.0\n"
        assert "came with the page around" in inside.locator("#workshop-said").inner_text()


def test_a_page_that_imports_the_package_finds_the_site_in_it(browser: Browser, package: Path) -> None:
    pages = package.parent.parent
    (pages / "index.html").write_text(IMPORTING)
    with started(browser, pages) as inside:
        address = str(inside.locator("body").evaluate("() => location.pathname"))
        assert address == "/node_modules/drillsergeant/site/index.html"


@pytest.mark.parametrize("form", ["esm", "iife"])
def test_a_bundle_of_it_takes_the_site_from_where_its_page_says(
    browser: Browser, package: Path, tmp_path: Path, form: str
) -> None:
    project = package.parent.parent
    (project / "lesson.js").write_text('import "drillsergeant";\n')
    shutil.copytree(package / "site", tmp_path / "lessons")
    esbuild = pyodide_core.fetch(CACHE, NPM_FOLDER).parent / ".bin" / "esbuild"
    command = [str(esbuild), "lesson.js", "--bundle", f"--format={form}", f"--outfile={tmp_path / 'bundle.js'}"]
    subprocess.run(command, cwd=project, check=True)
    kind = 'type="module" ' if form == "esm" else ""
    (tmp_path / "index.html").write_text(BUNDLED.replace("<script src", f"<script {kind}src"))
    with started(browser, tmp_path) as inside:
        assert inside.locator("body").evaluate("() => location.pathname") == "/lessons/index.html"

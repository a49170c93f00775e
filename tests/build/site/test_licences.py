"""Nothing is shipped without the text it comes under: a part that has none ends the build."""

import tomllib
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from build.console import BuildError
from build.pins import PINS_FILE, ROOT, pins
from build.site_parts import distribution, pyodide_core, snapshot
from build.site_parts.notices import licences

VENDOR = f"uplot 1.6.32\n\nMIT <one>\n{licences.SEPARATOR}crelt 1\n\nMIT two\n"


def wheel(folder: Path, name: str, *files: str) -> Path:
    with zipfile.ZipFile(folder / name, "w") as archive:
        for file in files:
            archive.writestr(file, f"text of {file}")
    return folder / name


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("pyodide", "vendor"):
        (tmp_path / name).mkdir()
    for name in licences.CORE:
        (tmp_path / "pyodide" / name).touch()
    (tmp_path / "vendor" / "LICENCES.txt").write_text(VENDOR)
    wheel(tmp_path / "pyodide", "numpy-2.0.2-cp312-cp312-wasm32.whl", "numpy-2.0.2.dist-info/LICENSE.txt", "numpy/ma/LICENSE")
    return tmp_path


class Sections(HTMLParser):
    """The headings of a page and the texts below them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.within = self.heading = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag

    def handle_data(self, data: str) -> None:
        if self.within == "h2" and data.strip():
            self.heading = data
        elif self.within == "pre" and self.heading:
            self.found[self.heading] = self.found.get(self.heading, "") + data


def sections(site: Path) -> dict[str, str]:
    licences.put_in(site, "default-src 'self'", "0.27.7", "our own terms")
    parser = Sections()
    parser.feed((site / licences.PAGE).read_text())
    return parser.found


def test_every_part_stands_on_the_page_with_its_text(site: Path) -> None:
    found = sections(site)
    said = {
        "DrillSergeantHQ": "our own terms",
        "Pyodide": "Mozilla Public License Version 2.0",
        licences.PYTHON: "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
        "libffi": "Anthony Green, Red Hat",
        "zlib 1.2.13": "Jean-loup Gailly and Mark Adler",
        "bzip2 1.0.6": "Julian R Seward",
        "Expat 2.6.3": "Thai Open Source Software Center",
        "musl": "Rich Felker",
        "Emscripten": "Emscripten authors",
        "uplot 1.6.32": "MIT <one>",
        "crelt 1": "MIT two",
    }
    for name, text in said.items():
        assert text in found[name], name
    of_numpy = found["numpy 2.0.2"]
    assert "text of numpy-2.0.2.dist-info/LICENSE.txt" in of_numpy and "text of numpy/ma/LICENSE" in of_numpy
    assert "numpy/fft/pocketfft/LICENSE.md" in of_numpy, "what is bundled in it without a text"


def test_a_file_of_pyodides_that_no_licence_is_known_for_is_refused(site: Path) -> None:
    (site / "pyodide" / "liblzma.so").touch()
    with pytest.raises(BuildError, match=r"liblzma\.so is shipped and no licence is known for it: .*texts/"):
        licences.put_in(site, "", "", "")


def test_a_wheel_without_a_licence_is_refused(site: Path) -> None:
    wheel(site / "pyodide", "scipy-1-py3-none-any.whl", "scipy/licensing.py", "scipy-1.dist-info/METADATA")
    with pytest.raises(BuildError, match=r"scipy-1-py3-none-any\.whl has no licence file"):
        licences.put_in(site, "", "", "")


def test_what_the_pins_ship_of_pyodide_is_known_and_every_text_is_used() -> None:
    shipped = {distribution.LOADER_IN_SITE if name == distribution.LOADER else name for name in pins().core_files}
    assert {*shipped, snapshot.NAME, pyodide_core.LOCK} == licences.CORE.keys()
    named = {text for parts in licences.CORE.values() for _, text in parts} | set(licences.BUNDLED.values())
    assert {file.stem for file in licences.TEXTS.iterdir()} == named
    python = tomllib.loads(PINS_FILE.read_text())["compiler"]["python"]
    assert licences.PYTHON.startswith(f"Python (CPython {python})")


def test_the_page_links_to_it_from_its_foot_and_from_its_help() -> None:
    page = (ROOT / "web" / "index.html").read_text()
    foot, help_text = page[page.index("<footer>") :], page[page.index('id="help-dialog"') : page.index('id="embed-dialog"')]
    assert f'href="{licences.PAGE}"' in foot and f'href="{licences.PAGE}"' in help_text

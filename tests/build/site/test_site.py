"""The site is built whole or not at all, from verified parts, and rebuilt only when something changed.

Runs the real command in a copy of the checkout, with a small stand-in for npm's Pyodide.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from build.pins import ROOT, pins



def numpy_wheel() -> bytes:
    """A stand-in for NumPy's wheel."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("numpy-2.0.2.dist-info/LICENSE.txt"), "stand-in for NumPy's licence")
    return packed.getvalue()


NUMPY = numpy_wheel()
NUMPY_FILE = "numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl"
PAGE = '<!doctype html><script type="module" src="boot.js"></script><a href="https://elsewhere/x.js">'
LESSON = '<!doctype html><link rel="stylesheet" href="lesson.css"><script src="../embed.js"></script>'
SHADOW_CSS = 'p::before { content: "`"; }\n'
DEAD = "http://127.0.0.1:9/"
ESBUILD = """#!/bin/sh
for word; do
  case $word in
    --outdir=*) echo "stand-in for a bundle" > "${word#--outdir=}/charts.js" ;;
    --metafile=*) echo '{"inputs": {"a.js": {}, "../x/node_modules/uplot/u.js": {}}}' > "${word#--metafile=}" ;;
  esac
done
"""
PROGRAM_BUILDER = """import pathlib, sys
pathlib.Path(sys.argv[1], "ball.wasm").write_text("stand-in for a compiled drill")
"""


def lock_text() -> str:
    entry = {
        "depends": [],
        "file_name": NUMPY_FILE,
        "imports": ["numpy"],
        "install_dir": "site",
        "name": "numpy",
        "package_type": "package",
        "sha256": hashlib.sha256(NUMPY).hexdigest(),
        "unvendored_tests": False,
        "version": "2.0.2",
    }
    info = {
        "abi_version": "2024_0",
        "arch": "wasm32",
        "platform": "emscripten_3_1_58",
        "python": "3.12.7",
        "version": pins().pyodide_version,
    }
    others = {name: {**entry, "name": name, "file_name": f"{name}.whl"} for name in (*pins().test_packages, "unused")}
    return json.dumps({"info": info, "packages": {"numpy": entry, **others}})


class Checkout:
    """A copy of the repository with a stand-in `npm` and no way to the network."""

    def __init__(self, root: Path, copied: Path | None = None) -> None:
        self.root, self.site, self.bin = root, root / "site", root / "bin"
        if copied is not None:
            shutil.copytree(copied, root, symlinks=True)
            return
        shutil.copytree(ROOT / "build", root / "build", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "web").mkdir()
        (root / "web" / "index.html").write_text(PAGE)
        (root / "web" / "tutorial").mkdir()
        (root / "web" / "tutorial" / "index.html").write_text(LESSON)
        (root / "web" / "embed.js").write_text('sheet.replaceSync("EMBED_SHADOW_CSS");')
        (root / "web" / "styles").mkdir()
        (root / "web" / "styles" / "embed_shadow.css").write_text(SHADOW_CSS)
        (root / "web" / "boot.js").write_text('import "x"; export { a } from "./a.js";')
        package = root / "py" / "drillsergeant"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text('"""Stand-in."""\n')
        (package / "learn" / "compile").mkdir(parents=True)
        (package / "learn" / "compile" / "program_builder.py").write_text(PROGRAM_BUILDER)
        (root / "docs").mkdir()
        for name in ("pyproject.toml", "LICENSE", "docs/package.md"):
            shutil.copy(ROOT / name, root / name)
        (root / ".venv").symlink_to(sys.prefix)
        self.bin.mkdir()

    def give_npm(self) -> None:
        package = self.root / "fake-pyodide"
        package.mkdir()
        for name in pins().core_files:
            (package / name).write_text(f"stand-in for {name}")
        (package / "pyodide-lock.json").write_text(lock_text())
        charts, tools = self.root / "fake-uplot", self.root / "fake-bin"
        charts.mkdir()
        tools.mkdir()
        (charts / "LICENSE").write_text("stand-in for a licence")
        (charts / "package.json").write_text('{"version": "1.6.32"}')
        (tools / "esbuild").write_text(ESBUILD)
        (tools / "esbuild").chmod(0o755)
        npm = self.bin / "npm"
        copies = [(package, "pyodide"), (charts, "uplot"), (tools, ".bin")]
        lines = ["#!/bin/sh", "/bin/mkdir -p node_modules"]
        npm.write_text("\n".join([*lines, *(f"/bin/cp -r {folder} node_modules/{name}" for folder, name in copies)]))
        npm.chmod(0o755)

    def give_wheels(self, content: bytes) -> None:
        folder = self.root / "wheels"
        folder.mkdir(exist_ok=True)
        (folder / NUMPY_FILE).write_bytes(content)

    def build(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "build.site", "--official", DEAD, "--wheels", str(self.root / "wheels")]
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.root),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": DEAD,
            "PIP_RETRIES": "0",
        }
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)


def wheel_of(checkout: Checkout) -> bytes:
    """Our wheel as it lies in the site."""
    (wheel,) = checkout.site.glob("pyodide/drillsergeant-*.whl")
    return wheel.read_bytes()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a checkout whose site is built, to be copied."""
    checkout = Checkout(tmp_path_factory.mktemp("built"))
    checkout.give_npm()
    checkout.give_wheels(NUMPY)
    done = checkout.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return checkout.root


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Checkout:
    """A checkout whose site is built."""
    return Checkout(tmp_path / "copy", built_once)


def the_error(answer: subprocess.CompletedProcess[str]) -> str:
    """The one line that starts with `error:`; the exit status must say so too."""
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    (line,) = [line for line in answer.stderr.splitlines() if line.startswith("error: ")]
    return line


def test_without_npm_one_sentence_says_what_to_install(checkout: Checkout) -> None:
    error = the_error(checkout.build())
    assert "'npm' is not installed" in error and "install Node 20" in error
    assert not checkout.site.exists()


def test_without_a_network_each_source_is_named_and_nothing_is_taken_as_built(checkout: Checkout) -> None:
    checkout.give_npm()
    checkout.give_wheels(b"tampered")
    error = the_error(checkout.build())
    for part in (NUMPY_FILE, hashlib.sha256(NUMPY).hexdigest(), "wrong SHA-256", DEAD, pins().fallback_requirement):
        assert part in error
    assert not checkout.site.exists()


def test_the_site_is_built_once_and_again_only_for_a_change(checkout: Checkout) -> None:
    checkout.give_npm()
    checkout.give_wheels(NUMPY)
    first = checkout.build()
    assert first.returncode == 0, first.stdout + first.stderr
    assert "no Python 3.12 here" in first.stdout
    manifest = json.loads((checkout.site / "build.json").read_text())
    for name, listed in manifest["files"].items():
        content = (checkout.site / name).read_bytes()
        assert listed == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    parts = {"index.html", "_headers", "pyodide/pyodide.asm.wasm", "programs/ball.wasm", "vendor/charts.js"}
    assert {".nojekyll", *parts} < manifest["files"].keys()
    assert "uplot 1.6.32\n\nstand-in for a licence" in (checkout.site / "vendor" / "LICENCES.txt").read_text()
    licences = (checkout.site / "licences.html").read_text()
    for text in ("stand-in for a licence", "stand-in for NumPy&#x27;s licence", "Mozilla Public License"):
        assert text in licences
    lock = json.loads((checkout.site / "pyodide" / "pyodide-lock.json").read_text())
    assert lock["info"]["version"] == pins().pyodide_version, "0.27.7 refuses a lock without it"
    assert set(lock["packages"]) == {"numpy", "drillsergeant"}
    ours = lock["packages"]["drillsergeant"]
    assert ours["depends"] == [], "workers that run compiled drills load no NumPy"
    assert ours["sha256"] == manifest["files"][f"pyodide/{ours['file_name']}"]["sha256"]

    assert ours["file_name"].split("-")[2] == "0" + hashlib.sha256(wheel_of(checkout)).hexdigest()[:12]
    assert 'href="https://elsewhere/x.js"' in (checkout.site / "index.html").read_text()
    assert f'src="boot.js?v={manifest["key"]}" integrity="sha256-' in (checkout.site / "index.html").read_text()
    assert (checkout.site / "boot.js").read_text() == f'import "x"; export {{ a }} from "./a.js?v={manifest["key"]}";'

    assert (checkout.site / "embed.js").read_text() == f"sheet.replaceSync({json.dumps(SHADOW_CSS)});"
    assert not (checkout.site / "styles" / "embed_shadow.css").exists(), "it is in embed.js"

    lesson = (checkout.site / "tutorial" / "index.html").read_text()
    assert f'"../embed.js?v={manifest["key"]}" integrity=' in lesson and f'"lesson.css?v={manifest["key"]}"' in lesson

    second = checkout.build()
    assert "site/ is up to date" in second.stdout and "[" not in second.stdout

    (checkout.site / "index.html").write_text("half")
    assert "site/ built" in checkout.build().stdout
    assert (checkout.site / "index.html").read_text().startswith("<!doctype html>")

    (checkout.root / "web" / "extra.js").write_text("1")
    third = checkout.build().stdout
    assert "[site]" in third and "[wheel]" not in third
    assert json.loads((checkout.site / "build.json").read_text())["version"] != manifest["version"]

    (checkout.root / "py" / "drillsergeant" / "__init__.py").write_text("syntax error is no matter of the wheel")
    assert "[wheel]" in checkout.build().stdout
    assert not list((checkout.root / ".cache").glob(".part-*"))


def test_a_failing_step_keeps_the_older_site(built: Checkout) -> None:
    before = (built.site / "build.json").read_text()
    (built.root / "pyproject.toml").write_text("[project]\nname = 'broken'\n")
    assert "building the drillsergeant wheel failed" in the_error(built.build())
    assert (built.site / "build.json").read_text() == before


def test_a_script_without_the_place_for_its_styles_is_refused(built: Checkout) -> None:
    shutil.rmtree(built.site)
    (built.root / "web" / "embed.js").write_text("sheet.replaceSync(EMBED_SHADOW_CSS);")
    failed = built.build()
    assert failed.returncode == 1
    assert 'web/embed.js has "EMBED_SHADOW_CSS" 0 times, expected once' in failed.stderr
    assert not built.site.exists()

"""The npm package: the site as it is, and the element as a module that bundlers can read."""

import json
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from build import npm_package
from build.console import BuildError
from build.pins import ROOT
from tests.rigs.pages.npm import installed

EMBED = (ROOT / "web" / "embed.js").read_text()
FILES = {
    "build.json": "{}",
    "index.html": "<!doctype html>",
    ".nojekyll": "",
    "_headers": "/*\n",
    "embed.js": EMBED,
    "pyodide/pyodide-lock.json": "{}",
    "pyodide/drillsergeant-0.1.0-0abc-py3-none-any.whl": "wheel",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package of a small stand-in for a site, made twice: the second takes the place of the first."""
    site, folder = tmp_path / "built", tmp_path / "out" / "package"
    for name, text in FILES.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    npm_package.write(site, folder)
    npm_package.write(site, folder)
    assert [file.name for file in folder.parent.iterdir()] == ["package"], "nothing half-made is left"
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_the_element_is_a_module_and_the_site_is_as_it_was_built(package: Path) -> None:
    assert contents(package / "site") == FILES
    module = (package / "embed.js").read_text()
    assert module.count("import.meta") == 1 and "currentScript" not in module and "typeof await" not in module
    _, _, after = EMBED.partition('address = import.meta.url; //";\n')
    assert after and module.endswith(after), "and nothing else is another"
    told = (package / "README.md").read_text()
    assert "| `editor` | `reward`," in told and "| `start()`, `leave()` |" in told and "](" not in told
    assert "the frame's message" not in told, "the tables, and no more"
    said = json.loads((package / "package.json").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (said["name"], said["version"], said["type"]) == ("drillsergeant", project["version"], "module")


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm here")
def test_what_npm_packs_of_it_has_every_file_and_is_found_by_its_name(package: Path, tmp_path: Path) -> None:
    found = installed(package, tmp_path / "npm")
    assert contents(found) == contents(package)
    subprocess.run(["node", "--check", found / "embed.js"], check=True)
    project = found.parent.parent
    for name, file in {"drillsergeant": "embed.js", "drillsergeant/site/index.html": "site/index.html"}.items():
        command = ["node", "-p", f"require.resolve({json.dumps(name)})"]
        told = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout.strip()
        assert Path(told).samefile(found / file)


def test_without_a_site_or_with_another_element_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="run `make site` first"):
        npm_package.write(tmp_path, tmp_path / "package")
    (tmp_path / "build.json").write_text("{}")
    (tmp_path / "embed.js").write_text(EMBED.replace("typeof await", "void await"))
    with pytest.raises(BuildError, match=r"embed\.js takes its address in another way"):
        npm_package.write(tmp_path, tmp_path / "package")
    assert not (tmp_path / "package").exists()

"""The documents tell of the tree as it is: every file and module they name exists, and every link leads somewhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from build import suite
from build.measure import diagram, loop
from build.pins import ROOT

PACKAGE = "py/drillsergeant"
SUFFIXES = "py|js|mjs|wgsl|css|html|md|toml|json|svg|png|yaml"
# What a document shows of somebody else's tree, or of what is made: "policy.json", "/site/embed.js".
ELSEWHERE = re.compile(
    r"THE-SITE|node_modules|^(site|out|programs|pyodide|vendor)/|^build\.json$|^\.\.?/?pyodide/|^path/to/"
)
FILE = re.compile(rf"`([\w./*{{}}<>,-]*[\w*}}>]\.(?:{SUFFIXES}))`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
DOTTED = re.compile(r"`([a-z_0-9]+(?:\.[A-Za-z_0-9]+)+)`")
SHORT = ("memory", "drawing", "runtimes", "browser", "library", "gym", "bench")
MOST_LINES = 40


def tracked(*suffixes: str) -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if name.endswith(suffixes) and (ROOT / name).is_file()]


FILES = frozenset(tracked(""))
DOCUMENTS = [name for name in tracked(".md") if name != "docs/benchmarks.md"]  # which tells of the past
SOURCES = [name for name in tracked(".md", ".py", ".js", ".wgsl") if Path(name).name != Path(__file__).name]


def alternatives(name: str) -> list[str]:
    """`sum_{plain,subgroups}.wgsl` as the files it stands for."""
    found = re.fullmatch(r"(.*)\{([^}]*)\}(.*)", name)
    return [found[1] + each + found[3] for each in found[2].split(",")] if found else [name]


def exists(name: str, document: str) -> bool:
    """Whether a file of the tree is called so, by its whole path or the end of it."""
    home = str(Path(document).parent)
    pattern = re.escape(name.removeprefix("./")).replace(r"\*", "[^/]*")
    pattern = re.sub(r"<[^>]*>", "[^/]*", pattern)
    wanted = re.compile(rf"(.*/)?{pattern}")
    return (ROOT / home / name).exists() or any(wanted.fullmatch(file) for file in FILES)


def missing_files(text: str, document: str) -> list[str]:
    named = [each for found in FILE.findall(text) for each in alternatives(found)]
    return [name for name in named if not ELSEWHERE.search(name) and not exists(name, document)]


def dead_links(text: str, document: str) -> list[str]:
    home = (ROOT / document).parent
    return [link for link in LINK.findall(text) if "://" not in link and not (home / link).exists()]


def modules() -> dict[str, list[str]]:
    """Every module and package of ours by the end of its dotted name: "layout", "memory.layout"."""
    found: dict[str, list[str]] = {}
    for file in FILES:
        if file.startswith(f"{PACKAGE}/") and file.endswith(".py"):
            parts = file.removeprefix("py/").removesuffix(".py").removesuffix("/__init__").split("/")
            for start in range(len(parts)):
                found.setdefault(".".join(parts[start:]), []).append(file)
    return found


MODULES = modules()


def missing_names(text: str) -> Iterator[str]:
    """Dotted names such as `memory.layout.Plan` whose module there is, but not with this in it."""
    firsts = {name.partition(".")[0] for name in MODULES}
    for name in DOTTED.findall(text):
        parts = name.split(".")
        if parts[0] not in firsts or parts[-1] in SUFFIXES.split("|") or parts[-1] == "txt":
            continue
        known = max((end for end in range(1, len(parts) + 1) if ".".join(parts[:end]) in MODULES), default=0)
        homes = MODULES.get(".".join(parts[:known]), [])
        if known < len(parts) and not any(parts[known] in (ROOT / home).read_text() for home in homes):
            yield name


def untrue_rows(text: str) -> list[str]:
    """Rows of a walk ("| 3 | `file` | what happens |") that name what stands in none of the files of the row."""
    wrong = []
    for row in text.splitlines():
        walked = re.fullmatch(r"\| \d+ \| (.*?) \| (.*) \|", row)
        if walked is None:
            continue
        named = [name for name in FILE.findall(row) if "/" in name]
        sources = "".join(
            (ROOT / file).read_text() for name in named for file in FILES if f"/{file}".endswith(f"/{name}")
        )
        words = [
            word
            for name in re.findall(r"`([^`]+)`", walked[2])
            if name not in named
            for word in re.findall(r"[\w-]+", name)
        ]
        wrong += [f"{row}: {word}" for word in words if not re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", sources)]
    return wrong


def test_a_walk_names_what_stands_in_its_files() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    assert untrue_rows(text) == []
    assert untrue_rows("| 1 | `memory/ring.py` | `RingProducer.reverse` gives a place |") != []


def test_names_in_the_guide_for_contributors_stand_somewhere_in_the_source() -> None:
    known = {word for name in tracked(".py", ".html") for word in re.findall(r"\w+", (ROOT / name).read_text())}
    text = (ROOT / "CONTRIBUTING.md").read_text()
    gone = [name for name in re.findall(r"`([A-Za-z_]+)`", text) if name not in known]
    assert gone == []


def test_the_table_of_suites_has_their_budgets() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    told = {name: int(budget) for name, budget in re.findall(r"^\| `(\w+)` \|.*\| (\d+) s \|$", text, re.MULTILINE)}
    assert told == suite.BUDGET_S


def test_the_picture_of_the_architecture_is_the_one_that_is_drawn() -> None:
    assert diagram.TARGET.read_text() == diagram.diagram(), "run `python -m build.measure.diagram`"
    files = [name for box in diagram.BOXES for name in box.file.split(", ")]
    assert [name for name in files if not exists(name, "docs/architecture.md")] == []


def test_the_picture_of_agent_and_game_is_the_one_that_is_drawn() -> None:
    assert loop.TARGET.read_text() == loop.loop(), "run `python -m build.measure.loop`"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_exists(document: str) -> None:
    text = (ROOT / document).read_text()
    assert missing_files(text, document) == []
    assert dead_links(text, document) == []


def test_every_module_that_a_docstring_or_document_names_exists() -> None:
    wrong = {name: found for name in SOURCES if (found := list(missing_names((ROOT / name).read_text())))}
    assert wrong == {}


def unsaid(package: str, text: str) -> list[str]:
    """Modules and folders of a package that its README does not tell of."""
    below = (name.removeprefix(f"{PACKAGE}/{package}/") for name in FILES if name.startswith(f"{PACKAGE}/{package}/"))
    parts = {"/".join(name.split("/")[:1]) + ("/" if "/" in name else "") for name in below if name.endswith(".py")}
    return sorted(part for part in parts - {"__init__.py"} if part not in text)


def test_every_package_says_who_owns_what() -> None:
    modules = [Path(name) for name in FILES if name.endswith("/__init__.py")]
    packages = sorted({path.parent.name for path in modules if str(path.parent.parent) == PACKAGE})
    texts = {package: (ROOT / PACKAGE / package / "README.md").read_text() for package in packages}
    assert {package: parts for package, text in texts.items() if (parts := unsaid(package, text))} == {}
    assert [package for package in SHORT if len(texts[package].splitlines()) > MOST_LINES] == []
    assert unsaid("memory", "`ring.py` alone") != []


def test_what_is_gone_is_noticed() -> None:
    text = "See `memory/ring.py`, `memory/rings.py`, `shaders/*.wgsl`, [this](gone.md) and `memory.layout.Plans`."
    assert missing_files(text, "README.md") == ["memory/rings.py"]
    assert dead_links(text, "README.md") == ["gone.md"]
    assert list(missing_names(text)) == ["memory.layout.Plans"]

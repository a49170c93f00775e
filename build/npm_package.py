"""Makes an npm package of the built site: `python -m build.npm_package [FOLDER]`, normally through `make package`.

    FOLDER/package.json, README.md, LICENSE
    FOLDER/embed.js       <drill-sergeant> as a module, for bundlers and for pages that import it
    FOLDER/site/          the site as it was built, to be served beside one's own pages

The site's own `embed.js` is a script and a module in one, which is more than bundlers read: the package's is a module.
"""

import argparse
import json
import re
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path

from build.console import BuildError, guarded, say
from build.pins import ROOT, SITE
from build.stamps import files_below, part_folder, swap_folder

TARGET = ROOT / "out" / "package"
SCRIPT = "embed.js"
# How embed.js comes to know its address, with the comment above; and how it does where it can only be a module. With
# `?.`, because bundlers that make a script of it leave nothing of import.meta.
EITHER = re.compile(r"(?: *//[^\n]*\n)*  let address = document\.currentScript\?\.src;\n  typeof await [^\n]*\n")
MODULE = '  const address = import.meta.url?.replace(/[^/]*$/, "site/"); // beside this file, unless it was bundled\n'
README = """# DrillSergeantHQ in your page

`<drill-sergeant>`: a live drill that learns while its reader watches. It makes a frame of a site, which is in `site/`:

    npm install drillsergeant
    cp -r node_modules/drillsergeant/site public/drillsergeant

The second line puts it where your server finds it, here at `/drillsergeant/`. Then, in what your bundler makes for
browsers, and in your page:

    import "drillsergeant";

    <drill-sergeant drill="ball" site="/drillsergeant"></drill-sergeant>

Without a bundler the site's own script does, and knows where it came from:

    <script src="/drillsergeant/embed.js" defer></script>
    <drill-sergeant drill="ball"></drill-sergeant>

Any static server does; with the headers that `site/_headers` lists, drills run at full speed from the first load.
Events are `mode`, `ready`, `training`, `metrics`, `goal` and `error`, each with its message as `detail`.
"""
TABLES = ("attribute", "method")  # of docs/embedding.md, by the head of their first column
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def write(site: Path, target: Path) -> None:
    """Put the package in `target`, in place of an older one.

    Raises:
        BuildError: there is no site, or its embed.js knows its address in another way.
    """
    if not (site / "build.json").is_file():
        raise BuildError(f"{site} holds no built site: run `make site` first")
    text = (site / SCRIPT).read_text()
    if len(EITHER.findall(text)) != 1:
        raise BuildError(f"{site / SCRIPT} takes its address in another way than EITHER in build/npm_package.py has it")
    with part_folder(target.parent, target.name) as part:
        shutil.copytree(site, part / "site")
        (part / SCRIPT).write_text(EITHER.sub(lambda _: MODULE, text))
        (part / "package.json").write_text(json.dumps(description(), indent=2) + "\n")
        (part / "README.md").write_text("\n".join([README, *map(table, TABLES)]))
        shutil.copyfile(ROOT / "LICENSE", part / "LICENSE")
        swap_folder(part, target)


def table(head: str) -> str:
    """The table of docs/embedding.md whose first column is called `head`. Raises BuildError where there is none."""
    text = (ROOT / "docs" / "embedding.md").read_text()
    found = re.search(rf"^\| {head} \|.*?\n\n", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise BuildError(f"docs/embedding.md has no table of each {head}: TABLES in build/npm_package.py names them")
    return LINK.sub(r"\1", found[0].rstrip() + "\n")


def description() -> dict[str, object]:
    """What package.json says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        "license": project["license"],
        "type": "module",
        "exports": {".": f"./{SCRIPT}", "./site/*": "./site/*", "./package.json": "./package.json"},
        "files": [SCRIPT, "site"],
        "sideEffects": True,
        "keywords": ["reinforcement-learning", "custom-element", "pyodide", "education"],
    }


def main(arguments: Sequence[str]) -> int:
    """Make the package."""
    parser = argparse.ArgumentParser(prog="python -m build.npm_package", description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=TARGET)
    folder = parser.parse_args(arguments).folder.absolute()
    write(SITE, folder)
    size_mb = sum(file.stat().st_size for file in files_below([folder])) / 1e6
    say(f"{folder} ({size_mb:.1f} MB): `npm publish` or `npm pack` it there")
    return 0


if __name__ == "__main__":
    guarded(main)

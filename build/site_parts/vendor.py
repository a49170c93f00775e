"""Bundles other people's JavaScript for the page: every file of bundles/ becomes one file of site/vendor/.

esbuild follows the imports into npm's packages (pinned in build/site_parts/npm/) and writes `<name>.js`, and
`<name>.css` where styles were imported. The licences of all packages that went in lie beside them in LICENCES.txt.
"""

import json
import shutil
from pathlib import Path

from build.console import BuildError, run_tool
from build.stamps import file_sha256, key_of, part_folder, step, tree_key

BUNDLES = Path(__file__).with_name("bundles")
LICENCE_NAMES = ("LICENSE", "LICENSE.md", "LICENCE", "LICENSE.txt", "license")
META = "meta.json"


def vendor_folder(cache: Path, modules: Path, npm_folder: Path) -> Path:
    """The folder of all bundles.

    Args:
        cache: where the result is kept.
        modules: npm's node_modules with the packages that the bundles import, and esbuild.
        npm_folder: holds the lock file, on which the packages depend.
    """

    def make(part: Path) -> None:
        with part_folder(cache, "bundles") as source:
            shutil.copytree(BUNDLES, source, dirs_exist_ok=True)
            (source / "node_modules").symlink_to(modules)  # imports are looked for beside the importer
            names = sorted(file.name for file in source.glob("*.js"))
            command: list[str | Path] = [modules / ".bin" / "esbuild", *names]
            command += ["--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=inline"]
            command += [f"--outdir={part}", f"--metafile={source / META}", "--log-level=warning"]
            run_tool(command, "bundling the page's libraries", "run `make clean` and try again", cwd=source)
            (part / "LICENCES.txt").write_text(licences(modules, packages(source / META)))

    key = key_of(tree_key(BUNDLES, [BUNDLES]), tree_key(npm_folder, [npm_folder]), file_sha256(Path(__file__)))
    return step(cache, "vendor", key, make)


def put_together(site: Path, modules: Path, script: str) -> None:
    """Make one file of a script of the site and of all it imports. `here` is then the address it would have there."""
    command: list[str | Path] = [modules / ".bin" / "esbuild", script, "--bundle", "--format=esm", "--target=es2022"]
    command += ["--minify", "--define:import.meta.url=globalThis.here", f"--outfile={script}", "--allow-overwrite"]
    command += ["--external:node:*", "--external:ws", "--log-level=warning"]  # Pyodide's loader, where it is in Node
    run_tool(command, f"putting {script} together", "run `make clean` and try again", cwd=site)


def packages(metafile: Path) -> list[str]:
    """The npm packages of which something was bundled, by what esbuild says it read."""
    found: set[str] = set()
    for name in json.loads(metafile.read_text())["inputs"]:
        parts = name.split("node_modules/")[-1].split("/")
        if "node_modules/" in name:
            found.add("/".join(parts[:2]) if parts[0].startswith("@") else parts[0])
    return sorted(found)


def licences(modules: Path, names: list[str]) -> str:
    """The licence text of each package, one after the other; a package without one is refused."""
    texts = []
    for name in names:
        file = next((modules / name / text for text in LICENCE_NAMES if (modules / name / text).is_file()), None)
        if file is None:
            raise BuildError(f"npm's package {name} has no licence file, expected one of {', '.join(LICENCE_NAMES)}")
        version = json.loads((modules / name / "package.json").read_text())["version"]
        texts.append(f"{name} {version}\n\n{file.read_text().strip()}\n")
    return f"\n{'-' * 80}\n\n".join(texts)

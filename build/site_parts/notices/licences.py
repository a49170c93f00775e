"""The page of licences: what the site ships of other people's, each part with the text it comes under.

Wheels and npm's packages bring their texts themselves. Pyodide's core is one file with many parts and brings none: its
parts are named here, and their texts are in texts/. A file of Pyodide's folder or a wheel that no text is known
for ends the build.
"""

import html
import zipfile
from collections.abc import Iterator
from pathlib import Path

from build.console import BuildError

TEXTS = Path(__file__).with_name("texts")
PAGE = "licences.html"
SEPARATOR = f"\n{'-' * 80}\n\n"  # between the packages of vendor/LICENCES.txt
PYTHON = "Python (CPython 3.12) and software in it: libmpdec, Mersenne Twister, SipHash, strtod and others"
LICENCE_WORDS = ("licen", "copying", "notice")
# What no wheel of that name brings along, though it is in it.
BUNDLED = {"numpy": "numpy_bundled"}
# Files of Pyodide's folder, as patterns, and what each is made of: name, and the file of its text.
CORE: dict[str, tuple[tuple[str, str], ...]] = {
    "pyodide-loader.js": (("Pyodide", "pyodide"), ("error-stack-parser and stackframe", "stackframe")),
    "pyodide.asm.js": (("Pyodide", "pyodide"), ("Emscripten", "emscripten"), ("MiniLZ4", "mini_lz4")),
    "pyodide.asm.wasm": (
        ("Pyodide", "pyodide"),
        ("hiwire", "hiwire"),
        (PYTHON, "cpython"),
        ("Expat 2.6.3", "expat"),
        ("HACL*", "hacl"),
        ("libffi", "libffi"),
        ("zlib 1.2.13", "zlib"),
        ("bzip2 1.0.6", "bzip2"),
        ("Emscripten", "emscripten"),
        ("musl", "musl"),
        ("compiler-rt", "compiler_rt"),
        ("libc++, libc++abi and libunwind", "libcxx"),
    ),
    "python_stdlib.zip": (
        ("Pyodide", "pyodide"),
        (PYTHON, "cpython"),
    ),
    "snapshot.bin": ((PYTHON, "cpython"),),  # the two above, as they lie in memory
    "pyodide-lock.json": (("Pyodide", "pyodide"),),
}
HEAD = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="{policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Licences: DrillSergeantHQ</title>
  <link rel="icon" href="assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="styles/style.css">
  <link rel="stylesheet" href="tutorial/tutorial.css">
  <script src="theme.js"></script>
</head>
<body class="tutorial">
  <header>
    <p class="home"><a href="index.html"><img src="assets/icon.svg" alt="" width="24">DrillSergeantHQ</a></p>
    <h1>Licences</h1>
    <p class="lead">What this site is made of, and the terms each part comes under.</p>
    <p>Pyodide and hiwire are under the Mozilla Public License 2.0. Their sources:
      <a href="https://github.com/pyodide/pyodide/tree/{version}">Pyodide {version}</a>,
      <a href="https://github.com/hoodmane/hiwire">hiwire</a>.
      Their code is unchanged here; what is Python of it is compiled.</p>
  </header>
  <main>
"""


def put_in(site: Path, policy: str, version: str, own: str) -> None:
    """Write the page of licences into a site whose other files are all in place.

    Args:
        site: its folder.
        policy: the Content-Security-Policy.
        version: of Pyodide.
        own: the project's own licence text.

    Raises:
        BuildError: a part is shipped that no licence text is known for.
    """
    parts = {"DrillSergeantHQ": own, **dict(_of_pyodide(site / "pyodide")), **dict(_of_npm(site / "vendor"))}
    sections = [
        f'    <section class="chapter">\n      <h2>{html.escape(name)}</h2>\n'
        f"      <details><summary>The text</summary><pre>{html.escape(text.strip())}</pre></details>\n    </section>\n"
        for name, text in parts.items()
    ]
    head = HEAD.format(policy=html.escape(policy, quote=False), version=version)
    (site / PAGE).write_text(f"{head}{''.join(sections)}  </main>\n</body>\n</html>\n")


def _of_pyodide(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every part in Pyodide's folder."""
    wheels = []
    for file in sorted(folder.iterdir()):
        if file.suffix == ".whl":
            wheels.append(file)
        elif file.name in CORE:
            yield from ((name, (TEXTS / f"{text}.txt").read_text()) for name, text in CORE[file.name])
        else:
            raise BuildError(
                f"pyodide/{file.name} is shipped and no licence is known for it: say in {Path(__file__).name} what it "
                f"is made of, and put each part's text into {TEXTS.name}/"
            )
    for wheel in wheels:
        yield of_wheel(wheel)


def of_wheel(wheel: Path) -> tuple[str, str]:
    """Name and texts of a wheel: the files it brings that are called licences, and what it should have brought."""
    name, version = wheel.name.split("-")[:2]
    with zipfile.ZipFile(wheel) as archive:
        found = [file for file in archive.namelist() if _is_licence(file)]
        texts = [f"{file}\n\n{archive.read(file).decode().strip()}\n" for file in found]
    if not any(".dist-info/" in file for file in found):
        raise BuildError(f"pyodide/{wheel.name} has no licence file in its .dist-info: it must not be shipped so")
    if name in BUNDLED:
        texts.append((TEXTS / f"{BUNDLED[name]}.txt").read_text())
    return f"{name} {version}", SEPARATOR.join(texts)


def _is_licence(file: str) -> bool:
    return any(word in Path(file).name.lower() for word in LICENCE_WORDS) and not file.endswith((".py", ".pyc"))


def _of_npm(vendor: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every npm package of which something was bundled."""
    for section in (vendor / "LICENCES.txt").read_text().split(SEPARATOR):
        name, text = section.split("\n", 1)
        yield name, text

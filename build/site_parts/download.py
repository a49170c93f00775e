"""How much the first match downloads, computed from the site's own files and written where its pages state it."""

import gzip
from pathlib import Path

# What the page asks for until the match on its first field moves and training could begin.
FIRST_MATCH = (
    "index.html",
    "build.json",
    "*.js",
    "styles/*.css",
    "assets/*.svg",
    "vendor/charts.*",
    "workers/*.js",
    "shaders/match.wgsl",
    "programs/ball.json",
    "programs/ball.wasm",
    "pyodide/pyodide*",
)
RESTORED = ("pyodide/snapshot.bin",)
PLAIN = ("pyodide/python_stdlib.zip", "pyodide/drillsergeant-*.whl")
PACKED = (".bin", ".zip", ".whl")  # no host makes these smaller
PLACEHOLDER = "DOWNLOAD_MB"
STATING = ("*.js", "*.html", "tutorial/*.html")


def first_match(site: Path) -> list[Path]:
    """The files of a site that a first visit loads, sorted; without a memory snapshot those it stands for."""
    restored = all((site / name).is_file() for name in RESTORED)
    patterns = (*FIRST_MATCH, *(RESTORED if restored else PLAIN))
    return sorted({file for pattern in patterns for file in site.glob(pattern)})


def download_bytes(site: Path) -> int:
    """What a host that compresses (gzip) sends for the first match."""
    return sum(
        file.stat().st_size if file.suffix in PACKED else len(gzip.compress(file.read_bytes(), mtime=0))
        for file in first_match(site)
    )


def state(site: Path) -> None:
    """Write the size in whole MB in place of DOWNLOAD_MB wherever pages and scripts of the site state it."""
    size_mb = f"{download_bytes(site) / 1e6:.0f}"
    for pattern in STATING:
        for file in site.glob(pattern):
            text = file.read_text()
            if PLACEHOLDER in text:
                file.write_text(text.replace(PLACEHOLDER, size_mb))

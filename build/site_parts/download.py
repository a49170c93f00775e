"""How much the first match downloads, and all that is kept for use without a network, written where pages state it."""

import gzip
from pathlib import Path

from build.stamps import files_below

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
FIRST_MB, ALL_MB = "DOWNLOAD_MB", "SITE_MB"
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
    """Write sizes in whole MB in place of DOWNLOAD_MB and SITE_MB wherever pages and scripts of the site state them."""
    all_bytes = sum(file.stat().st_size for file in files_below([site]))
    sizes_mb = {FIRST_MB: f"{download_bytes(site) / 1e6:.0f}", ALL_MB: f"{all_bytes / 1e6:.0f}"}
    for pattern in STATING:
        for file in site.glob(pattern):
            before = text = file.read_text()
            for placeholder, size_mb in sizes_mb.items():
                text = text.replace(placeholder, size_mb)
            if text != before:
                file.write_text(text)

"""What a memory snapshot holds (`build/site_parts/snapshot.py`), and what a Python begun as one makes its own."""

from __future__ import annotations

import gc
import importlib
import random
import sys

from drillsergeant.runtimes.version import own_version

# Every module of the page and its workers that needs no NumPy follows from these; the codecs Python would look for when
# they are first needed. The standard library's files are not there later.
MODULES = (
    "drillsergeant.browser.page.boot",
    "drillsergeant.browser.worker.boot",
    "encodings.ascii",
    "encodings.latin_1",
    "encodings.unicode_escape",
    "encodings.utf_16_le",
)


def fill() -> None:
    """Import everything, at build time, and drop what is true of this process alone."""
    for name in MODULES:
        importlib.import_module(name)
    own_version()  # is kept: the file it is read from is not in memory
    for path in [path for path in sys.path_importer_cache if "site-packages" in path]:
        del sys.path_importer_cache[path]  # they list folders that will be empty
    random.seed(0)
    gc.collect()


def wake() -> None:
    """Draw this interpreter's own random state: every other one that began as the same snapshot has the same."""
    random.seed()

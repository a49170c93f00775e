"""The native side of the project: builds the static site, serves it, drives it in a headless browser, runs every test.

Always run as modules from the repository root (`python -m build.site`), usually through the Makefile. The package
shadows the PyPA module of the same name inside the root, which nothing here uses.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said here, before an import that older versions lack
    sys.exit(
        f"error: Python {sys.version.split()[0]} runs the build, expected 3.11 or later: "
        "install it and run `make PYTHON=python3.11 ...`"
    )

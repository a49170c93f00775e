"""Which product a row speaks of: the commit at which what it depends on changed last."""

from __future__ import annotations

import subprocess

from build.pins import ROOT
from build.promises.promise import Promise

# What is served and what is installed. Documents, other tests and the rest of build/ change no figure.
PRODUCT = ("py", "web", "workers", "shaders", "build/site.py", "build/site_parts", "build/pins.toml")
CHANGED = "+"  # behind a commit: measured with changes that were not committed
LETTERS = 9  # of a commit's name


def depends_on(promise: Promise) -> list[str]:
    """The product and what measures it here, as paths."""
    measured = [each.split()[0].partition("::")[0] for each in (*promise.measured, *promise.full)]
    return [*PRODUCT, *(each if each.startswith("tests/") else each.replace(".", "/") + ".py" for each in measured)]


def commit_of(promise: Promise) -> str:
    """The newest commit that changed what a promise depends on; "" where there is no history.

    Commits above it change nothing of it, so it stays true when others land theirs, or this one's page.
    """
    paths = depends_on(promise)
    commit = _git("log", "-1", f"--abbrev={LETTERS}", "--format=%h", "HEAD", "--", *paths)[1]
    return commit if not commit or unchanged(promise, commit) else commit + CHANGED


def unchanged(promise: Promise, since: str) -> bool:
    """Whether what lies here is, of all that a promise depends on, what it was at a commit."""
    if not since or since.endswith(CHANGED):
        return False
    paths = depends_on(promise)
    return (
        _git("diff", "--quiet", since, "--", *paths)[0] == 0
        and not _git("ls-files", "-o", "--exclude-standard", "--", *paths)[1]
    )


def _git(*arguments: str) -> tuple[int, str]:
    """Its exit status and what it printed."""
    told = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return told.returncode, told.stdout.strip()

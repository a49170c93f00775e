"""Finds the browser the tests and the headless driver use, and installs Debian's where there is none."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from build import apt
from build.console import BuildError
from build.pins import Pins

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVER_NAME = "chromedriver"


def find(environment: Mapping[str, str] | None = None) -> Path | None:
    """The browser: `$CHROMIUM` where that is set, else the first known name on PATH, else None."""
    environment = os.environ if environment is None else environment
    if chosen := environment.get("CHROMIUM"):
        if not Path(chosen).is_file():
            raise BuildError(f"$CHROMIUM is {chosen}, which does not exist: set it to a Chromium program, or unset it")
        return Path(chosen)
    for name in BROWSER_NAMES:
        if found := shutil.which(name, path=environment.get("PATH", "")):
            return Path(found)
    return None


def ensure(pinned: Pins) -> Path:
    """The browser, with its WebDriver on PATH beside it; both installed from Debian first where either is missing."""
    browser = find()
    missing = [name for name, found in (("Chromium", browser), (DRIVER_NAME, shutil.which(DRIVER_NAME))) if not found]
    if missing:
        apt.install(pinned.debian["browser"], f"{' and '.join(missing)} not found")
        browser = find()
    if browser is None:
        raise BuildError("apt-get installed chromium, and still none of its names is on PATH: set $CHROMIUM to it")
    return browser

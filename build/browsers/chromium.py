"""The browser of the tests and the headless driver: found, or installed from Debian, and started on the built site."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from build import apt
from build.console import BuildError
from build.pins import SITE, Pins, pins
from build.serve import serving
from build.site_parts.headers import site_headers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ViewportSize

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVER_NAME = "chromedriver"
# Root, as in containers, has no sandbox; a container's /dev/shm is too small for several workers; the rest keeps the
# browser from calling its makers at every start.
# What the address bar unfolds costs two renderers of its own with every window, a tenth of what opening the page costs.
# The list replaces Playwright's own, which is therefore in it, too.
WITHOUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(WITHOUT)}",
)
# Zeros in a workgroup's memory come from a loop in the shader. By the extension of Vulkan for it, the device that is a
# program makes an instruction of every word: seven eighths of the time in which the learner's pipelines are compiled.
SOFTWARE_WEBGPU = (
    "--enable-unsafe-webgpu",
    "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
)


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


@contextmanager
def served(folder: Path = SITE) -> Iterator[str]:
    """The site, served on a free port with its headers; yields its address."""
    with serving(folder, site_headers(pins().content_security_policy)) as server:
        yield server.url


def graphics() -> list[str]:
    """How the browser reaches a GPU: in software, or as `$CHROME_FLAGS` says on a machine that has one."""
    return os.environ.get("CHROME_FLAGS", " ".join(SOFTWARE_WEBGPU)).split()


@contextmanager
def chromium(flags: Sequence[str] = ()) -> Iterator["Browser"]:
    """A headless Chromium under Playwright, with further command-line flags."""
    from playwright.sync_api import sync_playwright  # a test tool: the rest of this module works without

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(pins()), args=[*FLAGS, *graphics(), *flags])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def chromium_profile(
    folder: Path, browser: "Browser", viewport: "ViewportSize | None" = None, flags: Sequence[str] = ()
) -> Iterator["BrowserContext"]:
    """Another Chromium like `browser`, on the profile in `folder`, with a visitor's preferences, storage and cache."""
    context = browser.browser_type.launch_persistent_context(
        folder, executable_path=ensure(pins()), args=[*FLAGS, *graphics(), *flags], viewport=viewport
    )
    try:
        yield context
    finally:
        context.close()
